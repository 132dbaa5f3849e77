"""Word documents to the story as it reads."""

from __future__ import annotations

import io
import zipfile

import pytest

from auditor.errors import InputError
from auditor.readers import docx
from tests.readers.word_files import TEXT, story


def test_the_body_is_read_and_nothing_else() -> None:
    """Headings, runs, links, insertions and tables are read; headers, deletions and hidden text are not."""
    assert docx.read(story(), name="story.docx").text == TEXT


def test_every_word_is_found_again_in_its_runs() -> None:
    """The place of a word on the axis of all runs spells the word, though it may span two runs."""
    found = docx.axis(docx.unpack(story(), name="story.docx"))
    characters = "".join(docx.characters_of(run.element) for run in found.runs)

    words = docx.read(story(), name="story.docx").words
    assert [word.text for word in words] == [found.woven.locate(word.span).of(characters) for word in words]


def _zip(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest", "is encrypted or in Word's format before 2007; save it as .docx"),
        (b"PK\x03\x04 cut off", "is damaged or no Word document"),
        (story()[:-2000], "is damaged or no Word document"),
        (_zip(story="the words"), "is a zip archive, not a Word document; unpack it and audit the files inside"),
        (_zip(**{"[Content_Types].xml": "<not xml"}), "is damaged or no Word document"),
    ],
)
def test_what_is_no_word_document_is_refused(data: bytes, message: str) -> None:
    """Each way in which a file is not what its ending says gets its own sentence."""
    with pytest.raises(InputError, match=r"story\.docx " + message):
        docx.read(data, name="story.docx")
