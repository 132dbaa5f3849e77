"""Possessives whose apostrophe was lost, moved, doubled or set adrift."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import apostrophes
from tests.repairs.sentences import repairs

KNOWN = "Merkel spoke to Macron on Monday. Later Merkel called Macron again."


@pytest.mark.parametrize(
    ("sentence", "wrong", "right"),
    [
        ("Merkels new plan failed.", "Merkels", "Merkel's"),
        ("Merkels’ plan failed.", "Merkels’", "Merkel’s"),
        ("Merkels's plan failed.", "Merkels's", "Merkel's"),
        ("They laughed at Merkels ‘holiday plans.", "Merkels ‘holiday", "Merkel's holiday"),
        ("They spoke of Merkel ’s plan for Europe.", "Merkel ’s", "Merkel's"),
        ("The Macron and Merkels families met.", "Merkels", "Merkel's"),
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
