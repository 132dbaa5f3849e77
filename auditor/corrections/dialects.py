"""How words are written in each format: what has to be escaped, and what a file's encoding lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_MARKDOWN = re.compile(r"[\\`*_\[\]{}~|]")
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_PO = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})
_ASS = str.maketrans({"{": "\\{", "}": "\\}"})
_PO_SEAM = re.compile(r"\"[ \t]*(?:\r\n?|\n)\s*\"")
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a format writes words.

    `escape` writes words so that they read as they are; `references` tells whether a character that the encoding lacks
    may be written as a numeric reference, `declares` whether such files name their encoding in their first lines. A
    `seam` is what may stand between two parts of a text without dividing it.
    """

    escape: Callable[[str], str]
    references: bool = False
    declares: bool = False
    seam: re.Pattern[str] | None = None

    def declared(self, data: bytes) -> list[str]:
        """Return the encodings that a file of this dialect may say it is in."""
        return [match.decode() for match in _DECLARED.findall(data[:4096])] if self.declares else []

    def encode(self, words: str, codec: str) -> str:
        """Return escaped words with references for what the encoding lacks, where the dialect has them.

        Raises:
            UnicodeEncodeError: the encoding lacks a character.
        """
        written = self.escape(words)
        if self.references:
            written = written.encode(codec, "xmlcharrefreplace").decode(codec)
        written.encode(codec)
        return written


def of(input_format: str, markup: str) -> Dialect:
    """Return how a decoded file of a format writes words."""
    if input_format == "bitext":
        return _MARKUP if markup.lstrip().startswith("<") else _PO_FILE
    if input_format == "subtitles":
        return _WEBVTT if markup.startswith("WEBVTT") else _SUBSTATION if "[Script Info]" in markup else _AS_IT_IS
    return {"html": _MARKUP, "markdown": _MARKDOWN_FILE}.get(input_format, _AS_IT_IS)


def _as_it_is(words: str) -> str:
    return words


def _xml(words: str) -> str:
    return words.translate(_XML)


def _markdown(words: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", words).translate(_XML)


def _po(words: str) -> str:
    return words.translate(_PO)


def _substation(words: str) -> str:
    return words.translate(_ASS)


_AS_IT_IS = Dialect(_as_it_is)
_MARKUP = Dialect(_xml, references=True, declares=True)
_MARKDOWN_FILE = Dialect(_markdown, references=True)
_PO_FILE = Dialect(_po, declares=True, seam=_PO_SEAM)
_WEBVTT = Dialect(_xml)
_SUBSTATION = Dialect(_substation)
