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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.protocols import BackTranslator, Engines, Excerpt
from auditor.text.segmentation import words_within
from auditor.values import Document, Forced, Measurements, Sentence


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add what the translation model says of each sentence that has a source."""
    if not any(sentence.source for sentence in excerpt.sentences):
        return context
    excerpt.report("forcing from the source")
    return replace(context, forced=force(context.document, excerpt.sentences, engines.back_translator))


def force(document: Document, sentences: Sequence[Sentence], translator: BackTranslator) -> dict[int, Forced]:
    """Force sentences of the document from their sources.

    Args:
        document: nothing is measured unless its source language is the translator's pivot.
        sentences: those of the document that are asked about.
        translator: both directions of a translation model, of which the way home is used.

    Returns:
        By the sentence's start offset; a sentence without a source of its own, or too long for the model, is left out.
    """
    if document.source_language != translator.pivot:
        return {}
    asked = [(sentence, source) for sentence, source in _whole(sentences) if source]
    if not asked:
        return {}
    texts = [sentence.span.of(document.text) for sentence, _ in asked]
    sources = [source for _, source in asked]
    answers = translator.force(sources, texts, [words_within(sentence) for sentence, _ in asked])
    forced: dict[int, Forced] = {}
    for (sentence, _), answer in zip(asked, answers, strict=True):
        if answer is not None:
            forced[sentence.span.start] = answer
    return forced


def by_word(document: Document, forced: Mapping[int, Forced]) -> dict[int, float]:
    """Return each forced word's surprisal (nats, >= 0), by the word's start offset; other words are left out."""
    surprisals: dict[int, float] = {}
    for sentence in document.sentences:
        if sentence.span.start in forced:
            log_probs = forced[sentence.span.start].log_probs
            for word, log_prob in zip(sentence.words, log_probs, strict=True):
                surprisals[word.span.start] = max(0.0, -log_prob)
    return surprisals


def _whole(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, str | None]]:
    """Yield the sentences with words, each with its source, that are all of what their source became.

    The second half of what one sentence became surprises a model that expects the first.
    """
    worded = [sentence for sentence in sentences if sentence.words]
    sources = [None, *(sentence.source for sentence in worded), None]
    for at, sentence in enumerate(worded):
        if sentence.source not in (sources[at], sources[at + 2]):
            yield sentence, sentence.source
