"""How surprised a translation model that reads the source is at each word of the text.

What it measures:
    Where the source of a sentence is known and in a language that the translation model reads (Portuguese with the
    embedded models, any other with MarianMT models of one's own): for each word -log P(word | source, the words before)
    in nats, when the model is made to write the sentence as it stands.

Why it suggests an error:
    What the source does not say is improbable to a model that has read it, however well it reads: a wrong name, a
    figure, a clause that nobody wrote. With the source of another sentence the numbers say nothing any more.

Known problems:
    A good free translation surprises as well, and so does a word that the model cannot write. Something left out leaves
    no word to be surprised at.

Example:
    In "The fire killed 41 people." from "O incêndio matou 14 pessoas." "41" costs 13 nats, "people" 0.1.

Source:
    Thompson and Post (2020), "Prism"; Fomicheva et al. (2020), "Unsupervised Quality Estimation for NMT".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.protocols import BackTranslator
from auditor.values import Document, Forced, Sentence, Span, WordScores

SIGNAL = "forced-decoding"


def measure(
    document: Document, translator: BackTranslator, *, sentences: Sequence[Sentence] | None = None
) -> dict[int, Forced]:
    """Force the sentences of the document from their sources.

    Args:
        document: what to measure; nothing is measured unless its source language is the translator's pivot.
        translator: both directions of a translation model, of which the way home is used.
        sentences: those of the document that are asked about; None for all.

    Returns:
        By the sentence's start offset; a sentence without a source of its own, or too long for the model, is left out.
    """
    if document.source_language != translator.pivot:
        return {}
    asked = [one for one in (document.sentences if sentences is None else sentences) if one.words]
    sources = [None, *(one.source for one in asked), None]
    # The second half of what one sentence became surprises a model that expects the first.
    whole = [one.source not in (sources[at], sources[at + 2]) for at, one in enumerate(asked)]
    pairs = [(one, one.source) for one, is_whole in zip(asked, whole, strict=True) if is_whole and one.source]
    if not pairs:
        return {}
    texts = [sentence.span.of(document.text) for sentence, _ in pairs]
    forced = translator.force([source for _, source in pairs], texts, [_words(sentence) for sentence, _ in pairs])
    return {sentence.span.start: found for (sentence, _), found in zip(pairs, forced, strict=True) if found is not None}


def by_word(document: Document, forced: Mapping[int, Forced]) -> dict[int, float]:
    """Return each forced word's surprisal (nats, >= 0), by the word's start offset; other words are left out."""
    return {
        word.span.start: max(0.0, -log_prob)
        for sentence in document.sentences
        if sentence.span.start in forced
        for word, log_prob in zip(sentence.words, forced[sentence.span.start].log_probs, strict=True)
    }


def word_scores(document: Document, forced: Mapping[int, Forced]) -> WordScores:
    """Return each word's surprisal given the source (nats, >= 0, low is clean); 0 where it is not known."""
    known = by_word(document, forced)
    return WordScores(SIGNAL, "nats", tuple(known.get(word.span.start, 0.0) for word in document.words))


def _words(sentence: Sentence) -> list[Span]:
    start = sentence.span.start
    return [Span(word.span.start - start, word.span.end - start) for word in sentence.words]
