"""Which words are of another language, by what they are made of."""

from __future__ import annotations

import pytest

from auditor.text import english_words, foreign_words


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("los vecinos de la ciudad piden ayuda", "es"),
        ("les habitants de la ville demandent une aide", "fr"),
        ("os moradores da cidade pedem ajuda", "pt"),
        ("gli abitanti della città chiedono aiuto", "it"),
        ("wenn sich nichts ändert und alle warten", "de"),
    ],
)
def test_a_clause_is_known_by_its_letters(words: str, language: str) -> None:
    """At odds of more than a thousand to one."""
    assert foreign_words.nats(words.split()) > 7
    assert foreign_words.likeliest(words.split()) == language


@pytest.mark.parametrize(
    "words", ["the neighbors of the town ask for help", "the sinusitis of the driver", "a van to a casino"]
)
def test_english_is_english(words: str) -> None:
    """Latin words that English took over among them."""
    assert foreign_words.nats(words.split()) < 0


@pytest.mark.parametrize("word", ["unfriended", "oilfields", "organised", "cliche", "glitchiest", "retweeted"])
def test_words_made_of_words_are_english(word: str) -> None:
    """By their parts, or by the list."""
    assert english_words.is_english(word)


@pytest.mark.parametrize(
    ("word", "right"), [("monday", "Monday"), ("march", ""), ("turkish", "Turkish"), ("house", "")]
)
def test_names_are_known_by_their_capital(word: str, right: str) -> None:
    """Those that are words as well are not."""
    assert english_words.with_capital(word) == right
