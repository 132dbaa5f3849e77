"""Plain text: any encoding that it can honestly decode, newline characters untouched."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

import regex

from auditor.errors import InputError
from auditor.readers.checks import admit, screen
from auditor.readers.offset_map import MappedPiece, OffsetMap
from auditor.text import segmentation
from auditor.values import Document, Span

SUFFIXES = (".txt", ".text")

# The longer mark first: UTF-32's begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, and the encodings that they tell."""
_CONTAINERS = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or an office document", b"{\\rtf": "rich text"}

# C0 controls that no text needs; wire transmissions keep SOH, STX, ETX, EOT and SYN, editors leave SUB and ESC.
_CONTROL = regex.compile(r"[\x00\x05-\x08\x0e-\x15\x17-\x19]")
LEGACY = ("windows-1252", "mac-roman")
"""Encodings that are guessed where a text is not UTF-8."""
_UTF8_PAIR = regex.compile(rb"[\xc3\xe2][\x80-\xbf]")
# In the wrong encoding curly quotes become capitals inside words ("DonÕt"), Cyrillic becomes words of accented letters
# alone, and other bytes become symbols that news does not use.
_WRONG_LETTERS = regex.compile(
    r"""
      \p{Ll}[À-Þ]
    | (?<!\p{L})[À-Þ](?=\p{Lu}\p{Ll})
    | (?<!\p{L})[À-ÿ]{2,}(?!\p{L})
    | [^\x00-\x7f\xa0À-ÿŒœŠšŽžŸƒ‘’“”„‚‹›«»–—…•·€£¥¢©®™°±²³¹¼½¾§¿¡ªº×÷]
    """,
    regex.VERBOSE,
)


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Decode and segment `data`; offsets count the decoded text, without a byte-order mark.

    Raises:
        InputError: the bytes are no text, the text has nothing to audit, or should be English and is not.
    """
    if not data.strip():
        raise InputError(f"{name} is empty; there is nothing to audit.")
    text, notes = decode(data, name=name)
    if _CONTROL.search(text):
        raise InputError(f"{name} is a binary file, not text; save its words as plain text first.")
    return parse(text, name=name, notes=notes, language=language)


def offset_map(data: bytes, *, name: str) -> tuple[str, OffsetMap]:
    """Return the decoded file, which is its own text, and the text with its places in it."""
    text, _ = decode(data, name=name)
    whole = Span(0, len(text))
    return text, OffsetMap(text, (MappedPiece(whole, whole),))


def parse(text: str, *, name: str, notes: Sequence[str] = (), language: str = "en") -> Document:
    """Segment a text that is decoded already.

    Raises:
        InputError: the text has nothing to audit, or should be English and is not.
    """
    screen(text, name=name)
    return admit(segmentation.document(text, name=name, language=language, notes=notes))


def decode(data: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without a byte-order mark, and a note where the encoding was a guess.

    Raises:
        InputError: no encoding gives plausible text.
    """
    for start, what in _CONTAINERS.items():
        if data.startswith(start):
            raise InputError(f"{name} is {what}, not plain text; save its words as plain text first.")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _decode_strictly(data[len(mark) :], encoding, name), ()
    if b"\x00" in data:
        return _decode_wide(data, name)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _decode_legacy(data, name, error.start)


def _decode_strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} says it is {encoding.upper()} but byte {error.start:,} cannot be read so; save it again as UTF-8."
        ) from error


def _decode_wide(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Decode UTF-16 without a mark, which in English has a zero in every second byte and nowhere else."""
    for encoding, zeros, letters in (("utf-16-le", data[1::2], data[::2]), ("utf-16-be", data[::2], data[1::2])):
        if len(data) % 2 == 0 and b"\x00" not in letters and zeros.count(0) > 0.8 * len(zeros):
            return _decode_strictly(data, encoding, name), (f"read as {encoding.upper()}, which it does not say",)
    raise InputError(f"{name} is a binary file, not text; save its words as plain text first.")


def _decode_legacy(data: bytes, name: str, position: int) -> tuple[str, tuple[str, ...]]:
    """Decode a legacy encoding of Western newsrooms, if that gives plausible letters and no broken UTF-8."""
    if not _UTF8_PAIR.search(data):
        for encoding in LEGACY:
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not _WRONG_LETTERS.search(text):
                return text, (f"read as {encoding}, because it is not UTF-8",)
    raise InputError(
        f"{name} cannot be decoded: byte {position:,} (0x{data[position]:02x}) is not UTF-8, and no other encoding "
        "gives plausible text; save it again as UTF-8."
    )
