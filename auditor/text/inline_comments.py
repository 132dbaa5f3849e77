"""Comments that a writer leaves for the auditor in a text: `[auditor: ...]`, or `<!-- auditor: ... -->` in markup.

They are no part of the text: its segmentation passes over them, and every offset stays.
"""

from __future__ import annotations

import regex

from auditor.values import InlineComment

MARK = "auditor:"
"""What every such comment holds; a file without it has none."""

_COMMENT = regex.compile(r"(?:<!--|\[)\s*auditor:\s*(?P<body>.*?)\s*(?:-->|\](?!\]))", regex.DOTALL)


def find(markup: str) -> tuple[InlineComment, ...]:
    """Return the comments of a text or of a marked-up file, in order, each with the line that it begins on."""
    if MARK not in markup:
        return ()
    found: list[InlineComment] = []
    for match in _COMMENT.finditer(markup):
        line = markup.count("\n", 0, match.start()) + 1
        found.append(InlineComment(match["body"], line))
    return tuple(found)


def blank(text: str) -> str:
    """Return the text with spaces in the place of its comments; line breaks stay, and so does every offset."""
    return _COMMENT.sub(_spaces, text) if MARK in text else text


def _spaces(comment: regex.Match[str]) -> str:
    return regex.sub(r"[^\r\n]", " ", comment[0])
