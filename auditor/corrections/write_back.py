"""The corrected copy of a story, in the format that it came in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.corrections import marked_up, tracked_changes
from auditor.corrections.corrected import CONTROL, Corrected, Left
from auditor.errors import InputError
from auditor.readers import READERS, detect
from auditor.text.edits import Correction
from auditor.values import Document

_WORD = "docx"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # what tools that read a diff take for a line


def format_of(name: str, data: bytes, *, chosen: str = "") -> str:
    """Return the format of a story whose corrected copy can be written.

    Raises:
        InputError: none can.
    """
    found = detect.format_of(name, data, chosen=chosen)
    if found != _WORD and not hasattr(READERS.load(found), "offset_map"):
        raise InputError(
            f"{name} is a file that fix cannot write; it writes plain text, HTML, Markdown, Word and translation files "
            "and subtitles."
        )
    return found


def corrected(data: bytes, document: Document, input_format: str, corrections: Sequence[Correction]) -> Corrected:
    """Return the copy with the corrections that can be made safely.

    Args:
        data: the file.
        document: what was read of it.
        input_format: as `format_of` tells.
        corrections: in order; they do not overlap.

    Raises:
        InputError: the file is not the one that was read, or cannot be written.
    """
    refused: list[Left] = []
    sound: list[Correction] = []
    for correction in corrections:
        if _CONTROL.search(correction.wording):
            refused.append(Left(correction, CONTROL))
        else:
            sound.append(correction)
    if input_format == _WORD:
        copy = tracked_changes.correct(data, document, sound)
    else:
        copy = marked_up.correct(data, document, input_format, sound)
    return replace(copy, left=(*refused, *copy.left))


def difference(copy: Corrected, *, old: str, new: str) -> str:
    """Return what a copy changes as a unified diff; `old` and `new` are the names of the two."""
    lines = difflib.unified_diff(_lines(copy.before), _lines(copy.after), old, new)
    return "".join(_ended(lines))


def _lines(text: str) -> list[str]:
    return _LINE.findall(text)


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
