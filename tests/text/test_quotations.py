"""Who speaks in a sentence."""

from __future__ import annotations

import pytest

from auditor.text import quotations


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We will not go, the minister said.", ["We will not go,"]),
        ("Now, Lee added, we wait.", ["Now,", "we wait."]),
        ("The minister said: we are ready.", ["we are ready."]),
        ("We are ready, said Anna Lind, a diplomat.", ["We are ready,"]),
        ("The talks will go on, the minister said.", []),  # nobody says "we"
        ("After our troops left, the minister said he would never return there.", []),
        ("We will not go.", []),
    ],
)
def test_speech_is_told_from_its_speaker(text: str, said: list[str]) -> None:
    """In the first person, whichever side the speaker stands on."""
    assert [text[start:end] for start, end in quotations.attributed(text)] == said


@pytest.mark.parametrize(
    ("text", "speaks"),
    [("It is ours, not my own.", True), ("He said we would go.", False), ("Elizabeth I ruled.", False)],
)
def test_the_first_person_speaks(text: str, *, speaks: bool) -> None:
    """Not where somebody reports it, nor as a numeral."""
    assert quotations.speaks(text, 0, len(text)) is speaks


@pytest.mark.parametrize(
    ("text", "marks"),
    [("“No.”", True), ('"No."', True), ("He said 'no' to it.", True), ("It's Lee’s plan.", False)],
)
def test_an_apostrophe_is_no_quotation_mark(text: str, *, marks: bool) -> None:
    """Inside a word."""
    assert quotations.has_marks(text) is marks


def test_bare_speech_has_a_speaker_and_no_marks() -> None:
    """And is more than a word or two."""
    assert quotations.is_bare_speech("A free region is vital, the president told allies.")
    assert not quotations.is_bare_speech("“A free region is vital,” the president told allies.")
    assert not quotations.is_bare_speech("Today, the president told allies.")
