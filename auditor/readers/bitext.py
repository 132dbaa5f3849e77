"""Translation files: XLIFF 1.2 and 2, TMX and PO; each unit is a paragraph that knows its source.

Inline codes (tags, placeholders with native code inside) are left out of the text; what they enclose stays. Units
without a translation, obsolete ones and those marked as not to be translated are left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol

from auditor.errors import InputError
from auditor.readers import segments
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.segments import Aligned, Segment
from auditor.values import Document

if TYPE_CHECKING:
    from lxml.etree import _Element

SUFFIXES = (".xlf", ".xliff", ".sdlxliff", ".mxliff", ".mqxliff", ".tmx", ".po")

# Elements of XLIFF 1.2, XLIFF 2 and TMX whose content is native code, not text.
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut", "x", "bx", "ex", "sc", "ec", "cp"})
_LINE_BREAKS = frozenset({"lb", "x-html-br", "xlf:lb", "html:br"})
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class _Store(Protocol):
    """What is used of the library's files; its units differ from format to format."""

    units: Sequence[Any]

    def getsourcelanguage(self) -> str | None: ...


def read(data: bytes, *, name: str) -> Document:
    """Read the translations of a CAT file, each with its source."""
    aligned, language = _align(data, name=name)
    if not aligned.woven.text:
        raise InputError(f"{name} holds no translated unit; there is nothing to audit.")
    return admit(segments.document(aligned, name=name, source_language=language))


def anchors(data: bytes, *, name: str) -> Aligned:
    """Return the text with the units it was woven from."""
    return _align(data, name=name)[0]


def _align(data: bytes, *, name: str) -> tuple[Aligned, str | None]:
    module, store, extract = _format(data, name)
    library = need(module, package="translate-toolkit", purpose=f"read {name}")
    try:
        parsed = getattr(library, store).parsestring(data)
        units = list(extract(parsed))
    # The library asserts on the root element, and raises its own, lxml's (SyntaxError) and Python's errors.
    except (AssertionError, ValueError, SyntaxError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{name} cannot be read as a translation file: {error or type(error).__name__}.") from error
    except need("translate.storage.base", package="translate-toolkit", purpose="read").TranslateToolkitError as error:
        raise InputError(f"{name} cannot be read as a translation file: {error}.") from error
    return segments.align([unit] for unit in units if unit.text.strip()), _source_language(parsed)


def _format(data: bytes, name: str) -> tuple[str, str, Callable[[_Store], Iterator[Segment]]]:
    """Choose the library's module and class by what the file says it is."""
    head = data[:4096].replace(b"\x00", b"")  # UTF-16 too
    if re.search(rb"<(?:\w+:)?xliff\b", head):
        second = re.search(rb"xliff:document:2|<(?:\w+:)?xliff\b[^>]*version\s*=\s*[\"']2", head)
        return (
            ("translate.storage.xliff2", "Xliff2File", _xliff)
            if second
            else ("translate.storage.xliff", "Xliff1File", _xliff)
        )
    if re.search(rb"<tmx\b", head):
        return "translate.storage.tmx", "tmxfile", _tmx
    if re.search(rb"^msgid\b", data, re.MULTILINE):
        return "translate.storage.pypo", "pofile", _po
    raise InputError(f"{name} is neither XLIFF nor TMX nor PO; give its format with --input-format.")


def _xliff(store: _Store) -> Iterator[Segment]:
    # A group of plural forms is one unit to the library, with its forms as units inside.
    for unit in itertools.chain.from_iterable(getattr(unit, "units", None) or [unit] for unit in store.units):
        source, target = (unit.xmlelement.find(unit.namespaced(tag)) for tag in ("source", "target"))
        if target is None or not unit.istranslatable():
            continue
        parted = unit.xmlelement.find(unit.namespaced("seg-source"))
        inner = _marked(target)
        if inner and parted is not None:
            sources = dict(_marked(parted))
            for number, element in inner:
                yield Segment(f"{unit.getid()}#{number}", _text(element) or "", _text(sources.get(number)))
        else:
            yield Segment(str(unit.getid()), _text(target) or "", _text(source))


def _tmx(store: _Store) -> Iterator[Segment]:
    for number, unit in enumerate(store.units, start=1):
        variants = [(_language(node), node.find(unit.namespaced("seg"))) for node in unit.getlanguageNodes()]
        english = [node for language, node in variants if language == "en"]
        others = [node for language, node in variants if language != "en"]
        if english:
            identity = unit.xmlelement.get("tuid") or str(number)
            yield Segment(identity, _text(english[0]) or "", _text(others[0]) if others else None)


def _po(store: _Store) -> Iterator[Segment]:
    for number, unit in enumerate(store.units, start=1):
        if unit.isheader() or unit.isobsolete() or (not unit.istranslated() and not unit.isfuzzy()):
            continue
        sources = getattr(unit.source, "strings", [unit.source])
        targets = getattr(unit.target, "strings", [unit.target])
        for source, target in zip_longest(sources[: len(targets)], targets, fillvalue=sources[-1]):
            yield Segment(str(number), str(target), str(source))


def _source_language(store: _Store) -> str | None:
    language = store.getsourcelanguage()
    code = str(language or "").partition("-")[0].partition("_")[0].lower()
    return code if re.fullmatch(r"[a-z]{2}", code) and code != "en" else None


def _language(node: _Element) -> str:
    code = node.get(_XML_LANG) or node.get("lang") or ""
    return code.replace("_", "-").partition("-")[0].lower()


def _marked(element: _Element) -> list[tuple[str, _Element]]:
    """Return the numbered segments of an XLIFF 1.2 unit that was split into sentences."""
    return [
        (node.get("mid") or "", node)
        for node in element.iter()
        if isinstance(node.tag, str) and _local(node) == "mrk" and node.get("mtype") == "seg"
    ]


def _text(element: _Element | None) -> str | None:
    """Return the text of an element without inline codes; a code for a line break becomes one."""
    if element is None:
        return None
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            pass  # a comment or processing instruction
        elif _local(child) in _CODES:
            parts.append(_code(child))
        else:
            parts.append(_text(child) or "")
        parts.append(child.tail or "")
    return "".join(parts)


def _code(element: _Element) -> str:
    if _local(element) == "cp":  # XLIFF 2: a code point that XML forbids
        return "\N{REPLACEMENT CHARACTER}"
    sort = element.get("ctype") or element.get("subType") or ""
    return "\n" if sort in _LINE_BREAKS else ""


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]
