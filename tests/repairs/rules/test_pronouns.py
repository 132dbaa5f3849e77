"""Pronouns against the gender that a story gives a person."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import pronouns
from tests.repairs.sentences import candidates, repairs


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("Mrs. Lind said on Friday that he had sold the farm.", "he", "she"),
        ("Mr. Webb announced she would not run again.", "she", "he"),
        ("Mr. Okafor lost his seat in May. Her term ends in July.", "Her", "His"),
        ("Ms. Duarte won the heat. He runs again on Sunday.", "He", "She"),
    ],
)
def test_the_pronoun_follows_the_title(text: str, wrong: str, right: str) -> None:
    """In what a person says, and at the beginning of the sentence after one that is about this person."""
    assert (wrong, right) in repairs(pronouns, text)


@pytest.mark.parametrize(
    "text",
    [
        "Mrs. Lind said on Friday that she had sold the farm.",
        "Mrs. Lind never met her grandfather. He died at sea.",
        "Mrs. Lind met Mr. Okafor. He sold her the farm.",
        "Kim Lind said he had sold the farm.",
        "Mrs. Lind spoke of her son and said he had sold the farm.",
        "Mr. Lind and Mrs. Lind left. She said she would be back.",
    ],
)
def test_somebody_else_may_be_meant(text: str) -> None:
    """Where another person stands near, or the story does not tell, nothing is doubted."""
    assert repairs(pronouns, text) == []


def test_the_reason_says_what_the_story_tells() -> None:
    """So that an editor knows what to look for."""
    (found,) = candidates(pronouns, "Mrs. Lind said on Friday that he had sold the farm.")

    assert found.reason == "the wrong pronoun: the story gives this person a woman’s name or title"
