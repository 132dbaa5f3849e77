"""Corrected copies of small files, as tests ask for them."""

from __future__ import annotations

from auditor.corrections import write_back
from auditor.corrections.corrected import Corrected
from auditor.readers import files
from auditor.text.edits import Correction
from auditor.values import Span


def corrected(data: bytes, name: str, *wordings: tuple[str, str]) -> Corrected:
    """Return the copy of a file in which the first place of each of some words has another wording."""
    document = files.parse(data, name=name)
    corrections: list[Correction] = []
    for words, wording in wordings:
        start = document.text.index(words)
        corrections.append(Correction(Span(start, start + len(words)), wording))
    return write_back.corrected(data, document, write_back.format_of(name, data), sorted(corrections))
