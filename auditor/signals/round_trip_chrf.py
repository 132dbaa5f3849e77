"""How much of a sentence survives the trip to another language and back.

What it measures:
    For each sentence that was taken to the pivot language and home again, the chrF (0 to 100) of the sentence against
    what came home: 100 where every letter came back, less the more of it came back otherwise.

Why it suggests an error:
    A sentence that says what its writer meant comes home much as it left. One that a translation broke is understood
    otherwise, if at all, and what was understood comes home in other words.

Known problems:
    What is idiomatic comes home otherwise as well, and a calque, being what the model itself would write, comes home
    unharmed. Short sentences vary most. It accuses nobody: no finding rests on it.

Example:
    "The ferry left on Monday." comes home as it is (100), "Passengers heard that shell open the harbor again, which
    nobody else has." with other words for what was sound and the same for what was not (74).

Source:
    Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation"; Moon et al. (2020), "Revisiting
    Round-Trip Translation for Quality Estimation"; computed by sacreBLEU, with its own defaults.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from auditor.protocols import Engines, Excerpt
from auditor.values import Measurements, Numbers, Per

if TYPE_CHECKING:
    from sacrebleu.metrics.chrf import CHRF

SIGNAL = "round-trip-chrf"


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add the chrF of each sentence that has a round trip."""
    del engines  # the trips were made before
    values: dict[int, float] = {}
    for sentence in excerpt.sentences:
        trip = context.back.get(sentence.span.start)
        if trip is not None:
            values[sentence.span.start] = chrf(sentence.span.of(context.document.text), trip.round_trip)
    return context.with_numbers(SIGNAL, Numbers("chrF, 0-100", Per.SENTENCE, values)) if values else context


def chrf(sentence: str, round_trip: str) -> float:
    """Return the chrF (0-100) of what came home, with the sentence as its reference."""
    score: float = _metric().sentence_score(round_trip, [sentence]).score
    return score


@functools.cache
def _metric() -> CHRF:
    from sacrebleu.metrics.chrf import CHRF  # takes .15 s of the processor, which a story without a doubt does not need

    return CHRF()
