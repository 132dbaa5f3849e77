"""Inline codes of XLIFF 1.2, XLIFF 2 and TMX: which elements are native code, and what stands there for a reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.readers.xml_text import local

if TYPE_CHECKING:
    from lxml.etree import _Element

# Elements whose content is native code, not text.
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut", "x", "bx", "ex", "sc", "ec", "cp"})
_ALONE = frozenset({"ph", "x", "it", "ut"})
_SORTS = ("ctype", "subType", "type")
_SHOWN = ("equiv-text", "disp", "equiv")
_BREAKS = frozenset({"lb", "x-html-br", "xlf:lb", "html:br", "x-br"})
_SPACES = frozenset({"9", "A", "B", "C", "D", "85"})  # controls that are white space, hexadecimal
# A break or a tab in the native code of HTML, of office documents and of memoQ, whose characters stand in an attribute.
_NATIVE_BREAK = re.compile(
    r"\s*(?:<(?:[\w-]+:)?(?:br|cr|tab|line-break|softbreak)\b[^>]*>|\\[nt])\s*"
    r"|\s*<mq:ch\s+val=\"\s*\"\s*/?>\s*"
    r"|\s+",
    re.IGNORECASE,
)


def reads_as(element: _Element) -> str | None:
    """Return the text that a reader sees in the place of an inline code: a space or nothing; None where it is none."""
    name = local(element)
    if name not in _CODES:
        return None
    if name == "cp":  # XLIFF 2: a code point that XML forbids, all of them control characters
        return "\n" if (element.get("hex") or "").lstrip("0").upper() in _SPACES else ""
    if any(element.get(sort) in _BREAKS for sort in _SORTS):
        return "\n"
    return "\n" if name in _ALONE and _NATIVE_BREAK.fullmatch(_native(element)) else ""


def _native(element: _Element) -> str:
    """Return the native code that an element stands for, as far as the file tells."""
    own = "".join(map(str, element.itertext("*")))
    shown = next((value for name in _SHOWN if (value := element.get(name))), "")
    return own or _stored(element) or shown


def _stored(element: _Element) -> str:
    """Return native code that stands elsewhere: in XLIFF 2 in the unit, in Trados' files in the header."""
    if element.get("dataRef"):
        path, wanted = ("unit", "originalData", "data"), element.get("dataRef")
    elif local(element) == "x":
        path, wanted = ("file", "header", "tag"), element.get("id")
    else:
        return ""
    holder = next((node for node in element.iterancestors() if local(node) == path[0]), None)
    if holder is None:
        return ""
    for store in holder.iterchildren("*"):
        for node in store.iter("*") if local(store) == path[1] else ():
            if local(node) == path[2] and node.get("id") == wanted:
                return "".join(map(str, node.itertext("*")))
    return ""
