"""The text of a cell of a table or a feed: plain as a rule, often HTML, sometimes HTML that was escaped on the way."""

from __future__ import annotations

import html as references
import re
from collections import Counter

from auditor.readers.html import visible_blocks
from auditor.readers.left_out import Part
from auditor.readers.offset_map import text_of
from auditor.values import Span

_TAGS = (
    r"/?(?:a|article|b|blockquote|br|code|del|div|em|figcaption|figure|font|h[1-6]|hr|i|iframe|img|ins|li|ol|p|pre|q|s"
    r"|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul)\b"
)
_TAG = re.compile(rf"<{_TAGS}[^<>]*>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(rf"&lt;{_TAGS}.*?&gt;", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_MOST_ESCAPES = 2  # what a feed escapes, its database may have escaped before


def paragraphs(cell: str, left_out: Counter[Part]) -> list[str]:
    """Return the paragraphs of a cell as a reader sees them.

    Args:
        cell: what the table holds, plain text or HTML.
        left_out: is told what HTML shows and is not its story.
    """
    markup = cell
    if not _TAG.search(markup) and _ESCAPED_TAG.search(markup):
        markup = references.unescape(markup)
    if _TAG.search(markup):
        blocks = visible_blocks(markup, Span(0, len(markup)), left_out)
        shown = [text_of(block) for block in blocks]
    else:
        shown = [markup]
    return [text for text in map(_unescaped, shown) if text.strip()]


def _unescaped(text: str) -> str:
    for _ in range(_MOST_ESCAPES):
        if not _REFERENCE.search(text):
            break
        text = references.unescape(text)
    return text
