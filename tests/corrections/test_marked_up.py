"""Corrected copies of files that are text: only the chosen words change."""

from __future__ import annotations

import codecs

import pytest

from auditor.errors import InputError
from tests.corrections.copies import corrected

_STORY = "The talks were sensible.\r\n\r\nPrices of of\r\ntickets rose in R&D <b>, shell pay.\r\n"


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "utf-16-le"),
    ],
)
def test_encodings_marks_and_line_ends_stay(mark: bytes, codec: str) -> None:
    """The copy is the story with other words, in the same encoding, with the same byte order mark and line ends."""
    expected = _STORY.replace("sensible", "sensitive").replace("of of", "of").replace("shell", "she’ll")

    copy = corrected(
        mark + _STORY.encode(codec), "a.txt", ("sensible", "sensitive"), ("of of", "of"), ("shell pay", "she’ll pay")
    )

    assert copy.data == mark + expected.encode(codec)
    assert (copy.before, copy.after, copy.left) == (_STORY, expected, ())


def test_legacy_encodings_stay_and_what_they_lack_is_said() -> None:
    """A curly apostrophe can be written in windows-1252, an arrow cannot; the rest of the corrections is made."""
    data = "The café’s talks were sensible and shell pay.\n".encode("windows-1252")

    copy = corrected(data, "a.txt", ("shell pay", "she’ll pay"), ("sensible", "→"))

    assert copy.data == "The café’s talks were sensible and she’ll pay.\n".encode("windows-1252")
    assert [left.reason for left in copy.left] == ["“→” cannot be written in the encoding of the file, windows-1252"]


def test_nothing_to_correct_is_the_same_file() -> None:
    """Byte for byte."""
    assert corrected(_STORY.encode(), "a.txt").data == _STORY.encode()


def test_a_comment_to_auditor_is_never_taken_along() -> None:
    """A finding that runs over one is left."""
    data = b'The talks [auditor: allow "x" because y] were sensible, he said.\n'
    start = data.index(b"talks")
    blanked = data.decode()[start : data.index(b"were")].replace(
        '[auditor: allow "x" because y]', " " * len('[auditor: allow "x" because y]')
    )

    copy = corrected(data, "a.txt", (f"{blanked}were", "talk was"))

    assert copy.data == data
    assert [left.reason for left in copy.left] == ["a comment to auditor stands inside it"]


def test_a_table_is_refused() -> None:
    """One sentence says what can be written."""
    with pytest.raises(InputError, match=r"a\.csv is a file that fix cannot write; it writes plain text, HTML"):
        corrected(b"text\nThe talks were sensible.\n", "a.csv")


def test_a_wording_adds_no_line_and_no_control_character() -> None:
    """Line breaks are spaces; what drives a terminal is refused."""
    copy = corrected(
        b"The talks were sensible, he said.", "a.txt", ("talks", "long\n\ntalks"), ("sensible", "\x1b[31mfair")
    )

    assert copy.data == b"The long talks were sensible, he said."
    assert [left.reason for left in copy.left] == ["its wording holds a control character"]
