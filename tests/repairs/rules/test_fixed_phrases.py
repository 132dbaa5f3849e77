"""Names and fixed phrases translated word by word."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import fixed_phrases
from tests.repairs.sentences import repairs


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("the house white said so.", "house white", "White House"),
        ("The minister first resigned; he was the first minister to go.", "minister first", "prime minister"),
        ("The Sea of South China is disputed.", "Sea of South China", "South China Sea"),
        ("Fighting broke out in the sector of gaza.", "sector of gaza", "Gaza Strip"),
        ("He got the sentence to perpetual prison.", "perpetual prison", "life imprisonment"),
        ("They put an end point to the war.", "put an end point", "put an end"),
    ],
)
def test_names_keep_their_capitals_and_offices_the_texts(text: str, wrong: str, right: str) -> None:
    """A name is written as names are, whatever the text does; an office follows the text."""
    assert (wrong, right) in repairs(fixed_phrases, text)


@pytest.mark.parametrize(
    "text",
    [
        *fixed_phrases.VALID[::2],
        "The Foreign Ministry in Beijing and the European Commission agreed.",
        "Nicola Sturgeon, Scotland’s first minister, met the state premier of Victoria.",
        "The talks took place behind closed doors at the World Trade Organization.",
    ],
)
def test_the_right_forms_are_left_alone(text: str) -> None:
    """English names and phrases raise nothing."""
    assert repairs(fixed_phrases, text) == []
