"""Characters that look alike give the same words, sentences and findings as the plain ones."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text import segmentation
from auditor.text.characters import given_document, given_found, plain_document, plain_text
from auditor.values import Finding, Found, Kind, Severity, Span

PLAIN = "José’s co-operation with Zoë Müller wasn’t “official”, a well-known aide said. The firm’s café is fine."
DISGUISES: dict[str, Callable[[str], str]] = {
    "hyphens": lambda text: text.replace("-", "\N{NON-BREAKING HYPHEN}"),
    "other hyphens": lambda text: text.replace("-", "\N{HYPHEN}"),
    "letter apostrophes": lambda text: text.replace("’", "\N{MODIFIER LETTER APOSTROPHE}"),
    "typed strokes": lambda text: text.replace("’", "´"),
    "decomposed accents": lambda text: unicodedata.normalize("NFD", text),
    "soft hyphens": lambda text: text.replace("ff", "f\u00adf").replace("pe", "p\u00ade").replace("e’", "e\u00ad’"),
    "zero-width spaces": lambda text: text.replace("ll", "l\u200bl").replace("id", "i\u200bd"),
    "direction marks": lambda text: f"\u200e{text}\u200f".replace("Zoë", "\u2068Zoë\u2069"),
    "joiners": lambda text: text.replace("official", "offi\u200ccial").replace("aide", "ai\u200dde"),
    "ligatures": lambda text: text.replace("ffi", "ﬃ").replace("fi", "ﬁ"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_text_reads_as_the_plain_one(disguise: str) -> None:
    """Its plain form is the plain text, and its words and sentences are those of the plain text, at their places."""
    text = DISGUISES[disguise](PLAIN)
    assert text != PLAIN

    plain = plain_text(text)
    document = segmentation.document(text, name="story")

    assert plain.text == PLAIN
    assert plain_document(document, plain) == segmentation.document(PLAIN, name="story")
    assert [word.text for word in document.words] == [word.span.of(text) for word in document.words]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "naïve café",
        "Ελλάδα",
        "Київ",
        "👩\u200d👩\u200d👧",
        "می\u200cخواهم",
        "q\u0303",
        "a – b — c",
        "x\u00a0y",
    ],
)
def test_what_has_no_plainer_form_stays(text: str) -> None:
    """Composed accents, dashes, spaces, emoji, and the letters of other scripts are as plain as they can be."""
    assert (plain_text(text).text, plain_text(text).given) == (text, ())


def test_a_finding_covers_all_that_is_written_of_its_words() -> None:
    """Back in the given text, a span has the hidden characters inside its words and none around them."""
    text = "The co\u2010op\u00ader\u00ada\u00adtion \u00adof Jose\u0301 ends."
    plain = plain_text(text)
    start = plain.text.index("co-operation of José")
    finding = Finding(Span(start, start + 20), Kind.AWKWARD, Severity.MINOR, 0.5, "x", "x")

    (found,) = given_found(Found((finding,)), plain).findings

    assert found.span.of(text) == "co\u2010op\u00ader\u00ada\u00adtion \u00adof Jose\u0301"


@given(st.text(alphabet="ab -’\u00ad\u200b\u2011\u02bceé\u0301\u0327ﬁ´\ufeff.\n"))
def test_every_range_comes_back(text: str) -> None:
    """From the plain text to the given one and back, every word and sentence is where it was; nothing is lost."""
    plain = plain_text(text)
    document = segmentation.document(text, name="story")
    own = segmentation.document(plain.text, name="story")

    assert plain_document(document, plain) == own
    assert given_document(own, text, plain) == document
    assert plain_text(plain.text).text == plain.text
    spans = [sentence.span for sentence in document.sentences]
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
