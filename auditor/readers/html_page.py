"""The text of a web page in blocks, each with its places on the page and with what stands around it.

Python's own HTML parser is used because it alone says where each piece of text stands.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from html.parser import HTMLParser

from auditor.readers.html_boxes import LINK, is_hinted
from auditor.readers.left_out import Part
from auditor.readers.offset_map import Piece, text_of
from auditor.values import Span

STRUCK_OUT = Part("struck-out passage", "struck-out passages")
ELSEWHERE = Part("word elsewhere on the page", "words elsewhere on the page")

STRUCK = frozenset({"del", "s", "strike"})
_UNSEEN = frozenset(
    """
    script style template noscript head select svg math iframe object textarea audio video canvas rt rp
    """.split()  # noqa: SIM905, a list of words is read as words
)
_FURNITURE = frozenset("nav footer aside form button dialog".split())  # noqa: SIM905, as above
_FURNITURE_ROLES = frozenset(
    """
    navigation banner contentinfo search complementary dialog alertdialog menu menubar toolbar
    """.split()  # noqa: SIM905, as above
)
_NOTE_ROLES = frozenset({"doc-noteref", "doc-backlink"})  # the marks of footnotes, there and back
_BLOCKS = frozenset(
    """
    address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table tbody td tfoot th
    thead title tr ul
    """.split()  # noqa: SIM905, as above
)
_CONTAINERS = frozenset("section div ul ol dl table figure article aside details".split())  # noqa: SIM905, as above
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
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]+;?")
_WORD = re.compile(r"[^\W_](?:\S*[^\W_])?")
_NEWLINE = re.compile(r"\n")
_DEEPEST = 32  # containers around a block that are looked at; boxes of real pages have fewer than ten inside
_MARKS = ("“”", "‘’")
_WRITTEN_MARKS = "\"'“”‘’«»„"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text.

    `regions` are the parts of a page that stand around it, (sort of region, number of the element); `containers` the
    innermost elements that hold blocks, outermost first, and `hinted` those whose attributes call them a box of other
    stories. `words` are all of its words, `linked` those inside links; `outline` is the text with `LINK` for that of
    links.
    """

    pieces: tuple[Piece, ...]
    regions: frozenset[tuple[str, int]]
    containers: tuple[int, ...]
    hinted: frozenset[int]
    words: int
    linked: int
    outline: str

    @property
    def text(self) -> str:
        """The text, white space folded."""
        return " ".join(text_of(self.pieces).split())


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks that a page shows, and what stands between them and is not the story."""

    blocks: tuple[Block, ...]
    left_out: Counter[Part]


def read_page(markup: str) -> Page:
    """Read the decoded markup of a page, or of a part of one."""
    parser = _Parser(markup)
    parser.feed(markup)
    parser.close()
    parser.end_block()
    return Page(tuple(parser.blocks), parser.left_out)


def quotation_mark(depth: int, *, closes: bool) -> str:
    """Return the mark that a browser shows for <q>, inside `depth` others (for </q>: with it)."""
    return _MARKS[max(0, depth - closes) % 2][closes]


class _Fate(Enum):
    """What becomes of the text inside an element."""

    SHOWN = auto()
    UNSEEN = auto()
    FURNITURE = auto()
    STRUCK = auto()


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that has begun and not yet ended, with what holds for the text inside it."""

    tag: str = ""
    fate: _Fate = _Fate.SHOWN
    in_link: bool = False
    regions: frozenset[tuple[str, int]] = frozenset()
    containers: tuple[int, ...] = ()
    hinted: frozenset[int] = frozenset()


_OUTSIDE = _Open()


@dataclass(slots=True)
class _State:
    """What the parser remembers between two events."""

    stack: list[_Open] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    linked: int = 0
    elements: int = 0


class _Parser(HTMLParser):
    """Collects blocks of visible text with their places; the library's interface asks for a subclass."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.blocks: list[Block] = []
        self.left_out: Counter[Part] = Counter()
        self._markup = markup
        self._lines = [0, *(match.end() for match in _NEWLINE.finditer(markup))]
        self._state = _State()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element: close what it closes, and remember what becomes of its content."""
        self._close_implied(tag)
        if tag in _BLOCKS:
            self.end_block()
        if tag in _VOID:
            return
        state = self._state
        state.elements += 1
        element = _begun(self._around(), tag, {key: value or "" for key, value in attrs}, state.elements)
        self.left_out[STRUCK_OUT] += element.fate is _Fate.STRUCK and self._around().fate is _Fate.SHOWN
        state.stack.append(element)
        if tag == "q":
            start = self._position()
            self._quote(Span(start, start + len(self.get_starttag_text() or "")), closes=False)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<p/>` begins an element in HTML; only void elements end at once."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End an element and all that is still open inside it; an end without a beginning is ignored."""
        if tag in _BLOCKS:
            self.end_block()
        stack = self._state.stack
        if not any(element.tag == tag for element in stack):
            return
        if tag == "q":
            start = self._position()
            self._quote(Span(start, max(start, self._markup.find(">", start) + 1)), closes=True)
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
        state = self._state
        if not state.pieces:
            return
        around = self._around()
        block = Block(
            pieces=tuple(state.pieces),
            regions=around.regions,
            containers=around.containers,
            hinted=around.hinted,
            words=sum(_words(piece.text) for piece in state.pieces),
            linked=state.linked,
            outline=" ".join("".join(state.outline).split()),
        )
        self.blocks.append(block)
        state.pieces, state.outline, state.linked = [], [], 0

    def _quote(self, tag: Span, *, closes: bool) -> None:
        """Keep the mark that a browser shows at a tag of <q>, unless the page has it beside the tag."""
        beside = self._markup[tag.start - 1 : tag.start] if closes else self._markup[tag.end : tag.end + 1]
        if not beside or beside not in _WRITTEN_MARKS:
            depth = sum(element.tag == "q" for element in self._state.stack)
            self._add(Piece(quotation_mark(depth - (not closes), closes=closes), tag))

    def _add_reference(self) -> None:
        start = self._position()
        match = _REFERENCE.match(self._markup, start)
        raw = match[0] if match else self._markup[start : start + 1]
        self._add(Piece(html.unescape(raw), Span(start, start + len(raw))))

    def _add(self, piece: Piece) -> None:
        """Keep a piece that is shown as the story; count the words of what is shown beside it."""
        fate = self._around().fate
        words = _words(piece.text)
        if fate is _Fate.FURNITURE:
            self.left_out[ELSEWHERE] += words
        elif fate is _Fate.SHOWN and piece.text:
            is_linked = self._around().in_link
            self._state.pieces.append(piece)
            self._state.outline.append(LINK if is_linked else piece.text)
            self._state.linked += words * is_linked

    def _position(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _around(self) -> _Open:
        """Return the innermost element that is open."""
        return self._state.stack[-1] if self._state.stack else _OUTSIDE

    def _close_implied(self, tag: str) -> None:
        stack = self._state.stack
        while stack and tag in _CLOSED_BY.get(stack[-1].tag, ()):
            self.end_block()
            stack.pop()


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _begun(parent: _Open, tag: str, attributes: dict[str, str], number: int) -> _Open:
    """Return an element that begins inside another one."""
    fate = parent.fate
    if fate is _Fate.SHOWN:
        fate = _own_fate(tag, attributes, in_story=bool(parent.regions))
    region = _region(tag, attributes)
    is_container = tag in _CONTAINERS
    return _Open(
        tag=tag,
        fate=fate,
        in_link=parent.in_link or (tag == "a" and "href" in attributes),
        regions=parent.regions | {(region, number)} if region else parent.regions,
        containers=(*parent.containers, number)[-_DEEPEST:] if is_container else parent.containers,
        hinted=parent.hinted | {number} if is_container and is_hinted(attributes) else parent.hinted,
    )


def _region(tag: str, attributes: dict[str, str]) -> str:
    """Return which sort of story region begins here, "" for none."""
    if attributes.get("itemprop") == "articleBody":
        return "body"
    if tag == "article":
        return "article"
    return "main" if tag == "main" or attributes.get("role") == "main" else ""


def _own_fate(tag: str, attributes: dict[str, str], *, in_story: bool) -> _Fate:
    """Return what becomes of an element's text, as far as it depends on the element alone."""
    style = attributes.get("style", "").replace(" ", "").lower()
    role = attributes.get("role", "")
    unseen = (
        tag in _UNSEEN
        or "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or "display:none" in style
        or "visibility:hidden" in style
        or role in _NOTE_ROLES
        or (tag == "sup" and "reference" in attributes.get("class", "").split())
    )
    if unseen:
        return _Fate.UNSEEN
    if tag in _FURNITURE or role in _FURNITURE_ROLES or (tag == "header" and not in_story):
        return _Fate.FURNITURE
    return _Fate.STRUCK if tag in STRUCK or "text-decoration:line-through" in style else _Fate.SHOWN
