"""What English is made of."""

from __future__ import annotations

import pytest

from auditor.text.english import CLASSES, FUNCTION_WORDS, base


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Lee’s", "Lee"),
        ("Lee's", "Lee"),
        ("Joneses’", "Joneses"),
        ("Lees", "Lees"),
        ("LEE’S", "LEE"),
        ("o’clock", "o’clock"),
    ],
)
def test_base_strips_possessive_endings_only(word: str, expected: str) -> None:
    """The ending goes, the rest of the word stays."""
    assert expected == base(word)


def test_every_closed_class_is_made_of_function_words() -> None:
    """What may stand in a function word's place is a function word."""
    assert FUNCTION_WORDS.issuperset(word for words in CLASSES for word in words)
