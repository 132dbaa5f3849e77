"""What a user gives, to a Document: a file is opened, and the reader that it needs is asked."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers import READERS, detect, text
from auditor.text import inline_comments, language_id
from auditor.values import Document

if TYPE_CHECKING:
    from auditor.readers.tables import Columns

_TABLE = "table"
_WITH_SOURCES = frozenset({_TABLE, "bitext"})
"""Formats whose files bring their sources along."""


def read(name: str, *, input_format: str = "") -> Document:
    """Read the file called `name`, or standard input where that is "-".

    Raises:
        InputError: the file cannot be opened, or its reader refuses it.
        UnknownNameError: there is no such format.
    """
    return parse(load(name), name=name, input_format=input_format)


def document(source: str | Path) -> Document:
    """Read a text that is given as a string, or the file at a path.

    Raises:
        InputError: the file cannot be read, there is no English in the text, or it is the name of a file.
    """
    if isinstance(source, Path):
        return read(str(source))
    if len(source) < 256 and "\n" not in source and Path(source).is_file():  # longer than any file's name
        raise InputError(f"'{source}' is the name of a file; to audit what is in it, give pathlib.Path('{source}').")
    return text.parse(source, name="the text")


def load(name: str) -> bytes:
    """Return the bytes of the file called `name`, or of standard input where that is "-".

    Raises:
        InputError: it cannot be opened.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist; check the spelling of the path.") from error
    except IsADirectoryError as error:
        raise InputError(f"{name} is a directory; name the files in it, such as {path / '*.txt'}.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def parse(data: bytes, *, name: str, input_format: str = "", columns: Columns | None = None) -> Document:
    """Read the bytes of the file called `name`.

    Args:
        data: the whole file.
        name: what the user calls it; its ending says what it is, unless `input_format` does.
        input_format: the name of a reader.
        columns: which columns of a table to read.

    Raises:
        InputError: the file cannot be read, or is no table and columns of it are named.
    """
    called = "standard input" if name == "-" else name
    if not data.strip():
        raise InputError(f"{called} is empty; there is nothing to audit.")
    chosen = detect.format_of(called, data, chosen=input_format)
    if columns and chosen != _TABLE:
        raise InputError(f"{called} is no table, and has no columns; leave out --column.")
    found: Document = READERS.load(chosen).read(data, name=called, **({"columns": columns} if columns else {}))
    if (
        inline_comments.MARK.encode() in data
    ):  # in the file's own markup, some of which is no text; a packed file has none
        markup = data.decode("utf-8", errors="replace")
        return replace(found, comments=inline_comments.find(markup))
    return found


def brings_source(data: bytes, *, name: str, input_format: str = "") -> bool:
    """Tell whether the file is of a format in which each text stands beside its source.

    Raises:
        InputError: the file is packed.
    """
    return detect.format_of(name, data, chosen=input_format) in _WITH_SOURCES


def source(data: bytes, *, name: str, language: str = language_id.UNKNOWN) -> Document:
    """Read what a text was translated from; it may be in any language but English.

    Args:
        data: the whole file.
        name: what the user calls it; its ending says what it is.
        language: an ISO 639-1 code; `languages.UNKNOWN` takes the one that the text looks like.

    Raises:
        InputError: it is empty, English, or no running text.
    """
    called = "standard input" if name == "-" else name
    chosen = detect.format_of(called, data)
    if chosen in _WITH_SOURCES:
        raise InputError(
            f"{called} is a table or a translation file; give the source as running text, or audit {called}."
        )
    found: Document = READERS.load(chosen).read(data, name=called, language=language)
    if language == language_id.UNKNOWN:
        found = replace(found, language=language_id.guess(found.text))
    if found.language == "en":
        raise InputError(f"{called} is in English, like the text; the source is what the text was translated from.")
    return found
