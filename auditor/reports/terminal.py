"""The audit for a terminal: the story as it reads, what is doubted underlined, and the notes below each paragraph.

Colour is an addition: without it, brackets stand where the underlines were, and numbers lead from them to the notes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from auditor.reports.marking import (
    Place,
    as_sentence,
    costs,
    counted,
    pieces,
    places,
    shortened,
    shown,
    soundness,
    suggested,
    summarised,
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
_DOUBT = "underline dim"
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
    triples = zip(audit.document.paragraphs, audit.paragraphs, places(audit.paragraphs), strict=True)
    for number, (written, paragraph, marked) in enumerate(triples, 1):
        console.print()
        console.print(_heading(number, paragraph))
        console.print(_story(audit.document.text, paragraph, marked, color=color))
        for place in marked:
            console.print(_note(console, audit.document.text, place, numbers=numbers))
        for line in _numbers(audit, written, paragraph) if numbers else ():
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
    told = summarised(paragraph)
    filled = min(_CELLS, score * _CELLS // 100)
    style = "green" if score >= 80 else "yellow" if score >= 50 else "red"
    return Text.assemble(
        (f"¶ {number:<3} ", "dim"),
        ("█" * filled, style),
        ("░" * (_CELLS - filled), "dim"),
        (f" {score}", f"bold {style}"),
        (f" ({whole(low)}–{whole(high)})", "dim"),
        (f", {told}" if told else "", "dim"),
    )


def _story(text: str, paragraph: ParagraphAudit, marked: Sequence[Place], *, color: bool) -> Text:
    """Return the paragraph with each finding and doubt marked and numbered."""
    story = Text()
    for piece in pieces(paragraph.span, [place.finding for place in marked]):
        inside = [marked[number] for number in piece.findings]
        begins = sum(place.finding.span.start == piece.span.start for place in inside)
        story.append("" if color else "[" * begins)
        story.append(shown(piece.span.of(text)), style=_style([place.finding for place in inside]))
        for place in inside:
            if place.finding.span.end == piece.span.end:
                story.append(f"({place.label})" if color else f"]({place.label})", style="dim")
    return story


def _style(findings: Sequence[Finding]) -> str:
    """Return how the words under some findings are drawn; a doubt is drawn only where nothing else is found."""
    severity = worst([finding for finding in findings if not finding.is_doubt])
    if severity:
        return STYLES[severity]
    return _DOUBT if findings else ""


def _note(console: Console, text: str, place: Place, *, numbers: bool) -> Text:
    """Return "1. sensible → sensitive (0.93, mistranslation, major, costs 4.3 points)" and, below it, why."""
    finding = place.finding
    note = Text.assemble((shortened(finding.span.of(text)), _style([finding])))
    if finding.suggestions:
        note.append(" → ").append(suggested(finding), style="bold green")
    told = [f"{finding.probability:.2f}", finding.kind.value, finding.severity.value, *filter(None, [costs(finding)])]
    if finding.is_doubt:
        told = [f"a doubt, {finding.probability:.2f}", finding.kind.value]
    note.append(f" ({', '.join(told)})\n{as_sentence(finding)}")
    if finding.evidence:
        note.append("\n" + " ".join(map(shown, finding.evidence)), style="dim")
    if numbers and finding.price:
        note.append(f"\n{_priced(finding.price)}", style="dim")
    label = f"  {place.label}. "
    lines = note.wrap(console, console.width - len(label))
    return Text(f"\n{' ' * len(label)}").join([Text(label) + lines[0], *lines[1:]])


def _priced(price: Price) -> str:
    meaning = "not asked" if price.meaning_nats is None else f"{price.meaning_nats:.1f} nats"
    return f"gain {price.gain_nats:.1f} nats, meaning {meaning}, value {price.value_nats:.1f} nats"


def _numbers(audit: Audit, written: Paragraph, paragraph: ParagraphAudit) -> Iterator[str]:
    """Yield what is known of a paragraph, then of each of its sentences."""
    if paragraph.sound is not None:
        yield f"  {soundness(paragraph)}"
    yield from _measured(audit, written)


def _measured(audit: Audit, paragraph: Paragraph) -> Iterator[str]:
    """Yield "  sentence 2: round-trip-chrf 61.3" for each sentence of which something was measured."""
    for number, sentence in enumerate(paragraph.sentences, 1):
        shown_values: list[str] = []
        for name, value in of_sentence(audit.numbers, sentence).items():
            values = value if isinstance(value, list) else [value]
            shown_values.append(" ".join([name, *("-" if one is None else f"{one:.1f}" for one in values)]))
        if shown_values:
            yield f"  sentence {number}: {', '.join(shown_values)}"
