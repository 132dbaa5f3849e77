"""What English is made of."""

from __future__ import annotations

import pytest

from auditor.text import english
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


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("armoured", "armored"),
        ("behaviour", "behavior"),
        ("organisations", "organizations"),
        ("analysed", "analyzed"),
        ("Centre", "center"),
        ("travelled", "traveled"),
        ("defence", "defense"),
        ("dialogue", "dialog"),
        ("programme", "program"),
        ("manoeuvre", "maneuver"),
        ("paediatric", "pediatric"),
    ],
)
def test_a_word_is_one_however_it_is_spelt(british: str, american: str) -> None:
    """The two spellings are no repair of each other."""
    assert english.is_variant(british, american)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hour", "hor"), ("four", "for"), ("your", "yor"), ("rise", "rize"), ("filled", "filed"), ("advise", "advice")],
)
def test_words_that_look_alike_are_two(one: str, other: str) -> None:
    """What looks like a British ending is not always one."""
    assert not english.is_variant(one, other)
