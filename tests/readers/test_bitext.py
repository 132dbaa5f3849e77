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
    markup, offsets = bitext.offset_map(data, name=name)

    assert offsets.text == bitext.read(data, name=name).text
    visible = [at for at, character in enumerate(offsets.text) if not character.isspace()]
    found = [offsets.locate(Span(at, at + 1)).of(markup) for at in visible]
    assert [offsets.text[at] for at in visible] == [_unescaped(written, name) for written in found]


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


def _xliff(*units: str, target: str = "en-GB") -> bytes:
    return (
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="a" source-language="fr" '
        f'target-language="{target}"><body>{"".join(units)}</body></file></xliff>'
    ).encode()


def _unit(number: int, source: str, target: str, *, more: str = "", state: str = "translated") -> str:
    translated = f'<target state="{state}">{target}</target>' if target else ""
    return f'<trans-unit id="u{number}"{more}><source>{source}</source>{translated}</trans-unit>'


NOTED = {
    "a.xlf": (
        _xliff(
            _unit(1, "Le vote.", "The vote of the day."),
            _unit(2, "Demain.", ""),
            _unit(3, "Jamais.", " "),
            _unit(4, "Un chat.", "Un chat.", state="new"),
            _unit(5, "Stop.", "Stop it.", more=' translate="no"'),
            _unit(6, "Le grand vote.", "Le grand vote."),
            _unit(7, "ONU 2026", "ONU 2026"),
            _unit(8, "Fin.", "It is <mrk mtype='x-sdl-deleted'>at </mrk>an end."),
        ),
        ("1 unit is the same as its source: u6", "left out: 3 untranslated units, 1 deleted passage, 1 locked unit"),
    ),
    "a.po": (
        (
            b'msgid ""\nmsgstr ""\n"Language: en_US\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            b'msgid "Le vote"\nmsgstr "The vote of the day"\n\nmsgid "rien"\nmsgstr ""\n\nmsgid "Un deux"\n'
            b'msgstr "Un deux"\n\nmsgid "Un trois"\nmsgstr "Un trois"\n\n#~ msgid "vieux"\n#~ msgstr "old one"\n'
        ),
        ("2 units are as their sources: 4, 5", "left out: 1 untranslated unit, 1 obsolete unit"),
    ),
    "a.tmx": (
        (
            b'<tmx version="1.4"><header srclang="fr"/><body><tu><tuv xml:lang="fr"><seg>Le vote.</seg></tuv>'
            b'<tuv xml:lang="en"><seg>The vote of the day.</seg></tuv><tuv xml:lang="en-GB"><seg>It.</seg></tuv></tu>'
            b'<tu><tuv xml:lang="fr"><seg>Un.</seg></tuv><tuv xml:lang="de"><seg>Eins.</seg></tuv></tu></body></tmx>'
        ),
        ("left out: 1 second English text of a unit, 1 unit without an English text",),
    ),
}


@pytest.mark.parametrize("name", NOTED)
def test_units_that_are_not_audited_are_counted(name: str) -> None:
    """Untranslated, locked, obsolete and deleted text is told in one line; so is what is the same as its source."""
    data, notes = NOTED[name]

    assert bitext.read(data, name=name).notes == notes


ENGLISH = "The vote of the day was the last of those that they had in the house, and it was for the law."
GERMAN = "Die Abstimmung war die letzte in diesem Jahr, und sie ging für das Gesetz aus, das die Regierung wollte."


def test_a_translation_into_another_language_is_refused() -> None:
    """A file that says so, and has no clearly English words, is not audited as English."""
    for text in (GERMAN, "Drucken"):
        with pytest.raises(InputError, match=r"a\.xlf says that it is a translation into 'de', and what is audited is"):
            bitext.read(_xliff(_unit(1, "Le vote.", text), target="de-DE"), name="a.xlf")


def test_a_wrong_label_is_noted() -> None:
    """English words under another label are read, and the report says what the file says."""
    document = bitext.read(_xliff(_unit(1, "Le vote.", ENGLISH), target="de"), name="a.xlf")

    assert document.text == ENGLISH
    assert document.notes == ("it says that it is a translation into 'de'; it is read as English, as its words are",)


@pytest.mark.parametrize("language", ["en", "EN-gb", "en_US", "eng", "English", "und"])
def test_english_has_many_names(language: str) -> None:
    """Whatever tools write for it, a file in English is read without a remark."""
    document = bitext.read(_xliff(_unit(1, "Le vote.", "It is."), target=language), name="a.xlf")

    assert (document.text, document.notes) == ("It is.", ())


def test_the_part_of_a_file_in_another_language_is_left_out() -> None:
    """Of a file with two languages the English part is audited and the other counted."""
    german = _xliff(_unit(2, "Un.", GERMAN), _unit(3, "Deux.", "Zwei."), target="de").decode()
    data = _xliff(_unit(1, "Le vote.", ENGLISH)).decode()
    data = data.replace("</file>", "</file>" + german[german.index("<file") : german.index("</xliff>")])

    document = bitext.read(data.encode(), name="a.xlf")

    assert (document.text, document.notes) == (ENGLISH, ("left out: 2 units in 'de'",))


def test_a_copy_of_the_source_waits_for_its_translation_in_xliff_2() -> None:
    """A segment in its initial state that says what its source says was not translated yet."""
    segment = '<segment state="{}"><source>Un grand vote.</source><target>{}</target></segment>'.format
    data = (
        '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="fr" trgLang="en"><file id="f">'
        f'<unit id="u">{segment("initial", "Un grand vote.")}{segment("initial", "A great vote.")}'
        f"{segment('translated', 'Un grand vote.')}</unit></file></xliff>"
    ).encode()

    document = bitext.read(data, name="a.xlf")

    assert document.text == "A great vote.\n\nUn grand vote."
    assert document.notes[1:] == ("left out: 1 untranslated unit",)


@pytest.mark.parametrize(
    ("code", "text"),
    [("0003", "The government fell."), ("001F", "The government fell."), ("000b", "The gove rnment fell.")],
)
def test_control_characters_harm_no_word(code: str, text: str) -> None:
    """A code point that XML forbids cannot be seen inside a word; one that ends a line is a space."""
    data = (
        '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="fr" trgLang="en"><file id="f">'
        f'<unit id="u"><segment><source>Fin.</source><target>The gove<cp hex="{code}"/>rnment fell.</target></segment>'
        "</unit></file></xliff>"
    ).encode()

    assert bitext.read(data, name="a.xlf").text == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<xliff version='1.2'>\n<file>\n", r"its XML is cut off or damaged near line \d; export it again\.$"),
        (b"<tmx><b></tmx>", r"its XML is cut off or damaged near line 1; export it again\.$"),
        (b"<x><xliff/></x>", r"its parts are not those of such a file; export it again\.$"),
        (b"just the words", "is neither XLIFF nor TMX nor PO"),
        ((FORMATS / "units.xlf").read_bytes().replace(b"target>", b"tarjet>"), "holds no translated unit"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "units.po">]><tmx><body>&e;</body></tmx>', "cannot be read|holds no"),
    ],
)
def test_what_is_no_translation_file_is_refused(data: bytes, message: str) -> None:
    """A broken or empty file gets one sentence; nothing outside the file is read."""
    with pytest.raises(InputError, match=message):
        bitext.read(data, name="units.xlf")
