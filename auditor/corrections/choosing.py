"""What is taken of an audit without a question, and which findings stand in each other's way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from auditor.corrections.corrected import Left
from auditor.text.edits import Correction
from auditor.values import Audit, Finding, Kind

QUOTED = "it stands inside a quotation, and the tape decides"
NO_SUGGESTION = "there is no suggestion for it"
OVERLAPS = "it overlaps another correction"


@dataclass(frozen=True, slots=True)
class Taken:
    """Corrections that do not overlap, in the order of the text, and those that were left."""

    corrections: tuple[Correction, ...]
    left: tuple[Left, ...]


def of_kinds(audit: Audit, kinds: Collection[Kind]) -> list[Finding]:
    """Return the findings of these kinds, of all where none is named."""
    return [finding for finding in audit.findings if not kinds or finding.kind in kinds]


def likely(findings: Iterable[Finding], *, threshold: float) -> Taken:
    """Take the first suggestion of each finding that is at least as likely as `threshold` (0-1).

    Nothing inside a quotation is taken; of two that overlap, the likelier is.
    """
    kept: list[Correction] = []
    left: list[Left] = []
    for finding in sorted(findings, key=_likeliest_first):
        if finding.probability < threshold:
            continue
        correction = Correction(finding.span, finding.suggestions[0] if finding.suggestions else "")
        reason = _hindrance(finding, correction, kept)
        if reason:
            left.append(Left(correction, reason))
        else:
            kept.append(correction)
    return Taken(tuple(sorted(kept)), tuple(sorted(left, key=_place)))


def disjoint(corrections: Sequence[Correction]) -> Taken:
    """Take the corrections one after the other, and leave those that overlap one that was taken."""
    kept: list[Correction] = []
    left: list[Left] = []
    for correction in corrections:
        if overlaps(correction, kept):
            left.append(Left(correction, OVERLAPS))
        else:
            kept.append(correction)
    return Taken(tuple(sorted(kept)), tuple(left))


def overlaps(correction: Correction, others: Iterable[Correction]) -> bool:
    """Tell whether a correction changes words that another one changes."""
    return any(correction.span.overlaps(other.span) for other in others)


def _hindrance(finding: Finding, correction: Correction, kept: Iterable[Correction]) -> str:
    if finding.in_quotation:
        return QUOTED
    if not finding.suggestions:
        return NO_SUGGESTION
    return OVERLAPS if overlaps(correction, kept) else ""


def _likeliest_first(finding: Finding) -> tuple[float, int, int]:
    return -finding.probability, finding.span.start, finding.span.end


def _place(left: Left) -> Correction:
    return left.correction
