"""What a post-editor would do: which words to change, and to what.

What it measures:
    For each word the log-odds that it is not what a native writer wrote there, read from both sides, and the words that
    ought to stand in its place, each with its log-probability; which function word is missing before it; and how likely
    a post-editor would change and a rater would mark it.

Why it suggests an error:
    Its encoder has learned to undo damage: news that engines took to another language and back, words that one system
    of many wrote, broken grammar, and what people changed in real translations.

Known problems:
    It knows English and damage, not the source: a fluent sentence with another meaning passes. A paraphrase of what is
    usual looks wrong to it, so its words are priced by the language model before anything is reported. It writes one
    word in lower case, and no names.

Example:
    In "The choir sang in the old stone formula until midnight", "formula" is not kept, and "church" stands among what
    ought to be there.

Source:
    Omelianchuk et al. (2020), GECToR; the encoder underneath is MPNet-base (Song et al. 2020).
"""

from __future__ import annotations

from dataclasses import replace

from auditor.protocols import Engines, Excerpt
from auditor.text.segmentation import words_within
from auditor.values import Measurements, Span


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add what the post-editor would do to each sentence, read with those around it."""
    post_editor = engines.post_editor
    if post_editor is None:
        return context
    excerpt.report("post-editing")
    text = context.document.text
    starts: list[int] = []
    texts: list[str] = []
    words: list[list[Span]] = []
    for sentence in excerpt.sentences:
        starts.append(sentence.span.start)
        texts.append(sentence.span.of(text))
        words.append(words_within(sentence))
    edits = post_editor.read(texts, words)
    return replace(context, post_edits={**context.post_edits, **dict(zip(starts, edits, strict=True))})
