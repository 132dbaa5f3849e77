"""The audit for a terminal: the story as it reads, what is doubted underlined, and the notes below each paragraph.

Colour is an addition: without it, brackets stand where the underlines were, and numbers lead from them to the notes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from auditor.reports.marking import (
    as_sentence,
    costs,
    costs_in_all,
    counted,
    pieces,
    shortened,
    shown,
    suggested,
    whole,
    worst,
)
from auditor.reports.numbers import of_sentence
from auditor.values import Audit, Finding, Paragraph, ParagraphAudit, Price, Severity

SUFFIX = ".txt"

STYLES = {
    Severity.MINOR: "underline yellow",
    Severity.MAJOR: "underline red",
    Severity.CRITICAL: "bold underline2 red",
}
"""How the words of a finding are drawn where there is colour."""
_WIDEST = 100  # columns; longer lines are hard to read
_NARROWEST = 20
_CELLS = 10


def render(audit: Audit, *, width: int = 80, color: bool = False, numbers: bool = False) -> bytes:
    """Draw the audit.

    Args:
        audit: what to draw.
        width: columns of the terminal.
        color: use terminal colours and underlines instead of brackets.
        numbers: show what repairs were priced at and, below each paragraph, what signals measured of its sentences.
    """
    output = io.StringIO()
    console = console_of(output, width, color=color)
    low, high = audit.interval
    console.print(Text(shown(audit.document.name), style="bold"))
    console.print(
        Text(f"score {whole(audit.score)} of 100 (90 % interval {whole(low)}–{whole(high)}), {counted(audit)}")
    )
    for note in audit.notes:
        console.print(Text(f"note: {shown(note)}"))
    first = 0
    pairs = zip(audit.document.paragraphs, audit.paragraphs, strict=True)
    for number, (written, paragraph) in enumerate(pairs, 1):
        console.print()
        console.print(_heading(number, paragraph))
        console.print(_story(audit.document.text, paragraph, first, color=color))
        for offset, finding in enumerate(paragraph.findings):
            console.print(_note(console, audit.document.text, finding, first + offset + 1, numbers=numbers))
        first += len(paragraph.findings)
        for line in _measured(audit, written) if numbers else ():
            console.print(Text(line, style="dim"))
    console.print()
    console.print(Text(f"signature: {shown(audit.signature)}", style="dim"))
    return "".join(f"{line.rstrip()}\n" for line in output.getvalue().splitlines()).encode()


def console_of(output: io.StringIO, width: int, *, color: bool) -> Console:
    """Return a console that draws the same whatever the machine: it asks no environment.

    Args:
        output: what it draws on.
        width: columns of the terminal; lines that are hard to read are drawn narrower.
        color: whether it draws in colour.
    """
    return Console(
        file=output,
        width=max(_NARROWEST, min(width, _WIDEST)),
        force_terminal=color,
        color_system="standard" if color else None,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )


def _heading(number: int, paragraph: ParagraphAudit) -> Text:
    score = whole(paragraph.score)
    low, high = paragraph.interval
    in_all = costs_in_all(paragraph.findings)
    filled = min(_CELLS, score * _CELLS // 100)
    style = "green" if score >= 80 else "yellow" if score >= 50 else "red"
    return Text.assemble(
        (f"¶ {number:<3} ", "dim"),
        ("█" * filled, style),
        ("░" * (_CELLS - filled), "dim"),
        (f" {score}", f"bold {style}"),
        (f" ({whole(low)}–{whole(high)})", "dim"),
        (f", {in_all}" if in_all else "", "dim"),
    )


def _story(text: str, paragraph: ParagraphAudit, first: int, *, color: bool) -> Text:
    """Return the paragraph with each finding marked and numbered."""
    story = Text()
    for piece in pieces(paragraph.span, paragraph.findings, first=first):
        inside = [paragraph.findings[number - first] for number in piece.findings]
        begins = sum(finding.span.start == piece.span.start for finding in inside)
        severity = worst(inside)
        story.append("" if color else "[" * begins)
        story.append(shown(piece.span.of(text)), style=STYLES[severity] if severity else "")
        for number, finding in zip(piece.findings, inside, strict=True):
            if finding.span.end == piece.span.end:
                story.append(f"({number + 1})" if color else f"]({number + 1})", style="dim")
    return story


def _note(console: Console, text: str, finding: Finding, number: int, *, numbers: bool) -> Text:
    """Return "1. sensible → sensitive (0.93, mistranslation, major, costs 4.3 points)" and, below it, why."""
    note = Text.assemble((shortened(finding.span.of(text)), STYLES[finding.severity]))
    if finding.suggestions:
        note.append(" → ").append(suggested(finding), style="bold green")
    told = [f"{finding.probability:.2f}", finding.kind.value, finding.severity.value, *filter(None, [costs(finding)])]
    note.append(f" ({', '.join(told)})\n{as_sentence(finding)}")
    if finding.evidence:
        note.append("\n" + " ".join(map(shown, finding.evidence)), style="dim")
    if numbers and finding.price:
        note.append(f"\n{_priced(finding.price)}", style="dim")
    label = f"  {number}. "
    lines = note.wrap(console, console.width - len(label))
    return Text(f"\n{' ' * len(label)}").join([Text(label) + lines[0], *lines[1:]])


def _priced(price: Price) -> str:
    meaning = "not asked" if price.meaning_nats is None else f"{price.meaning_nats:.1f} nats"
    return f"gain {price.gain_nats:.1f} nats, meaning {meaning}, value {price.value_nats:.1f} nats"


def _measured(audit: Audit, paragraph: Paragraph) -> Iterator[str]:
    """Yield "  sentence 2: round-trip-chrf 61.3" for each sentence of which something was measured."""
    for number, sentence in enumerate(paragraph.sentences, 1):
        shown_values: list[str] = []
        for name, value in of_sentence(audit.numbers, sentence).items():
            values = value if isinstance(value, list) else [value]
            shown_values.append(" ".join([name, *("-" if one is None else f"{one:.1f}" for one in values)]))
        if shown_values:
            yield f"  sentence {number}: {', '.join(shown_values)}"
