"""The noisy channel: the value of every candidate, in one place.

The steps, in order: `propose` collects what the mechanisms would rather read; `rescore` asks the language model for the
log-likelihood gain of each, log P(text with the repair) - log P(text); `weigh` turns gains into values, by whether the
pivot translation still fits and against what the mechanism gains on clean news. Gains are asked for in stages so that
they stay affordable: an estimate that costs nothing, one token, the edit and two tokens after it, then eight.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterable, Sequence

from auditor.protocols import Edit, LookAheadEstimate, Passage
from auditor.repairs import REPAIRS
from auditor.repairs.traits import traits_of
from auditor.values import Candidate, Measurements, Repair, Sentence

MeaningCheck = Callable[[Sequence[str], Sequence[str], Sequence[str]], list[float]]
"""(pivots, sentences as they stand, sentences repaired) -> change of log P(pivot | sentence) in nats."""

Threshold = Callable[[str], float]
"""The evidence in nats that a mechanism, by its name, must reach; infinite for one that is not to be tried."""

Scored = tuple[Candidate, float]
"""A candidate with its log-likelihood gain, or an estimate of it, in nats."""

_NEAR, _FAR = 2, 8  # tokens judged after the edit; windows of 4-8 separate best (ten stories, SmolLM2-135M)
_MEANING_WEIGHT, _MEANING_LOW, _MEANING_HIGH = 0.1, -25.0, 2.0
PRIOR_WEIGHT = 0.75  # of the mechanism's threshold, taken off the evidence
# What stands behind a right repair reads better, but not for free: the next token costs half of what it cost at least,
# those after it about as much as before. On 24 documents (9,200 words, clean and translated) the model is asked for one
# token a word, not seven, and the model-proposed mechanisms report 23 marked errors and 19 other places, not 22 and 25.
_UNREAD = LookAheadEstimate(kept_shares=(0.5, 0.9, 1.0), new_token_nats=2.0)  # before the model is asked
_BEGUN = LookAheadEstimate(kept_shares=(0.6, 0.9, 1.0), new_token_nats=2.0)  # when the first new token has been read
SLACK = 0.7  # share of the threshold that an earlier stage must reach for the next one
_PER_WORD = 3  # candidates of one mechanism that begin at one word and get past the first estimate


def propose(sentences: Iterable[Sentence], measurements: Measurements, mechanisms: Iterable[str]) -> list[Candidate]:
    """Collect the candidates of all `mechanisms`, each distinct repair once a mechanism."""
    modules = [REPAIRS.load(name) for name in mechanisms]
    text = measurements.document.text
    found: dict[tuple[int, int, str, str], Candidate] = {}
    for sentence in sentences:
        for module in modules:
            for candidate in module.propose(sentence, measurements):
                if candidate.replacement != candidate.span.of(text):
                    key = (candidate.span.start, candidate.span.end, candidate.replacement, candidate.mechanism)
                    found.setdefault(key, candidate)
    return list(found.values())


def rescore(passage: Passage, candidates: Sequence[Candidate], threshold: Threshold) -> list[Scored]:
    """Return the candidates inside the passage that may reach their mechanism's threshold, with their gains."""
    rule_based: list[Candidate] = []
    model_proposed: list[Candidate] = []
    for candidate in candidates:
        if passage.span.contains(candidate.span) and threshold(candidate.mechanism) < math.inf:
            is_model_proposed = traits_of(candidate.mechanism).is_model_proposed
            (model_proposed if is_model_proposed else rule_based).append(candidate)
    estimated = _estimated(passage, model_proposed, threshold)
    near = [*_within_bounds(passage, rule_based, threshold), *estimated]
    near_gains = passage.rescore(_edits(near), following=_NEAR)
    far = [candidate for candidate, _ in _promising(near, near_gains, threshold)]
    far_gains = passage.rescore(_edits(far), following=_FAR)
    return list(zip(far, far_gains, strict=True))


def weigh(
    scored: Sequence[Scored],
    measurements: Measurements,
    threshold: Threshold,
    keeps_meaning: MeaningCheck | None,
) -> list[Repair]:
    """Turn gains into values: evidence less a share of the threshold; ask for the meaning only where it may matter."""
    changes: dict[Candidate, float] = {}
    if keeps_meaning and measurements.back:
        asked = [
            candidate
            for candidate, gain in scored
            if traits_of(candidate.mechanism).checks_meaning
            and is_reached(candidate, gain, threshold(candidate.mechanism))
        ]
        changes = _changes_of_meaning(asked, measurements, keeps_meaning)
    repairs: list[Repair] = []
    for candidate, gain in scored:
        change = changes.get(candidate)
        value = evidence(candidate, gain, change) - PRIOR_WEIGHT * threshold(candidate.mechanism)
        repairs.append(Repair(candidate, gain, change, value))
    return repairs


def evidence(candidate: Candidate, gain_nats: float, meaning_nats: float | None) -> float:
    """Add up what speaks for a repair, in nats: prior, gain, and a tenth of the change of meaning within limits."""
    change = 0.0 if meaning_nats is None else max(_MEANING_LOW, min(_MEANING_HIGH, meaning_nats))
    return candidate.prior_nats + gain_nats + _MEANING_WEIGHT * change


def is_reached(candidate: Candidate, gain_nats: float, threshold: float) -> bool:
    """Tell whether what is still to be asked may bring a candidate to its mechanism's threshold, both in nats.

    A threshold below zero, of a rule that is right whatever the model thinks, leaves nothing to be asked.
    """
    return candidate.prior_nats + gain_nats >= min(threshold, SLACK * threshold)


def _within_bounds(passage: Passage, candidates: Sequence[Candidate], threshold: Threshold) -> list[Candidate]:
    """Keep the candidates whose gain could reach the threshold if all that is not known were certain."""
    bounds = passage.upper_bounds(_edits(candidates), following=_NEAR)
    kept: list[Candidate] = []
    for candidate, bound in zip(candidates, bounds, strict=True):
        if bound + candidate.prior_nats >= threshold(candidate.mechanism):
            kept.append(candidate)
    return kept


def _estimated(passage: Passage, candidates: Sequence[Candidate], threshold: Threshold) -> list[Candidate]:
    """Keep the candidates that look promising without a question to the model, then with one token's."""
    guesses = passage.estimate(_edits(candidates), following=_NEAR, look_ahead=_UNREAD, asked=0)
    best = _best_at_each_word(_promising(candidates, guesses, threshold))
    begun = passage.estimate(_edits(best), following=_NEAR, look_ahead=_BEGUN, asked=1)
    return [candidate for candidate, _ in _promising(best, begun, threshold)]


def _promising(candidates: Sequence[Candidate], gains: Sequence[float], threshold: Threshold) -> list[Scored]:
    """Keep the candidates whose gain, as far as it is known, comes near their mechanism's threshold."""
    scored = zip(candidates, gains, strict=True)
    return [(each, gain) for each, gain in scored if is_reached(each, gain, threshold(each.mechanism))]


def _best_at_each_word(scored: Sequence[Scored]) -> list[Candidate]:
    """Keep the few likeliest candidates of each mechanism that begin at the same word, the likeliest first."""
    counts: dict[tuple[str, int], int] = {}
    chosen: list[Candidate] = []
    for candidate, _ in sorted(scored, key=lambda each: -each[1]):
        key = (candidate.mechanism, candidate.span.start)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= _PER_WORD:
            chosen.append(candidate)
    return chosen


def _edits(candidates: Iterable[Candidate]) -> list[Edit]:
    return [Edit(candidate.span, candidate.replacement) for candidate in candidates]


def _changes_of_meaning(
    candidates: Sequence[Candidate], measurements: Measurements, check: MeaningCheck
) -> dict[Candidate, float]:
    """Return the change of log P(pivot | sentence), in nats, of each candidate inside one translated sentence."""
    text = measurements.document.text
    sentences = measurements.document.sentences
    starts = [sentence.span.start for sentence in sentences]
    inside: list[Candidate] = []
    pivots: list[str] = []
    before: list[str] = []
    after: list[str] = []
    for candidate in candidates:
        sentence = sentences[bisect.bisect_right(starts, candidate.span.start) - 1].span
        back = measurements.back.get(sentence.start)
        if back is not None and sentence.contains(candidate.span):
            head, tail = text[sentence.start : candidate.span.start], text[candidate.span.end : sentence.end]
            inside.append(candidate)
            pivots.append(back.pivot)
            before.append(sentence.of(text))
            after.append(head + candidate.replacement + tail)
    return dict(zip(inside, check(pivots, before, after), strict=True))
