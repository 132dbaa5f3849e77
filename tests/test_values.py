"""The nouns that know something of themselves: spans, documents and what is known of them."""

from __future__ import annotations

import pytest

from auditor.text import segmentation
from auditor.values import Knowledge, Span

SPANS = (Span(2, 4), Span(4, 7), Span(9, 12))
DOCUMENT = segmentation.document("One goes.\n\nTwo go.\n\nThree go. They come.\n\nFour.\n\nFive.", name="story")


@pytest.mark.parametrize(
    ("span", "touches"),
    [(Span(0, 2), False), (Span(0, 3), True), (Span(5, 6), True), (Span(7, 9), False), (Span(11, 20), True)],
)
def test_a_span_touches_others_it_shares_a_code_point_with(span: Span, *, touches: bool) -> None:
    """Of several in order; what only meets the end of one is beside it."""
    assert span.touches(SPANS) is touches
    assert span.touches(()) is False


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("Two", "One goes.\n\nTwo go.\n\nThree go. They come."),
        ("come", "Two go.\n\nThree go. They come.\n\nFour."),
        ("One", "One goes.\n\nTwo go."),
        ("Five", "Four.\n\nFive."),
    ],
)
def test_around_a_place_are_its_paragraph_and_the_ones_beside_it(inside: str, text: str) -> None:
    """At the offsets that they have; what comes before is blank."""
    start = DOCUMENT.text.index(inside)
    near = DOCUMENT.around(Span(start, start + len(inside)))

    assert near.text.lstrip() == text
    assert [sentence.span.of(near.text) for sentence in near.sentences] == [
        sentence.span.of(DOCUMENT.text) for sentence in DOCUMENT.sentences if sentence.span.of(DOCUMENT.text) in text
    ]


def test_around_nothing_is_nothing() -> None:
    """A document without a paragraph."""
    assert segmentation.document("", name="empty").around(Span(0, 0)).text == ""


def test_what_is_known_near_a_place_is_cut_to_it() -> None:
    """Quotations that reach beyond it end there; a title that lies elsewhere is none."""
    knowledge = Knowledge({"Lee": 1}, {}, SPANS, title=Span(0, 2))

    assert knowledge.near(Span(3, 9)).quotations == (Span(3, 4), Span(4, 7))
    assert knowledge.near(Span(3, 9)).title is None
    assert knowledge.near(Span(0, 9)).title == Span(0, 2)
    assert knowledge.near(Span(3, 9)).names == {"Lee": 1}
