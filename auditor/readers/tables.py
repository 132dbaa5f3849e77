"""Tables: CSV, TSV, JSONL and Parquet, one text a row, with its source where there is a column for it.

Columns are recognised by their names (`TEXT`, `SOURCE`, `STORY`, the first that the table has) unless they are named.
A table without a header has one column, the text, or two, source and text. JSONL and Parquet are streamed by
`datasets`, so that a table may be larger than memory.
"""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import InputError
from auditor.readers import text as plain
from auditor.readers import translation_units
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.translation_units import Segment
from auditor.values import Document

if TYPE_CHECKING:
    from _csv import Reader  # the type has no public name

SUFFIXES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet")

TEXT = ("target", "translation", "mt", "hypothesis", "text", "body", "content", "story", "article")
SOURCE = ("source", "src", "original")
STORY = ("doc_id", "document", "doc", "story_id", "id", "name", "title", "headline", "slug", "url")
"""Rows that follow one another and agree on their story are one document; without such a column each row is one."""

_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns; "" means: recognise it."""

    text: str = ""
    source: str = ""
    story: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with a text: its number from 1 (the header apart), its story ("" where the table names none), its pair."""

    number: int
    story: str
    text: str
    source: str | None


def read(data: bytes, *, name: str) -> Document:
    """Read all rows of a table as one document, a paragraph a row; `batch` makes a document of each story instead."""
    with tempfile.TemporaryDirectory() as folder:  # the streaming library reads files
        path = Path(folder) / f"table{_suffix(data)}"
        path.write_bytes(data)
        found = list(rows(path, name=name))
    return document(found, name=name)


def document(found: Sequence[Row], *, name: str) -> Document:
    """Make one document of rows."""
    units = [[Segment(str(row.number), row.text, row.source)] for row in found]
    if not units:
        raise InputError(f"{name} has no row with a text; there is nothing to audit.")
    return admit(translation_units.document(translation_units.align(units), name=name))


def stories(found: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield (name, rows): the story's name is what its rows say, or the number of the row."""
    for story, group in itertools.groupby(found, key=lambda row: row.story or row.number):
        yield str(story), list(group)


def rows(path: Path, *, name: str, columns: Columns | None = None) -> Iterator[Row]:
    """Yield the rows of the table at `path` that hold a text; memory does not grow with the number of rows.

    Raises:
        InputError: the file is no table, or its columns cannot be told; the message calls the file `name`.
    """
    head = _head(path, name)
    suffix = ".parquet" if head.startswith(_PARQUET) else path.suffix.lower()
    if suffix not in SUFFIXES:
        suffix = _suffix(head)
    chosen = columns or Columns()
    if suffix in {".csv", ".tsv", ".tab"}:
        yield from _separated(path.read_bytes(), name, chosen)
        return
    records = _streamed(path, name, parquet=head.startswith(_PARQUET))
    first = next(records, None)
    if first is None:
        raise InputError(f"{name} has no rows; there is nothing to audit.")
    yield from _rows(itertools.chain([first], records), _recognise(list(first), chosen, name), name)


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4096)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error


def _rows(records: Iterable[dict[str, Any]], columns: Columns, name: str) -> Iterator[Row]:
    for number, record in enumerate(records, start=1):
        text, source = record.get(columns.text), record.get(columns.source)
        if not isinstance(text, str | None):
            raise InputError(
                f"{name}, row {number}: '{columns.text}' is {type(text).__name__}, not text; choose another."
            )
        if text and text.strip():
            story = record.get(columns.story)
            yield Row(number, "" if story is None else str(story), text, source if isinstance(source, str) else None)


def _recognise(names: Sequence[str], columns: Columns, name: str) -> Columns:
    """Fill in the columns that were not named."""
    for wanted in (columns.text, columns.source, columns.story):
        if wanted and wanted not in names:
            raise InputError(f"{name} has no column '{wanted}'; it has {', '.join(names)}.")
    by_fold = {name.casefold().strip(): name for name in names}
    text, source, story = (
        chosen or next((by_fold[known] for known in knowns if known in by_fold), "")
        for chosen, knowns in ((columns.text, TEXT), (columns.source, SOURCE), (columns.story, STORY))
    )
    if not text:
        raise InputError(f"{name} has the columns {', '.join(names)}; call the one to be audited 'text' or 'target'.")
    return Columns(text, source, "" if story == text else story)


def _separated(data: bytes, name: str, columns: Columns) -> Iterator[Row]:
    """Read CSV or TSV with Python's own reader, which guesses no types."""
    text, _ = plain.decode(data, name=name)
    reader = _reader(text)
    try:
        first = next(reader, None)
        if not first:
            raise InputError(f"{name} is empty; there is nothing to audit.")
        header, body = _header(first, reader, columns, name)
        chosen = _recognise(header, columns, name)
        yield from _rows((_record(header, values, f"{name}:{reader.line_num}") for values in body), chosen, name)
    except csv.Error as error:
        raise InputError(f"{name}:{reader.line_num} cannot be read: {error}.") from error


def _reader(text: str) -> Reader:
    first = text.partition("\n")[0]
    if "\t" in first:
        # Tab-separated text as MT tools write it knows no quoting; spreadsheets quote, and then lines differ in tabs.
        regular = len({line.count("\t") for line in text.splitlines() if line.strip()}) == 1
        if regular:
            return csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
        return csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    return csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")


def _header(
    first: list[str], reader: Iterator[list[str]], columns: Columns, name: str
) -> tuple[list[str], Iterator[list[str]]]:
    """Tell a header from a first row: a header holds a name that is known or was chosen."""
    known = {
        *TEXT,
        *SOURCE,
        *STORY,
        *(item.casefold() for item in (columns.text, columns.source, columns.story) if item),
    }
    if any(item.casefold().strip() in known for item in first):
        return first, (values for values in reader if values)
    if len(first) > 2:
        raise InputError(
            f"{name} has {len(first)} columns and no header; call the one to be audited 'text' in a first line."
        )
    names = ["text"] if len(first) == 1 else ["source", "target"]
    return names, itertools.chain([first], (values for values in reader if values))


def _record(header: Sequence[str], values: Sequence[str], where: str) -> dict[str, Any]:
    if len(values) > len(header):
        raise InputError(
            f"{where}: expected {len(header)} columns, found {len(values)}; quote or remove the extra separator."
        )
    return dict(zip(header, values, strict=False))


def _streamed(path: Path, name: str, *, parquet: bool) -> Iterator[dict[str, Any]]:
    library = need("datasets", package="datasets", purpose=f"read {name}", extra="data")
    arrow = need("pyarrow", package="pyarrow", purpose=f"read {name}", extra="data")
    make = library.IterableDataset.from_parquet if parquet else library.IterableDataset.from_json
    told = library.utils.logging.get_verbosity()
    library.utils.logging.set_verbosity(library.utils.logging.CRITICAL)  # what is wrong is raised, and told once
    try:
        with tempfile.TemporaryDirectory() as cache:  # the library's locks would stay in the user's own cache
            yield from make(str(path), cache_dir=cache)
    except (arrow.ArrowException, ValueError, OSError, KeyError, TypeError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{name} cannot be read as {'Parquet' if parquet else 'JSON lines'}: {message}.") from error
    finally:
        library.utils.logging.set_verbosity(told)


def _suffix(data: bytes) -> str:
    if data.startswith(_PARQUET):
        return ".parquet"
    return ".jsonl" if data.lstrip()[:1] in {b"{", b"["} else ".csv"
