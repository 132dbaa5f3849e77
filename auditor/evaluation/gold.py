"""Gold data: judged translations and clean news, each file read into one row type.

Polarity, side and offsets, once for all: a tag True means BAD; tags and marked errors belong to the translation, never
to its source; offsets are code points of the translation, half-open; a higher score is a better translation.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import InputError
from auditor.readers import streaming
from auditor.values import Severity, Span

if TYPE_CHECKING:
    from pyarrow import Table

NEEDED = ("id", "lang_pair", "source", "target", "score")
"""The columns a judged file cannot do without."""
OPTIONAL = (
    "doc_id", "seg_id", "system", "target_tokens", "token_starts", "token_ends", "word_tags", "word_tags_wmt22",
    "error_spans", "score_type", "score_raw", "score_raw_type", "rater", "split", "origin", "licence",
)  # fmt: skip
"""The columns that are read where they are; without tags and spans, only sentence scores are measured."""
CLEAN = ("doc_id", "segment", "text")
"""The columns of a file of clean news."""
NUMBERS = frozenset({"score", "score_raw", "segment"})
LISTS = frozenset({"target_tokens", "token_starts", "token_ends", "word_tags", "word_tags_wmt22", "error_spans"})
_SEVERITIES = frozenset(Severity)


@dataclass(frozen=True, slots=True)
class MarkedError:
    """An error a rater marked: where, how bad (None: neutral, or not said), and which of our kinds or the rater's own.

    A span with start = end is an omission at that place. `wording` is what ought to stand in the place of the span
    (empty: nothing), None where nobody says.
    """

    span: Span
    severity: Severity | None
    category: str
    wording: str | None = None


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


def read_rows(file: Path, *, split: str | None = None, measurable: bool = False) -> Iterator[GoldRow]:
    """Read a file of judged translations (Parquet or JSON Lines, the pack's schema), in its order.

    `split` keeps one of train and dev; `measurable` keeps what may be measured on: rows that are not for fitting, and
    marked rows of development documents.

    Raises:
        InputError: no such file, a column is missing, or a row contradicts itself.
    """
    for table in _read(file, NEEDED, OPTIONAL):
        splits, names = table["split"].to_pylist(), table["doc_id"].to_pylist()
        marked = table["error_spans"].is_valid().to_pylist()
        keep: list[bool] = []
        for each, name, is_marked in zip(splits, names, marked, strict=True):
            held_out = each != "train" or (is_marked and _held_out(name))
            keep.append((split is None or each == split) and (not measurable or held_out))
        for record in _kept(table, keep):
            yield _row(record, file)


def read_clean(file: Path, *, measurable: bool = False) -> Iterator[CleanSegment]:
    """Read a file of clean news, in its order; `measurable` keeps development documents.

    Raises:
        InputError: no such file, or a column is missing.
    """
    for table in _read(file, CLEAN, ("is_title",)):
        keep = [not measurable or _held_out(name) for name in table["doc_id"].to_pylist()]
        for record in _kept(table, keep):
            yield CleanSegment(record["doc_id"], int(record["segment"]), record["text"], bool(record["is_title"]))


def is_clean(file: Path) -> bool:
    """Tell whether the file holds clean news instead of judged translations.

    Raises:
        InputError: no such file, or it cannot be read.
    """
    first = next(_batches(file), None)
    names = set(first.column_names) if first is not None else set()
    return names.issuperset(CLEAN) and "target" not in names


def _held_out(document: str | None) -> bool:
    return document is not None and is_development(document)


def _batches(file: Path) -> Iterator[Table]:
    if not file.is_file():
        raise InputError(f"{file} does not exist; give a Parquet file of judged translations")
    return streaming.batches(file, name=str(file), parquet=file.suffix not in {".jsonl", ".ndjson"})


def _read(file: Path, needed: Sequence[str], optional: Sequence[str]) -> Iterator[Table]:
    """Yield these columns in batches; one that may be absent and is, is all None."""
    import pyarrow as arrow  # late: only the evaluation needs it

    for table in _batches(file):
        _check(table, file, needed, optional)
        absent = [name for name in optional if name not in table.column_names]
        chosen = table.select([name for name in (*needed, *optional) if name not in absent])
        for name in absent:
            chosen = chosen.append_column(name, arrow.nulls(table.num_rows))
        yield chosen


def _check(table: Table, file: Path, needed: Sequence[str], optional: Sequence[str]) -> None:
    """Refuse a table that lacks a column, or has one of another type than the schema's."""
    for name in needed:
        if name not in table.column_names:
            raise InputError(f"{file} lacks the column {name!r}; a file of this sort needs {', '.join(needed)}")
    for name in (*needed, *optional):
        if not _fits(table, name):
            kind = table.schema.field(name).type
            raise InputError(
                f"{file}: the column {name!r} is of type {kind}; models/evaluation.md says what it should hold"
            )


def _fits(table: Table, name: str) -> bool:
    """Tell whether a column, if it is there, has the type of the schema."""
    from pyarrow import types

    if name not in table.column_names or types.is_null(kind := table.schema.field(name).type):
        return True
    if name in NUMBERS:
        return bool(types.is_integer(kind) or types.is_floating(kind))
    if name in LISTS:
        return bool(types.is_list(kind) or types.is_large_list(kind))
    return bool(name == "is_title" or types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind))


def _kept(table: Table, keep: Sequence[bool]) -> Iterator[dict[str, Any]]:
    import pyarrow as arrow

    yield from table.filter(arrow.array(keep, arrow.bool_())).to_pylist()


def _row(record: Mapping[str, Any], file: Path) -> GoldRow:
    words = _words(record, file)
    return GoldRow(
        id=record["id"],
        pair=record["lang_pair"],
        # A file without documents is resampled by source segment.
        document=record["doc_id"] or record["seg_id"] or record["id"],
        segment=record["seg_id"] or "",
        system=record["system"] or "",
        source=record["source"] or "",
        target=record["target"],
        words=words,
        tags=_flags(record, "word_tags", len(words), file),
        official=_flags(record, "word_tags_wmt22", len(words) + 1, file),
        errors=_errors(record, file),
        score=_number(record["score"]),
        score_type=record["score_type"] or "",
        raw_score=_number(record["score_raw"]),
        raw_score_type=record["score_raw_type"] or "",
        rater=record["rater"] or "",
        split=record["split"] or "",
        origin=record["origin"] or "",
        licence=record["licence"] or "",
    )


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _complaint(record: Mapping[str, Any], file: Path, what: str) -> InputError:
    return InputError(f"{file}, row {record['id']!r}: {what}")


def _words(record: Mapping[str, Any], file: Path) -> tuple[Span, ...]:
    """Return the ranges of the tagged tokens; in the few rows without offsets, look the tokens up in the text."""
    text = record["target"]
    if not isinstance(text, str):
        raise _complaint(record, file, "the column 'target' is empty; every row needs a translation")
    tokens = record["target_tokens"] or ()
    starts, ends = record["token_starts"], record["token_ends"]
    if starts is None or ends is None:
        return locate(tokens, text)
    if len(starts) != len(ends):
        raise _complaint(record, file, f"token_starts has {len(starts)} numbers and token_ends {len(ends)}")
    for start, end in zip(starts, ends, strict=True):
        if not 0 <= start <= end <= len(text):
            raise _complaint(record, file, f"a token from {start} to {end} lies outside 'target' (0 to {len(text)})")
    return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))


def locate(tokens: Sequence[str], text: str) -> tuple[Span, ...]:
    """Find each token at or after the end of the one before; a token the text lacks gets an empty range there."""
    spans: list[Span] = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        spans.append(Span(at, at) if start < 0 else Span(start, start + len(token)))
        at = spans[-1].end
    return tuple(spans)


def _flags(record: Mapping[str, Any], column: str, length: int, file: Path) -> tuple[bool, ...] | None:
    tags: Sequence[str] | None = record[column]
    if tags is None:
        return None
    if len(tags) != length:
        raise _complaint(record, file, f"{column} has {len(tags)} tags where {length} belong")
    odd = next((tag for tag in tags if tag not in {"OK", "BAD"}), None)
    if odd is not None:
        raise _complaint(record, file, f"{column} has the tag {odd!r}; tags are OK and BAD")
    return tuple(tag == "BAD" for tag in tags)


def _errors(record: Mapping[str, Any], file: Path) -> tuple[MarkedError, ...] | None:
    spans: Sequence[Mapping[str, Any]] | None = record["error_spans"]
    if spans is None:
        return None
    length = len(record["target"])
    for error in spans:
        if not 0 <= error["start"] <= error["end"] <= length:
            where = f"{error['start']} to {error['end']}"
            raise _complaint(record, file, f"an error from {where} lies outside 'target' (0 to {length})")
    return tuple(map(_marked_error, spans))


def _marked_error(error: Mapping[str, Any]) -> MarkedError:
    severity = error.get("severity")
    known = Severity(severity) if severity in _SEVERITIES else None
    return MarkedError(Span(error["start"], error["end"]), known, error.get("category") or "", error.get("wording"))
