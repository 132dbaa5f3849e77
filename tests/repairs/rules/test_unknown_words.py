"""Words that no dictionary has."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import unknown_words
from tests.repairs.sentences import candidates, repairs


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("The comittee met again.", "comittee", "committee"),
        ("They recieved no answer.", "recieved", "received"),
        ("He will speak on tuesday.", "tuesday", "Tuesday"),
        ("The swedish border is closed.", "swedish", "Swedish"),
        ("He said thatthe road is open.", "thatthe", "that the"),
        ("It lay inthe yard.", "inthe", "in the"),
        ("The reunificated parts of the town celebrate.", "reunificated", ""),
    ],
)
def test_slips_are_proposed(text: str, wrong: str, right: str) -> None:
    """With the near word where there is one."""
    assert (wrong, right) in repairs(unknown_words, text)


@pytest.mark.parametrize(
    "text",
    [
        "The organisers’ programme, colourful and unbuttoned, was rebroadcast.",
        "A chatbot, a paywall and a hackathon: the startups crowdsourced it.",
        "The biathlete overtook the steeplechaser; the shortstop and the linebacker watched.",
        "The moth Eriogaster rimicola and the mite Varroa destructor harm bees.",
        "“I cannae thole it nae mair,” she said.",
        "Write to desk@example.org, see example.org/newsroom or the tag #rainyday.",
        "The dish, called shakshuka, came with a salad (of purslane).",
        "An after-work get-together of twentysomethings ended in a no-show.",
    ],
)
def test_new_and_borrowed_words_are_left_alone(text: str) -> None:
    """English makes words of words, and what is named or quoted is meant to be odd."""
    assert repairs(unknown_words, text) == []


def test_a_word_that_the_story_uses_is_a_term_of_it() -> None:
    """Three times are no slip."""
    text = "The brantle is a dance. A brantle has eight steps, and every brantle ends in a bow."

    assert candidates(unknown_words, text) == []
