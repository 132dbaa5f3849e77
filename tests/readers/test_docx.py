"""Word documents to the story as it reads."""

from __future__ import annotations

import io
import zipfile

import pytest

from auditor.errors import InputError
from auditor.readers import docx
from tests.readers.word_files import TEXT, package, paragraph, story


def test_the_body_is_read_and_nothing_else() -> None:
    """Headings, runs, links, insertions and tables are read; headers, deletions and hidden text are not."""
    assert docx.read(story(), name="story.docx").text == TEXT


READ = {
    "simple fields": (paragraph("4 May", around='w:fldSimple w:instr="DATE"'), "4 May"),
    "links and insertions": (paragraph("a new pier", around='w:ins w:id="1" w:author="x"'), "a new pier"),
    "complex fields": (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF the_words</w:instrText></w:r><w:r>'
        '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>page four</w:t></w:r><w:r>'
        '<w:fldChar w:fldCharType="end"/></w:r></w:p>',
        "page four",
    ),
    "reading aids": (
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>koh-beh</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>Kobe</w:t></w:r></w:rubyBase>"
        "</w:ruby></w:r></w:p>",
        "Kobe",
    ),
    "soft and unbroken hyphens": (
        "<w:p><w:r><w:t>a har</w:t><w:softHyphen/><w:t>bour</w:t><w:noBreakHyphen/><w:t>master</w:t></w:r></w:p>",
        "a harbour\N{NON-BREAKING HYPHEN}master",
    ),
}


@pytest.mark.parametrize("case", READ)
def test_what_stands_in_the_body_is_read(case: str) -> None:
    """The words that Word shows in a paragraph are read, whatever elements stand around them."""
    markup, text = READ[case]

    document = docx.read(package(paragraph("The ferry left.") + markup), name="story.docx")

    assert (document.text, document.notes) == (f"The ferry left.\n\n{text}", ())


BOX = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent>{0}</w:txbxContent></mc:Choice>"
    "<mc:Fallback><w:pict><w:txbxContent>{0}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
).format(paragraph("A box of words."))
NOTE = "<w:footnote w:id='{}'>{}</w:footnote>".format
LEFT_OUT = {
    "2 footnotes": ("", {"footnotes": NOTE(1, paragraph("One.")) + NOTE(2, paragraph("Two.")) + NOTE(0, "<w:p/>")}),
    "1 endnote": ("", {"endnotes": f"<w:endnote w:id='1'>{paragraph('One.')}</w:endnote>"}),
    "1 text box": (BOX, {}),
    "1 header, 1 footer": ("", {"header": paragraph("The desk"), "footer": paragraph("The end")}),
    "": ("", {"footer": paragraph("12")}),
    "1 comment": ("", {"comments": f"<w:comment w:id='1' w:author='x'>{paragraph('Sure?')}</w:comment>"}),
    "2 deleted passages": (
        "<w:p><w:del w:id='1' w:author='x'><w:r><w:delText>It sank.</w:delText></w:r></w:del></w:p>"
        + paragraph("It was moved.", around="w:moveFrom w:id='2' w:author='x'"),
        {},
    ),
    "1 hidden passage": (paragraph("Not shown.", properties="<w:vanish/>"), {}),
    "1 equation": ("<w:p><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>", {}),
    "1 embedded document": ("<w:altChunk/>", {}),
}


@pytest.mark.parametrize("counted", LEFT_OUT)
def test_what_is_not_read_is_told(counted: str) -> None:
    """All that Word shows, or keeps, beside the text of the body is counted in one line."""
    body, parts = LEFT_OUT[counted]

    document = docx.read(package(paragraph("The ferry left.") + body, **parts), name="story.docx")

    assert document.text == "The ferry left."
    assert document.notes == ((f"left out: {counted}",) if counted else ())


def test_every_word_is_found_again_in_its_runs() -> None:
    """The place of a word on the axis of all runs spells the word, though it may span two runs."""
    found = docx.axis(docx.unpack(story(), name="story.docx"))
    characters = "".join(docx.characters_of(run.element) for run in found.runs)

    words = docx.read(story(), name="story.docx").words
    assert [word.text for word in words] == [found.offset_map.locate(word.span).of(characters) for word in words]


TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


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
        (
            b"PK\x03\x04 cut off",
            r"is damaged or no Word document: it is cut off, or was changed on the way; open it in",
        ),
        (story()[:-2000], r"is damaged or no Word document: it is cut off"),
        (_zip(story="the words"), "is a zip archive, not a Word document; unpack it and audit the files inside"),
        (
            _zip(**{"[Content_Types].xml": "<not xml"}),
            "is damaged or no Word document: its XML is cut off or damaged near",
        ),
        (
            package(paragraph("x" * 10_000_001)),
            "is damaged or no Word document: a single text in it is longer than 10 million characters",
        ),
        (
            _zip(**{"[Content_Types].xml": f'<Types xmlns="{TYPES}"/>'}),
            "is damaged or no Word document: a part of it is missing or cannot be unpacked",
        ),
        (
            _zip(**{"[Content_Types].xml": "", "_rels/.rels": "http://purl.oclc.org/ooxml/officeDocument"}),
            "is in Word's strict format; save it as a plain Word document",
        ),
    ],
)
def test_what_is_no_word_document_is_refused(data: bytes, message: str) -> None:
    """Each way in which a file is not what its ending says gets its own sentence."""
    with pytest.raises(InputError, match=r"story\.docx " + message):
        docx.read(data, name="story.docx")
