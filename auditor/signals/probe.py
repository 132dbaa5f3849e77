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
    In "because the shell know the answer" it doubts "shell" and "know".

Source:
    Alain and Bengio (2016), "Understanding intermediate layers using linear classifier probes"; Azaria and Mitchell
    (2023), "The Internal State of an LLM Knows When It's Lying"; the model is SmolLM2-135M.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.protocols import Engines, Excerpt
from auditor.values import Measurements, Span


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add the chances (0-1) that a rater would mark, and a post-editor change, each word inside the passage."""
    del engines  # the language model has opened the passage
    excerpt.report("reading")
    passage = excerpt.passage
    sentences: list[list[Span]] = []
    starts: list[int] = []
    for sentence in excerpt.sentences:
        if sentence.span.overlaps(passage.span):
            inside = [word.span for word in sentence.words if passage.span.contains(word.span)]
            sentences.append(inside)
            starts += [word.start for word in inside]
    answers = passage.probe(sentences)
    return replace(context, probed=dict(zip(starts, answers, strict=True))) if answers else context
