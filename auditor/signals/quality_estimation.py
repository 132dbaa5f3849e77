"""How likely a rater would mark each word, by an encoder fitted on human judgements.

What it measures:
    For each word the probability (0 to 1) that a professional rater of translations would mark it as an error, judged
    from its sentence and, where there is one, from the sentence of the source.

Why it suggests an error:
    Much of what machine translation breaks has no wording that could be guessed: a wrong term, a garbled clause,
    something left out. Raters have marked such places in tens of thousands of translations, and the encoder has learned
    to find them; with a source it also sees what does not match.

Known problems:
    Without a source it learns what bad translation looks like, not what this text meant: fluent sentences with a wrong
    meaning pass. Raters disagree (two of them agree on words with a correlation of about a third), and so does it. Most
    of what it learned from was news and encyclopaedias.

Example:
    In "They decided to assist the meeting", translated from Portuguese, the word "assist" is suspect, with the source
    more than without.

Source:
    Rei et al. (2022), CometKiwi; Kepler et al. (2019), OpenKiwi; the encoder underneath is multilingual-e5-small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.protocols import Engines, Excerpt, Pair, QualityEstimator
from auditor.text.segmentation import words_within
from auditor.values import Document, Measurements, Paragraph, QualityEstimate, Sentence

SIGNAL = "adequacy"
"""The mechanism of findings that rest on the quality estimator alone."""


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add all that the quality estimator says of each sentence, which it reads with its source where it has one."""
    estimator = engines.quality_estimator
    if estimator is None:
        return context
    excerpt.report("estimating quality")
    return replace(context, quality_estimates=estimate(context.document, excerpt.sentences, estimator))


def estimate(
    document: Document, sentences: Sequence[Sentence], estimator: QualityEstimator
) -> dict[int, QualityEstimate]:
    """Return all that the quality estimator says of sentences of the document, by their start offsets."""
    starts = [sentence.span.start for sentence in sentences]
    estimates = estimator.estimate([_pair(document.text, sentence) for sentence in sentences])
    return dict(zip(starts, estimates, strict=True))


def _pair(text: str, sentence: Sentence) -> Pair:
    return Pair(sentence.span.of(text), tuple(words_within(sentence)), sentence.source)


def with_source(document: Document, sources: Sequence[str]) -> Document:
    """Return the document with source text given to its sentences.

    `sources` has one text a paragraph. Every sentence of a paragraph receives the whole text: the quality estimator
    looks for matches anywhere in it.
    """
    paragraphs: list[Paragraph] = []
    for paragraph, source in zip(document.paragraphs, sources, strict=True):
        sentences = tuple(replace(sentence, source=source) for sentence in paragraph.sentences)
        paragraphs.append(replace(paragraph, sentences=sentences))
    return replace(document, paragraphs=tuple(paragraphs))


def without_source(document: Document) -> Document:
    """Return the document as if its source were lost."""
    paragraphs: list[Paragraph] = []
    for paragraph in document.paragraphs:
        sentences = tuple(replace(sentence, source=None) for sentence in paragraph.sentences)
        paragraphs.append(replace(paragraph, sentences=sentences))
    return replace(document, paragraphs=tuple(paragraphs))
