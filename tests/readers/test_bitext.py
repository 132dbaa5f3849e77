"""Translation files to pairs; the files stand in tests/data/formats."""

from __future__ import annotations

import html as entities
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.readers import bitext
from auditor.values import Span
from tests.readers.cat_files import FILES, PAIRS

FORMATS = Path(__file__).parent.parent / "data" / "formats"

EXPECTED = {
    "units.xlf": [
        ("The minister said that it is over.", "O ministro falou."),
        ("This is one.", "Um."),
        ("This is the second.", "Dois."),
    ],
    "units_2.xlf": [("This is the government.", "Це уряд."), ("And so it went on.", "Далі.")],
    "units_po.xlf": [
        ("one of the votes", "un vote de %d"),
        ("the %d votes of all", "%d votes"),
        ("Enter the number.", "Entrez un nombre."),
    ],
    "units.tmx": [("This is good & fair.", "Das ist gut.")],
    "units.po": [
        ("The minister spoke of %d things in <b>all</b>.", "Le ministre a parlé."),
        ("one of the votes", "un vote"),
        ("the votes", "des votes"),
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_translated_units_become_pairs_without_inline_codes(name: str) -> None:
    """Each unit is a paragraph with its source; untranslated, locked and obsolete ones are left out."""
    document = bitext.read((FORMATS / name).read_bytes(), name=name)

    pairs = [(paragraph.span.of(document.text), paragraph.sentences[0].source) for paragraph in document.paragraphs]
    assert EXPECTED[name] == pairs


@pytest.mark.parametrize("name", EXPECTED)
def test_every_word_is_found_again_in_its_unit(name: str) -> None:
    """The place of a word, in the unit's own text without codes, spells the word."""
    data = (FORMATS / name).read_bytes()
    aligned = bitext.aligned(data, name=name)
    words = bitext.read(data, name=name).words

    found = [aligned.locate(word.span) for word in words]
    assert [word.text for word in words] == [place.of(segment.text) for segment, place in found]


@pytest.mark.parametrize("name", FILES)
def test_what_each_tool_writes_is_read_with_its_own_source(name: str) -> None:
    """Codes are left out, breaks are spaces; deleted text, memories and copies of the source are not read."""
    found = bitext.read(FILES[name], name=name)

    assert PAIRS[name] == [
        (paragraph.span.of(found.text), paragraph.sentences[0].source) for paragraph in found.paragraphs
    ]


@pytest.mark.parametrize("name", [*FILES, *EXPECTED])
def test_every_code_point_is_found_again_in_the_file(name: str) -> None:
    """Whatever the encoding and the line ends, its place in the decoded file spells it, a reference if need be."""
    data = FILES[name] if name in FILES else (FORMATS / name).read_bytes()
    markup, woven = bitext.anchors(data, name=name)

    assert woven.text == bitext.read(data, name=name).text
    visible = [at for at, character in enumerate(woven.text) if not character.isspace()]
    found = [woven.locate(Span(at, at + 1)).of(markup) for at in visible]
    assert [woven.text[at] for at in visible] == [_unescaped(written, name) for written in found]


def _unescaped(written: str, name: str) -> str:
    return written.removeprefix("\\") if name.endswith(".po") and len(written) == 2 else entities.unescape(written)


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("windows-1251", "cp1251"), ("CHARSET", "utf-8"), ("KOI8-R", "koi8-r"), ("x", "utf-8-sig")],
)
def test_the_header_of_po_says_its_encoding(charset: str, encoding: str) -> None:
    """Whatever stands before the first letter that is not ASCII."""
    written = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset={charset}\\n"\n\nmsgid "a"\nmsgstr "b of it"\n\n'
    )
    data = (written + 'msgid "Голос"\nmsgstr "The vote of the people"\n').encode(encoding)

    assert bitext.read(data, name="a.po").sentences[-1].source == "Голос"


def test_units_keep_their_names() -> None:
    """A unit is called as the file calls it, a part of a split unit by its number too."""
    aligned = bitext.aligned((FORMATS / "units.xlf").read_bytes(), name="units.xlf")

    assert [segment.unit.rpartition("\x04")[2] for segment in aligned.segments] == ["u1", "u4#1", "u4#2"]


@pytest.mark.parametrize(
    ("name", "language"), [("units.xlf", "pt"), ("units_2.xlf", "uk"), ("units.tmx", "de"), ("units.po", None)]
)
def test_the_source_language_is_known(name: str, language: str | None) -> None:
    """The file says from which language it was translated, PO does not."""
    assert language == bitext.read((FORMATS / name).read_bytes(), name=name).source_language


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<xliff version='1.2'><file>", "cannot be read as a translation file"),
        (b"just the words", "is neither XLIFF nor TMX nor PO"),
        ((FORMATS / "units.xlf").read_bytes().replace(b"target>", b"tarjet>"), "holds no translated unit"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "units.po">]><tmx><body>&e;</body></tmx>', "cannot be read|holds no"),
    ],
)
def test_what_is_no_translation_file_is_refused(data: bytes, message: str) -> None:
    """A broken or empty file gets one sentence; nothing outside the file is read."""
    with pytest.raises(InputError, match=message):
        bitext.read(data, name="units.xlf")
