"""Gold data: judged translations and clean news, each file read into one row type.

Polarity, side and offsets, once for all: a tag True means BAD; tags and marked errors belong to the translation, never
to its source; offsets are code points of the translation, half-open; a higher score is a better translation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import InputError
from auditor.values import Severity, Span

NEEDED = ("id", "lang_pair", "source", "target", "score")
"""The columns a judged file cannot do without; every other column of the schema may be absent."""


@dataclass(frozen=True, slots=True)
class MarkedError:
    """An error a rater marked: where, how bad (None: neutral, or not said), and which of our kinds or the rater's own.

    A span with start = end is an omission at that place.
    """

    span: Span
    severity: Severity | None
    category: str


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A translation with one judgement of it.

    `words` are the tokens that tags belong to. `tags` has one flag a word; `official` also has one for the end of the
    sentence and counts a gap with the token on its right, as WMT22 does. `errors` is None where nobody marked spans,
    empty where somebody looked and found none. `score_type` names the scale of `score`, `raw_score_type` that
    of `raw_score`, the value before it was standardised.
    """

    id: str
    pair: str
    document: str
    segment: str
    system: str
    source: str
    target: str
    words: tuple[Span, ...]
    tags: tuple[bool, ...] | None
    official: tuple[bool, ...] | None
    errors: tuple[MarkedError, ...] | None
    score: float | None
    score_type: str
    raw_score: float | None
    raw_score_type: str
    rater: str
    split: str
    origin: str
    licence: str

    @property
    def item(self) -> tuple[str, str]:
        """What groups the translations of one source segment."""
        return (self.pair, self.source)


@dataclass(frozen=True, slots=True)
class CleanSegment:
    """A paragraph or sentence written by a journalist: whatever is flagged in it is a false alarm."""

    document: str
    segment: int
    text: str
    is_title: bool


def is_development(document: str) -> bool:
    """Tell whether a document is kept for measuring; the other four fifths may be fitted on.

    The rule depends on the name alone, so every part of the project keeps the same documents apart.
    """
    return int(hashlib.sha256(document.encode()).hexdigest(), 16) % 5 == 0


def read_rows(file: Path, *, split: str | None = None) -> Iterator[GoldRow]:
    """Read a judged Parquet file of the pack's schema, in its order; `split` keeps one of train and dev.

    Raises:
        InputError: no such file, or a column is missing.
    """
    for record in _records(file, NEEDED):
        row = _row(record)
        if split is None or row.split == split:
            yield row


def read_clean(file: Path) -> Iterator[CleanSegment]:
    """Read the Parquet file of clean news, in its order.

    Raises:
        InputError: no such file, or a column is missing.
    """
    for record in _records(file, ("doc_id", "segment", "text")):
        yield CleanSegment(
            record["doc_id"], int(record["segment"]), record["text"], bool(record.get("is_title", False))
        )


def _records(file: Path, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    import pyarrow as arrow  # late: only the evaluation needs it
    from pyarrow import parquet

    if not file.is_file():
        raise InputError(f"{file} does not exist; give a Parquet file of judged translations")
    try:
        table = parquet.ParquetFile(file)
    except arrow.ArrowInvalid as error:
        raise InputError(f"{file} is not a Parquet file ({error})") from error
    missing = [name for name in needed if name not in table.schema_arrow.names]
    if missing:
        raise InputError(f"{file} lacks the column {missing[0]!r}; a file of this sort needs {', '.join(needed)}")
    for batch in table.iter_batches(batch_size=2000):
        yield from batch.to_pylist()


def _row(record: Mapping[str, Any]) -> GoldRow:
    words = _words(record)
    return GoldRow(
        id=record["id"],
        pair=record["lang_pair"],
        # A file without documents is resampled by source segment.
        document=record.get("doc_id") or record.get("seg_id") or record["id"],
        segment=record.get("seg_id") or "",
        system=record.get("system") or "",
        source=record["source"],
        target=record["target"],
        words=words,
        tags=_flags(record.get("word_tags"), len(words)),
        official=_flags(record.get("word_tags_wmt22"), len(words) + 1),
        errors=_errors(record.get("error_spans")),
        score=record["score"],
        score_type=record.get("score_type") or "",
        raw_score=record.get("score_raw"),
        raw_score_type=record.get("score_raw_type") or "",
        rater=record.get("rater") or "",
        split=record.get("split") or "",
        origin=record.get("origin") or "",
        licence=record.get("licence") or "",
    )


def _words(record: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return the ranges of the tagged tokens; in the few rows without offsets, look the tokens up in the text."""
    tokens = record.get("target_tokens") or ()
    starts, ends = record.get("token_starts"), record.get("token_ends")
    if starts is not None and ends is not None:
        return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))
    return locate(tokens, record["target"])


def locate(tokens: Sequence[str], text: str) -> tuple[Span, ...]:
    """Find each token at or after the end of the one before; a token the text lacks gets an empty range there."""
    spans: list[Span] = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        spans.append(Span(at, at) if start < 0 else Span(start, start + len(token)))
        at = spans[-1].end
    return tuple(spans)


def _flags(tags: Sequence[str] | None, length: int) -> tuple[bool, ...] | None:
    if tags is None or len(tags) != length:
        return None
    return tuple(tag == "BAD" for tag in tags)


def _errors(spans: Sequence[Mapping[str, Any]] | None) -> tuple[MarkedError, ...] | None:
    if spans is None:
        return None
    known = set(Severity)
    return tuple(
        MarkedError(
            Span(error["start"], error["end"]),
            Severity(error["severity"]) if error["severity"] in known else None,
            error["category"],
        )
        for error in spans
    )
