"""Figures, dates, clock times and amounts of money in a foreign format."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import figures
from auditor.values import Kind
from tests.repairs.sentences import candidates, repairs


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
    assert (wrong, right) in repairs(figures, text)


@pytest.mark.parametrize(
    "text",
    [
        "He earns 1,200.50 euros, and 2,000,000 people earn less.",
        "At 18 hours a week the job is small, and the drive took 19 hours.",
        "Version 10.0.2 came out on 12.5.",
        "The time was 4:13.260, ahead of 4:14.001.",
        "Call 0800 555 111 or 1.800.555.1212 by 10:30 p.m. on the 4th of July.",
        "The rate rose to 1.125 percent, and the parts are 1,2 and 3.",
        "The fund has 4.176 million members.",
    ],
)
def test_english_figures_are_left_alone(text: str) -> None:
    """Nothing is proposed for figures, versions, times of races and telephone numbers as English has them."""
    assert repairs(figures, text) == []


def test_of_two_formats_at_one_place_the_surer_counts() -> None:
    """ "5,5 %" is one figure, not a figure and a sign."""
    assert repairs(figures, "Prices rose by 5,5 % in May.") == [("5,5 %", "5.5%")]


def test_a_figure_that_fits_no_language_is_doubted_without_a_suggestion() -> None:
    """Nobody can tell what was meant."""
    (found,) = candidates(figures, "The port handled 4,510,77 tons.")

    assert (found.shown, found.kind) == (False, Kind.NUMBER)
