"""Sentences cut in two, run together, or left without their full stop."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import split_sentences
from tests.repairs.sentences import repairs

PROSE = "The minister arrived in Rome on Monday for three days of talks with his colleagues from the south."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They fear a war. of words.", [("war.", "war"), ("war.", "war,")]),
        ("They fear a war. in the region.", [("war.", "war"), ("war.", "war,")]),
        ("They fear a war. they may be right.", [("war.", "war"), ("war.", "war,"), ("they", "They")]),
        ("They fear the army They may be right.", [("army", "army."), ("They", "they")]),
        ("They fear a war.They may be right.", [("war.They", "war. They")]),
        ("They fear a war , he said.", [("war ,", "war,")]),
        ("They fear a war,, he said.", [("war,,", "war,")]),
        ("He stressed, that war was near.", [("stressed,", "stressed")]),
    ],
)
def test_marks_are_put_right(text: str, expected: list[tuple[str, str]]) -> None:
    """Each way in which a stop goes astray is offered in each way in which it can be mended."""
    assert repairs(split_sentences, text) == expected


def test_a_paragraph_of_prose_gets_its_full_stop() -> None:
    """A second sentence without its stop is unfinished, at the end of a paragraph only."""
    text = f"{PROSE}\n{PROSE} The north of the country is hard to reach in winter\n{PROSE}"

    assert repairs(split_sentences, text) == [("winter", "winter.")]
