"""Corrections in files that are text: plain, HTML, Markdown, translation files and subtitles.

The places of the changed words are looked up in the file, and nothing else of it is touched. Words with markup between
them are left alone. When all is written, the copy is read again: it must read as the corrected text does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.corrections import dialects
from auditor.corrections.corrected import COMMENT, MARKUP, MEANING, PARAGRAPHS, Corrected, Left
from auditor.corrections.dialects import Dialect
from auditor.errors import InputError
from auditor.readers import READERS
from auditor.readers.offset_map import MappedPiece, OffsetMap, is_same
from auditor.readers.text import LEGACY, MARKS
from auditor.text.edits import Correction, Edit, edits, spliced, trimmed
from auditor.values import Document, Span

_REFERENCE = re.compile(r"&[#\w]+;?|\\.", re.DOTALL)
_WIDE = ("utf-16-le", "utf-16-be")


class _UnsafeError(Exception):
    """A place in a file cannot be changed; the message says why."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file, decoded: its bytes are `mark` and the markup in the encoding `codec`.

    `repeats` are the places of words that are read once and stand in the file again, where they are read first.
    """

    name: str
    input_format: str
    markup: str
    offsets: OffsetMap
    dialect: Dialect
    mark: bytes
    codec: str
    repeats: tuple[tuple[Span, Span], ...] = ()

    def encoded(self, changes: Iterable[Edit]) -> bytes:
        """Return the bytes of the file with changes of its markup."""
        return self.mark + spliced(self.markup, changes).encode(self.codec)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A correction as it changes the text that is read, and the markup of the file."""

    correction: Correction
    text: tuple[Edit, ...]
    markup: tuple[Edit, ...]


def correct(data: bytes, document: Document, input_format: str, corrections: Sequence[Correction]) -> Corrected:
    """Return the file with the corrections that can be made safely.

    Args:
        data: the file.
        document: what was read of it.
        input_format: the reader that read it.
        corrections: in order; they do not overlap.

    Raises:
        InputError: the file is not the one that was read, or its encoding cannot be written again.
    """
    file = _opened(data, document, input_format)
    placed: list[_Placed] = []
    left: list[Left] = []
    for correction in corrections:
        try:
            placed.append(_place(file, document, correction))
        except _UnsafeError as error:
            left.append(Left(correction, str(error)))
    if not _reads_right(file, placed):
        sound = [one for one in placed if _reads_right(file, [one])]
        if not _reads_right(file, sound):  # each is, but not all together
            sound = []
        left += [Left(one.correction, MEANING) for one in placed if one not in sound]
        placed = sound
    changes = _of_markup(placed)
    return Corrected(file.encoded(changes), file.markup, spliced(file.markup, changes), tuple(left))


def _opened(data: bytes, document: Document, input_format: str) -> _File:
    reader = READERS.load(input_format)
    markup, offsets = reader.offset_map(data, name=document.name)
    if not is_same(offsets.text, document.text):
        raise InputError(f"the words of {document.name} cannot be found again in the file; correct it by hand.")
    dialect = dialects.of(input_format, markup)
    mark, codec = _encoding(data, markup, dialect, document.name)
    repeats = reader.repeats(data, name=document.name) if hasattr(reader, "repeats") else ()
    return _File(document.name, input_format, markup, offsets, dialect, mark, codec, repeats)


def _encoding(data: bytes, markup: str, dialect: Dialect, name: str) -> tuple[bytes, str]:
    """Return the byte order mark and the encoding in which the markup is, byte for byte, the file.

    Raises:
        InputError: there is none.
    """
    mark, marked = next(((mark, codec) for mark, codec in MARKS if data.startswith(mark)), (b"", ""))
    declared = dialect.declared(data)
    # What a page in ASCII is taken for is anybody's guess where it does not say: references are read by all.
    undeclared = ("ascii",) if dialect.references and dialect.declares and not declared else ()
    for codec in (marked, *declared, *undeclared, "utf-8", *_WIDE, *LEGACY):
        try:
            if codec and mark + markup.encode(codec) == data:
                return mark, codec
        except (LookupError, UnicodeEncodeError):
            continue
    raise InputError(f"{name} is in an encoding that cannot be written again byte for byte; save it as UTF-8 first.")


def _place(file: _File, document: Document, correction: Correction) -> _Placed:
    """Find a correction in the file.

    Raises:
        _UnsafeError: it cannot be made there.
    """
    changes = edits(file.offsets.text, correction)
    around = Span(
        min([correction.span.start, *(change.span.start for change in changes)]),
        max([correction.span.end, *(change.span.end for change in changes)]),
    )
    if around.of(file.offsets.text) != around.of(document.text):
        raise _UnsafeError(COMMENT)
    markup: list[Edit] = []
    for change in changes:
        markup += _in_file(file, change, correction.span) if change.span else [_put_in(file, change, correction.span)]
    return _Placed(correction, changes, (*markup, *_repeated(file, markup)))


def _repeated(file: _File, changes: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the changes again for words that are shown again, as captions that roll are."""
    for change in changes:
        firsts = [pair for pair in file.repeats if pair[0].start <= change.span.start <= pair[0].end]
        lasts = [pair for pair in file.repeats if pair[0].start <= change.span.end <= pair[0].end]
        for (first, again), (last, once_more) in zip(firsts, lasts, strict=False):
            start = again.start + change.span.start - first.start
            end = once_more.start + change.span.end - last.start
            if start <= end and Span(start, end).of(file.markup).split() == change.span.of(file.markup).split():
                yield Edit(Span(start, end), change.replacement)


def _in_file(file: _File, change: Edit, words: Span) -> Iterator[Edit]:
    """Yield what a change of words is in the markup."""
    parts = file.offsets.parts(change.span)
    if sum(len(part.span) for part in parts) != len(change.span):
        raise _UnsafeError(PARAGRAPHS)
    if any(not _is_plain(file, part) for part in parts):
        raise _UnsafeError(MARKUP)
    gaps = [_gap(one, two) for one, two in itertools.pairwise(parts)]
    whole = Span(parts[0].place.start, parts[-1].place.end)
    seam = file.dialect.seam
    if not any(gaps):
        yield Edit(whole, _written(file, change.replacement, whole))
    elif seam and all(not gap or seam.fullmatch(gap.of(file.markup)) for gap in gaps):
        yield Edit(parts[0].place, _written(file, change.replacement, whole))
        for part in parts[1:]:
            yield Edit(part.place, "")
    else:
        smaller = trimmed(file.offsets.text, change)
        if smaller == change:
            raise _UnsafeError(MARKUP)
        yield from _in_file(file, smaller, words) if smaller.span else [_put_in(file, smaller, words)]


def _gap(one: MappedPiece, two: MappedPiece) -> Span:
    """Return what stands in the file between two pieces that follow each other."""
    return Span(min(one.place.end, two.place.start), two.place.start)


def _put_in(file: _File, change: Edit, words: Span) -> Edit:
    """Return what words put in are in the markup: behind the text before them, at the start of a finding before it."""
    at = change.span.start
    behind = file.offsets.parts(Span(at, at + 1))
    before = file.offsets.parts(Span(at - 1, at)) if at else []
    if before and (at > words.start or not behind):
        place = before[0].place.end
    elif behind:
        place = behind[0].place.start
    else:
        raise _UnsafeError(PARAGRAPHS)
    return Edit(Span(place, place), _written(file, change.replacement, Span(place, place)))


def _is_plain(file: _File, part: MappedPiece) -> bool:
    """Tell whether a piece stands in the file as itself, as white space, a reference or an escape: no tag, no time."""
    written, shown = part.place.of(file.markup), part.span.of(file.offsets.text)
    return written == shown or (written.isspace() and shown.isspace()) or bool(_REFERENCE.fullmatch(written))


def _written(file: _File, words: str, place: Span) -> str:
    """Return words as they are written at a place of the file."""
    literal = file.markup.rfind("<![CDATA[", 0, place.start) > file.markup.rfind("]]>", 0, place.start)
    if literal and "]]>" in words:
        raise _UnsafeError(MARKUP)
    dialect = dialects.of("text", "") if literal and file.input_format == "bitext" else file.dialect
    try:
        return dialect.encode(words, file.codec)
    except UnicodeEncodeError as error:
        lacking = error.object[error.start : error.end]
        raise _UnsafeError(f"“{lacking}” cannot be written in the encoding of the file, {file.codec}") from error


def _reads_right(file: _File, placed: Sequence[_Placed]) -> bool:
    """Tell whether the file reads, with these corrections made, as the text does with them."""
    changes: list[Edit] = []
    for one in placed:
        changes += one.text
    try:
        copy = file.encoded(_of_markup(placed))
        found: OffsetMap = READERS.load(file.input_format).offset_map(copy, name=file.name)[1]
    except InputError:
        return False
    return found.text.split() == spliced(file.offsets.text, changes).split()


def _of_markup(placed: Iterable[_Placed]) -> list[Edit]:
    changes: list[Edit] = []
    for one in placed:
        changes += one.markup
    return changes
