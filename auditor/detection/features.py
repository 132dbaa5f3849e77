"""What the detector knows, as numbers: a row a word with the same columns always, and what is known of a repair span.

Eight groups of columns: what the quality estimator says, how the language model read the word, what its inner states
say, what became of the word in the pivot language and back, what a post-editor would do to it, what repairs there are,
what the document itself says, and how wrong the rest of the passage looks: a prior, of the sentences around the word's
own. A number that was not measured is NaN. Numbers of the word's whole sentence are left out: they tell a bad
translation from a good one, and drown which of its words is wrong.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from auditor.repairs.traits import Evidence, traits_of
from auditor.text.english import FUNCTION_WORDS, base
from auditor.text.quotations import is_quoted
from auditor.values import Measurements, Repair, Sentence, Span, Word

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quality-estimation": ("tagged", "major", "edited", "tagged_before", "tagged_after"),
        "fluency": ("surprisal", "surprisal_before", "surprisal_after", "entropy", "surplus"),
        "probe": ("probed", "probed_before", "probed_after"),
        "back-translation": ("forced", "returned"),
        "post-editing": ("wrong", "wrong_before", "wrong_after", "replaced", "missing", "changed", "rated"),
        "repairs": ("proposed", "unlikely", "meaning"),
        "document": ("name", "repeated", "capital", "quoted", "function", "letters", "length", "headline"),
        "elsewhere": ("elsewhere_tagged", "elsewhere_surprisal", "elsewhere_wrong"),
    }
)
"""The columns, by the part of auditor they come from. Of the repairs only those that models propose count here, as they
are tried at every suspicious place: a rule fires too seldom for trees to learn from, and is weighed as a whole
(`of_repairs`)."""
NAMES = tuple(itertools.chain.from_iterable(GROUPS.values()))

_NO_REPAIR = -4.0
"""Stands for a repair's value where there is none: less than any that is kept."""
_MEANING_LOW, _MEANING_HIGH = -25.0, 5.0  # nats

_MOST_SURPRISAL = 15.0
"""Nats that a word counts at most: a name nobody knows says nothing of the translation."""
_FEWEST_ELSEWHERE = 20
"""Words that a mean needs."""

Row = tuple[float, ...]


def of_words(
    measurements: Measurements,
    repairs: Sequence[Repair],
    sentences: Sequence[Sentence],
    *,
    groups: Sequence[str] = tuple(GROUPS),
) -> list[Row]:
    """Return a row for every word of the sentences, in their order: the columns of each of `groups`, as they come.

    The columns of all groups together are `NAMES`.
    """
    by_group: list[list[Row]] = []
    for group in groups:
        if group == "repairs":
            by_group.append(_repairs(words_of(sentences), repairs))
        elif group == "elsewhere":
            by_group.append(_elsewhere(sentences, measurements))
        else:
            rows = [_MEASURED[group](sentence, measurements) for sentence in sentences]
            by_group.append(list(itertools.chain.from_iterable(rows)))
    return [tuple(itertools.chain.from_iterable(parts)) for parts in zip(*by_group, strict=True)]


def of_repairs(
    best: Repair, rivals: Sequence[Repair], affected: Sequence[Word], measurements: Measurements, probability: float
) -> dict[str, float]:
    """Describe a group of overlapping repairs, to weigh it as a whole.

    Args:
        best: the most valuable repair.
        rivals: the others it overlaps.
        affected: the words it affects.
        measurements: what is known of the document.
        probability: the greatest uncalibrated probability (0-1) that one of these words is part of an error.

    Returns:
        "model_value" (nats, damped: the best repair's value), "word_log_odds" (of `probability`), "surprisal" (nats a
        word, in tens), "agreement" (log of the number of other mechanisms that would change the place), "name" (share
        of its words that recur as names), "quoted", and an indicator of the mechanism. Of a rule-based mechanism only
        "rule_based" (1), "rule_value", "quoted" and its own indicator count: it knows what the trees cannot see, and a
        smooth sentence is no reason to doubt it.
    """
    candidate = best.candidate
    value = damped(best.value_nats)
    quoted = float(is_quoted(candidate.span, measurements.knowledge.quotations))
    if not traits_of(candidate.mechanism).is_model_proposed:
        return {"rule_based": 1.0, "rule_value": value, "quoted": quoted, candidate.mechanism: 1.0}
    others = {rival.candidate.mechanism for rival in rivals if rival.value_nats > 0} - {candidate.mechanism}
    written = candidate.span.of(measurements.document.text).split()
    names = sum(word in measurements.knowledge.names for word in written) / max(1, len(written))
    nats = [measurements.surprisals.get(word.span.start, 0.0) for word in affected]
    return {
        "model_value": value,
        "word_log_odds": log_odds(probability),
        "surprisal": min(sum(nats) / max(1, len(nats)), 20.0) / 10,
        "agreement": math.log1p(len(others)),
        "name": names,
        "quoted": quoted,
        candidate.mechanism: 1.0,
    }


def words_of(sentences: Sequence[Sentence]) -> tuple[Word, ...]:
    """Return the words of the sentences, in their order."""
    return tuple(itertools.chain.from_iterable(sentence.words for sentence in sentences))


def affected_words(words: Sequence[Word], span: Span, *, clause_level: bool = False) -> range:
    """Return the indices of the words that an edit of `span` affects.

    An edit between words affects the word before it; a clause-level edit only its first word, where the clause begins
    to be wrong.
    """
    first = bisect.bisect_right(words, span.start, key=lambda word: word.span.end)
    last = bisect.bisect_left(words, span.end, key=lambda word: word.span.start)
    if first >= last:
        first = max(0, min(first, len(words)) - 1)
        last = min(first + 1, len(words))
    return range(first, min(first + 1, last) if clause_level else last)


def affected_by(words: Sequence[Word], repair: Repair) -> range:
    """Return the indices of the words that a repair affects."""
    candidate = repair.candidate
    return affected_words(words, candidate.span, clause_level=traits_of(candidate.mechanism).is_clause_level)


def damped(nats: float) -> float:
    """Return the signed square root, so that a huge gain does not run away."""
    return math.copysign(math.sqrt(abs(nats)), nats)


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability, of one too near 0 or 1 those of the nearest ten-thousandth."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _quality_estimation(sentence: Sentence, measurements: Measurements) -> Iterator[Row]:
    estimate = measurements.quality_estimates.get(sentence.span.start)
    if estimate is None:
        yield from [(math.nan,) * len(GROUPS["quality-estimation"])] * len(sentence.words)
        return
    tagged = [log_odds(probability) for probability in estimate.marked]
    for at in range(len(sentence.words)):
        yield (
            tagged[at],
            log_odds(estimate.major[at]),
            log_odds(estimate.edited[at]),
            tagged[at - 1] if at else math.nan,
            tagged[at + 1] if at + 1 < len(tagged) else math.nan,
        )


def _fluency(sentence: Sentence, measurements: Measurements) -> Iterator[Row]:
    surprisals = [measurements.surprisals.get(word.span.start, math.nan) for word in sentence.words]
    for at, word in enumerate(sentence.words):
        entropy = measurements.entropies.get(word.span.start, math.nan)
        before = surprisals[at - 1] if at else math.nan
        after = surprisals[at + 1] if at + 1 < len(surprisals) else math.nan
        yield (surprisals[at], before, after, entropy, surprisals[at] - entropy)


def _probe(sentence: Sentence, measurements: Measurements) -> Iterator[Row]:
    values = [measurements.probed.get(word.span.start) for word in sentence.words]
    probed = [log_odds(value[0]) if value else math.nan for value in values]
    yield from zip(probed, [math.nan, *probed], [*probed[1:], math.nan], strict=False)


def _back_translation(sentence: Sentence, measurements: Measurements) -> Iterator[Row]:
    trip = measurements.back.get(sentence.span.start)
    if trip is None:
        yield from [(math.nan,) * len(GROUPS["back-translation"])] * len(sentence.words)
        return
    came_back = set(trip.round_trip.casefold().replace("’", "'").split())
    came_back |= {word.strip(".,;:!?\"'“”()") for word in came_back}
    for word, log_prob in zip(sentence.words, trip.log_probs, strict=True):
        yield (-log_prob, float(word.text.casefold().replace("’", "'") in came_back))


def _post_editing(sentence: Sentence, measurements: Measurements) -> Iterator[Row]:
    edits = measurements.post_edits.get(sentence.span.start)
    if edits is None:
        yield from [(math.nan,) * len(GROUPS["post-editing"])] * len(sentence.words)
        return
    for at, word in enumerate(sentence.words):
        others = [log_prob for other, log_prob in edits.replacements[at] if other and other != word.text.casefold()]
        yield (
            edits.wrong[at],
            edits.wrong[at - 1] if at else math.nan,
            edits.wrong[at + 1] if at + 1 < len(edits.wrong) else math.nan,
            max(others, default=math.nan),
            edits.missing[at][1],
            edits.edited[at],
            edits.marked[at],
        )


def _document(sentence: Sentence, measurements: Measurements) -> Iterator[Row]:
    knowledge = measurements.knowledge
    length = math.log1p(len(sentence.words))
    headline = float(not _ends_in_mark(sentence.span.of(measurements.document.text)))
    for word in sentence.words:
        yield (
            float(base(word.text) in knowledge.names),
            math.log1p(knowledge.rough_counts.get(word.text.casefold(), 0)),
            float(word.text[:1].isupper()),
            float(is_quoted(word.span, knowledge.quotations)),
            float(word.text.lower() in FUNCTION_WORDS),
            float(min(len(word.text), 15)),
            length,
            headline,
        )


def _ends_in_mark(sentence: str) -> bool:
    return sentence.rstrip().rstrip("\"'”’)»").endswith((".", "!", "?", "…", ":"))


_MEASURED: Mapping[str, Callable[[Sentence, Measurements], Iterator[Row]]] = MappingProxyType(
    {
        "quality-estimation": _quality_estimation,
        "fluency": _fluency,
        "probe": _probe,
        "back-translation": _back_translation,
        "post-editing": _post_editing,
        "document": _document,
    }
)
"""What yields the columns of a group, a row a word of the sentence."""


def _elsewhere(sentences: Sequence[Sentence], measurements: Measurements) -> list[Row]:
    """Return, a word, means over the words of all other sentences: what would be known before its own is read."""
    sums = [_Sums.of(sentence, measurements) for sentence in sentences]
    whole = _Sums.added(sums)
    rows: list[Row] = []
    for sentence, own in zip(sentences, sums, strict=True):
        rows += [whole.without(own)] * len(sentence.words)
    return rows


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of some words: (sum, count) of what quality estimation and the post-editor say, and of their surprisals."""

    parts: tuple[tuple[float, int], ...]

    @classmethod
    def of(cls, sentence: Sentence, measurements: Measurements) -> Self:
        """Add up what is known of a sentence."""
        estimate = measurements.quality_estimates.get(sentence.span.start)
        edits = measurements.post_edits.get(sentence.span.start)
        surprisals: list[float] = []
        for word in sentence.words:
            nats = measurements.surprisals.get(word.span.start)
            if nats is not None:
                surprisals.append(min(nats, _MOST_SURPRISAL))
        wrong = [1 / (1 + math.exp(-odds)) for odds in (edits.wrong if edits else ()) if not math.isnan(odds)]
        found = (estimate.marked if estimate else (), surprisals, wrong)
        return cls(tuple((math.fsum(values), len(values)) for values in found))

    @classmethod
    def added(cls, parts: Sequence[_Sums]) -> _Sums:
        """Add up sums."""
        columns = zip(*(each.parts for each in parts), strict=True)
        return _Sums(tuple((math.fsum(total for total, _ in one), sum(count for _, count in one)) for one in columns))

    def without(self, own: _Sums) -> Row:
        """Return the means of all the words but some; NaN where too few are left to say anything."""
        means: list[float] = []
        for (total, count), (own_total, own_count) in zip(self.parts, own.parts, strict=True):
            left = count - own_count
            means.append((total - own_total) / left if left >= _FEWEST_ELSEWHERE else math.nan)
        return tuple(means)


@dataclass(slots=True)
class _Proposals:
    """What the model-proposed repairs of one word come to: the best value of each kind, and the best one's meaning."""

    wording: float = _NO_REPAIR
    place: float = _NO_REPAIR
    best: float = -math.inf
    meaning: float = math.nan

    def add(self, repair: Repair, evidence: Evidence) -> None:
        value = damped(repair.value_nats)
        if evidence is Evidence.PLACE:
            self.place = max(self.place, value)
        else:
            self.wording = max(self.wording, value)
        if value > self.best:
            self.best = value
            change = repair.meaning_nats
            self.meaning = math.nan if change is None else max(_MEANING_LOW, min(_MEANING_HIGH, change))


def _repairs(words: Sequence[Word], repairs: Sequence[Repair]) -> list[Row]:
    proposals = [_Proposals() for _ in words]
    for repair in repairs:
        traits = traits_of(repair.candidate.mechanism)
        if traits.is_model_proposed:
            for at in affected_by(words, repair):
                proposals[at].add(repair, traits.evidence)
    return [(each.wording, each.place, each.meaning) for each in proposals]
