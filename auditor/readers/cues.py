"""The cues of subtitle files, a line of a cue as pieces with their places in the file.

SubRip and WebVTT are read by one reader, since files in the wild mix their habits; SubStation has its own. A line is
taken for the times of a cue only if it has an arrow between two times and nothing else but settings, so that no spoken
line is lost because it names two times.

Not by pysubs2: it loses such lines in silence (`findings/`), and tells no places in the file.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from auditor.readers.left_out import Part
from auditor.readers.offset_map import Piece, text_of
from auditor.values import Span

COMMENT = Part("comment", "comments")
DRAWING = Part("drawing", "drawings")
UNTIMED = Part("block without a time", "blocks without a time")
UNREADABLE = Part("line that is not as the file's format says", "lines that are not as the file's format says")
STRUCK_OUT = Part("struck-out passage", "struck-out passages")

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,:](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*(?:-{{1,3}}|[–—])\s?>\s*{_TIME}(?P<rest>(?:\s.*)?)")
_SETTINGS = re.compile(r"(?:\s+[\w-]+:\S+)*\s*")
_NUMBER = re.compile(r"\s*(\d+)\s*")
_NAME = re.compile(r"\s*\S*[^\s.!?…,;]\s*")
_ASIDE = re.compile(r"\s*(?P<word>NOTE|STYLE|REGION)(?:\s|\Z)")

_REFERENCE = r"&(?:\#[0-9]+|\#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);"
_STAMP = r"<(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}>"
_KNOWN = r"</?(?:i|b|u|s|del|strike|font|ruby|rt|rp|c|v|lang|span|br|em|strong)\b[^<>]*>"
_TOKENS = {
    "srt": re.compile(rf"(?P<stamp>{_STAMP})|(?P<tag>{_KNOWN})|(?P<code>\{{\\[^{{}}]*\}})|(?P<reference>{_REFERENCE})"),
    "vtt": re.compile(rf"(?P<stamp>{_STAMP})|(?P<tag></?(?:[A-Za-z][^<>]*)?>)|(?P<reference>{_REFERENCE})"),
    "ass": re.compile(r"(?P<brace>\\[{}])|(?P<code>\{[^{}]*\})|(?P<end>\\[Nn])|(?P<space>\\h)"),
}
_ESCAPES = {"end": "\n", "space": "\N{NO-BREAK SPACE}", "brace": ""}
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z]*)")
_READING_AIDS = frozenset({"rt", "rp"})  # how characters are pronounced, above them
_STRUCK = frozenset({"s", "del", "strike"})
_DRAWS = re.compile(r"\\p(\d+)")
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # of direction: nothing to see

# The fields of a Dialogue line where the file does not say: those of SubStation 4+.
_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at a time: from `start` to `end` in milliseconds, by `speaker` where the file names one."""

    start: int
    end: int
    lines: tuple[tuple[Piece, ...], ...]
    speaker: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each line, white space folded."""
        return tuple(" ".join(text_of(line).split()) for line in self.lines)


def find(markup: str, left_out: Counter[Part]) -> Iterator[Cue]:
    """Yield the cues of a decoded file in its order, those without a word apart.

    Args:
        markup: the decoded file.
        left_out: is told what the file holds and no cue does.
    """
    dialect = "vtt" if markup.startswith("WEBVTT") else "srt"
    lines = [Span(*match.span()) for match in _LINE.finditer(markup) if match[0]]
    headers = list(_headers(markup, lines, dialect))
    is_timed = bool(headers) or dialect == "vtt"
    found = _timed(markup, lines, headers, dialect, left_out) if is_timed else _dialogues(markup, left_out)
    return (cue for cue in found if cue.lines)


def _timed(
    markup: str, lines: Sequence[Span], headers: Sequence[_Header], dialect: str, left_out: Counter[Part]
) -> Iterator[Cue]:
    """Yield the cues of SubRip and WebVTT: a line of times, what stands below it, and a number or a name above."""
    first = headers[0].first if headers else len(lines)
    _count_asides(markup, lines[_first_blank(markup, lines) if dialect == "vtt" else 0 : first], left_out)
    for index, header in enumerate(headers):
        end = headers[index + 1].first if index + 1 < len(headers) else len(lines)
        body = [header.rest, *lines[header.times + 1 : end]]
        spoken = body if dialect == "srt" else body[: _first_blank(markup, body)]
        _count_asides(markup, body[len(spoken) :], left_out)
        yield _cue(markup, header, Span(body[0].start, spoken[-1].end), dialect, left_out)


@dataclass(frozen=True, slots=True)
class _Header:
    """The line of times, counted from 0; the first line that belongs to it; and what stands behind the times."""

    times: int
    first: int
    match: re.Match[str]
    rest: Span


def _headers(markup: str, lines: Sequence[Span], dialect: str) -> Iterator[_Header]:
    """Yield the beginnings of cues; above the times stands a number, or a name: in SubRip, that is one word."""
    last = 0
    for number, line in enumerate(lines):
        match = _TIMES.fullmatch(line.of(markup).rstrip("\r\n"))
        if match is None:
            continue
        above = lines[number - 1].of(markup) if number else ""
        is_apart = number < 2 or not lines[number - 2].of(markup).strip()
        counted = _NUMBER.fullmatch(above)
        named = bool(counted and (is_apart or int(counted[1]) == last + 1))
        named = named or (is_apart and bool(above.strip()) and (dialect == "vtt" or bool(_NAME.fullmatch(above))))
        last = int(counted[1]) if counted and named else last
        is_setting = _SETTINGS.fullmatch(match["rest"])
        rest = Span(line.start + (match.end() if is_setting else match.start("rest")), line.end)
        yield _Header(number, number - 1 if named else number, match, rest)


def _first_blank(markup: str, lines: Sequence[Span]) -> int:
    """Return the number of the first empty line behind the first, which is what stands behind the times.

    A line of spaces is an empty line of a caption, unless a block begins behind it that is none.
    """
    for number in range(1, len(lines)):
        line = lines[number].of(markup)
        is_before_aside = number + 1 < len(lines) and _ASIDE.match(lines[number + 1].of(markup))
        if not line.strip("\r\n") or (not line.strip() and is_before_aside):
            return number
    return len(lines)


def _count_asides(markup: str, lines: Sequence[Span], left_out: Counter[Part]) -> None:
    """Count the blocks between two cues of WebVTT: comments, and what has words and no time. Styles are no words."""
    inside = False
    for line in lines:
        text = line.of(markup)
        if text.strip() and not inside:
            aside = _ASIDE.match(text)
            if aside is None:
                left_out[UNTIMED] += 1
            elif aside["word"] == "NOTE":
                left_out[COMMENT] += 1
        inside = bool(text.strip())


def _cue(markup: str, header: _Header, body: Span, dialect: str, left_out: Counter[Part]) -> Cue:
    start, end = _milliseconds(header.match.groups()[:4]), _milliseconds(header.match.groups()[4:8])
    reading = _Reading(left_out)
    lines = tuple(_lines(markup, body, _TOKENS[dialect], reading))
    return Cue(start, end, lines, reading.speaker)


def _dialogues(markup: str, left_out: Counter[Part]) -> Iterator[Cue]:
    """Yield the cues of SubStation; the file says in which order a line has its fields, the text last."""
    fields: Sequence[str] = _FIELDS
    inside = True
    for match in _LINE.finditer(markup):
        kind, colon, _ = match[0].partition(":")
        kind = kind.strip().casefold()
        if kind.startswith("["):
            inside = kind == "[events]"
        elif inside and kind == "format":
            fields = [name.strip().casefold() for name in match[0].partition(":")[2].split(",")]
        elif inside and kind == "comment":
            left_out[COMMENT] += 1
        elif kind == "dialogue" and colon:
            yield from _dialogue(markup, match, fields, left_out)


def _dialogue(markup: str, line: re.Match[str], fields: Sequence[str], left_out: Counter[Part]) -> Iterator[Cue]:
    written = line[0].rstrip("\r\n")
    values = written.partition(":")[2].split(",", len(fields) - 1)
    named = dict(zip(fields, values, strict=False))
    times = [re.fullmatch(_TIME, named.get(name, "").strip()) for name in ("start", "end")]
    if len(values) < len(fields) or not all(times):
        left_out[UNREADABLE] += 1
        return
    end = line.start() + len(written)
    start, stop = (_milliseconds(time.groups()) for time in times if time)
    reading = _Reading(left_out)
    lines = tuple(_lines(markup, Span(end - len(values[-1]), end), _TOKENS["ass"], reading))
    yield Cue(start, stop, lines, named.get("name", named.get("actor", "")).strip())


@dataclass(slots=True)
class _Reading:
    """What the tags and codes of a cue have said so far."""

    left_out: Counter[Part]
    hidden: str = ""
    drawing: bool = False
    speaker: str = ""
    counted: set[Part] = field(default_factory=set)

    def tag(self, written: str) -> str:
        """Follow a tag; return what it shows, a line end or nothing."""
        match = _TAG.match(written)
        name = match["name"].lower() if match else ""
        closes = bool(match and match["close"])
        if closes and (name == self.hidden or (name == "ruby" and self.hidden in _READING_AIDS)):
            self.hidden = ""
        elif not closes and not self.hidden and name in _READING_AIDS | _STRUCK:
            self.hidden = name
            if name in _STRUCK:
                self.left_out[STRUCK_OUT] += 1
        elif name == "v" and not closes:
            self.speaker = written[2:-1].partition(" ")[2].strip()
        return "\n" if name == "br" else ""

    def code(self, written: str) -> None:
        """Follow a code in braces; what is in braces and is no code is a comment."""
        for level in _DRAWS.findall(written):
            self.drawing = level != "0"
        self.count(DRAWING, when=self.drawing)
        self.count(COMMENT, when="\\" not in written and bool(written[1:-1].strip()))

    def count(self, part: Part, *, when: bool) -> None:
        """Count a part once a cue."""
        if when and part not in self.counted:
            self.counted.add(part)
            self.left_out[part] += 1


def _lines(markup: str, body: Span, tokens: re.Pattern[str], reading: _Reading) -> Iterator[tuple[Piece, ...]]:
    """Yield the lines of a cue without tags and codes."""
    line: list[Piece] = []
    for piece in _pieces(markup, body, tokens, reading):
        if piece.text != "\n":
            line.append(piece)
        elif _has_text(line):
            yield tuple(line)
            line = []
    if _has_text(line):
        yield tuple(line)


def _has_text(line: Sequence[Piece]) -> bool:
    return any(piece.text.strip() for piece in line)


def _pieces(markup: str, body: Span, tokens: re.Pattern[str], reading: _Reading) -> Iterator[Piece]:
    """Yield what is shown of a cue, a piece a line end."""
    at = body.start
    for token in tokens.finditer(markup, body.start, body.end):
        yield from _shown(markup, Span(at, token.start()), reading)
        at = token.end()
        yield from _read(token, reading)
    yield from _shown(markup, Span(at, body.end), reading)


def _read(token: re.Match[str], reading: _Reading) -> Iterator[Piece]:
    """Yield what a tag, a code or a reference shows."""
    shown = ""
    if token.lastgroup == "tag":
        shown = reading.tag(token[0])
    elif token.lastgroup == "code":
        reading.code(token[0])
    elif token.lastgroup == "reference" and not reading.hidden:
        shown = _MARKS.sub("", html.unescape(token[0]))
    elif token.lastgroup in _ESCAPES and not reading.drawing:
        shown = _ESCAPES[token.lastgroup] or token[0][1:]
    if shown:
        yield Piece(shown, Span(*token.span()))


def _shown(markup: str, span: Span, reading: _Reading) -> Iterator[Piece]:
    """Yield plain text, line by line, unless it is hidden or the points of a drawing."""
    if reading.hidden or reading.drawing:
        return
    for match in _LINE.finditer(markup, span.start, span.end):
        text = match[0].rstrip("\r\n")
        if text:
            yield Piece(text, Span(match.start(), match.start() + len(text)))
        if len(text) < len(match[0]):
            yield Piece("\n", Span(match.start() + len(text), match.end()))


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = (part or "" for part in parts)
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0") or 0)
