"""How surprised the back-translation is at each word of the text.

What it measures:
    Each sentence is translated to another language and back. The number of a word is its surprisal, -log P in nats,
    when the model that translates home is made to write the sentence as it stands: high where the model, knowing what
    the sentence means, would not have used that word there.

Why it suggests an error:
    A translation that broke says something that does not survive the trip: the words that broke it cannot be predicted
    from what was understood. Where the round trip differs from the text, the difference is often the repair.

Known problems:
    A calque survives the trip at no cost, because it is what the model itself would write; names, idioms and good style
    are surprising without being wrong. Alone it is a weak detector: it proposes repairs and checks whether a repair
    keeps the meaning. Words in scripts that the model cannot write get 0.

Example:
    In "the pandemic. of coronavirus" "of" is surprising: the trip returns "the coronavirus pandemic".

Source:
    Moon et al. (2020), "Revisiting Round-Trip Translation for Quality Estimation"; the embedded models are Mozilla's
    Firefox Translations students.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.protocols import BackTranslator
from auditor.values import BackTranslation, Document, Sentence, Span, WordScores

SIGNAL = "back-translation"


def measure(
    document: Document,
    translator: BackTranslator,
    *,
    sentences: Sequence[Sentence] | None = None,
    batch: int = 256,
) -> dict[int, BackTranslation]:
    """Take each sentence of the document to the pivot language and back.

    Args:
        document: what to measure.
        translator: both directions of a translation model.
        sentences: those of the document that are asked about; None for all.
        batch: sentences handed over at once; it changes memory and speed, and numbers by rounding alone.

    Returns:
        By the sentence's start offset. A sentence without a word is left out.
    """
    asked = document.sentences if sentences is None else sentences
    worded = [sentence for sentence in asked if sentence.words]
    found: dict[int, BackTranslation] = {}
    for first in range(0, len(worded), batch):
        part = worded[first : first + batch]
        texts = [sentence.span.of(document.text) for sentence in part]
        words = [
            [
                Span(word.span.start - sentence.span.start, word.span.end - sentence.span.start)
                for word in sentence.words
            ]
            for sentence in part
        ]
        starts = [sentence.span.start for sentence in part]
        found |= zip(starts, translator.measure(texts, words), strict=True)
    return found


def word_scores(document: Document, back: Mapping[int, BackTranslation]) -> WordScores:
    """Return each word's surprisal when its sentence is forced from its pivot (nats, >= 0, low is clean)."""
    values = []
    for sentence in document.sentences:
        trip = back.get(sentence.span.start)
        log_probs = trip.log_probs if trip else (0.0,) * len(sentence.words)
        values += [max(0.0, -log_prob) for log_prob in log_probs]
    return WordScores(SIGNAL, "nats", tuple(values))
