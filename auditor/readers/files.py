"""A path, or "-" for standard input, to a Document: the file is opened, its reader chosen by the file's ending."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from auditor.errors import InputError
from auditor.readers import READERS
from auditor.values import Document


def read(name: str) -> Document:
    """Read the file called `name` with the reader of its ending; any other ending is read as plain text.

    Raises:
        InputError: the file cannot be opened, or its reader refuses it.
    """
    if name == "-":
        return _read(READERS.load("text"), sys.stdin.buffer.read(), name="standard input")
    path = Path(name)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist; check the spelling of the path.") from error
    except IsADirectoryError as error:
        raise InputError(f"{name} is a directory; name the files in it, such as {path / '*.txt'}.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    return _read(_reader(path), data, name=name)


def _read(reader: ModuleType, data: bytes, *, name: str) -> Document:
    document: Document = reader.read(data, name=name)
    return document


def _reader(path: Path) -> ModuleType:
    modules = (READERS.load(name) for name in READERS)
    return next((module for module in modules if path.suffix.lower() in module.SUFFIXES), READERS.load("text"))
