"""Boxes of other stories inside the article: "more on this", "recommended", "read also".

No site's names are known here. A box gives itself away by two of three things: what its attributes call it, what its
heading says, and that its words are links. One of them alone proves nothing: a story may speak of related matters, and
a list of links may be its point.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

LINK = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for the text of a link in the outline of a block."""

_ATTRIBUTES = ("class", "id", "role", "aria-label", "data-component", "data-module", "data-testid", "data-type", "name")
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
_STORIES = r"(?:stor(?:y|ies)|articles?|news|posts?|reads?|reading|content|links?|coverage|headlines?|topics?|videos?)"
_NAMED = re.compile(
    rf"""
    (?<![a-z]) (?:
        (?: related | recommended | similar | more | other | latest | popular | top | also | next ) -? {_STORIES}
      | related | recommend\w* | suggest(?:ed|ions) | similar | popular | trending | sponsored
      | teasers? | promos? | onward
      | (?: more | latest | linked | featured | editors | further )
        - (?: on | from | in | like | this | picks? | {_STORIES} )
      | read - (?: more | next | also | on ) | (?: also | see ) - (?: read | see | in | on | also | more )
      | most - (?: read | popular | viewed | shared | watched ) | you - (?: may | might ) | up - next
      | cross -? links? | link - (?: list | box | farm ) | {_STORIES} - links? | in - article - links?
      | shar(?:e|ing) | social | follow | tags? | topics | breadcrumbs? | pagination | sidebar | carousel
    ) (?![a-z])
    """,
    re.VERBOSE,
)
_HEADING = re.compile(
    rf"""
    (?: (?:you\ )?(?:may|might)\ (?:also\ )?(?:like|enjoy|be\ interested\ in|have\ missed)
      | (?:in\ case\ you\ missed\ it|what\ to\ read\ next|up\ next|next\ up|keep\ reading|around\ the\ web|dont\ miss)
      | (?:read|see|watch|listen|find\ out|learn|discover|explore)\ (?:also|more|next|too|on|this)
      | also\ (?:read|see|watch|in|on) | must[ -]reads? | editors\ (?:picks?|choice) | (?:from\ )?our\ partners
      | most\ (?:read|popular|viewed|shared|watched) | further\ reading
      | more\ (?:on|from|about|in|like|top|to|{_STORIES})
      | (?:related|recommended|similar|suggested|popular|trending|sponsored|promoted|featured)
      | (?:other|latest|top|more)\ {_STORIES}
    )
    (?:\ [^.!?]*)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHORT = r"(?:read|see|watch|listen|more|live|explainer|analysis|opinion|in\ pictures)"
_LABEL = _HEADING.pattern.replace("[^.!?]", f"[^.!?:|»›{LINK}]")
_BEFORE_LINK = re.compile(
    rf"(?:{_LABEL}|{_SHORT})\s*(?P<mark>[:|»›>–—]?)\s*(?:{LINK}[\s.]*)+", re.VERBOSE | re.IGNORECASE
)
_IN_LINK = re.compile(rf"(?:{_LABEL}|{_SHORT})\s*[:|»›]\s*\S", re.VERBOSE | re.IGNORECASE)
_APOSTROPHES = re.compile("['’]")
_LONGEST_HEADING = 7
"""Words: "You may also be interested in these stories"."""
_LONGEST_LABEL = 3
"""Words of a label without a colon: "See also"."""
_LINKED = 0.5
"""Share of a box's words inside links; the paragraphs of stories have less than a third."""
_WHOLLY_LINKED = 0.8
_MOST = 0.5
"""Share of the page's words that a box may have; what has more is the story, whatever it is called."""


class _Block(Protocol):
    """What is asked of a block of text."""

    @property
    def containers(self) -> tuple[int, ...]: ...

    @property
    def hinted(self) -> frozenset[int]: ...

    @property
    def words(self) -> int: ...

    @property
    def linked(self) -> int: ...

    @property
    def text(self) -> str: ...

    @property
    def outline(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Box:
    """A box of other stories, by the numbers of its blocks."""

    first: int
    end: int


def is_hinted(attributes: Mapping[str, str]) -> bool:
    """Tell whether the attributes of an element call it a box of other stories, or of links."""
    named = " ".join(attributes.get(name, "") for name in _ATTRIBUTES)
    return bool(named.strip()) and bool(_NAMED.search(_WORD_START.sub("-", named).lower()))


def find_boxes(blocks: Sequence[_Block]) -> list[Box]:
    """Return the boxes of other stories, in order and disjoint."""
    most = _MOST * sum(block.words for block in blocks)
    boxes: list[Box] = []
    end = 0
    for number in range(len(blocks)):
        if number < end:
            continue
        fitting = [box for box in _boxes_at(blocks, number) if _words(blocks[box.first : box.end]) < most]
        if fitting:
            boxes.append(max(fitting, key=_end))
            end = boxes[-1].end
    return boxes


def _boxes_at(blocks: Sequence[_Block], first: int) -> Iterator[Box]:
    """Yield the boxes that begin at a block, each by another pair of signs."""
    block = blocks[first]
    is_heading = _is_heading(block.text)
    # Elements are numbered as they begin: what began behind the block before this one begins with this one.
    before = blocks[first - 1].containers[-1:] if first else ()
    for element in block.containers[bisect_right(block.containers, *(before or (0,))) :]:
        end = _end_of(blocks, first, element)
        inside = blocks[first:end]
        is_linked = sum(item.linked for item in inside) >= _LINKED * _words(inside)
        if (element in block.hinted and (is_linked or (is_heading and _has_link(inside)))) or (
            is_heading and end > first + 1 and (is_linked or _is_list_of_links(inside[1:]))
        ):
            yield Box(first, end)
    if is_heading:
        end = first + 1
        while end < len(blocks) and _is_linked(blocks[end]):
            end += 1
        if end > first + 1:
            yield Box(first, end)
    if _is_labelled_link(block):
        yield Box(first, first + 1)


def _end_of(blocks: Sequence[_Block], first: int, element: int) -> int:
    end = first + 1
    while end < len(blocks) and element in blocks[end].containers:
        end += 1
    return end


def _is_heading(text: str) -> bool:
    plain = _APOSTROPHES.sub("", text).strip(" :»›>|–—-")
    return len(plain.split()) <= _LONGEST_HEADING and bool(_HEADING.fullmatch(plain))


def _is_linked(block: _Block) -> bool:
    return block.linked >= _WHOLLY_LINKED * block.words > 0


def _has_link(blocks: Sequence[_Block]) -> bool:
    return any(block.linked for block in blocks)


def _is_list_of_links(blocks: Sequence[_Block]) -> bool:
    """Tell whether two or more links stand alone, as titles do, with at most two blocks of text behind each."""
    titles = sum(_is_linked(block) for block in blocks)
    return titles > 1 and 3 * titles >= len(blocks)


def _is_labelled_link(block: _Block) -> bool:
    """Tell whether a block is a link to another story behind a label: "Read more: Mayor opens bridge"."""
    if _is_linked(block) and _IN_LINK.match(_APOSTROPHES.sub("", block.text)):
        return True
    label = _BEFORE_LINK.fullmatch(_APOSTROPHES.sub("", block.outline))
    return (
        block.linked > 1 and label is not None and (bool(label["mark"]) or block.words - block.linked <= _LONGEST_LABEL)
    )


def _words(blocks: Sequence[_Block]) -> int:
    return sum(block.words for block in blocks)


def _end(box: Box) -> int:
    return box.end
