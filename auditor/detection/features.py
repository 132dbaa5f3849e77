"""What the judge knows of each word, as numbers: one row a word, the same columns always.

Six groups of columns: what the quality estimator says, how the language model read it, what its inner states tell, what
became of it in the pivot language and back, what repairs there are, and what the document itself tells. A number that
was not measured is NaN. Numbers of whole sentences are left out: they tell a bad translation from a good one, and drown
which of its words is wrong.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from auditor.repairs.noisy_channel import WIDE
from auditor.text.english import FUNCTION_WORDS, base
from auditor.values import Measurements, Repair, Sentence, Span, Word

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quality-estimation": ("marked", "major", "edited", "marked_before", "marked_after"),
        "fluency": ("surprisal", "surprisal_before", "surprisal_after", "entropy", "surplus"),
        "probe": ("probed", "probed_before", "probed_after"),
        "back-translation": ("forced", "returned"),
        "repairs": ("wide", "unlikely", "meaning"),
        "document": ("name", "repeated", "capital", "quoted", "function", "letters", "length", "headline"),
    }
)
"""The columns, by the part of auditor they come from. Of the repairs only those count here that are tried at every
suspicious place: a rule fires too seldom for trees to learn from, and is weighed as a whole (`of_group`)."""
NAMES = tuple(name for names in GROUPS.values() for name in names)
LAYERED = frozenset({"lost-quotation-marks"})
"""Mechanisms whose repairs cover a whole clause and hide nothing that is wrong inside it."""

_NOTHING = -4.0
"""Stands for a repair's value where there is none: less than any that is kept."""


@dataclass(slots=True)
class _Offers:
    """What the repairs of one word come to."""

    wide: float = _NOTHING
    unlikely: float = _NOTHING
    best: float = -math.inf
    meaning: float = math.nan

    def add(self, repair: Repair) -> None:
        value, mechanism = damped(repair.value_nats), repair.candidate.mechanism
        if mechanism == "unlikely-words":
            self.unlikely = max(self.unlikely, value)
        elif mechanism in WIDE:
            self.wide = max(self.wide, value)
        if mechanism in WIDE and value > self.best:
            self.best = value
            self.meaning = math.nan if repair.meaning_nats is None else max(-25.0, min(5.0, repair.meaning_nats))

    def numbers(self) -> tuple[float, ...]:
        return (self.wide, self.unlikely, self.meaning)


def describe(
    measurements: Measurements, repairs: Sequence[Repair], sentences: Sequence[Sentence]
) -> list[tuple[float, ...]]:
    """Return a row of `NAMES` for every word of the sentences, in their order."""
    offers = _offers(words_of(sentences), repairs)
    rows: list[tuple[float, ...]] = []
    for sentence in sentences:
        parts = zip(
            _quality_estimation(sentence, measurements),
            _fluency(sentence, measurements),
            _probe(sentence, measurements),
            _back(sentence, measurements),
            offers[len(rows) : len(rows) + len(sentence.words)],
            _document(sentence, measurements),
            strict=True,
        )
        rows += [tuple(itertools.chain.from_iterable(word)) for word in parts]
    return rows


def words_of(sentences: Sequence[Sentence]) -> tuple[Word, ...]:
    """Return the words of the sentences, in their order."""
    return tuple(word for sentence in sentences for word in sentence.words)


def of_group(
    winner: Repair, rivals: Sequence[Repair], inside: Sequence[Word], measurements: Measurements, suspicion: float
) -> dict[str, float]:
    """Describe a group of repairs of one place, to weigh it as a whole.

    Args:
        winner: the most valuable repair.
        rivals: the others it overlaps.
        inside: the words it speaks of.
        measurements: what is known of the document.
        suspicion: the greatest chance (0-1), by the trees, that a word of the place is part of an error.

    Returns:
        "wide" (nats, damped: the winner's value), "suspicion" (log-odds), "surprisal" (nats a word, in tens),
        "agreement" (log of the number of other mechanisms that would change the place), "name" (share of its words that
        recur as names), "quoted", and an indicator of the mechanism. Of a mechanism that is not tried everywhere, a
        rule, only "rules" (1), "rule" (its value), "quoted" and its own indicator are told: it knows what the trees
        cannot see, and a smooth sentence is no reason to doubt it.
    """
    candidate = winner.candidate
    value, quoted = damped(winner.value_nats), float(is_quoted(candidate.span, measurements))
    if candidate.mechanism not in WIDE:
        return {"rules": 1.0, "rule": value, "quoted": quoted, candidate.mechanism: 1.0}
    others = {rival.candidate.mechanism for rival in rivals if rival.value_nats > 0} - {candidate.mechanism}
    written = candidate.span.of(measurements.document.text).split()
    names = sum(word in measurements.knowledge.names for word in written) / max(1, len(written))
    nats = [measurements.surprisals.get(word.span.start, 0.0) for word in inside]
    return {
        "wide": value,
        "suspicion": log_odds(suspicion),
        "surprisal": min(sum(nats) / max(1, len(nats)), 20.0) / 10,
        "agreement": math.log1p(len(others)),
        "name": names,
        "quoted": quoted,
        candidate.mechanism: 1.0,
    }


def damped(nats: float) -> float:
    """Return the signed square root, so that a huge gain does not run away."""
    return math.copysign(math.sqrt(abs(nats)), nats)


def covered(words: Sequence[Word], span: Span, *, layered: bool = False) -> range:
    """Return the places of the words that a repair of `span` speaks of: those it touches, or the one before it.

    What covers a whole clause speaks of its first word: there it begins to be wrong.
    """
    first = bisect.bisect_right(words, span.start, key=lambda word: word.span.end)
    last = bisect.bisect_left(words, span.end, key=lambda word: word.span.start)
    if first >= last:
        first = max(0, min(first, len(words)) - 1)
        last = min(first + 1, len(words))
    return range(first, min(first + 1, last) if layered else last)


def _offers(words: Sequence[Word], repairs: Sequence[Repair]) -> list[tuple[float, ...]]:
    offers = [_Offers() for _ in words]
    for repair in repairs:
        for place in covered(words, repair.candidate.span, layered=repair.candidate.mechanism in LAYERED):
            offers[place].add(repair)
    return [offer.numbers() for offer in offers]


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, of one too near 0 or 1 those of the nearest ten-thousandth."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _quality_estimation(sentence: Sentence, measurements: Measurements) -> Iterator[tuple[float, ...]]:
    estimate = measurements.quality_estimates.get(sentence.span.start)
    if estimate is None:
        yield from [(math.nan,) * len(GROUPS["quality-estimation"])] * len(sentence.words)
        return
    marked = [log_odds(p) for p in estimate.marked]
    for at in range(len(sentence.words)):
        yield (
            marked[at],
            log_odds(estimate.major[at]),
            log_odds(estimate.edited[at]),
            marked[at - 1] if at else math.nan,
            marked[at + 1] if at + 1 < len(marked) else math.nan,
        )


def _fluency(sentence: Sentence, measurements: Measurements) -> Iterator[tuple[float, ...]]:
    values = [measurements.surprisals.get(word.span.start, math.nan) for word in sentence.words]
    for at, word in enumerate(sentence.words):
        entropy = measurements.entropies.get(word.span.start, math.nan)
        before = values[at - 1] if at else math.nan
        after = values[at + 1] if at + 1 < len(values) else math.nan
        yield (values[at], before, after, entropy, values[at] - entropy)


def _probe(sentence: Sentence, measurements: Measurements) -> Iterator[tuple[float, ...]]:
    values = [measurements.probed.get(word.span.start) for word in sentence.words]
    marked = [log_odds(value[0]) if value else math.nan for value in values]
    yield from zip(marked, [math.nan, *marked], [*marked[1:], math.nan], strict=False)


def _back(sentence: Sentence, measurements: Measurements) -> Iterator[tuple[float, ...]]:
    trip = measurements.back.get(sentence.span.start)
    if trip is None:
        yield from [(math.nan,) * len(GROUPS["back-translation"])] * len(sentence.words)
        return
    forced = [-log_prob for log_prob in trip.log_probs]
    came_back = set(trip.round_trip.casefold().replace("’", "'").split())
    came_back |= {word.strip(".,;:!?\"'“”()") for word in came_back}
    for word, value in zip(sentence.words, forced, strict=True):
        yield (value, float(word.text.casefold().replace("’", "'") in came_back))


def _document(sentence: Sentence, measurements: Measurements) -> Iterator[tuple[float, ...]]:
    knowledge = measurements.knowledge
    text = measurements.document.text
    length = math.log1p(len(sentence.words))
    headline = float(not _ends(sentence.span.of(text)))
    for word in sentence.words:
        yield (
            float(base(word.text) in knowledge.names),
            math.log1p(knowledge.rough_counts.get(word.text.casefold(), 0)),
            float(word.text[:1].isupper()),
            float(is_quoted(word.span, measurements)),
            float(word.text.lower() in FUNCTION_WORDS),
            float(min(len(word.text), 15)),
            length,
            headline,
        )


def _ends(sentence: str) -> bool:
    return sentence.rstrip().rstrip("\"'”’)»").endswith((".", "!", "?", "…", ":"))


def is_quoted(span: Span, measurements: Measurements) -> bool:
    """Tell whether a span stands inside quotation marks."""
    quotations = measurements.knowledge.quotations
    at = bisect.bisect_right(quotations, span.start, key=lambda quotation: quotation.start) - 1
    return at >= 0 and quotations[at].contains(span)
