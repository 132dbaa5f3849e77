"""How likely a rater would mark each word, by the inner states of the causal language model.

What it measures:
    For each word the probability (0 to 1) that a professional rater of translations would mark it as an error, by a
    small network over what three layers of the language model hold when it has read the word and those around it.

Why it suggests an error:
    A language model knows more of a text than it says with its predictions: what is wrong with a sentence shows in its
    inner states though each word of it is likely enough. A probe that was fitted on tens of thousands of rated
    sentences reads that off, for next to nothing where the text is read anyway.

Known problems:
    It never sees a source, so fluent sentences with a wrong meaning pass, and it belongs to the one language model that
    it was fitted on: with another there is none. Raters disagree, and so does it.

Example:
    In "where the hell meet the top Indian leaders" it doubts "hell" and "meet".

Source:
    Alain and Bengio (2016), "Understanding intermediate layers using linear classifier probes"; Azaria and Mitchell
    (2023), "The Internal State of an LLM Knows When It's Lying"; the model is SmolLM2-135M.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.protocols import LanguageModel, Passage
from auditor.values import Document, Sentence, WordScores

SIGNAL = "probe"


def measure(document: Document, model: LanguageModel) -> WordScores:
    """Return, a word of the document, the probability (0 to 1) that a rater would mark it; 0 where none is known."""
    probed: dict[int, tuple[float, ...]] = {}
    for passage in model.read(document.text, [sentence.span for sentence in document.sentences]):
        probed |= by_word(passage, document.sentences)
    return WordScores(SIGNAL, "probability", tuple(probed.get(word.span.start, (0.0,))[0] for word in document.words))


def by_word(passage: Passage, sentences: Sequence[Sentence]) -> dict[int, tuple[float, ...]]:
    """Return the chances of marked and edited (0-1) of each word inside the passage, by the word's start offset."""
    inside = [
        [word.span for word in sentence.words if passage.span.contains(word.span)]
        for sentence in sentences
        if sentence.span.overlaps(passage.span)
    ]
    starts = [word.start for words in inside for word in words]
    answers = passage.probe(inside)
    return dict(zip(starts, answers, strict=True)) if answers else {}
