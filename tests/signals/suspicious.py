"""A post-editor that knows a few slips, and its text."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.values import PostEdits, Span

TEXT = "The coach spoke of an formation of goalkeepers. In May Moreno went at Lisbon."


class Suspicious:
    """A post-editor that knows two slips."""

    name = "suspicious"

    def read(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[PostEdits]:
        """See `auditor.protocols.PostEditor`."""
        return [self._edits(sentence, ranges) for sentence, ranges in zip(sentences, words, strict=True)]

    def _edits(self, sentence: str, ranges: Sequence[Span]) -> PostEdits:
        own = [span.of(sentence) for span in ranges]
        known = {
            "formation": (("", -0.2), ("training", -2.0), ("course", -3.0), ("formation", -5.0)),
            "at": (("to", -0.5), ("", -1.5)),
            "Moreno": (("morris", -0.1),),
        }
        wrong = tuple(1.0 if word in known else -6.0 for word in own)
        missing = tuple(("the", 2.0 if word == "goalkeepers" else -8.0) for word in own)
        zeros = (0.0,) * len(own)
        return PostEdits(wrong, tuple(known.get(word, ()) for word in own), missing, zeros, zeros)
