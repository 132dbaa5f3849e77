"""Sentences cut in two, run together, or left without their full stop."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import split_sentences
from tests.repairs.sentences import repairs

PROSE = "The minister arrived in Rome on Monday for three days of talks with his colleagues from the south."


@pytest.mark.parametrize(
    "text",
    [
        *split_sentences.VALID,
        "Lt. Gen. Jones of the U.S. Army, i.e. the commander, spoke at 3 p.m. in St. Louis.",
        "It cost No. 5 Ltd. a lot ... but it paid 3.5 percent.",
        "See https://example.com/a.The or write to a.Smith@example.com for details.",
        "He quoted the paper The Economist and the film The Hours.",
        'He asked: "Why now?" and left.',
    ],
)
def test_abbreviations_names_and_addresses_are_left_alone(text: str) -> None:
    """Stops that belong to words, titles inside a sentence, and web addresses raise nothing."""
    assert repairs(split_sentences, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They fear a war. of words.", [("war.", "war"), ("war.", "war,"), ("war. of words", "words war")]),
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
    text = f"{PROSE}\n{PROSE} The north of the country remains a source of anger\n{PROSE}"

    assert repairs(split_sentences, text) == [("anger", "anger.")]


@pytest.mark.parametrize(
    "text",
    [
        f"Minister arrives in Rome for talks with colleagues\n{PROSE}\n{PROSE}",
        f"{PROSE}\n{PROSE}\nBy our correspondent in Rome\n{PROSE}",
        "The first line of a list that is rather long and goes on and on until it has twenty-six words or so in it, "
        "and then stops without a mark\nThe second line of the same list",
    ],
)
def test_headlines_and_by_lines_need_none(text: str) -> None:
    """Short lines, and texts in which no paragraph ends in a stop, are left alone."""
    assert repairs(split_sentences, text) == []
