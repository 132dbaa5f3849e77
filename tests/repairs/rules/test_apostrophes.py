"""Possessives whose apostrophe was lost, moved, doubled or set adrift."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import apostrophes
from tests.repairs.sentences import repairs

KNOWN = "Merkel spoke to Macron on Monday. Later Merkel called Macron again."


@pytest.mark.parametrize(
    "text",
    [
        *apostrophes.VALID,
        "Reuters reporters in Texas and Honduras met Boris Yeltsin’s heirs.",
        "The Harris campaign, the Phillips family and the Jones report were in the news.",
        "Democrats plan to vote on Friday, and Republicans expect to win.",
        "The ministers met in Paris. The governments agreed that the countries would talk.",
        "He left the country two years ago, five weeks later than planned.",
        "The boss’s office and Congress’s budget were discussed.",
        "He called it a ‘victory for all’ and left.",
        "The two Koreas trade little, the summit of the Americas ended, and Kansas banks closed.",
        "Frances McDormand won, and Frances’ mother was there.",
    ],
)
def test_genuine_plurals_and_names_are_left_alone(text: str) -> None:
    """Names that end in s, plurals that are subjects, and quotations in single marks raise nothing."""
    assert repairs(apostrophes, text) == []


@pytest.mark.parametrize(
    ("sentence", "wrong", "right"),
    [
        ("Merkels new plan failed.", "Merkels", "Merkel's"),
        ("Merkels’ plan failed.", "Merkels’", "Merkel’s"),
        ("Merkels's plan failed.", "Merkels's", "Merkel's"),
        ("They spoke of Merkels ‘plan for Europe.", "Merkels ‘plan", "Merkel's plan"),
        ("They spoke of Merkel ’s plan for Europe.", "Merkel ’s", "Merkel's"),
        ("The Macron and Merkels talks will last.", "Merkels", "Merkel's"),
    ],
)
def test_the_document_tells_whose_it_was(sentence: str, wrong: str, right: str) -> None:
    """A name the document has without its s turns the word with an s into a possessive."""
    assert (wrong, right) in repairs(apostrophes, f"{KNOWN} {sentence}")


@pytest.mark.parametrize(
    ("sentence", "wrong", "right"),
    [
        ("Chinas economy grew.", "Chinas", "China's"),
        ("They fear Russias budget.", "Russias", "Russia's"),
        ("They fear Russias Gazprom.", "Russias", "Russia's"),
        ("They fear Chinas growing fleet.", "Chinas", "China's"),
        ("They fear Russias’ budget.", "Russias’", "Russia’s"),
    ],
)
def test_a_country_needs_no_second_mention(sentence: str, wrong: str, right: str) -> None:
    """Nor does its ending, which some names have of their own, speak against it."""
    assert repairs(apostrophes, sentence) == [(wrong, right)]


def test_a_leftover_s_can_go() -> None:
    """A known name with an s before a verb is offered without it."""
    assert ("Merkels", "Merkel") in repairs(apostrophes, f"{KNOWN} Macron and Merkels reflect on the vote.")


def test_the_documents_own_apostrophe_is_kept() -> None:
    """A document that writes curly apostrophes gets curly ones."""
    text = "It’s late, and the party’s leader isn’t here. The governments decision can’t wait."

    assert ("governments", "government’s") in repairs(apostrophes, text)


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("The governments decision surprised all.", ["government's", "governments'"]),
        ("The two governments decision surprised all.", ["governments'"]),
        ("It was last years election.", ["year's", "years'"]),
    ],
)
def test_number_decides_singular_and_plural(text: str, rights: list[str]) -> None:
    """After "two" only the plural possessive is offered, elsewhere the singular first."""
    assert [right for _, right in repairs(apostrophes, text)] == rights


def test_plurals_that_do_not_exist_are_possessives() -> None:
    """No dictionary has "countrys" or "womens"."""
    assert repairs(apostrophes, "The countrys womens team won.") == [("countrys", "country's"), ("womens", "women's")]
