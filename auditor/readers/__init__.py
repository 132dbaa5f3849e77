"""Readers: bytes to a Document. One file each, with

    SUFFIXES: tuple[str, ...]                        file endings it takes
    read(data: bytes, *, name: str) -> Document      raises InputError with one clear sentence
"""

from __future__ import annotations

from auditor.tables import Table

READERS = Table("input format", {"text": "auditor.readers.text"})
