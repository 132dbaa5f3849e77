"""Translation files: XLIFF 1.2 and 2, TMX and PO; each unit is a paragraph that knows its source.

Inline codes (tags, placeholders with native code inside) are left out of the text, but one that stands for a line break
or a tab is a space; what codes enclose stays. Left out, and counted in a note, are units without a translation or with
a copy of the source in its place, obsolete and locked ones, those in another language, and what a tracked change
deleted.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol
from xml.parsers.expat import ExpatError

from auditor.errors import InputError
from auditor.readers import left_out as parts
from auditor.readers import po_text, translation_units, xml_text
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.inline_codes import reads_as
from auditor.readers.left_out import Part
from auditor.readers.offset_map import OffsetMap, Piece, text_of
from auditor.readers.translation_units import Aligned, Segment
from auditor.readers.xml_text import Characters
from auditor.text import language_id
from auditor.values import Document, Span

if TYPE_CHECKING:
    from lxml.etree import _Element

SUFFIXES = (".xlf", ".xliff", ".sdlxliff", ".mxliff", ".mqxliff", ".tmx", ".po")

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNTRANSLATED = frozenset({"new", "needs-translation", "initial"})  # states in which tools put a copy of the source
_ENGLISH = frozenset({"", "en", "eng", "english", "und", "mul"})  # English, or not said
_TERM = re.compile(r"[^\W\d_]{2,}")
_GONE = "x-sdl-deleted"  # the type of a mark around text that a tracked change took out
_PHRASE = "http://www.memsource.com/"
# Phrase writes inline codes into the text itself: {b>bold<b}, {1>a pair<1}, {2} a placeholder.
_PHRASE_CODE = re.compile(r"\{[\w^]{1,3}>|<[\w^]{1,3}\}|\{\w{1,3}\}")


UNTRANSLATED = Part("untranslated unit", "untranslated units")
EMPTY = Part("empty unit", "empty units")
LOCKED = Part("locked unit", "locked units")
OBSOLETE = Part("obsolete unit", "obsolete units")
DELETED = Part("deleted passage", "deleted passages")
SECOND = Part("second English text of a unit", "second English texts of units")
NOT_ENGLISH = Part("unit without an English text", "units without an English text")


# The library asserts on the root element, and raises its own, lxml's (SyntaxError) and Python's errors.
_RAISED = (
    *(AssertionError, AttributeError, LookupError, TypeError, ValueError),
    *(ExpatError, StopIteration, SyntaxError),
)


class _Store(Protocol):
    """What is used of the library's files; its units differ from format to format."""

    units: Sequence[Any]

    def getsourcelanguage(self) -> str | None: ...

    def gettargetlanguage(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class _Markup:
    """The decoded file, the places of its text where it is XML, and what of it is no text to audit."""

    text: str
    characters: Characters | None = None
    left_out: Counter[Part] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A translated unit, and the language that the file says it is in, "" where it does not."""

    segment: Segment
    language: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    """What is read of a file."""

    aligned: Aligned
    source_language: str | None
    markup: str
    notes: tuple[str, ...]


def read(data: bytes, *, name: str) -> Document:
    """Read the translations of a CAT file, each with its source."""
    found = _align(data, name=name)
    if not found.aligned.offset_map.text:
        raise InputError(f"{name} holds no translated unit; there is nothing to audit.")
    document = translation_units.document(found.aligned, name=name, source_language=found.source_language)
    return admit(replace(document, notes=found.notes))


def aligned(data: bytes, *, name: str) -> Aligned:
    """Return the text with the units it consists of."""
    return _align(data, name=name).aligned


def offset_map(data: bytes, *, name: str) -> tuple[str, OffsetMap]:
    """Return the decoded file and the extracted text with its places in it."""
    found = _align(data, name=name)
    return found.markup, found.aligned.in_file()


def _align(data: bytes, *, name: str) -> _File:
    module, store, extract = _format(data, name)
    library = need(module, package="translate-toolkit", purpose=f"read {name}")
    try:
        parse = getattr(library, store).parsestring
        if extract is _po:
            markup = _Markup(po_text.decode(data, name=name))
            parsed = parse(po_text.encode(markup.text))
        else:
            parsed = parse(data)
            text = xml_text.decode(data, name=name)
            markup = _Markup(text, xml_text.characters(text, parsed.document.getroot()))
        units = list(extract(parsed, markup))
    except _RAISED as error:
        raise _refusal(name, xml_text.complaint(error)) from error
    except need("translate.storage.base", package="translate-toolkit", purpose="read").TranslateToolkitError as error:
        raise _refusal(name, "its parts are not those of such a file") from error
    english, notes = _english(units, name, markup.left_out)
    kept = [unit for unit in english if unit.text.strip()]
    return _File(
        translation_units.align([unit] for unit in kept),
        _source_language(parsed),
        markup.text,
        (*notes, *_untouched(kept), *parts.note(markup.left_out)),
    )


def _refusal(name: str, reason: str) -> InputError:
    return InputError(f"{name} cannot be read as a translation file: {reason}; export it again.")


def _english(units: Iterable[_Unit], name: str, left_out: Counter[Part]) -> tuple[list[Segment], list[str]]:
    """Return the units in English, and what is to be said about their language.

    A file may say that it is in another language; it is believed unless its words are clearly English.

    Raises:
        InputError: none of the units is in English.
    """
    by_language: dict[str, list[Segment]] = {}
    for unit in units:
        by_language.setdefault(unit.language, []).append(unit.segment)
    kept: list[Segment] = []
    notes: list[str] = []
    for language, found in by_language.items():
        if language in _ENGLISH:
            kept += found
        elif language_id.guess(" ".join(unit.text for unit in found)) == "en":
            kept += found
            notes.append(f"it says that it is a translation into '{language}'; it is read as English, as its words are")
        else:
            left_out[Part(f"unit in '{language}'", f"units in '{language}'")] += len(found)
    if by_language and not kept:
        raise InputError(
            f"{name} says that it is a translation into '{next(iter(by_language))}', and what is audited is English "
            "copy; if its words are English, let it say so."
        )
    return kept, notes


def _untouched(units: Iterable[Segment]) -> Iterator[str]:
    """Say which units are the same as their sources; names and figures may be."""
    same = [unit.unit.rpartition("\x04")[2] for unit in units if _is_copy(unit)]
    if same:
        subject = "1 unit is the same as its source" if len(same) == 1 else f"{len(same):,} units are as their sources"
        yield f"{subject}: {parts.listed(same)}"


def _is_copy(unit: Segment) -> bool:
    return unit.text.split() == (unit.source or "").split() and len(_TERM.findall(unit.text)) > 1


def _format(data: bytes, name: str) -> tuple[str, str, Callable[[_Store, _Markup], Iterator[_Unit]]]:
    """Choose the library's module and class by what the file says it is."""
    head = data[:4096].replace(b"\x00", b"")  # UTF-16 too
    if re.search(rb"<(?:\w+:)?xliff\b", head):
        second = re.search(rb"xliff:document:2|<(?:\w+:)?xliff\b[^>]*\sversion\s*=\s*[\"']2", head)
        return (
            ("translate.storage.xliff2", "Xliff2File", _xliff)
            if second
            else ("translate.storage.xliff", "Xliff1File", _xliff)
        )
    if re.search(rb"<tmx\b", head):
        return "translate.storage.tmx", "tmxfile", _tmx
    if re.search(rb"^(?:\xef\xbb\xbf)?msgid\b", data, re.MULTILINE):
        return "translate.storage.pypo", "pofile", _po
    raise InputError(f"{name} is neither XLIFF nor TMX nor PO; give its format with --input-format.")


def _xliff(store: _Store, markup: _Markup) -> Iterator[_Unit]:
    phrase = _PHRASE in markup.text[:4096]
    # A group of plural forms is one unit to the library, with its forms as units inside.
    for unit in itertools.chain.from_iterable(getattr(unit, "units", None) or [unit] for unit in store.units):
        source, target = (unit.xmlelement.find(unit.namespaced(tag)) for tag in ("source", "target"))
        if target is None or not unit.istranslatable():
            markup.left_out[UNTRANSLATED if unit.istranslatable() else LOCKED] += _has_text(source)
            continue
        language = _target_language(unit.xmlelement)
        states = (target.get("state"), unit.xmlelement.get("state"))  # of XLIFF 1.2, of XLIFF 2
        is_new = not _UNTRANSLATED.isdisjoint(states)
        for identity, translated, original in _xliff_pairs(unit, target, source):
            found, text = (_pieces(element, markup, phrase=phrase) for element in (translated, original))
            markup.left_out[DELETED] += sum(node.get("mtype") == _GONE for node in translated.iter("*"))
            if is_new and text_of(found) == text_of(text):
                markup.left_out[UNTRANSLATED] += 1
            elif not text_of(found).strip():
                markup.left_out[UNTRANSLATED if text_of(text).strip() else EMPTY] += 1
            else:
                yield _Unit(_segment(identity, found, text_of(text) if original is not None else None), language)


def _xliff_pairs(
    unit: Any,  # noqa: ANN401 (the library's)
    target: _Element,
    source: _Element | None,
) -> Iterator[tuple[str, _Element, _Element | None]]:
    """Yield how a unit is called, its translation and its source; a unit that was split, sentence by sentence."""
    parted = unit.xmlelement.find(unit.namespaced("seg-source"))
    inner = _marked(target)
    if not inner or parted is None:
        yield str(unit.getid()), target, source
        return
    sources = dict(_marked(parted))
    for number, element in inner:
        yield f"{unit.getid()}#{number}", element, sources.get(number)


def _has_text(element: _Element | None) -> bool:
    return element is not None and bool("".join(map(str, element.itertext("*"))).strip())


def _target_language(element: _Element) -> str:
    """Return the language that the file, or the part of it around a unit, says it is translated into."""
    for holder in element.iterancestors("*"):
        named = holder.get("target-language") or holder.get("trgLang")
        if named:
            return _code_of(named)
    return ""


def _tmx(store: _Store, markup: _Markup) -> Iterator[_Unit]:
    default = _code_of(store.getsourcelanguage())
    for number, unit in enumerate(store.units, start=1):
        wanted = _code_of(unit.xmlelement.get("srclang")) or default
        english: list[_Element] = []
        others: dict[str, _Element] = {}  # the first in each language
        for node in unit.getlanguageNodes():
            language, segment = _language(node), node.find(unit.namespaced("seg"))
            if language == "en":
                english.append(segment)
            else:
                others.setdefault(language, segment)
        # A unit may have more languages than the pair: the source is in the one that the unit, or the file, names.
        source = others.get(wanted, next(iter(others.values()), None))
        if english:
            identity = unit.xmlelement.get("tuid") or str(number)
            text = None if source is None else text_of(_pieces(source, markup))
            found = _pieces(english[0], markup)
            markup.left_out[SECOND] += len(english) - 1
            if text_of(found).strip():
                yield _Unit(_segment(identity, found, text))
            else:
                markup.left_out[EMPTY] += 1
        else:
            markup.left_out[NOT_ENGLISH] += 1


def _po(store: _Store, markup: _Markup) -> Iterator[_Unit]:
    written = po_text.translations(markup.text)
    language = _code_of(store.gettargetlanguage())
    for number, unit in enumerate(store.units, start=1):
        if unit.isobsolete():  # its lines are comments
            markup.left_out[OBSOLETE] += 1
            continue
        sources = getattr(unit.source, "strings", [unit.source])
        targets = getattr(unit.target, "strings", [unit.target])
        pieces = list(itertools.islice(written, len(targets)))
        if unit.isheader() or (not unit.istranslated() and not unit.isfuzzy()):
            markup.left_out[UNTRANSLATED] += not unit.isheader()
            continue
        for source, target, found in zip_longest(sources[: len(targets)], targets, pieces, fillvalue=sources[-1]):
            # What is written in a way that cannot be followed here is read all the same, without its place.
            known = isinstance(found, list) and text_of(found) == target
            segment = (
                _segment(str(number), found, str(source)) if known else Segment(str(number), str(target), str(source))
            )
            yield _Unit(segment, language)


def _segment(unit: str, pieces: Sequence[Piece], source: str | None) -> Segment:
    return Segment(unit, text_of(pieces), source, tuple(pieces))


def _source_language(store: _Store) -> str | None:
    code = _code_of(store.getsourcelanguage())
    return code if re.fullmatch(r"[a-z]{2}", code) and code != "en" else None


def _code_of(language: object) -> str:
    """Return the language's own code, without the region: "pt-BR" is "pt"."""
    return str(language or "").replace("_", "-").partition("-")[0].lower()


def _language(node: _Element) -> str:
    return _code_of(node.get(_XML_LANG) or node.get("lang"))


def _marked(element: _Element) -> list[tuple[str, _Element]]:
    """Return the numbered segments of an XLIFF 1.2 unit that was split into sentences."""
    return [
        (node.get("mid") or "", node)
        for node in element.iter("*")
        if xml_text.local(node) == "mrk" and node.get("mtype") == "seg"
    ]


def _pieces(element: _Element | None, markup: _Markup, *, phrase: bool = False) -> list[Piece]:
    """Return the text of an element, inline codes left out, with its places."""
    if element is None or markup.characters is None:
        return []
    pieces = _inside(element, markup.characters)
    return list(_without_codes(list(pieces)) if phrase else pieces)


def _inside(element: _Element, characters: Characters) -> Iterator[Piece]:
    before = 0
    for item in characters.inside(element):
        if isinstance(item, Piece):
            yield item
            before = item.place.end
            continue
        code = reads_as(item)
        if code is None and item.get("mtype") != _GONE:
            yield from _inside(item, characters)
        elif code:
            yield Piece(code, Span(before, before))


def _without_codes(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces of a unit of Phrase's without the codes in its text."""
    gone: set[int] = set()
    for code in _PHRASE_CODE.finditer(text_of(pieces)):
        gone.update(range(*code.span()))
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        if len(piece.text) == len(piece.place):
            for is_gone, run in itertools.groupby(range(start, end), key=gone.__contains__):
                at = list(run)
                if not is_gone:
                    yield piece.part(at[0] - start, at[-1] + 1 - start)
        elif start not in gone:
            yield piece
        start = end
