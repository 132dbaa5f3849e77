"""Which reader a file needs."""

from __future__ import annotations

import gzip

import pytest

from auditor.errors import InputError, UnknownNameError
from auditor.readers.detect import format_of
from tests.readers.test_bitext import FORMATS
from tests.readers.word_files import story


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A.TXT", "text"),
        ("a.htm", "html"),
        ("a.docx", "docx"),
        ("a.md", "markdown"),
        ("a.jsonl", "table"),
        ("a.sdlxliff", "bitext"),
        ("a.vtt", "subtitles"),
    ],
)
def test_the_ending_decides(name: str, expected: str) -> None:
    """A known ending is believed."""
    assert expected == format_of(name, b"the words")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"The words of a story.", "text"),
        (b"<b>The words</b> of a story.", "text"),
        (b"\n<!-- x --><!DOCTYPE html><p>The", "html"),
        (b"\xef\xbb\xbf<html lang=en>", "html"),
        (story(), "docx"),
        ((FORMATS / "units.xlf").read_bytes(), "bitext"),
        ((FORMATS / "units.tmx").read_bytes(), "bitext"),
        ((FORMATS / "units.po").read_bytes(), "bitext"),
        (b"PAR1\x00", "table"),
        (b'{"text": "the words"}\n', "table"),
        (b"{the words} of a story", "text"),
        (b"WEBVTT\n\n", "subtitles"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nThe", "subtitles"),
    ],
)
def test_without_a_known_ending_the_content_decides(data: bytes, expected: str) -> None:
    """Standard input and files without an ending are told by their first bytes."""
    assert expected == format_of("-", data)


def test_the_user_decides_first() -> None:
    """A named format goes before ending and content."""
    assert format_of("a.html", b"<html>", chosen="text") == "text"


def test_an_unknown_format_is_refused() -> None:
    """The nearest format is offered."""
    with pytest.raises(UnknownNameError, match=r"unknown input format 'dokx'\. Did you mean 'docx'"):
        format_of("a.html", b"<html>", chosen="dokx")


def test_packed_files_are_refused() -> None:
    """A compressed file is not unpacked by accident, whatever its ending says."""
    with pytest.raises(InputError, match=r"a\.jsonl is gzip-compressed; unpack it"):
        format_of("a.jsonl", gzip.compress(b'{"text": "the words"}'))
