"""Text to paragraphs, sentences and words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text import segmentation
from auditor.values import Span

# News-like pieces glued at random meet the splitter's hard places far oftener than random characters do.
_PIECES = st.sampled_from(
    [
        "The threat", "Gen. Lee", "U.S.", "he’ll", "the Joneses’ house", "‘yes’", "“No.”", "3.5", "a.m.", "Ph.D.",
        "don't", "...", "…", "?!", ".", ",", "\"Go.\"", " ", "\n", "\r\n", "\f", "\u2028", "\u00a0", "\t", "e\u0301",
        "👩‍👩‍👧", "שלום.", "مرحبا؟", "他说。", "https://example.org/a.b?c=d.", "\u200b", "\ufeff", "x" * 1_600,
    ]
)  # fmt: skip
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=30).map("".join), st.lists(_PIECES, max_size=30).map(" ".join))


def _parts(text: str, spans: Sequence[Span]) -> list[str]:
    return [span.of(text) for span in spans]


def _sentences(text: str) -> list[str]:
    return _parts(text, segmentation.sentences(text, Span(0, len(text))))


def _words(text: str) -> list[str]:
    return [word.text for word in segmentation.words(text, Span(0, len(text)))]


@given(_TEXTS)
def test_paragraphs_leave_only_white_space(text: str) -> None:
    """Paragraphs are ordered, disjoint, trimmed, not empty, and all else is white space."""
    spans = segmentation.paragraphs(text)

    ends = [0, *(offset for span in spans for offset in (span.start, span.end)), len(text)]
    gaps = [text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]
    assert sorted(ends) == ends
    assert [gap.strip() for gap in gaps] == [""] * (len(spans) + 1)
    assert _parts(text, spans) == [part.strip() for part in _parts(text, spans) if part.strip()]


@given(_TEXTS)
def test_sentences_leave_only_white_space(text: str) -> None:
    """Within a paragraph, sentences are ordered, disjoint, trimmed, bounded, and all else is white space."""
    for paragraph in segmentation.paragraphs(text):
        spans = segmentation.sentences(text, paragraph)

        assert (spans[0].start, spans[-1].end) == (paragraph.start, paragraph.end)
        assert all(text[one.end : two.start].strip() == "" for one, two in itertools.pairwise(spans))
        assert all(0 < len(span) <= segmentation.LONGEST_SENTENCE for span in spans)
        assert _parts(text, spans) == [part.strip() for part in _parts(text, spans)]


@given(_TEXTS)
def test_words_quote_the_document(text: str) -> None:
    """A document keeps its text, and each word is what stands at its offsets, inside its sentence, in order."""
    document = segmentation.document(text, name="-")

    assert document.text == text
    assert [word.span.of(text) for word in document.words] == [word.text for word in document.words]
    assert all(one.span.end <= two.span.start for one, two in itertools.pairwise(document.words))
    assert all(sentence.span.contains(word.span) for sentence in document.sentences for word in sentence.words)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1))
def test_letters_and_digits_are_one_word(text: str) -> None:
    """A run of letters and digits of any script is one word."""
    assert _words(text) == [text]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Gen. Lee met the U.S. envoy at 5 p.m. on Jan. 5.", "He left."],
        ["“We won.”", "“Did we?” she asked.", "He nodded."],
        ["The threat. of war was real.", "Nobody saw it."],
        ["He paused … and went on.", "J. K. Rowling spoke."],
        ["She said “go.”", "Then she left."],
        ["It cost $1.5 million.", "The U.S. Senate agreed."],
        ["Acme vs. The Crown was heard.", "Lt. Gov. Anne Hall spoke."],
    ],
)
def test_sentences_end_where_an_editor_ends_them(sentences: list[str]) -> None:
    """Abbreviations, initials and quotations are no ends; a stop before a small letter is an error inside."""
    assert sentences == _sentences(" ".join(sentences))


def test_endless_sentences_are_cut_at_white_space() -> None:
    """What no sentence can be long enough for is cut between words."""
    pieces = _sentences("word " * 1_000)

    assert {"word"} == {word for piece in pieces for word in piece.split()}
    assert len(pieces) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The U.S.-led talks; the U.S.’s", ["The", "U.S.-led", "talks", "the", "U.S.’s"]),
        ("$1.5 million at 10:30 on 9/11", ["1.5", "million", "at", "10:30", "on", "9/11"]),
        ("he’ll don't mid-2020 COVID-19", ["he’ll", "don't", "mid-2020", "COVID-19"]),
        ("the Joneses’ house", ["the", "Joneses’", "house"]),
        ("the Joneses' house", ["the", "Joneses'", "house"]),
        ("‘We saw the Joneses’ he said", ["We", "saw", "the", "Joneses", "he", "said"]),
        ("'two words' he said", ["two", "words", "he", "said"]),
        ("‘the Joneses’ house’ he said", ["the", "Joneses’", "house", "he", "said"]),
        ("Harris ‘claims that changed Kramers’ plan", ["Harris", "claims", "that", "changed", "Kramers’", "plan"]),
        ("give 'em the boys' toys", ["give", "em", "the", "boys'", "toys"]),
        ("see https://example.org/a.b. Now", ["see", "https://example.org/a.b", "Now"]),
        ("end.Start — no,yes", ["end", "Start", "no", "yes"]),
        ("cafe\u0301 naïve", ["cafe\u0301", "naïve"]),
    ],
)
def test_words_are_what_a_reader_calls_words(text: str, words: list[str]) -> None:
    """Inner apostrophes, hyphens and numbers' marks belong to the word, quotation marks do not."""
    assert words == _words(text)


def test_a_line_is_a_paragraph() -> None:
    """Every sort of line break ends a paragraph."""
    text = "One.\nTwo.\r\nThree.\rFour.\fFive.\u2028Six.\u2029\n\n Seven.\u0085Eight."

    expected = ["One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven.", "Eight."]
    assert expected == _parts(text, segmentation.paragraphs(text))


_WRAPPED = """Ferry talks resume

The two governments will meet again on Thursday to talk about the ferry
that has linked the islands for thirty years, officials said. The talks
broke down in March when the operator asked for more money.
A second round is planned for June, and ministers hope that it will be
the last.

    The ferry carries eight thousand people a week.
"""


def test_text_wrapped_by_hand_is_joined() -> None:
    """In text wrapped to a width a forced line break is none; blank lines, indents and short lines end paragraphs."""
    paragraphs = _parts(_WRAPPED, segmentation.paragraphs(_WRAPPED))

    starts = ["Ferry talks resume", "The two governments", "A second round", "The ferry carries"]
    assert starts == [start for start, paragraph in zip(starts, paragraphs, strict=True) if paragraph.startswith(start)]


def test_lines_of_headlines_are_not_joined() -> None:
    """Short lines of like width that each begin with a capital are paragraphs of their own."""
    text = "Ministers Agree On Ferry Money After Weeks\nStorm Closes Schools Along Northern Coast\n" * 3

    assert len(segmentation.paragraphs(text)) == 6
