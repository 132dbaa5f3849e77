"""A path, or "-" for standard input, to a Document: the file is opened and its reader chosen."""

from __future__ import annotations

import sys
from pathlib import Path

from auditor.errors import InputError
from auditor.readers import READERS
from auditor.readers.detect import format_of
from auditor.values import Document


def read(name: str, *, input_format: str = "") -> Document:
    """Read the file called `name` with the reader `input_format`, else the one that its ending or content asks for.

    Raises:
        InputError: the file cannot be opened, or its reader refuses it.
        UnknownNameError: no reader is called `input_format`.
    """
    return parse(load(name), name="standard input" if name == "-" else name, input_format=input_format)


def load(name: str) -> bytes:
    """Return the bytes of the file called `name`, or of standard input.

    Raises:
        InputError: the file cannot be opened.
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


def parse(data: bytes, *, name: str, input_format: str = "") -> Document:
    """Make a document of bytes that were loaded from `name`."""
    reader = READERS.load(format_of(name, data, chosen=input_format))
    document: Document = reader.read(data, name=name)
    return document
