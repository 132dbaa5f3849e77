"""Grammar that no English writer gets wrong."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import plain_grammar
from tests.repairs.sentences import repairs


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("None of the guards was not at the gate.", "None of the guards was not", "None of the guards was"),
        ("No one did not thank the cook.", "No one did not thank", "No one thanked"),
        ("The guard has not seen nothing since noon.", "nothing", "anything"),
        ("It is the most long bridge in the valley.", "most long", "longest"),
        ("The new road is more wide than the old one.", "more wide", "wider"),
        ("This winter was the most coldest of all.", "most coldest", "coldest"),
        ("They had last week the roof mended.", "had last week the roof mended", "mended the roof last week"),
        ("Both clubs could the player buy.", "could the player buy", "could buy the player"),
        ("The firm has closed the mine in 2016.", "has closed", "closed"),
        ("The driver didn’t took the bend.", "didn’t took", "didn’t take"),
        ("The pilots should to rest more.", "should to rest", "should rest"),
        ("After all, she have the last word.", "she have", "she has"),
    ],
)  # fmt: skip
def test_forms_that_english_does_not_know_are_mended(text: str, wrong: str, right: str) -> None:
    """Each with what English has."""
    assert (wrong, right) in repairs(plain_grammar, text)


@pytest.mark.parametrize(
    "text",
    [
        "None of the guards was at the gate, and nobody saw anything.",
        "It was nothing but rain, and the guard had not seen nothing less than a flood.",
        "She is among the most long-serving members, and most old houses have a stove.",
        "The council has approved its budget and has worked on it since last week.",
        "Could the player buy a house? He could have a house built.",
        "The firm had closed the mine in 2016, and the mine has been shut since 2016.",
        "“They was here and nobody didn’t see them,” the boy said.",
        "Did he saw the plank himself? They found the driver’s saw.",
    ],
)
def test_sound_forms_are_left_alone(text: str) -> None:
    """Among them those that look alike, and speech."""
    assert repairs(plain_grammar, text) == []
