"""The audit as one web page: the story as it reads, each doubt marked and explained where the eye or the focus rests.

The file stands alone: it loads nothing, its policy forbids it to, and it works without scripts; the one script filters,
and lets a reader accept or dismiss what was found. Severity shows in the line's form as well as in its colour. On wide
screens and on paper what there is to say stands in the margin, beside the line.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Sequence
from importlib import resources

from auditor.reports.html_decisions import controls
from auditor.reports.marking import (
    Piece,
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
from auditor.values import Audit, Kind, ParagraphAudit, Severity

SUFFIX = ".html"

_DOUBTS = '<label><input type="checkbox" name="doubts" checked> doubts</label>'
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def render(audit: Audit) -> bytes:
    """Write the page, in UTF-8; every word of the document and of the findings is escaped."""
    name = _escaped(audit.document.name)
    return f"""<!doctype html>
<html lang="{_escaped(audit.document.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Audit of {name}: {whole(audit.score)} of 100</title>
<style>
{_part("page.css")}</style>
</head>
<body>
<header>
<h1>{name}</h1>
{_summary(audit)}
{_legend(audit)}
{_filter(audit)}
</header>
<main>
{_paragraphs(audit)}
</main>
{controls(audit)}
<footer>
<p>Scores are 0-100, 100 means that nothing was found; numbers in parentheses are 90 % intervals. The chance is that
of an error at that place. A doubt, in grey, is likelier sound than wrong, and counts for nothing. What a finding
costs is its part of the points that the story lacks of 100; what is suspected without a finding costs its own.
{_basis(audit)} every mark is a place to check, not a verdict.</p>
<p class="signature">{_escaped(audit.signature)}</p>
</footer>
<script>
{_part("page.js")}{_part("decide.js")}</script>
</body>
</html>
""".encode()


@functools.cache
def _part(name: str) -> str:
    return resources.files("auditor.reports").joinpath(name).read_text(encoding="utf-8")


def _escaped(text: str) -> str:
    return html.escape(shown(text), quote=True)


def _summary(audit: Audit) -> str:
    low, high = audit.interval
    notes = "".join(f"<li>{_escaped(note)}</li>" for note in audit.notes)
    return (
        f'<p class="total">{_gauge(audit.score)}<b>{whole(audit.score)}</b> of 100 '
        f'<span class="interval">({whole(low)}–{whole(high)})</span>, {_escaped(counted(audit))}</p>'
        + (f'<ul class="remarks">{notes}</ul>' if notes else "")
    )


def _basis(audit: Audit) -> str:
    """Say whether the source was at hand."""
    if any(sentence.source is not None for sentence in audit.document.sentences):
        return "Sentences are compared with their source where there is one:"
    return "Copy is judged without its source:"


def _gauge(score: float) -> str:
    grade = "good" if score >= 80 else "fair" if score >= 50 else "poor"
    return f'<span class="gauge {grade}" aria-hidden="true"><i style="width:{whole(score)}%"></i></span>'


def _legend(audit: Audit) -> str:
    found = {finding.severity for finding in audit.findings}
    names = [str(severity) for severity in Severity if severity in found] + ["doubt"] * bool(audit.doubts)
    marks = " ".join(f'<span class="mark {name}">{name}</span>' for name in names)
    return f'<p class="legend">{marks}</p>' if marks else ""


def _filter(audit: Audit) -> str:
    """Return the form that the script fills with life; without the script it stays hidden."""
    found = {finding.kind for finding in (*audit.findings, *audit.doubts)}
    boxes = "".join(
        f'<label><input type="checkbox" name="kind" value="{kind}" checked> {kind}</label>'
        for kind in Kind
        if kind in found
    )
    return (
        '<form id="filter" hidden><fieldset><legend>Show</legend>'
        f"{boxes}"
        f"{_DOUBTS if audit.doubts else ''}"
        '<label class="chance">chance of an error at least '
        '<input type="range" name="minimum" min="0" max="1" step="0.05" value="0"> '
        '<output name="shown">0.00</output></label></fieldset></form>'
        if boxes
        else ""
    )


def _paragraphs(audit: Audit) -> str:
    sections = []
    pairs = zip(audit.paragraphs, places(audit.paragraphs), strict=True)
    for number, (paragraph, marked) in enumerate(pairs, 1):
        sections.append(_paragraph(audit.document.text, paragraph, number, marked))
    return "\n".join(sections)


def _paragraph(text: str, paragraph: ParagraphAudit, number: int, marked: Sequence[Place]) -> str:
    low, high = paragraph.interval
    parts = pieces(paragraph.span, [place.finding for place in marked])
    story = "".join(_piece(text, part, marked) for part in parts)
    return (
        f'<section aria-label="paragraph {number}, score {whole(paragraph.score)}">'
        f'<p class="score">{_gauge(paragraph.score)}<b>{whole(paragraph.score)}</b> '
        f'<span class="interval">({whole(low)}–{whole(high)})</span>{_cost(paragraph)}</p>'
        f'<div><p class="story" dir="auto">{story}</p></div></section>'
    )


def _cost(paragraph: ParagraphAudit) -> str:
    words = ", ".join(filter(None, [summarised(paragraph), soundness(paragraph)]))
    return f'<span class="cost">{words}</span>' if words else ""


def _piece(text: str, piece: Piece, marked: Sequence[Place]) -> str:
    """Return a piece of the story; where findings lie on it, marked, with their notes inside the mark."""
    words = _escaped(piece.span.of(text))
    if not piece.findings:
        return words
    inside = [marked[number] for number in piece.findings]
    notes: list[str] = []
    sides: list[str] = []
    ends: list[str] = []
    for place in inside:
        note = _note(text, place)
        notes.append(note)
        if place.finding.span.start == piece.span.start:
            sides.append(f'<span class="side" aria-hidden="true">{note}</span>')
        if place.finding.span.end == piece.span.end:
            ends.append(place.label)
    name = f"n{piece.span.start}"
    numbers = " ".join(place.label for place in inside if not place.finding.is_doubt)
    style = worst([place.finding for place in inside if not place.finding.is_doubt]) or "doubt"
    return (
        f'{"".join(sides)}<mark class="mark {style}" tabindex="0" aria-describedby="{name}" '
        f'data-findings="{numbers}" data-ends="{" ".join(ends)}">{words}'
        f'<span class="tip" role="tooltip" id="{name}">{"".join(notes)}</span></mark>'
    )


def _note(text: str, place: Place) -> str:
    """Return what there is to say about a finding; made of spans, because it stands inside a paragraph."""
    finding, label = place.finding, place.label
    change = f"<q>{html.escape(shortened(finding.span.of(text)))}</q>"
    if finding.suggestions:
        change += f" → <b>{html.escape(suggested(finding))}</b>"
    evidence = "".join(f'<span class="evidence">{_escaped(line)}</span>' for line in finding.evidence)
    sort = [finding.kind, finding.severity, f"chance {finding.probability:.2f}", costs(finding)]
    if finding.is_doubt:
        sort = ["a doubt", finding.kind, f"chance {finding.probability:.2f}"]
    style = "doubt" if finding.is_doubt else finding.severity
    return (
        f'<span class="note {style}" data-finding="{label}" data-kind="{finding.kind}" '
        f'data-chance="{finding.probability:.4f}"><span class="change"><i class="number">{label}</i> {change}</span>'
        f'<span class="sort">{", ".join(filter(None, sort))}</span>'
        f'<span class="message">{_escaped(as_sentence(finding))}</span>{evidence}'
        '<span class="verdict"></span></span>'
    )
