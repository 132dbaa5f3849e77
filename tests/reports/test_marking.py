"""Cutting a paragraph where findings begin and end, and showing any text safely."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from auditor.reports import marking
from auditor.values import Audit, Finding, Kind, Severity, Span
from tests.reports.audits import TEXTS, audits


@given(audits())
def test_pieces_tile_the_paragraph(audit: Audit) -> None:
    """No code point is lost or doubled, and each finding lies on exactly its own code points."""
    for paragraph in audit.paragraphs:
        parts = marking.pieces(paragraph.span, paragraph.places)

        covered = [offset for part in parts for offset in range(part.span.start, part.span.end)]
        assert covered == list(range(paragraph.span.start, paragraph.span.end))
        for number, finding in enumerate(paragraph.places):
            under = [part.span for part in parts if number in part.findings]
            assert (under[0].start, under[-1].end) == (finding.span.start, finding.span.end)
            assert sum(map(len, under)) == len(finding.span)


@given(audits())
def test_findings_and_doubts_are_numbered_apart(audit: Audit) -> None:
    """Findings have the numbers that decisions and other reports count by; doubts have their own."""
    marked = [place for own in marking.places(audit.paragraphs) for place in own]

    by_label = {place.label: place.finding for place in marked}
    assert [by_label[str(number)] for number in range(1, len(audit.findings) + 1)] == list(audit.findings)
    assert [by_label[f"?{number}"] for number in range(1, len(audit.doubts) + 1)] == list(audit.doubts)


@given(TEXTS)
def test_shown_text_drives_no_screen(text: str) -> None:
    """No control character or directional override is left, and no line break."""
    assert [letter for letter in marking.shown(text) if ord(letter) < 32 and letter != "\t"] == []
    assert not {"\x7f", "\x9b", "\u202e", "\u2028"} & set(marking.shown(text))


def test_what_is_hidden_is_shown() -> None:
    """Control characters have pictures, line breaks read as spaces, the rest stays."""
    assert marking.shown("a\x1b[1mb  \r\n c\u202ed é👍") == "a␛[1mb c\ufffdd é👍"


def test_long_text_is_shortened_in_the_middle() -> None:
    """What is left has the wanted width and both ends."""
    short = marking.shortened("The ministers will meet on Thursday to talk about the ferry again", width=20)

    assert (len(short), short[:7], short[-5:]) == (20, "The min", "again")


@pytest.mark.parametrize(
    ("suggestions", "words"),
    [((), ""), (("sensitive",), "sensitive"), (("he’ll", ""), "he’ll, or (delete)")],
)
def test_suggestions_are_put_into_words(suggestions: tuple[str, ...], words: str) -> None:
    """Best first, and an empty one deletes."""
    finding = Finding(Span(0, 1), Kind.NAME, Severity.MINOR, 0.5, "names", "“x” may be wrong", suggestions)

    assert words == marking.suggested(finding)


def test_findings_are_counted_by_kind(audit: Audit) -> None:
    """The most frequent kind first, then by name."""
    assert marking.counted(audit) == "6 findings: 3 grammar, 1 awkward, 1 mistranslation, 1 punctuation; 1 doubt beside"
    assert marking.counted(replace(audit, paragraphs=audit.paragraphs[:1])) == "no findings; 1 doubt beside"
    assert marking.counted(replace(audit, paragraphs=audit.paragraphs[:1]).without_doubts()) == "no findings"


def test_only_a_true_100_is_shown_as_100() -> None:
    """A finding is never rounded away."""
    assert [marking.whole(score) for score in (0.0, 41.6, 99.7, 100.0)] == [0, 42, 99, 100]
