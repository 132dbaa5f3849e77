"""Names in two spellings, and numbers and dates in a foreign format."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import names
from auditor.values import Kind
from tests.repairs.sentences import candidates, repairs

KNOWN = "They met Zelensky on Monday. Then Zelensky spoke, and Zelensky left. Talks with Zelensky resume soon."


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Later Zelenski replied.", "Zelenski"),
        ("Then Zelesnky replied.", "Zelesnky"),
        ("A word of zelensky’s.", "zelensky"),
    ],
)
def test_a_rare_spelling_gives_way_to_the_common_one(sentence: str, wrong: str) -> None:
    """One odd spelling beside several equal ones is offered in the common one, its possessive kept."""
    assert repairs(names, f"{KNOWN} {sentence}") == [(wrong, "Zelensky")]


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("Some 12.500 people left.", "12.500", "12,500"),
        ("It cost 1.250.000 euros.", "1.250.000", "1,250,000"),
        ("Prices rose 2,5 percent.", "2,5 percent", "2.5 percent"),
        ("They paid 5 billions of dollars.", "5 billions of", "5 billion"),
        ("It was the 3 of May.", "the 3 of May", "May 3"),
        ("The flight left at 15h30.", "15h30", "3:30 p.m."),
        ("The flight left at 9h00.", "9h00", "9 a.m."),
        ("A church of the XVIII century burned.", "XVIII century", "18th century"),
        ("A church of the century XIX burned.", "century XIX", "19th century"),
        ("It costs 20 € now.", "20 €", "€20"),
        ("It costs € 20 now.", "€ 20", "€20"),
        ("A share of 20 % is small.", "20 %", "20%"),
        ("Some 25 000 people left.", "25 000", "25,000"),
        ("In the years 80 he left.", "the years 80", "the 1980s"),
        ("It was his 21th birthday.", "21th", "21st"),
        ("It was his 12nd birthday.", "12nd", "12th"),
    ],
)
def test_foreign_formats_become_english(text: str, wrong: str, right: str) -> None:
    """Separators, dates, hours, centuries, currencies and ordinals are offered as English writes them."""
    assert (wrong, right) in repairs(names, text)


def test_formats_are_numbers_and_spellings_are_names() -> None:
    """The kind says which of the two is wrong."""
    found = candidates(names, f"{KNOWN} Zelenski paid 12.500 euros.")

    assert {candidate.kind for candidate in found} == {Kind.NAME, Kind.NUMBER}
