"""Plain text in every encoding it may come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.readers import text

_STORY = "“We don’t know,” said André Müller — he’d left the café.\r\n‘Yes,’ she said… That was the Joneses’ house.\f"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_declared_encodings_are_read_without_a_note(encoding: str) -> None:
    """UTF-8 and anything with a byte-order mark is no guess, and newline characters stay as they are."""
    document = text.read(_STORY.encode(encoding), name="a.txt")

    assert (document.text, document.notes) == (_STORY, ())


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("cp1252", "read as windows-1252, because it is not UTF-8"),
        ("mac-roman", "read as mac-roman, because it is not UTF-8"),
        ("utf-16-le", "read as UTF-16-LE, which it does not say"),
        ("utf-16-be", "read as UTF-16-BE, which it does not say"),
    ],
)
def test_guessed_encodings_are_noted(encoding: str, note: str) -> None:
    """A guess is never made in silence."""
    document = text.read(_STORY.encode(encoding), name="a.txt")

    assert (document.text, document.notes) == (_STORY, (note,))


def test_english_is_known_whatever_characters_it_is_written_in() -> None:
    """A text of soft hyphens is not taken for another language."""
    story = "\u00ad".join("The minister said that they would go on with it, and that nobody was there. " * 9)

    assert text.read(story.encode(), name="a.txt").text == story


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=15))
def test_offsets_are_those_of_the_decoded_text(tail: str) -> None:
    """Whatever stands in the file, every word is found at its offsets in what was decoded."""
    story = f"The minister said that {tail}"

    document = text.read(story.encode(), name="a.txt")

    assert [word.span.of(story) for word in document.words] == [word.text for word in document.words]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.txt is empty; there is nothing to audit."),
        (b" \r\n\t\xef\xbb\xbf \n", "a.txt is empty"),
        ("\ufeff \u2028 ".encode(), "a.txt is empty"),
        (b"... --- !!!\n* * *", "a.txt has no words"),
        (b"12:30 4,500 7%", "a.txt has no words"),
        (b"the cat\x00\x01\x02 sat", "a.txt is a binary file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.txt is a binary file"),
        (b"%PDF-1.7\n1 0 obj", "a.txt is a PDF"),
        (b"PK\x03\x04\x14", "a.txt is a zip archive or an office document"),
        (b"\x81\x8d\x9d the \xff\xfe\xfd", "a.txt cannot be decoded: byte 0 (0x81) is not UTF-8"),
        ("“We don’t”".encode() + b"\xff and so", "a.txt cannot be decoded: byte 16 (0xff) is not UTF-8"),
        ("Министр сказал".encode("cp1251"), "a.txt cannot be decoded"),
        (b"\xff\xfeT", "a.txt says it is UTF-16-LE but byte 0 cannot be read so"),
        (b"Le ministre a dit que les deux pays vont se revoir en juin", "a.txt does not look like English"),
        (b"the word " * 600_000, "a.txt has a line of 5,399,999 characters, more than the 2,000,000"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_one_sentence(data: bytes, message: str) -> None:
    """The message begins with the file's name, says what is wrong and ends as a sentence."""
    with pytest.raises(InputError) as refusal:
        text.read(data, name="a.txt")

    assert message in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)
