"""Characters that look alike or cannot be seen, to the ones that everything behind here expects.

A hyphen that keeps words on one line, an apostrophe that Unicode calls a letter, an accent that is written as a
character of its own, a soft hyphen or a zero-width space inside a word: none of them changes what a reader reads, so
none may change what is found. A document is audited in its plain form, and what is found is taken back to the text as
it was given.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import regex

from auditor.values import Document, Found, Numbers, Paragraph, Sentence, Span, Word

_PLAIN = {
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{MODIFIER LETTER APOSTROPHE}": "’",
    "\N{FULLWIDTH APOSTROPHE}": "'",
    "\N{LATIN SMALL LIGATURE FF}": "ff",
    "\N{LATIN SMALL LIGATURE FI}": "fi",
    "\N{LATIN SMALL LIGATURE FL}": "fl",
    "\N{LATIN SMALL LIGATURE FFI}": "ffi",
    "\N{LATIN SMALL LIGATURE FFL}": "ffl",
    "\N{LATIN SMALL LIGATURE LONG S T}": "st",
    "\N{LATIN SMALL LIGATURE ST}": "st",
}
_UNSEEN = r"[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
_UNSEEN_ALL = regex.compile(_UNSEEN)
_UNUSUAL = regex.compile(
    rf"""
      (?P<accented> [\p{{Latin}}\p{{Greek}}\p{{Cyrillic}}] (?: {_UNSEEN}* \p{{Mn}} )+ )
    | (?P<unseen> {_UNSEEN}+ )
    | (?P<joiner> (?<=\p{{Latin}}(?:\p{{M}}|{_UNSEEN})*) [\u200c\u200d]+ (?={_UNSEEN}*\p{{Latin}}) )
    | (?P<stroke> (?<=\p{{L}}(?:\p{{M}}|{_UNSEEN})*) [´`ʹ′] (?={_UNSEEN}*\p{{L}}) )  # typed for an apostrophe
    | (?P<twin> [‐‑ʼ＇\ufb00-\ufb06] )
    """,
    regex.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text in plain characters, and the ranges in which it is not the given text code point for code point.

    `given` and `plain` are of equal length, in order and disjoint: each range of the given text, not empty, and the
    range of the plain text that stands for it, empty where nothing does.
    """

    text: str
    given: tuple[Span, ...] = ()
    plain: tuple[Span, ...] = ()

    def to_given(self, span: Span) -> Span:
        """Return the range of the given text that a range of the plain text stands for."""
        return _moved(span, self.plain, self.given)

    def to_plain(self, span: Span) -> Span:
        """Return the range of the plain text that stands for a range of the given text."""
        return _moved(span, self.given, self.plain)


def plain_text(text: str) -> PlainText:
    """Write a text in plain characters."""
    if text.isascii():
        return PlainText(text)
    parts: list[str] = []
    given: list[Span] = []
    plain: list[Span] = []
    length = end = 0
    for match in _UNUSUAL.finditer(text):
        twin = _twin(match)
        if twin == match[0]:
            continue
        before = text[end : match.start()]
        start = length + len(before)
        parts += (before, twin)
        given.append(Span(*match.span()))
        plain.append(Span(start, start + len(twin)))
        length, end = start + len(twin), match.end()
    return PlainText("".join([*parts, text[end:]]), tuple(given), tuple(plain))


def plain_document(document: Document, plain: PlainText) -> Document:
    """Return the document in plain characters.

    Args:
        document: as it was given.
        plain: its text in plain characters.
    """
    return _carried(document, plain.text, plain.to_plain) if plain.given else document


def given_document(document: Document, text: str, plain: PlainText) -> Document:
    """Return a document of plain characters in those of the text that was given.

    Args:
        document: in plain characters.
        text: as it was given.
        plain: the same in plain characters.
    """
    return _carried(document, text, plain.to_given) if plain.given else document


def given_found(found: Found, plain: PlainText) -> Found:
    """Return what was found in the plain text at its places in the given text."""
    if not plain.given:
        return found
    findings = tuple(replace(finding, span=plain.to_given(finding.span)) for finding in found.findings)
    numbers: dict[str, Numbers] = {}
    for name, own in found.numbers.items():
        values = {plain.to_given(Span(at, at + 1)).start: value for at, value in own.values.items()}
        numbers[name] = replace(own, values=values)
    return Found(findings, numbers)


def _twin(match: regex.Match[str]) -> str:
    """Return what stands in the plain text for a match of `_UNUSUAL`."""
    if match["accented"]:
        return unicodedata.normalize("NFC", _UNSEEN_ALL.sub("", match[0]))
    if match["stroke"]:
        return "’"
    return _PLAIN.get(match[0], "")


def _moved(span: Span, here: Sequence[Span], there: Sequence[Span]) -> Span:
    """Return the range that stands for `span`; what touches an edited range stands for the whole of it."""
    if not here:
        return span
    start = _start(span.start, here, there)
    return Span(start, max(start, _end(span.end, here, there)) if span else start)


def _start(at: int, here: Sequence[Span], there: Sequence[Span]) -> int:
    index = bisect_right(here, at, key=_begins) - 1
    if index < 0:
        return at
    inside = at < here[index].end
    return there[index].start if inside else there[index].end + at - here[index].end


def _end(at: int, here: Sequence[Span], there: Sequence[Span]) -> int:
    """Return where the code point before `at` ends."""
    index = bisect_right(here, at - 1, key=_begins) - 1
    return there[index].end + max(0, at - here[index].end) if index >= 0 else at


def _begins(span: Span) -> int:
    return span.start


def _carried(document: Document, text: str, move: Callable[[Span], Span]) -> Document:
    """Return the document with every range of it moved, and its words spelt as they stand in `text`."""
    paragraphs: list[Paragraph] = []
    for paragraph in document.paragraphs:
        sentences: list[Sentence] = []
        for sentence in paragraph.sentences:
            spans = [move(word.span) for word in sentence.words]
            words = tuple(Word(span, span.of(text)) for span in spans)
            sentences.append(replace(sentence, span=move(sentence.span), words=words))
        paragraphs.append(replace(paragraph, span=move(paragraph.span), sentences=tuple(sentences)))
    return replace(document, text=text, paragraphs=tuple(paragraphs))
