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
    In "the shortage. of teachers" "of" is surprising: the trip returns "the shortage of teachers".

Source:
    Moon et al. (2020), "Revisiting Round-Trip Translation for Quality Estimation"; the embedded models are Mozilla's
    Firefox Translations students.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.protocols import BackTranslator, Engines, Excerpt
from auditor.text.segmentation import words_within
from auditor.values import BackTranslation, Document, Measurements, Sentence


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add what becomes of each sentence on the way out and home."""
    if not excerpt.sentences:
        return context
    translator = engines.back_translator
    excerpt.report("translating there and back")
    return replace(context, back=translate_back(context.document, excerpt.sentences, translator))


def translate_back(
    document: Document, sentences: Sequence[Sentence], translator: BackTranslator, *, batch: int = 256
) -> dict[int, BackTranslation]:
    """Take sentences of the document to the pivot language and back.

    Args:
        document: what they stand in.
        sentences: those of the document that are asked about.
        translator: both directions of a translation model.
        batch: sentences handed over at once; it changes memory and speed, and numbers by rounding alone.

    Returns:
        By the sentence's start offset. A sentence without a word is left out.
    """
    worded = [sentence for sentence in sentences if sentence.words]
    found: dict[int, BackTranslation] = {}
    for first in range(0, len(worded), batch):
        part = worded[first : first + batch]
        texts = [sentence.span.of(document.text) for sentence in part]
        words = [words_within(sentence) for sentence in part]
        starts = [sentence.span.start for sentence in part]
        found |= zip(starts, translator.measure(texts, words), strict=True)
    return found
