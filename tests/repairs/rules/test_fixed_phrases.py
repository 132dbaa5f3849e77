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
        ("He crossed the western bank by bus.", "western bank", "West Bank"),
        ("He got the sentence to perpetual prison.", "perpetual prison", "life imprisonment"),
        ("They ended it with a shake of hands.", "shake of hands", "handshake"),
    ],
)
def test_names_keep_their_capitals_and_offices_the_texts(text: str, wrong: str, right: str) -> None:
    """A name is written as names are, whatever the text does; an office follows the text."""
    assert (wrong, right) in repairs(fixed_phrases, text)
