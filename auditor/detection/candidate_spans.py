"""Candidate spans: the places that may be reported, and which of those that overlap.

A place is a candidate because a repair would change it (a repair span), or because of its words (a tagged span): one
that is likelier wrong than its neighbours, with those of them that are nearly as likely. Where two places overlap, the
surer one stays.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from auditor.detection import features
from auditor.detection.parameters import DetectorParameters
from auditor.repairs.traits import traits_of
from auditor.values import Measurements, Repair, Sentence, Span, Word

NEARLY = 0.6
"""A neighbour belongs to a tagged span from this share of the probability of its peak: the low threshold of a
hysteresis whose high threshold is the peak."""
SUPPORT = 0.5
"""A repair span is reported in the place of a tagged one, with its probability, when its own is at least this share of
it."""


@dataclass(frozen=True, slots=True)
class DetectorInput:
    """What the detector reads: some sentences, what was measured of them, and their repairs with their values.

    `words` are those of the sentences, in order, and `rows` has what is known of each, with the columns
    `auditor.detection.features.NAMES`. `within` is the range that is tagged here: a sentence may reach beyond it, and
    then belongs to two inputs.
    """

    sentences: Sequence[Sentence]
    measurements: Measurements
    repairs: Sequence[Repair]
    within: Span
    words: tuple[Word, ...]
    rows: Sequence[features.Row]

    @classmethod
    def of(
        cls, measurements: Measurements, repairs: Sequence[Repair], sentences: Sequence[Sentence], within: Span
    ) -> Self:
        """Describe the words of some sentences."""
        rows = features.of_words(measurements, repairs, sentences)
        return cls(sentences, measurements, repairs, within, features.words_of(sentences), rows)

    @classmethod
    def whole(cls, measurements: Measurements, repairs: Sequence[Repair]) -> Self:
        """Describe the words of a whole document."""
        document = measurements.document
        return cls.of(measurements, repairs, document.sentences, Span(0, len(document.text)))

    def sentence_at(self, span: Span) -> Sentence:
        """Return the sentence in which a span begins."""
        at = bisect.bisect_right(self.sentences, span.start, key=lambda sentence: sentence.span.start) - 1
        return self.sentences[max(0, at)]


@dataclass(frozen=True, slots=True)
class CandidateSpan:
    """A place that may be reported.

    `uncalibrated` and `probability` are the chance, 0-1, that it is an error, before and after calibration; `word` is
    the index of its likeliest word. A repair span has the most valuable `repair` there, the `rivals` it overlaps, and
    what is known of them as a group (`described`); a tagged span has none.
    """

    span: Span
    uncalibrated: float
    probability: float
    word: int
    repair: Repair | None = None
    rivals: tuple[Repair, ...] = ()
    described: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_clause_level(self) -> bool:
        """Whether it covers a whole clause and hides nothing that is wrong inside it."""
        return self.repair is not None and _is_clause_level(self.repair)


def candidate_spans(
    given: DetectorInput, uncalibrated: Sequence[float], parameters: DetectorParameters, *, tagging: bool
) -> list[CandidateSpan]:
    """Return the places that may be reported; of one level, clause or word, no two overlap.

    Args:
        given: what is known of the words.
        uncalibrated: a word, the uncalibrated probability (0-1) that it is part of an error.
        parameters: what was fitted.
        tagging: whether tagged spans count.
    """
    tagged = sorted(_tagged_spans(given, uncalibrated, parameters), key=_start) if tagging else []
    repaired = [_supported(span, tagged) for span in _repair_spans(given, uncalibrated, parameters)]
    apart = _not_beside_surer(tagged, repaired, given.words)
    chosen: list[CandidateSpan] = []
    taken: list[Span] = []  # by spans of word level, in order
    for span in sorted([*repaired, *apart], key=_surest_first):
        if span.is_clause_level:
            chosen.append(span)
        elif not span.span.touches(taken):
            chosen.append(span)
            bisect.insort(taken, span.span)
    return chosen


def overlapping_groups(repairs: Sequence[Repair]) -> list[tuple[Repair, tuple[Repair, ...]]]:
    """Group overlapping repairs of one level under the most valuable one: (best, the others it overlaps)."""
    groups: list[tuple[Repair, list[Repair]]] = []
    by_level: dict[bool, list[tuple[Repair, list[Repair]]]] = {True: [], False: []}
    for repair in sorted(repairs, key=_most_valuable_first):
        level = by_level[_is_clause_level(repair)]
        rivals = _rivals_of(repair, level)
        if rivals is not None:
            rivals.append(repair)
            continue
        group: tuple[Repair, list[Repair]] = (repair, [])
        groups.append(group)
        level.append(group)
    return [(best, tuple(rivals)) for best, rivals in groups]


def _rivals_of(repair: Repair, groups: Sequence[tuple[Repair, list[Repair]]]) -> list[Repair] | None:
    """Return the rivals of the first group whose best repair overlaps this one; None where there is none."""
    for best, rivals in groups:
        if best.candidate.span.overlaps(repair.candidate.span):
            return rivals
    return None


def _is_clause_level(repair: Repair) -> bool:
    return traits_of(repair.candidate.mechanism).is_clause_level


def _most_valuable_first(repair: Repair) -> tuple[float, int, int, str]:
    span = repair.candidate.span
    return (-repair.value_nats, span.start, span.end, repair.candidate.replacement)


def _start(span: CandidateSpan) -> int:
    return span.span.start


def _end(span: CandidateSpan) -> int:
    return span.span.end


def _surest_first(span: CandidateSpan) -> tuple[float, bool, Span]:
    return (-span.probability, span.repair is None, span.span)


def _supported(span: CandidateSpan, tagged: Sequence[CandidateSpan]) -> CandidateSpan:
    """Return a repair span that is as probable as the tagged spans on it, unless they are far surer than it is.

    So it is reported in their place, and an editor gets a wording; that of a repair which nothing else speaks for would
    be a guess. `tagged` are disjoint and in the order of the text.
    """
    first = bisect.bisect_right(tagged, span.span.start, key=_end)
    last = bisect.bisect_left(tagged, span.span.end, key=_start)
    best = max((other.probability for other in tagged[first:last]), default=0.0)
    is_led = span.probability < best <= span.probability / SUPPORT and not span.is_clause_level
    return replace(span, probability=best) if is_led else span


def _not_beside_surer(
    tagged: Sequence[CandidateSpan], repaired: Sequence[CandidateSpan], words: Sequence[Word]
) -> list[CandidateSpan]:
    """Return the tagged spans that stand beside no surer repair span: "shortage. of money" is wrong once, not twice."""
    surest_before: dict[int, float] = {}  # by the index of the word behind a repair span, and of its first word
    surest_behind: dict[int, float] = {}
    for span in repaired:
        if not span.is_clause_level:
            affected = features.affected_words(words, span.span)
            surest_before[affected.stop] = max(span.probability, surest_before.get(affected.stop, 0.0))
            surest_behind[affected.start] = max(span.probability, surest_behind.get(affected.start, 0.0))
    apart: list[CandidateSpan] = []
    for span in tagged:
        own = features.affected_words(words, span.span)
        surest = max(surest_before.get(own.start, -1.0), surest_behind.get(own.stop, -1.0))
        if surest < span.probability:
            apart.append(span)
    return apart


def _repair_spans(
    given: DetectorInput, uncalibrated: Sequence[float], parameters: DetectorParameters
) -> Iterator[CandidateSpan]:
    """Yield a span for each group of overlapping repairs that beat what their mechanism gains on clean news.

    A rule whose threshold is below zero is right whatever the language model thinks. Counted rules are groups of their
    own: their values do not compare with others, their probabilities do.
    """
    fitted: list[Repair] = []
    counted: list[Repair] = []
    for repair in given.repairs:
        if repair.value_nats > 0 or parameters.threshold(repair.candidate.mechanism) < 0:
            is_counted = parameters.counted_chance(repair.candidate) is not None
            (counted if is_counted else fitted).append(repair)
    for best, rivals in (*overlapping_groups(counted), *overlapping_groups(fitted)):
        affected = features.affected_by(given.words, best)
        if not affected:
            continue
        word = max(affected, key=lambda at: (uncalibrated[at], -at))
        described = features.of_repairs(
            best, rivals, given.words[affected.start : affected.stop], given.measurements, uncalibrated[word]
        )
        probability = calibrated = parameters.counted_chance(best.candidate)
        if probability is None or calibrated is None:
            probability = parameters.repair_probability(described)
            calibrated = parameters.curves.repair(probability)
        yield CandidateSpan(best.candidate.span, probability, calibrated, word, best, rivals, described)


def _tagged_spans(
    given: DetectorInput, uncalibrated: Sequence[float], parameters: DetectorParameters
) -> Iterator[CandidateSpan]:
    """Yield a span for each word likelier wrong than its neighbours, the likeliest of a sentence first."""
    first = 0
    for sentence in given.sentences:
        inside = range(first, first + len(sentence.words))
        first = inside.stop
        free = {at for at in inside if given.within.contains(given.words[at].span)}
        for peak in sorted(free, key=lambda at: (-uncalibrated[at], at)):
            if peak not in free:
                continue
            run = _run_around(peak, free, given, uncalibrated)
            free -= set(range(run.start - 1, run.stop + 1))
            span = Span(given.words[run.start].span.start, given.words[run.stop - 1].span.end)
            yield CandidateSpan(span, uncalibrated[peak], parameters.curves.tag(uncalibrated[peak]), peak)


def _run_around(peak: int, free: set[int], given: DetectorInput, uncalibrated: Sequence[float]) -> range:
    """Return the indices of the free words around a peak that are nearly as likely wrong, up to any punctuation."""
    text = given.measurements.document.text
    least = NEARLY * uncalibrated[peak]

    def is_joined(left: int) -> bool:
        """Tell whether nothing but white space stands between a word and the next."""
        return not text[given.words[left].span.end : given.words[left + 1].span.start].strip()

    first = last = peak
    while first - 1 in free and uncalibrated[first - 1] >= least and is_joined(first - 1):
        first -= 1
    while last + 1 in free and uncalibrated[last + 1] >= least and is_joined(last):
        last += 1
    return range(first, last + 1)
