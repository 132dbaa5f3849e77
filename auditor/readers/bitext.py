"""Translation files: XLIFF 1.2 and 2, TMX and PO; each unit is a paragraph that knows its source.

Inline codes (tags, placeholders with native code inside) are left out of the text, but one that stands for a line break
or a tab is a space; what codes enclose stays. Left out are units without a translation or with a copy of the source in
its place, obsolete ones, those marked as not to be translated, and what a tracked change deleted.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol
from xml.parsers.expat import ExpatError

from auditor.errors import InputError
from auditor.readers import po_text, translation_units, xml_text
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.inline_codes import reads_as
from auditor.readers.offset_map import Piece, Woven
from auditor.readers.translation_units import Aligned, Segment
from auditor.readers.xml_text import Characters
from auditor.values import Document, Span

if TYPE_CHECKING:
    from lxml.etree import _Element

SUFFIXES = (".xlf", ".xliff", ".sdlxliff", ".mxliff", ".mqxliff", ".tmx", ".po")

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNTRANSLATED = frozenset({"new", "needs-translation"})  # states of XLIFF 1.2 in which tools put a copy of the source
_GONE = "x-sdl-deleted"  # the type of a mark around text that a tracked change took out
_PHRASE = "http://www.memsource.com/"
# Phrase writes inline codes into the text itself: {b>bold<b}, {1>a pair<1}, {2} a placeholder.
_PHRASE_CODE = re.compile(r"\{[\w^]{1,3}>|<[\w^]{1,3}\}|\{\w{1,3}\}")


class _Store(Protocol):
    """What is used of the library's files; its units differ from format to format."""

    units: Sequence[Any]

    def getsourcelanguage(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class _Markup:
    """The decoded file and, where it is XML, the places of its text."""

    text: str
    characters: Characters | None = None


def read(data: bytes, *, name: str) -> Document:
    """Read the translations of a CAT file, each with its source."""
    found, language, _ = _align(data, name=name)
    if not found.woven.text:
        raise InputError(f"{name} holds no translated unit; there is nothing to audit.")
    return admit(translation_units.document(found, name=name, source_language=language))


def aligned(data: bytes, *, name: str) -> Aligned:
    """Return the text with the units it was woven from."""
    return _align(data, name=name)[0]


def anchors(data: bytes, *, name: str) -> tuple[str, Woven]:
    """Return the decoded file and the extracted text with its places in it."""
    found, _, markup = _align(data, name=name)
    return markup, found.in_file()


def _align(data: bytes, *, name: str) -> tuple[Aligned, str | None, str]:
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
    # The library asserts on the root element, and raises its own, lxml's (SyntaxError) and Python's errors.
    except (AssertionError, ValueError, SyntaxError, LookupError, TypeError, AttributeError, ExpatError) as error:
        raise InputError(f"{name} cannot be read as a translation file: {error or type(error).__name__}.") from error
    except need("translate.storage.base", package="translate-toolkit", purpose="read").TranslateToolkitError as error:
        raise InputError(f"{name} cannot be read as a translation file: {error}.") from error
    return translation_units.align([unit] for unit in units if unit.text.strip()), _source_language(parsed), markup.text


def _format(data: bytes, name: str) -> tuple[str, str, Callable[[_Store, _Markup], Iterator[Segment]]]:
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


def _xliff(store: _Store, markup: _Markup) -> Iterator[Segment]:
    phrase = _PHRASE in markup.text[:4096]
    # A group of plural forms is one unit to the library, with its forms as units inside.
    for unit in itertools.chain.from_iterable(getattr(unit, "units", None) or [unit] for unit in store.units):
        source, target = (unit.xmlelement.find(unit.namespaced(tag)) for tag in ("source", "target"))
        if target is None or not unit.istranslatable():
            continue
        is_new = target.get("state") in _UNTRANSLATED
        parted = unit.xmlelement.find(unit.namespaced("seg-source"))
        inner = _marked(target)
        pairs = [(str(unit.getid()), target, source)]
        if inner and parted is not None:
            sources = dict(_marked(parted))
            pairs = [(f"{unit.getid()}#{number}", element, sources.get(number)) for number, element in inner]
        for identity, translated, original in pairs:
            found, text = (_pieces(element, markup, phrase=phrase) for element in (translated, original))
            if not (is_new and _joined(found) == _joined(text)):
                yield _segment(identity, found, _joined(text) if original is not None else None)


def _tmx(store: _Store, markup: _Markup) -> Iterator[Segment]:
    default = _code_of(store.getsourcelanguage())
    for number, unit in enumerate(store.units, start=1):
        variants = [(_language(node), node.find(unit.namespaced("seg"))) for node in unit.getlanguageNodes()]
        english = [node for language, node in variants if language == "en"]
        others = [(language, node) for language, node in variants if language != "en"]
        wanted = _code_of(unit.xmlelement.get("srclang")) or default
        # A unit may have more languages than the pair: the source is in the one that the unit, or the file, names.
        source = next((node for language, node in others if language == wanted), others[0][1] if others else None)
        if english:
            identity = unit.xmlelement.get("tuid") or str(number)
            text = None if source is None else _joined(_pieces(source, markup))
            yield _segment(identity, _pieces(english[0], markup), text)


def _po(store: _Store, markup: _Markup) -> Iterator[Segment]:
    written = po_text.translations(markup.text)
    for number, unit in enumerate(store.units, start=1):
        if unit.isobsolete():  # its lines are comments
            continue
        sources = getattr(unit.source, "strings", [unit.source])
        targets = getattr(unit.target, "strings", [unit.target])
        pieces = list(itertools.islice(written, len(targets)))
        if unit.isheader() or (not unit.istranslated() and not unit.isfuzzy()):
            continue
        for source, target, found in zip_longest(sources[: len(targets)], targets, pieces, fillvalue=sources[-1]):
            # What is written in a way that cannot be followed here is read all the same, without its place.
            known = isinstance(found, list) and _joined(found) == target
            yield _segment(str(number), found, str(source)) if known else Segment(str(number), str(target), str(source))


def _segment(unit: str, pieces: Sequence[Piece], source: str | None) -> Segment:
    return Segment(unit, _joined(pieces), source, tuple(pieces))


def _joined(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


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
    gone = {at for code in _PHRASE_CODE.finditer(_joined(pieces)) for at in range(*code.span())}
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
