"""Documents as they look to a detector that has not seen their stories: it is fitted and measured by these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.detection.candidate_spans import CandidateSpan, DetectorInput, candidate_spans
from auditor.detection.parameters import DetectorParameters
from auditor.values import Span
from models.train.feature_tables import Table

SILENCE = 0.25
"""What it counts against a rule that a rater of a translation let its place pass. Of the words that one rater of zh-en
news marks, another marks four in ten; and what the rules know (a calque, a figure in a foreign form) readers of the
source forgive. On clean news every alarm of a rule counts in full."""
Copied = tuple[str, str, str, str]
"""A story, which sources it was read with, the words of a place and the mechanism that would change them."""


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """A table with the uncalibrated probability of each of its words, by parameters that have not seen its story."""

    table: Table
    uncalibrated: tuple[float, ...]
    parameters: DetectorParameters
    copies: Mapping[Copied | None, int] = field(default_factory=dict)
    """How many translations of its story have the same repair of the same words."""

    @property
    def given(self) -> DetectorInput:
        """What the detector reads."""
        table = self.table
        document = table.measurements.document
        return DetectorInput(
            sentences=document.sentences,
            measurements=table.measurements,
            repairs=table.repairs,
            within=Span(0, len(document.text)),
            words=document.words,
            rows=table.rows.tolist(),
        )

    def candidate_spans(self) -> list[CandidateSpan]:
        """Return what may be reported."""
        return candidate_spans(self.given, self.uncalibrated, self.parameters, tagging=True)

    def verdict(self, place: CandidateSpan) -> tuple[float, float]:
        """Return the chance that a place is an error, by those who judged it, and what that counts.

        Ten translations of a story that all say "talents" are one case of it, not ten.
        """
        share, weight = self.label(place.span), self.table.weight / self.copies.get(self.copied(place), 1)
        if self.table.collected.labelled.origin == "clean" or "rule_based" not in place.described:
            return share, weight
        heard = share + SILENCE * (1 - share)
        return share / heard, weight * heard

    def copied(self, place: CandidateSpan) -> Copied | None:
        """Return what tells a repair span from all that are not its copies in other translations of the story."""
        if place.repair is None:
            return None
        words = place.span.of(self.table.measurements.document.text).casefold()
        return self.table.collected.labelled.story, self.table.sources, words, place.repair.candidate.mechanism

    def label(self, span: Span) -> float:
        """Return the share of the raters who marked a place."""
        return self.table.collected.labelled.share(span)
