"""Findings to scores: 0-100, higher is better, 100 only without a finding.

An MQM score counts penalty points: so many for a minor error, more for a major one. A finding is an error only with a
probability, so it counts its points times that probability. What is scored is thus *expected* points per 100 words,
and only of what was found: an error that no mechanism sees costs nothing.

    rate  = 100 * expected points / (words + PRIOR_WORDS)             of the document
    rate  = (100 * own points + PRIOR_WORDS * prior rate) / (words + PRIOR_WORDS)     of a paragraph
    score = 100 * 2 ** (-rate / HALF_RATE)

The prior rate of a paragraph is the document's, or its own without any prior where that is better: a few words with one
error are not damned, and a clean paragraph is not blamed for its neighbours.

The interval has two parts. Findings are taken as independent Bernoulli trials, so their points have the variance of a
Poisson binomial, sum of p(1-p)w². And a text is a sample: another one of the same quality and length would have
other errors, whose points, were they to fall as a compound Poisson process, have the variance sum of p·w². With half a
minor error for what was not seen (Jeffreys' prior of a rate), points are taken as gamma distributed with that mean and
that variance, and its quantiles by the approximation of Wilson and Hilferty (1931).

What a finding costs is its share of what the document's score lacks of 100, by its expected points: costs add up to it.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

from auditor.errors import SettingsError, UnknownNameError
from auditor.values import Document, Finding, Kind, ParagraphAudit, Severity

DEFAULT_PENALTIES: Mapping[str, float] = MappingProxyType(
    {"minor": 1.0, "major": 5.0, "critical": 10.0, "minor-punctuation": 0.1}
)
"""Points an error. Minor, major and minor punctuation: Freitag et al. (2021), "Experts, Errors, and Context"; critical:
the MQM data of the WMT22 quality estimation task."""

_MOST = 1_000.0  # points: what is worse than a hundred critical errors is a typing error

PRIOR_WORDS = 50.0
"""Words: one ordinary paragraph of news."""

HALF_RATE = 12.0
"""Points per 100 words that halve the score. Professional raters gave the machine translations of WMT20 and WMT21 that
measure of points: 14 to 20 for news from Chinese into English, 4 to 14 from English into German."""

_Z = 1.6449  # the normal distribution's 95th percentile: two of them bound 90 %
_UNSEEN = 0.5  # errors of one point: the mean and the variance of a Poisson count

Interval = tuple[float, float]


def score(
    document: Document, findings: Sequence[Finding], *, penalties: Mapping[str, float] | None = None
) -> tuple[float, Interval, tuple[ParagraphAudit, ...]]:
    """Score the document and each of its paragraphs.

    Args:
        document: what was audited.
        findings: sorted by span; doubts among them count for nothing.
        penalties: points that replace those of `DEFAULT_PENALTIES`.

    Returns:
        The document's score, its 90 % interval (low, high), and the paragraphs with their findings, which know what
        they cost, and with their doubts.

    Raises:
        SettingsError: a penalty is below zero or beyond reason.
        UnknownNameError: a penalty for something that has none.
    """
    points = _checked(penalties or {})
    errors = [finding for finding in findings if not finding.is_doubt]
    doubts = _by_paragraph(document, [finding for finding in findings if finding.is_doubt])
    whole = _Points.of(errors, points)
    words = len(document.words)
    rate = _rate(whole.expected, words, prior=0.0)
    middle, interval = _scores(whole, words, prior=0.0)
    charged = [_charge(finding, whole.expected, 100 - middle, points) for finding in errors]
    audits = []
    for paragraph, inside, beside in zip(document.paragraphs, _by_paragraph(document, charged), doubts, strict=True):
        own = _Points.of(inside, points)
        length = sum(len(sentence.words) for sentence in paragraph.sentences)
        prior = min(rate, 100 * own.expected / max(1, length))
        audits.append(ParagraphAudit(paragraph.span, *_scores(own, length, prior=prior), tuple(inside), tuple(beside)))
    return middle, interval, tuple(audits)


@dataclass(frozen=True, slots=True)
class _Points:
    """Penalty points of some findings: what is expected, and the ends of its 90 % interval."""

    found: bool
    expected: float
    low: float
    high: float

    @classmethod
    def of(cls, findings: Sequence[Finding], points: Mapping[str, float]) -> Self:
        weighed = [(finding.probability, _weight(finding, points)) for finding in findings]
        expected = math.fsum(probability * weight for probability, weight in weighed)
        mean = expected + _UNSEEN
        spread = math.fsum(probability * (2 - probability) * weight**2 for probability, weight in weighed) + _UNSEEN
        ninth = spread / (9 * mean**2)  # of the gamma distribution's shape, inverted
        low, high = (mean * max(0.0, 1 - ninth + z * math.sqrt(ninth)) ** 3 for z in (-_Z, _Z))
        return cls(bool(findings), expected, min(low, expected), max(high, expected))


def _checked(penalties: Mapping[str, float]) -> Mapping[str, float]:
    for name, points in penalties.items():
        if name not in DEFAULT_PENALTIES:
            raise UnknownNameError("penalty", name, DEFAULT_PENALTIES)
        if not 0 <= points <= _MOST:
            raise SettingsError(f"the penalty '{name}' must be from 0 to {_MOST:,.0f} points, not {points}.")
    return {**DEFAULT_PENALTIES, **penalties}


def _weight(finding: Finding, points: Mapping[str, float]) -> float:
    if finding.severity is Severity.MINOR and finding.kind is Kind.PUNCTUATION:
        return points["minor-punctuation"]
    return points[finding.severity]


def _charge(finding: Finding, total: float, loss: float, points: Mapping[str, float]) -> Finding:
    """Return the finding with its cost: its share of the document's `loss`, as of the `total` of expected points."""
    share = finding.probability * _weight(finding, points) / total if total else 0.0
    return replace(finding, cost=share * loss)


def _rate(points: float, words: int, *, prior: float) -> float:
    """Return points per 100 words, after `PRIOR_WORDS` words at the prior rate."""
    return (100 * points + PRIOR_WORDS * prior) / (words + PRIOR_WORDS)


def _scores(points: _Points, words: int, *, prior: float) -> tuple[float, Interval]:
    middle, low, high = (
        _map(_rate(amount, words, prior=prior)) for amount in (points.expected, points.high, points.low)
    )
    best = math.nextafter(100, 0) if points.found else 100.0
    return min(best, middle), (min(best, low), high)


def _map(rate: float) -> float:
    return 100 * 2 ** (-rate / HALF_RATE)


def _by_paragraph(document: Document, findings: Sequence[Finding]) -> list[list[Finding]]:
    """Give each finding to the paragraph in which it begins."""
    groups: list[list[Finding]] = [[] for _ in document.paragraphs]
    starts = [paragraph.span.start for paragraph in document.paragraphs]
    for finding in findings:
        groups[max(0, bisect.bisect_right(starts, finding.span.start) - 1)].append(finding)
    return groups
