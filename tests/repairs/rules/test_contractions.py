"""Contractions that lost their apostrophe."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import contractions
from tests.repairs.sentences import candidates, repairs


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("He says hell resign.", "hell", "he'll"),
        ("Well be there on Monday, she said.", "Well", "We'll"),
        ("He said that were ready.", "were", "we're"),
        ("The problem is that its not enough.", "its", "it's"),
        ("The club sold it's own ground.", "it's", "its"),
        ("She WONT answer.", "WONT", "Won't"),
        ("Theyre late.", "Theyre", "They're"),
        ("We 'll see.", "We 'll", "We'll"),
        ("It doesn t matter.", "doesn t", "doesn't"),
        ("I m ready.", "I m", "I'm"),
        ("It ‘s late.", "It ‘s", "It's"),
    ],
)
def test_collisions_and_broken_pieces(text: str, wrong: str, right: str) -> None:
    """Each word that a lost apostrophe makes is offered as the contraction, in the case of the text."""
    assert (wrong, right) in repairs(contractions, text)


@pytest.mark.parametrize(
    ("text", "is_slip"),
    [
        ("They arent worried.", True),
        ("Hasnt anybody asked?", True),
        ("The taxes punish people and dont help.", True),
        ("The film “La Femme dont on parle” won.", False),
        ("The designer Jony Ive said so.", False),
        ("The coach wont say.", False),
        ("“Im Westen nichts Neues” is German.", False),
    ],
)
def test_what_is_no_word_needs_no_model(text: str, *, is_slip: bool) -> None:
    """It counts for a repair that nobody writes so; but for names, other languages and words that there are."""
    (candidate,) = candidates(contractions, text)

    assert (candidate.prior_nats > 0) is is_slip


def test_an_article_before_a_contraction_goes_with_it() -> None:
    """ "The shell know" was "she'll know"; the verb is shown so that the reader sees why."""
    found = repairs(contractions, "Ask the nurse, because the shell know the answer.")

    assert found == [("shell", "she'll"), ("the shell know", "she'll know")]


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("He says an ill bring the keys.", "an ill bring", "I'll bring"),
        ("They hope that the well find a boat.", "the well find", "we'll find"),
        ("Her aunt said the shed wait at the gate.", "the shed wait", "she'd wait"),
        ("It is clear that the were late again.", "the were late", None),
        ("Nobody thinks that the its enough.", "the its enough", None),
        ("The bells ring when the its not raining.", "the its not", "it's not"),
    ],
)
def test_no_article_stands_before_a_pronoun(text: str, wrong: str, right: str | None) -> None:
    """Whichever contraction it was, the article goes with it where what follows can follow the contraction."""
    assert [new for old, new in repairs(contractions, text) if old == wrong] == ([right] if right else [])


def test_the_documents_own_apostrophe_is_kept() -> None:
    """A document that writes curly apostrophes gets curly ones."""
    assert repairs(contractions, "It’s the party’s choice, but they dont agree.") == [("dont", "don’t")]
