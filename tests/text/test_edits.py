"""A wording in the place of some words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text.edits import Correction, Edit, edits, spliced, trimmed
from auditor.values import Span

_TEXT = "Prices of of tickets\nrose very, and “we” agreed. The the end"


def _made(words: str, wording: str, text: str = _TEXT) -> str:
    start = text.index(words)
    return spliced(text, edits(text, Correction(Span(start, start + len(words)), wording)))


@pytest.mark.parametrize(
    ("words", "wording", "expected"),
    [
        ("of of", "of", "Prices of tickets\nrose very, and “we” agreed. The the end"),
        ("very", "", "Prices of of tickets\nrose, and “we” agreed. The the end"),
        ("Prices", "", "of of tickets\nrose very, and “we” agreed. The the end"),
        ("rose", "", "Prices of of tickets\nvery, and “we” agreed. The the end"),
        ("end", " ", "Prices of of tickets\nrose very, and “we” agreed. The the"),
        (
            "tickets rose".replace(" ", "\n"),
            "the tickets fell",
            "Prices of of the tickets\nfell very, and “we” agreed.",
        ),
        ("agreed", "agree", "Prices of of tickets\nrose very, and “we” agree. The the end"),
    ],
)
def test_only_the_words_change(words: str, wording: str, expected: str) -> None:
    """A line break that stays is left as it is; words that go take one space along."""
    assert _made(words, wording).startswith(expected)


def test_what_stays_is_in_no_edit() -> None:
    """Quotation marks put around speech change nothing between them."""
    text = "We are ready,\nshe said."

    assert edits(text, Correction(Span(0, 13), "“We are ready,”")) == (Edit(Span(0, 0), "“"), Edit(Span(13, 13), "”"))
    assert trimmed("realised", Edit(Span(0, 8), "realized")) == Edit(Span(5, 6), "z")


@given(st.text("ab ,\n’", max_size=12), st.text("ab ,’", min_size=1, max_size=12))
def test_the_wording_is_what_stands_there(words: str, wording: str) -> None:
    """Whatever is put in the place of whatever reads as it should, and what is around it stays."""
    text = f"(x){words}(y)"
    made = spliced(text, edits(text, Correction(Span(3, 3 + len(words)), wording)))

    assert made.startswith("(x)")
    assert made.endswith("(y)")
    if wording.strip():
        assert made.split() == f"(x){wording}(y)".split()
