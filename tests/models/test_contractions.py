"""Counting contractions."""

from __future__ import annotations

from models.train.contractions import count


def test_contractions_are_counted_with_and_without_their_apostrophe() -> None:
    """However a data set cuts them; what may be a word, a name or another language is not counted."""
    found = count(["They don’t, she isn 't and we do n't.", "It hasnt rained. Jony Ive wont say. “Im Westen”"])

    assert found == (16, 3, 1)
