"""Findings and suspicion to scores: 0-100, higher is better, 100 only without a finding.

An MQM score counts penalty points: so many for a minor error, more for a major one. A finding is an error only with a
probability, so it counts its points times that probability. What is scored is thus *expected* points per 100 words.

Much is wrong that nothing is reported of. Each word has a chance of being part of an error; where no finding stands on
it, that is its suspicion. What of it lies beyond what words of sound news have counts points as well, by numbers that
were fitted to raters' penalties (`ScoreParameters`): the *rest* of a paragraph, suspected but not flagged.

    points = expected points of the findings + rest
    rate  = 100 * points / (words + PRIOR_WORDS)                      of the document
    rate  = (100 * own points + PRIOR_WORDS * prior rate) / (words + PRIOR_WORDS)     of a paragraph
    score = 100 * 2 ** (-rate / HALF_RATE)

The prior rate of a paragraph is the document's, or its own without any prior where that is better: a few words with one
error are not damned, and a clean paragraph is not blamed for its neighbours.

The interval has two parts. Findings are taken as independent Bernoulli trials, so their points have the variance of a
Poisson binomial, sum of p(1-p)w². And a text is a sample: another one of the same quality and length would have
other errors, whose points, were they to fall as a compound Poisson process, have the variance sum of p·w². With half a
minor error for what was not seen (Jeffreys' prior of a rate), points are taken as gamma distributed with that mean and
that variance, and its quantiles by the approximation of Wilson and Hilferty (1931).

What a finding costs is its share of what the document's score lacks of 100, by its expected points, and so for the
rest of each paragraph: costs add up to it.

The chance that a paragraph is free of errors is that of no event of a Poisson process, whose mean grows with what is
measured, and with each finding by at least what its own chance says:

    sound = exp(-(constant + a * words + b * suspicion + c * rest)) * product of (1 - probability)

where `a` grows with the mean suspicion of the whole document: a paragraph of a bad translation is likelier wrong.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

from auditor.errors import ModelError, SettingsError, UnknownNameError
from auditor.values import Document, Finding, Kind, Numbers, Paragraph, ParagraphAudit, Severity

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

SUSPICION = "suspicion"
"""What the numbers are called that the rest is made of: see `auditor.detection.suspicion`."""
_REST_WEIGHT = 3.0
"""Points of an error of the rest, for the interval: what raters' marks of zh-en news count on average."""
SUREST = 0.99
"""What a finding counts at most for the chance that its paragraph has no error: it is no proof."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ScoreParameters:
    """The fitted numbers of the score; `models/train/fit_score.py` makes them, nothing in them is set by hand.

    `weight`: points for each percent of a word's suspicion beyond `floor` (percent), below which nearly all words of
    sound news stay. `sound`: what the chance that a paragraph is free of errors rests on, "constant", "words" (a
    word), "suspicion" (a percent), "rest" (a point), and "document" (a word, for each percent that the words of the
    document have on average); without them no chance is given. None is below zero. `fingerprint` names the file in
    signatures.
    """

    weight: float = 0.0
    floor: float = 100.0
    sound: Mapping[str, float] = field(default_factory=dict)
    fingerprint: str = "none"

    def rest(self, suspicions: Iterable[float]) -> float:
        """Return the points of a paragraph for what is suspected in it and not flagged, by its words' suspicions."""
        return self.weight * math.fsum(max(0.0, percent - self.floor) for percent in suspicions)

    def chance_of_no_error(
        self, suspicions: Sequence[float], findings: Sequence[Finding], *, words: int, of_document: float
    ) -> float | None:
        """Return the chance (0-1) that a paragraph is free of errors, which no finding and no suspicion raises.

        `of_document` is the mean suspicion (percent) of the words of its document, the paragraph's own among them.
        """
        if not self.sound:
            return None
        counted = {
            "constant": 1.0,
            "words": words,
            "suspicion": math.fsum(suspicions),
            "rest": self.rest(suspicions),
            "document": words * of_document,
        }
        mean = math.fsum(self.sound[name] * amount for name, amount in counted.items())
        return math.exp(-mean) * math.prod(1 - min(SUREST, finding.probability) for finding in findings)


SOUND = ("constant", "words", "suspicion", "rest", "document")
"""What `ScoreParameters.sound` has."""
NOT_FITTED = ScoreParameters()
"""Counts nothing but findings, and gives no chances."""


def load(path: Path) -> ScoreParameters:
    """Read the fitted file.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        data = path.read_bytes()
        fields = json.loads(data)
        return ScoreParameters(
            weight=float(fields["weight"]),
            floor=float(fields["floor"]),
            sound={name: float(fields["sound"][name]) for name in SOUND},
            fingerprint=hashlib.sha256(data).hexdigest()[:8],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the score's fitted file {path} is missing or damaged; install auditor again") from error


def _suspicions(paragraph: Paragraph, numbers: Mapping[str, Numbers]) -> Iterator[float]:
    """Yield the suspicion (percent) of each word of a paragraph for which there is one."""
    if SUSPICION not in numbers:
        return
    by_start = numbers[SUSPICION].values
    for sentence in paragraph.sentences:
        for word in sentence.words:
            if word.span.start in by_start:
                yield by_start[word.span.start]


def score(
    document: Document,
    findings: Sequence[Finding],
    *,
    penalties: Mapping[str, float] | None = None,
    numbers: Mapping[str, Numbers] = MappingProxyType({}),
    parameters: ScoreParameters = NOT_FITTED,
) -> tuple[float, Interval, tuple[ParagraphAudit, ...]]:
    """Score the document and each of its paragraphs.

    Args:
        document: what was audited.
        findings: sorted by span; doubts among them count for nothing of their own.
        penalties: points that replace those of `DEFAULT_PENALTIES`.
        numbers: what signals measured, by name.
        parameters: the fitted numbers.

    Returns:
        The document's score, its 90 % interval (low, high), and the paragraphs with their findings, which know what
        they cost, with their doubts, with what the rest costs, and with the chance that they are free of errors.

    Raises:
        SettingsError: a penalty is below zero or beyond reason.
        UnknownNameError: a penalty for something that has none.
    """
    points = _checked(penalties or {})
    errors = [finding for finding in findings if not finding.is_doubt]
    doubts = _by_paragraph(document, [finding for finding in findings if finding.is_doubt])
    suspicions = [tuple(_suspicions(paragraph, numbers)) for paragraph in document.paragraphs]
    rests = [parameters.rest(own) for own in suspicions]
    whole = _Points.of(errors, points, rest=math.fsum(rests))
    words = len(document.words)
    suspicion = math.fsum(itertools.chain.from_iterable(suspicions)) / max(1, words)
    rate = _rate(whole.expected, words, prior=0.0)
    middle, interval = _scores(whole, words, prior=0.0)
    price = (100 - middle) / whole.expected if whole.expected else 0.0  # of the document's score, a point
    charged = [replace(finding, cost=price * finding.probability * _weight(finding, points)) for finding in errors]
    audits = []
    parts = zip(document.paragraphs, _by_paragraph(document, charged), doubts, suspicions, rests, strict=True)
    for paragraph, inside, beside, suspected, rest in parts:
        own = _Points.of(inside, points, rest=rest)
        length = sum(len(sentence.words) for sentence in paragraph.sentences)
        middle_of_own, interval_of_own = _scores(own, length, prior=min(rate, 100 * own.expected / max(1, length)))
        audited = ParagraphAudit(paragraph.span, middle_of_own, interval_of_own, tuple(inside), tuple(beside))
        sound = parameters.chance_of_no_error(suspected, inside, words=length, of_document=suspicion)
        audits.append(replace(audited, rest=price * rest, sound=sound))
    return middle, interval, tuple(audits)


@dataclass(frozen=True, slots=True)
class _Points:
    """Penalty points of some findings and of a rest: what is expected, and the ends of its 90 % interval."""

    found: bool
    expected: float
    low: float
    high: float

    @classmethod
    def of(cls, findings: Sequence[Finding], points: Mapping[str, float], *, rest: float) -> Self:
        weighed = [(finding.probability, _weight(finding, points)) for finding in findings]
        expected = expected_points(findings, points) + rest
        mean = expected + _UNSEEN
        spread = math.fsum(probability * (2 - probability) * weight**2 for probability, weight in weighed) + _UNSEEN
        spread += rest * _REST_WEIGHT
        ninth = spread / (9 * mean**2)  # of the gamma distribution's shape, inverted
        low, high = (mean * max(0.0, 1 - ninth + z * math.sqrt(ninth)) ** 3 for z in (-_Z, _Z))
        return cls(bool(findings), expected, min(low, expected), max(high, expected))


def expected_points(findings: Sequence[Finding], points: Mapping[str, float] = DEFAULT_PENALTIES) -> float:
    """Return the points that findings count, each with its probability."""
    return math.fsum(finding.probability * _weight(finding, points) for finding in findings)


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
