"""Subtitles (SubRip, WebVTT, SubStation): the spoken words; cues run on in one paragraph until a sentence ends.

Names and numbers of cues, comments, styles, time stamps, drawings and the reading aids of ruby are left out. Captions
that roll, where each cue begins with the last lines of the one before, are read once.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from auditor.errors import InputError
from auditor.readers import cues, translation_units
from auditor.readers import left_out as parts
from auditor.readers import text as plain
from auditor.readers.checks import admit
from auditor.readers.cues import Cue
from auditor.readers.left_out import Part
from auditor.readers.offset_map import MappedPiece, OffsetMap, Piece, text_of
from auditor.readers.translation_units import Aligned, Segment
from auditor.values import Document, Span

_Shown = tuple[int, int, tuple[str, ...]]

SUFFIXES = (".srt", ".vtt", ".ass", ".ssa")

REPEATED = Part("line of captions shown again", "lines of captions shown again")

_ENDS = re.compile(r"[.!?…][\"'”’)\]]*[\s♪♫]*$")
_WORD = re.compile(r"\S+")
_CONTIGUOUS = 500
"""Milliseconds between two cues of captions that roll; players let no line vanish for longer."""
_TELLING = 3
"""Words that are not said twice in a row by chance: with fewer, the whole file must be seen to roll."""


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the words of a subtitle file."""
    markup, notes = plain.decode(data, name=name)
    left_out: Counter[Part] = Counter()
    found = _aligned(markup, name, left_out)
    if not found.offset_map.text:
        raise InputError(f"{name} holds no cue with words; there is nothing to audit.")
    document = translation_units.document(found, name=name, language=language)
    return admit(replace(document, notes=(*notes, *parts.note(left_out))))


def aligned(data: bytes, *, name: str) -> Aligned:
    """Return the text with the cues it consists of; a cue is called by when it begins, as 0:01:02.500."""
    return _aligned(plain.decode(data, name=name)[0], name, Counter())


def offset_map(data: bytes, *, name: str) -> tuple[str, OffsetMap]:
    """Return the decoded file and the extracted text with its places in it."""
    markup, _ = plain.decode(data, name=name)
    return markup, _aligned(markup, name, Counter()).in_file()


def repeats(data: bytes, *, name: str) -> tuple[tuple[Span, Span], ...]:
    """Return the words that are shown again: where each is read in the file, and where it is repeated."""
    markup, _ = plain.decode(data, name=name)
    roots: dict[Span, Span] = {}
    first: dict[_Shown, Cue] = {}
    for cue in cues.find(markup, Counter()):
        roots.update(zip(_places(cue), _places(first.setdefault(_shown(cue), cue)), strict=True))
    every = list(first.values())
    for before, cue, count in zip(every, every[1:], _dropped(every)[1:], strict=False):
        for place, earlier in zip(_places(cue)[:count], _places(before)[-count:] if count else [], strict=False):
            roots[place] = roots.get(earlier, earlier)
    return tuple((root, place) for place, root in roots.items() if root != place)


def _aligned(markup: str, name: str, left_out: Counter[Part]) -> Aligned:
    found = list(cues.find(markup, left_out))
    if not found and not markup.startswith("WEBVTT"):
        raise InputError(f"{name} cannot be read as subtitles: no line of it gives the times of a cue.")
    shown = _without_rolling(_without_layers(found, left_out), left_out)
    return translation_units.align(_running(shown))


def _without_layers(found: Iterable[Cue], left_out: Counter[Part]) -> Iterator[Cue]:
    """Yield each text once a time: an outline and its filling are two cues of SubStation with one text."""
    seen: set[_Shown] = set()
    for cue in found:
        if _shown(cue) in seen:
            left_out[REPEATED] += len(cue.lines)
        else:
            seen.add(_shown(cue))
            yield cue


def _shown(cue: Cue) -> _Shown:
    return cue.start, cue.end, cue.texts


def _without_rolling(found: Iterable[Cue], left_out: Counter[Part]) -> Iterator[Cue]:
    """Yield what each cue adds to the one before it, where captions roll."""
    every = list(found)
    for cue, words in zip(every, _dropped(every), strict=True):
        if not words:
            yield cue
            continue
        rest = _without_words(cue, words)
        left_out[REPEATED] += max(1, len(cue.lines) - len(rest.lines))
        if rest.lines:
            yield rest


def _dropped(every: Sequence[Cue]) -> list[int]:
    """Return how many words at the beginning of each cue are read in the cue before it."""
    repeated = [0] * min(1, len(every)) + [_repeated_words(one, two) for one, two in itertools.pairwise(every)]
    rolls = 2 * sum(map(bool, repeated)) >= len(every) > 2
    dropped: list[int] = []
    for cue, words in zip(every, repeated, strict=True):
        total = sum(len(text.split()) for text in cue.texts)
        dropped.append(words if rolls or _TELLING <= words < total else 0)
    return dropped


def _places(cue: Cue) -> list[Span]:
    """Return where each word of a cue stands in the file."""
    found: list[Span] = []
    for line in cue.lines:
        mapped: list[MappedPiece] = []
        at = 0
        for piece in line:
            mapped.append(MappedPiece(Span(at, at + len(piece.text)), piece.place))
            at += len(piece.text)
        placed = OffsetMap(text_of(line), tuple(mapped))
        found += [placed.locate(Span(*match.span())) for match in _WORD.finditer(placed.text)]
    return found


def _repeated_words(before: Cue, cue: Cue) -> int:
    """Return how many words at the beginning of a cue are the last lines of the cue before it, shown on."""
    if abs(cue.start - before.end) > _CONTIGUOUS and not before.start <= cue.start <= before.end:
        return 0
    own = " ".join(cue.texts).split()
    for first in range(len(before.lines)):
        shown = " ".join(before.texts[first:]).split()
        if own[: len(shown)] == shown:
            return len(shown)
    return 0


def _without_words(cue: Cue, count: int) -> Cue:
    """Return the cue without its first words."""
    lines: list[tuple[Piece, ...]] = []
    left = count
    for line in cue.lines:
        words = list(_WORD.finditer(text_of(line)))
        if left < len(words):
            lines.append(tuple(_from(line, words[left].start())))
        left = max(0, left - len(words))
    return replace(cue, lines=tuple(lines))


def _from(line: Sequence[Piece], start: int) -> Iterator[Piece]:
    """Yield the pieces of a line from a code point of its text on."""
    at = 0
    for piece in line:
        end = at + len(piece.text)
        if at >= start:
            yield piece
        elif end > start and len(piece.text) == len(piece.place):
            yield piece.part(start - at, len(piece.text))
        at = end


def _running(found: Iterable[Cue]) -> Iterator[list[Segment]]:
    """Group cues until one ends in a sentence's stop, or another speaker begins."""
    group: list[Segment] = []
    speaker = ""
    for cue in found:
        if group and cue.speaker and speaker and cue.speaker != speaker:
            yield group
            group = []
        speaker = cue.speaker or speaker
        segment = _segment(cue)
        group.append(segment)
        if _ENDS.search(segment.text):
            yield group
            group, speaker = [], ""
    if group:
        yield group


def _segment(cue: Cue) -> Segment:
    pieces: list[Piece] = []
    for line in cue.lines:
        if pieces:
            end = pieces[-1].place.end
            pieces.append(Piece(" ", Span(end, line[0].place.start)))
        pieces += line
    return Segment(_time(cue.start), text_of(pieces), pieces=tuple(pieces))


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
