"""What every reader asks of a text before it lets it in."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.errors import InputError
from auditor.text import segmentation
from auditor.text.characters import plain_document, plain_text
from auditor.text.language_id import looks_english
from auditor.values import Document, Span

LONGEST_LINE = 2_000_000
"""Code points in one paragraph. A long novel has fewer; what has more is data with its line breaks lost."""


def screen(text: str, *, name: str) -> None:
    """Turn away before it is segmented what would take long to segment.

    Raises:
        InputError: a paragraph is longer than any text has.
    """
    _check_length(segmentation.paragraphs(text), name)


def admit(document: Document) -> Document:
    """Return the document as it is.

    Raises:
        InputError: there is nothing in it to audit, or it should be English and is not.
    """
    name = document.name
    if not document.paragraphs:
        raise InputError(f"{name} is empty; there is nothing to audit.")
    _check_length([paragraph.span for paragraph in document.paragraphs], name)
    words = plain_document(document, plain_text(document.text)).words
    if not any(any(map(str.isalpha, word.text)) for word in words):
        raise InputError(f"{name} has no words, only figures, punctuation or symbols; there is nothing to audit.")
    if document.language == "en" and not looks_english(words):
        raise InputError(
            f"{name} does not look like English; what is audited is English copy, translated from another language."
        )
    return document


def _check_length(paragraphs: Sequence[Span], name: str) -> None:
    longest = max(map(len, paragraphs), default=0)
    if longest > LONGEST_LINE:
        raise InputError(
            f"{name} has a line of {longest:,} characters, more than the {LONGEST_LINE:,} that can be audited; "
            "restore its line breaks or split the file."
        )
