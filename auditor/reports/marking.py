"""What every drawn report needs: a paragraph cut where findings begin and end, and text that is safe to show."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from auditor.values import Audit, Finding, ParagraphAudit, Severity, Span

# Control characters drive terminals and browsers, directional overrides make a line read other than it is stored.
_UNSAFE = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = regex.compile(r"[^\S\n\r\f\v\u0085\u2028\u2029]*[\n\r\f\v\u0085\u2028\u2029]\s*")

_SHOWN_COST = 0.05  # points; less is nothing at one decimal


@dataclass(frozen=True, slots=True)
class Place:
    """A finding or a doubt with what a report calls it: "3" is the document's third finding, "?2" its second doubt."""

    label: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text under the same findings, given by their numbers (0 = the first of the paragraph)."""

    span: Span
    findings: tuple[int, ...]


def places(paragraphs: Sequence[ParagraphAudit]) -> list[list[Place]]:
    """Return what is marked in each paragraph, in the order of the text."""
    marked: list[list[Place]] = []
    findings = doubts = 0
    for paragraph in paragraphs:
        own: list[Place] = []
        for found in paragraph.places:
            findings, doubts = findings + (not found.is_doubt), doubts + found.is_doubt
            own.append(Place(f"?{doubts}" if found.is_doubt else str(findings), found))
        marked.append(own)
    return marked


def pieces(span: Span, findings: Sequence[Finding]) -> tuple[Piece, ...]:
    """Cut `span` wherever one of its findings begins or ends; the pieces tile it.

    Args:
        span: a paragraph's range.
        findings: those of the paragraph; they may overlap.
    """
    bounds = {span.start, span.end}
    for finding in findings:
        bounds |= {offset for offset in (finding.span.start, finding.span.end) if span.start < offset < span.end}
    cut: list[Piece] = []
    for start, end in itertools.pairwise(sorted(bounds)):
        part = Span(start, end)
        touching = [number for number, finding in enumerate(findings) if finding.span.overlaps(part)]
        cut.append(Piece(part, tuple(touching)))
    return tuple(cut)


def shown(text: str) -> str:
    """Return the text as it reads: line breaks are spaces, and what would drive the screen is made visible."""
    return _UNSAFE.sub(_picture, _BREAK.sub(" ", text))


def shortened(text: str, *, width: int = 48) -> str:
    """Return what `shown` returns, its middle left out when it is longer than `width`."""
    whole = " ".join(shown(text).split())
    head = (width - 1) * 2 // 3
    return whole if len(whole) <= width else f"{whole[:head].rstrip()}…{whole[head + 1 - width :].lstrip()}"


def as_sentence(finding: Finding) -> str:
    """Return the finding's message as a sentence."""
    return f"{shown(finding.message).rstrip('.')}."


def worst(findings: Sequence[Finding]) -> Severity | None:
    """Return the greatest severity among findings; None where there are none."""
    found = {finding.severity for finding in findings}
    return next((severity for severity in reversed(Severity) if severity in found), None)


def suggested(finding: Finding) -> str:
    """Put the suggestions into words: "sensitive, or touchy"; nothing when there are none."""
    return ", or ".join(
        shortened(suggestion) if suggestion.strip() else "(delete)" for suggestion in finding.suggestions
    )


def quoted(suggestion: str) -> str:
    """Put one suggestion into running text, told apart from the stop that may follow it."""
    if not suggestion.strip():
        return "delete"
    return suggestion if suggestion.startswith(("“", '"')) else f"“{suggestion}”"


def costs(finding: Finding) -> str:
    """Put what a finding costs into words: "costs 4.3 points"; nothing where the document was not scored."""
    if finding.cost is None:
        return ""
    return f"costs {_points(finding.cost)}"


def costs_in_all(findings: Sequence[Finding]) -> str:
    """Put what findings cost together into words; nothing where there are none, or the document was not scored."""
    if not findings or any(finding.cost is None for finding in findings):
        return ""
    return f"costs {_points(math.fsum(finding.cost or 0.0 for finding in findings))}"


def summarised(paragraph: ParagraphAudit) -> str:
    """Say what a paragraph costs, and whether it may be left unread: "costs 39.5 points, 1.2 more suspected"."""
    costing = costs_in_all(paragraph.findings)
    told = [costing] if costing else []
    if paragraph.rest >= _SHOWN_COST:
        told.append(f"{paragraph.rest:.1f} more suspected" if costing else f"{_points(paragraph.rest)} suspected")
    if paragraph.may_be_left_unread:
        told.append("may be left unread")
    return ", ".join(told)


def soundness(paragraph: ParagraphAudit) -> str:
    """Say how likely a paragraph is free of errors; nothing where that was not estimated."""
    return "" if paragraph.sound is None else f"free of errors: {paragraph.sound:.2f}"


def counted(audit: Audit) -> str:
    """Put the number of findings into words, with their kinds, most frequent first; doubts are counted apart."""
    kinds = Counter(sorted(finding.kind.value for finding in audit.findings))
    total = kinds.total()
    doubts = len(audit.doubts)
    beside = f"; {doubts} doubt{'s' * (doubts > 1)} beside" if doubts else ""
    if not total:
        return f"no findings{beside}"
    parts = [f"{count} {kind}" for kind, count in kinds.most_common()]  # those as frequent stay in alphabetical order
    return f"{total} finding{'s' if total > 1 else ''}: {', '.join(parts)}{beside}"


def whole(score: float) -> int:
    """Round a score for display; only a true 100 is shown as 100."""
    return min(round(score), 99) if score < 100 else 100


def _points(cost: float) -> str:
    if cost < _SHOWN_COST:
        return "less than 0.1 points"
    return f"{cost:.1f} point{'s' * (f'{cost:.1f}' != '1.0')}"


def _picture(match: regex.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
