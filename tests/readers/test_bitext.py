"""Translation files to pairs; the files stand in tests/data/formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.readers import bitext

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
    aligned = bitext.anchors(data, name=name)
    words = bitext.read(data, name=name).words

    found = [aligned.locate(word.span) for word in words]
    assert [word.text for word in words] == [place.of(segment.text) for segment, place in found]


def test_units_keep_their_names() -> None:
    """A unit is called as the file calls it, a part of a split unit by its number too."""
    aligned = bitext.anchors((FORMATS / "units.xlf").read_bytes(), name="units.xlf")

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
