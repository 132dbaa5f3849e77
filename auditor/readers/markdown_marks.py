"""Marks of Markdown's dialects that CommonMark reads as words: front matter, shortcodes, footnote marks, admonitions.

They are replaced by signs that are no copy, a sign a code point, so that every offset stays. What such a mark encloses
or introduces is copy and stays: the text of a footnote, of a note, between two shortcodes.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from auditor.readers.left_out import Part

GONE = "\ue000"
"""Stands for a code point of a mark; private to us, as an icon of somebody's font, which is no copy either."""
BEGINS = "\ue001"
"""The same; what follows is a block of its own."""
TITLE = "\ue002"
"""The same; the line that it stands in is a block of its own."""
SIGNS = re.compile(f"[{GONE}{BEGINS}{TITLE}]+")

INLINE_NOTE = Part("footnote inside a sentence", "footnotes inside sentences")
FRONT_MATTER = Part("block of front matter", "blocks of front matter")
SHORTCODE = Part("shortcode", "shortcodes")

_VISIBLE = re.compile(r"[^\r\n]")
_FRONT_MATTER = re.compile(
    r"\A(?P<kept>(?:\s|<!--.*?-->)*)(?P<fence>---|\+\+\+)[ \t]*\r?\n"
    r"(?P<body>.*?)^(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_KEY = re.compile(r"^[\w\"'-]+[ \t]*[:=]", re.MULTILINE)
_SHORTCODES = re.compile(
    r"""
      \{\{ (?:(?!\}\}|\n[ \t]*\r?\n).)* \}\}                                    # Hugo, Liquid, templates
    | \{%  (?:(?!%\}|\n[ \t]*\r?\n).)*  %\}
    | \[/?[a-z][\w-]*(?:\s+[\w-]+\s*=\s*(?:"[^"\]]*"|'[^'\]]*'|[^\s"'\]]+))+\s*/?\](?![(\[:])   # WordPress
    | \[/(?P<closed>[a-z][\w-]*)\](?![(\[:])
    | \[(?P<opened>[a-z][\w-]*)\](?![(\[:])
    """,
    re.VERBOSE | re.DOTALL,
)
_MATH = re.compile(r"^\$\$[ \t]*$.*?^\$\$[ \t]*$", re.DOTALL | re.MULTILINE)
_FOOTNOTE = re.compile(r"^(?P<kept>[ ]{0,3}(?:>[ ]?)*)\[\^[^\]\s]+\]:[ \t]*", re.MULTILINE)
_INLINE_NOTE = re.compile(r"\^\[[^\[\]\n]+\]")
_DEFINITION = re.compile(r"(?:(?<=\S\n)|(?<=\S\r\n))(?P<kept>):[ \t]+(?=\S)")
_ALERT = re.compile(r"^(?P<kept>[ \t]*(?:>[ \t]*)+)\[![\w-]+\][+-]?[ \t]*", re.MULTILINE)
_CONTAINER = re.compile(
    r"^(?P<kept>[ \t]*)(?P<mark>:{3,}[ \t]*(?:\{[^{}\n]*\}|[\w-]*)[ \t]*)(?P<title>[^\r\n]*)", re.MULTILINE
)
_ADMONITION = re.compile(
    r"^(?P<kept>[ \t]*)(?P<mark>(?:!!!|\?\?\?\+?)[ \t]+[\w-]+[ \t]*)(?P<title>[^\r\n]*)", re.MULTILINE
)
_QUOTING = re.compile(r"^[\"\[]|[\"\]][ \t]*$")
# An empty line, a line of code inside what is indented, or an indented line.
_INDENTED = re.compile(r"(?:[ \t]*|(?:[ ]{4}|\t){2}[^\r\n]*|(?P<indent>[ ]{4}|\t)[^\r\n]*)(?:\r?\n|\Z)")
_MARKS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"\[\^[^\]\s]+\]",  # the mark of a footnote
        r"(?<!^)(?<!\n)\{[:#.][^{}\n]*\}|(?<=[)\]`*_])\{[^{}\n]*\}|^[ \t]*\{:[^{}\n]*\}[ \t]*$",  # attributes
        r"^[ \t]*\[(?:toc|TOC|\[_TOC_\])\][ \t]*$",
        r"^\*\[[^\]\n]+\]:[^\n]*$",  # what an abbreviation stands for
        r"(?<![\w:/]):[a-z][a-z0-9_+-]*:(?![\w:/])",  # an emoji by its name
        r"(?:(?<=[-*+][ ])|(?<=\d[.)][ ]))\[[ xX]\](?=[ ])",  # the box of a task
        r"\[\[(?:[^\]|\n]*\|)?(?=[^\]\n]+\]\])|(?<=[^\]\s])\]\](?!\()",  # a link of a wiki
        r"\[@[^\]\s]+\]",  # a citation by its key
        r"==(?=[^\s=](?:[^=\n]*[^\s=])?==)|(?<=[^\s=])==(?!=)",  # marked words
        r"^(?:import|export)\s[^\n]*\bfrom\s+['\"][^'\"\n]+['\"];?[ \t]*$",
    )
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A Markdown file with signs for marks, code point for code point, and how much of it was left out."""

    text: str
    left_out: Counter[Part]


def replace_marks(markup: str) -> Marked:
    """Put signs in the place of all marks that are no copy."""
    left_out: Counter[Part] = Counter()
    text = _FRONT_MATTER.sub(_blank, markup, count=1)
    left_out[FRONT_MATTER] = text != markup
    closed = {match["closed"] for match in _SHORTCODES.finditer(text)} - {None}
    text = _SHORTCODES.sub(functools.partial(_shortcode, closed, left_out), text)
    text = _MATH.sub(_gone, text)
    text, left_out[INLINE_NOTE] = _INLINE_NOTE.subn(_gone, text)
    text = _DEFINITION.sub(_begun, text)
    text = _introduced(_FOOTNOTE, text, _begun)
    text = _introduced(_ADMONITION, text, _titled)
    text = _CONTAINER.sub(_titled, text)
    text = _ALERT.sub(_title, text)
    for mark in _MARKS:
        text = mark.sub(_gone, text)
    return Marked(text, left_out)


def _blank(match: re.Match[str]) -> str:
    """Return white space for front matter, so that nothing of it joins the line below; rules around text are none."""
    if not _KEY.search(match["body"]):
        return match[0]
    return match["kept"] + _VISIBLE.sub(" ", match[0][len(match["kept"]) :])


def _gone(match: re.Match[str]) -> str:
    return _VISIBLE.sub(GONE, match[0])


def _shortcode(closed: Collection[str], left_out: Counter[Part], match: re.Match[str]) -> str:
    """Return signs for a shortcode; a word in brackets is one only if it is closed somewhere."""
    if match["opened"] and match["opened"] not in closed:
        return match[0]
    left_out[SHORTCODE] += 1
    return _gone(match)


def _begun(match: re.Match[str]) -> str:
    return match["kept"] + BEGINS + GONE * (len(match[0]) - len(match["kept"]) - 1)


def _title(match: re.Match[str]) -> str:
    return match["kept"] + TITLE + GONE * (len(match[0]) - len(match["kept"]) - 1)


def _titled(match: re.Match[str]) -> str:
    """Return what stands for the first or last line of an admonition, its title without the marks around it."""
    title = _QUOTING.sub(_gone, match["title"])
    return match["kept"] + BEGINS + TITLE + GONE * (len(match["mark"]) - 2) + title


def _introduced(pattern: re.Pattern[str], text: str, sign: Callable[[re.Match[str]], str]) -> str:
    """Replace marks that introduce indented lines, and their indentation, which would make them code."""
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        if match.start() < end:
            continue
        parts += (text[end : match.start()], sign(match))
        end = match.end()
        line_end = text.find("\n", end)
        if line_end < 0:
            continue
        parts.append(text[end : line_end + 1])
        end = line_end + 1
        line = _INDENTED.match(text, end)
        while line and line.end() > line.start():
            indent = line["indent"] or ""
            parts += (GONE * len(indent), line[0][len(indent) :])
            end = line.end()
            line = _INDENTED.match(text, end)
    return "".join([*parts, text[end:]])
