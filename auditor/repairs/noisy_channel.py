"""The noisy channel: what every candidate is worth, in one place.

A candidate is priced by how much better the text reads with it, log P(text with the repair) - log P(text), by whether
the pivot translation still fits, and against what its mechanism gains on clean news. Prices are asked for in stages so
that they stay affordable: an estimate that costs nothing, one token, the edit and two tokens after it, then eight.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Sequence

from auditor.protocols import Edit, Outlook, Passage
from auditor.repairs import REPAIRS
from auditor.values import Candidate, Measurements, Repair, Sentence

MeaningCheck = Callable[[Sequence[str], Sequence[str], Sequence[str]], list[float]]
"""(pivots, sentences as they stand, sentences repaired) -> change of log P(pivot | sentence) in nats."""

Threshold = Callable[[str], float]
"""The gain in nats that a mechanism, by its name, must reach; infinite for one that is not to be tried."""

# The mechanisms that only rearrange or respell what is there must keep the pivot translation; lists of false friends
# change it on purpose.
MEANING = frozenset(
    {
        "wrong-function-words",
        "extra-function-words",
        "missing-function-words",
        "word-order",
        "inflections",
        "shared-pivot",
    }
)
WIDE = MEANING | {"round-trip", "unlikely-words"}
"""The mechanisms that try many words at every suspicious place."""
_NEAR, _FAR = 2, 8  # tokens judged after the edit; windows of 4-8 separate best (ten stories, SmolLM2-135M)
_MEANING_WEIGHT, _MEANING_LOW, _MEANING_HIGH = 0.1, -25.0, 2.0
PRIOR_WEIGHT = 0.75  # of the mechanism's threshold, taken off the gain
# What stands behind a right repair reads better, but not for free: the next token costs half of what it cost at least,
# those after it about as much as before. On 24 documents (9,200 words, clean and translated) the model is asked for one
# token a word, not seven, and the wide mechanisms tell 23 marked errors and 19 other places, not 22 and 25.
_UNREAD = Outlook(kept=(0.5, 0.9, 1.0), fresh=2.0)  # before the model is asked
_BEGUN = Outlook(kept=(0.6, 0.9, 1.0), fresh=2.0)  # when the first new token has been read
SLACK = 0.7  # share of the threshold that the near price must reach to be priced again
_PER_PLACE = 3  # candidates of one mechanism at one place that get past the bound


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


def price(passage: Passage, candidates: Sequence[Candidate], threshold: Threshold) -> list[tuple[Candidate, float]]:
    """Return the candidates that may reach their mechanism's threshold, with their gain in nats."""
    inside = [c for c in candidates if passage.span.contains(c.span) and threshold(c.mechanism) < float("inf")]
    wide = [c for c in inside if c.mechanism in WIDE]
    guesses = passage.estimate(list(map(_edit, wide)), following=_NEAR, outlook=_UNREAD, asked=0)
    wide = _best(_likely(wide, guesses, threshold), dict(zip(map(id, wide), guesses, strict=True)))
    wide = _likely(wide, passage.estimate(list(map(_edit, wide)), following=_NEAR, outlook=_BEGUN, asked=1), threshold)
    narrow = [c for c in inside if c.mechanism not in WIDE]
    bounds = passage.bounds(list(map(_edit, narrow)), following=_NEAR)
    reached = zip(narrow, bounds, strict=True)
    near = [c for c, bound in reached if bound + c.prior_nats >= threshold(c.mechanism)] + wide
    far = _likely(near, passage.price(list(map(_edit, near)), following=_NEAR), threshold)
    return list(zip(far, passage.price(list(map(_edit, far)), following=_FAR), strict=True))


def weigh(
    priced: Sequence[tuple[Candidate, float]],
    measurements: Measurements,
    threshold: Threshold,
    keeps_meaning: MeaningCheck | None,
) -> list[Repair]:
    """Turn gains into values: evidence less a share of the threshold; ask for the meaning only where it may matter."""
    asked = [c for c, gain in priced if c.mechanism in MEANING and is_reached(c, gain, threshold(c.mechanism))]
    changes = _meaning(asked, measurements, keeps_meaning) if keeps_meaning and measurements.back else {}
    repairs = []
    for candidate, gain in priced:
        change = changes.get(id(candidate))
        value = evidence(candidate, gain, change) - PRIOR_WEIGHT * threshold(candidate.mechanism)
        repairs.append(Repair(candidate, gain, change, value))
    return repairs


def evidence(candidate: Candidate, gain_nats: float, meaning_nats: float | None) -> float:
    """Add up what speaks for a repair, in nats: prior, gain, and a tenth of the change of meaning within limits."""
    change = 0.0 if meaning_nats is None else max(_MEANING_LOW, min(_MEANING_HIGH, meaning_nats))
    return candidate.prior_nats + gain_nats + _MEANING_WEIGHT * change


def _likely(candidates: Sequence[Candidate], gains: Sequence[float], threshold: Threshold) -> list[Candidate]:
    """Keep those whose gain, as far as it is known, comes near their mechanism's threshold."""
    pairs = zip(candidates, gains, strict=True)
    return [c for c, gain in pairs if is_reached(c, gain, threshold(c.mechanism))]


def is_reached(candidate: Candidate, gain_nats: float, threshold: float) -> bool:
    """Tell whether what is still to be asked may bring a candidate to its mechanism's threshold, both in nats.

    A threshold below zero, of a rule that is right whatever the model thinks, leaves nothing to be asked.
    """
    return candidate.prior_nats + gain_nats >= min(threshold, SLACK * threshold)


def _edit(candidate: Candidate) -> Edit:
    return Edit(candidate.span, candidate.replacement)


def _best(candidates: Sequence[Candidate], bounds: dict[int, float]) -> list[Candidate]:
    """Keep the few best-bounded candidates of each mechanism at each place."""
    kept: dict[tuple[str, int], int] = {}
    chosen = []
    for candidate in sorted(candidates, key=lambda c: -bounds[id(c)]):
        place = (candidate.mechanism, candidate.span.start)
        kept[place] = kept.get(place, 0) + 1
        if kept[place] <= _PER_PLACE:
            chosen.append(candidate)
    return chosen


def _meaning(asked: Sequence[Candidate], measurements: Measurements, check: MeaningCheck) -> dict[int, float]:
    """Return the change of meaning of each candidate that lies in one translated sentence, by the candidate's id."""
    text = measurements.document.text
    sentences = measurements.document.sentences
    starts = [sentence.span.start for sentence in sentences]
    owners, pivots, before, after = [], [], [], []
    for candidate in asked:
        sentence = sentences[bisect.bisect_right(starts, candidate.span.start) - 1].span
        back = measurements.back.get(sentence.start)
        if back is not None and sentence.contains(candidate.span):
            head, tail = text[sentence.start : candidate.span.start], text[candidate.span.end : sentence.end]
            owners.append(id(candidate))
            pivots.append(back.pivot)
            before.append(sentence.of(text))
            after.append(head + candidate.replacement + tail)
    return dict(zip(owners, check(pivots, before, after), strict=True))
