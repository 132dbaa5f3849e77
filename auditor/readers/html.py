"""Web pages: the visible text of the article, every code point mapped back to the page.

Python's own HTML parser is used because it alone says where each piece of text stands. What a reader of the page does
not read as the story is left out: scripts, styles, forms, navigation, site headers and footers, asides, and what is
hidden. Of nested regions the narrowest that still holds most of the text is taken: the article body, an article, the
main part, the page.
"""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from auditor.errors import InputError
from auditor.readers import text as plain
from auditor.readers.checks import admit
from auditor.readers.offset_map import Piece, Woven, weave
from auditor.text import segmentation
from auditor.values import Document, Span

SUFFIXES = (".html", ".htm", ".xhtml")

_HIDDEN = frozenset(
    """
    script style template noscript head nav footer aside form button select svg math iframe object textarea dialog
    audio video canvas
    """.split()  # noqa: SIM905, a list of words is read as words
)
_BLOCKS = frozenset(
    """
    address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table tbody td tfoot th
    thead title tr ul
    """.split()  # noqa: SIM905, as above
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
# An element that may be left open, and what closes it when it begins (HTML standard, 13.1.2.4).
_CLOSED_BY = {
    "p": _BLOCKS - {"br"},
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th", "tr"}),
    "th": frozenset({"td", "th", "tr"}),
    "tr": frozenset({"tr", "tbody", "tfoot"}),
    "head": frozenset({"body"}),
}
_REGIONS = ("body", "article", "main")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]+;?")
_NEWLINE = re.compile(r"\n")


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the story of a web page; a range of its text is taken back to the page by `anchors`."""
    markup, notes = decode(data, name=name)
    woven, remarks = _extract(markup)
    if not woven.text:
        raise InputError(
            f"{name} shows no text; save the page as the browser displays it, or audit the story as plain text."
        )
    return admit(segmentation.document(woven.text, name=name, language=language, notes=(*notes, *remarks)))


def anchors(data: bytes, *, name: str) -> tuple[str, Woven]:
    """Return the decoded page and the extracted text with its places in it."""
    markup, _ = decode(data, name=name)
    return markup, _extract(markup)[0]


def decode(data: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """Decode a page: a byte order mark first, then the page's own declaration, then as plain text."""
    declared = _CHARSET.search(data[:4096])
    if declared is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return plain.decode(data, name=name)
    label = declared[1].decode("ascii", "replace").lower()
    # The web reads these two labels as windows-1252 (WHATWG Encoding Standard, 4.2).
    label = "windows-1252" if label in {"iso-8859-1", "latin1", "us-ascii"} else label
    try:
        return data.decode(label), ()
    except (LookupError, UnicodeDecodeError):
        return plain.decode(data, name=name)


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of pieces and the regions that stand around it, (sort of region, number of the element)."""

    pieces: tuple[Piece, ...]
    regions: frozenset[tuple[str, int]]


def _extract(markup: str) -> tuple[Woven, tuple[str, ...]]:
    parser = _Page(markup)
    parser.feed(markup)
    parser.close()
    parser.end_block()
    blocks = parser.blocks
    kept = _story(blocks)
    left_out = sum(_words(block) for block in blocks) - sum(_words(block) for block in kept)
    notes = (f"read the article only; {left_out} words elsewhere on the page were left out",) if left_out else ()
    return weave([block.pieces for block in kept]), notes


def _story(blocks: list[_Block]) -> list[_Block]:
    """Keep the narrowest region that holds at least half of the words on the page."""
    total = sum(_words(block) for block in blocks)
    for sort in _REGIONS:
        sizes: dict[tuple[str, int], int] = {}
        for block in blocks:
            for region in block.regions:
                if region[0] == sort:
                    sizes[region] = sizes.get(region, 0) + _words(block)
        best = max(sizes, key=lambda region: sizes[region], default=None)
        if best is not None and 2 * sizes[best] >= total:
            return [block for block in blocks if best in block.regions]
    return blocks


def _words(block: _Block) -> int:
    return sum(len(piece.text.split()) for piece in block.pieces)


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that has begun and not yet ended."""

    tag: str
    hidden: bool
    region: tuple[str, int] | None


@dataclass(slots=True)
class _State:
    """What the parser remembers between two events."""

    stack: list[_Open] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    elements: int = 0


class _Page(HTMLParser):
    """Collects blocks of visible text with their places; the library's interface asks for a subclass."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.blocks: list[_Block] = []
        self._markup = markup
        self._lines = [0, *(match.end() for match in _NEWLINE.finditer(markup))]
        self._state = _State()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element: close what it closes, and remember whether it hides its content."""
        self._close_implied(tag)
        if tag in _BLOCKS:
            self.end_block()
        if tag in _VOID:
            return
        state = self._state
        state.elements += 1
        attributes = {key: value or "" for key, value in attrs}
        sort = _region(tag, attributes)
        region = (sort, state.elements) if sort else None
        hidden = self._is_hidden() or tag in _HIDDEN or _hides(attributes) or (tag == "header" and not self._regions())
        state.stack.append(_Open(tag, hidden, region))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<p/>` begins an element in HTML; only void elements end at once."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End an element and all that is still open inside it; an end without a beginning is ignored."""
        if tag in _BLOCKS:
            self.end_block()
        stack = self._state.stack
        if any(element.tag == tag for element in stack):
            while stack.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep visible text with its place."""
        start = self._position()
        self._add(Piece(data, Span(start, start + len(data))))

    def handle_entityref(self, name: str) -> None:
        """Keep the character that a reference stands for."""
        del name
        self._add_reference()

    def handle_charref(self, name: str) -> None:
        """Keep the character that a numeric reference stands for."""
        del name
        self._add_reference()

    def end_block(self) -> None:
        """Close the block of text under way."""
        if self._state.pieces:
            self.blocks.append(_Block(tuple(self._state.pieces), self._regions()))
            self._state.pieces = []

    def _add_reference(self) -> None:
        start = self._position()
        match = _REFERENCE.match(self._markup, start)
        raw = match[0] if match else self._markup[start : start + 1]
        self._add(Piece(html.unescape(raw), Span(start, start + len(raw))))

    def _add(self, piece: Piece) -> None:
        if not self._is_hidden() and piece.text:
            self._state.pieces.append(piece)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _is_hidden(self) -> bool:
        return bool(self._state.stack) and self._state.stack[-1].hidden

    def _regions(self) -> frozenset[tuple[str, int]]:
        return frozenset(element.region for element in self._state.stack if element.region)

    def _close_implied(self, tag: str) -> None:
        stack = self._state.stack
        while stack and tag in _CLOSED_BY.get(stack[-1].tag, ()):
            self.end_block()
            stack.pop()


def _region(tag: str, attributes: dict[str, str]) -> str:
    """Return which sort of story region begins here, "" for none."""
    if attributes.get("itemprop") == "articleBody":
        return "body"
    if tag == "article":
        return "article"
    return "main" if tag == "main" or attributes.get("role") == "main" else ""


def _hides(attributes: dict[str, str]) -> bool:
    style = attributes.get("style", "").replace(" ", "").lower()
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or "display:none" in style
        or "visibility:hidden" in style
        or attributes.get("role") in {"navigation", "banner", "contentinfo", "search", "complementary"}
    )
