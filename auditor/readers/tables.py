"""Tables: CSV, TSV, JSONL and Parquet, one text a row, with its source where there is a column for it.

Columns are recognised by their names (`TEXT`, `SOURCE`, `STORY`, the first that the table has) unless they are named.
A table without a header has one column, the text, or two, source and text. HTML in a column is read as HTML. JSONL and
Parquet are streamed by `datasets`, so that a table may be larger than memory.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import shlex
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import InputError
from auditor.readers import cells, left_out, streaming, translation_units
from auditor.readers import text as plain
from auditor.readers.checks import admit
from auditor.readers.left_out import Part
from auditor.readers.translation_units import Segment
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Document

if TYPE_CHECKING:
    from _csv import Reader  # the type has no public name

SUFFIXES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet")

TEXT = (
    *("target", "translation", "mt", "hypothesis", "text", "body", "content", "story", "article"),
    *("target text", "target_text", "body_html", "content_html", "body_text", "articlebody"),
)
SOURCE = ("source", "src", "original", "source text", "source_text")
STORY = ("doc_id", "document", "doc", "story_id", "id", "name", "title", "headline", "slug", "url")
"""Rows that follow one another and agree on their story are one document; without such a column each row is one."""

# What such columns are called in other languages: no guess is made which of them is the English one.
_FOREIGN = frozenset(
    """
    ausgangstext quelle quelltext text zieltext übersetzung ziel original texte traduction cible texto traducción origen
    fuente destino tradução fonte origem testo traduzione origine originale bron brontekst vertaling tekst doeltekst
    źródło tekst tłumaczenie källa översättning källtext kilde oversættelse oversettelse käännös lähde kaynak çeviri
    metin источник перевод текст оригинал джерело переклад
    """.split()  # noqa: SIM905, a list of words is read as words
)
_SAMPLE = 20  # rows in which the English column is looked for
_SEPARATOR_LINE = re.compile(r"\A\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
_PARQUET = b"PAR1"

WITHOUT_TEXT = Part("row without a text", "rows without a text")


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns; "" means: recognise it."""

    text: str = ""
    source: str = ""
    story: str = ""

    def __bool__(self) -> bool:
        """Tell whether a column is named."""
        return self != Columns()


@dataclass(frozen=True, slots=True)
class Row:
    """A row with a text: its number from 1 (the header apart), its story ("" where the table names none), its pair."""

    number: int
    story: str
    text: str
    source: str | None


def read(data: bytes, *, name: str, columns: Columns | None = None) -> Document:
    """Read all rows of a table as one document; `batch` makes a document of each story instead."""
    with tempfile.TemporaryDirectory() as folder:  # the streaming library reads files
        path = Path(folder) / f"table{_suffix(data)}"
        path.write_bytes(data)
        every = list(_all_rows(path, name, columns or Columns()))
    return document(every, name=name)


def document(found: Sequence[Row], *, name: str) -> Document:
    """Make one document of rows: a row is a paragraph, or several where it is HTML."""
    counts = Counter({WITHOUT_TEXT: sum(not row.text.strip() for row in found)})
    units: list[list[Segment]] = []
    for row in found:
        source = None if row.source is None else " ".join(cells.paragraphs(row.source, Counter()))
        units += [[Segment(str(row.number), text, source)] for text in cells.paragraphs(row.text, counts)]
    if not units:
        raise InputError(f"{name} has no row with a text; there is nothing to audit.")
    read = admit(translation_units.document(translation_units.align(units), name=name))
    return replace(read, notes=left_out.note(counts))


def stories(found: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield (name, rows): the story's name is what its rows say, or the number of the row."""
    for story, group in itertools.groupby(found, key=_story_of):
        yield str(story), list(group)


def _story_of(row: Row) -> str | int:
    return row.story or row.number


def rows(path: Path, *, name: str, columns: Columns | None = None) -> Iterator[Row]:
    """Yield the rows of the table at `path` that hold a text; memory does not grow with the number of rows.

    Raises:
        InputError: the file is no table, or its columns cannot be told; the message calls the file `name`.
    """
    return (row for row in _all_rows(path, name, columns or Columns()) if row.text.strip())


def _all_rows(path: Path, name: str, chosen: Columns) -> Iterator[Row]:
    """Yield all rows, those without a text too."""
    head = _head(path, name)
    suffix = ".parquet" if head.startswith(_PARQUET) else path.suffix.lower()
    if suffix not in SUFFIXES:
        suffix = _suffix(head)
    if suffix in {".csv", ".tsv", ".tab"}:
        yield from _separated(path.read_bytes(), name, chosen)
        return
    records = _streamed(path, name, parquet=head.startswith(_PARQUET))
    first = next(records, None)
    if first is None:
        raise InputError(f"{name} has no rows; there is nothing to audit.")
    sample = [first, *itertools.islice(records, _SAMPLE - 1)]
    yield from _rows(itertools.chain(sample, records), _recognise(list(first), chosen, name, sample), name)


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
        story = record.get(columns.story)
        yield Row(number, "" if story is None else str(story), text or "", source if isinstance(source, str) else None)


def _recognise(
    names: Sequence[str], columns: Columns, name: str, sample: Sequence[Mapping[str, Any]], *, sure: bool = True
) -> Columns:
    """Fill in the columns that were not named.

    Args:
        names: of all columns.
        columns: those that were chosen.
        name: what messages call the file.
        sample: its first rows.
        sure: whether `names` are names at all, or the first row of a table that may have none.

    Raises:
        InputError: no column has a name that is known; the message says what to type.
    """
    for wanted in (columns.text, columns.source, columns.story):
        if wanted and wanted not in names:
            raise InputError(f"{name} has no column '{wanted}'; it has {', '.join(names)}.")
    text = columns.text or _known(TEXT, names)
    source = columns.source or _known(SOURCE, names)
    story = columns.story or _known(STORY, names)
    if not text:
        order = shlex.quote(f"text={_likeliest(names, sample)}")
        instead = "" if sure else "; if these are no names, put a line above them that calls it 'text'"
        raise InputError(
            f"{name} has the columns {', '.join(names)}, and no name that is known; say which of them holds the text, "
            f"such as --column {order}{instead}."
        )
    return Columns(text, source, "" if story == text else story)


def _known(wanted: Iterable[str], names: Iterable[str]) -> str:
    """Return the first of the wanted columns that the table has, as the table writes it; "" for none."""
    by_fold = {name.casefold().strip(): name for name in names}
    return next((by_fold[name] for name in wanted if name in by_fold), "")


def _likeliest(names: Sequence[str], sample: Sequence[Mapping[str, Any]]) -> str:
    """Return the column that looks most like English text."""
    counts: dict[str, tuple[int, int]] = {}
    for column in names:
        words = " ".join(str(row.get(column) or "") for row in sample).casefold().split()
        counts[column] = (sum(word in FUNCTION_WORDS for word in words), len(words))
    return max(counts, key=counts.__getitem__)


def _separated(data: bytes, name: str, columns: Columns) -> Iterator[Row]:
    """Read CSV or TSV with Python's own reader, which guesses no types."""
    text, _ = plain.decode(data, name=name)
    told = _SEPARATOR_LINE.match(text)  # Excel's own first line: "sep=;"
    reader = _reader(text[told.end() :] if told else text, told[1] if told else "")
    above = 1 if told else 0
    try:
        first = next(reader, None)
        if not first:
            raise InputError(f"{name} is empty; there is nothing to audit.")
        header, body = _header(first, (values for values in reader if values), columns)
        records = (_record(header.names, values, f"{name}:{reader.line_num + above}") for values in body)
        sample = list(itertools.islice(records, _SAMPLE))
        chosen = _recognise(header.names, columns, name, sample, sure=header.is_sure)
        yield from _rows(itertools.chain(sample, records), chosen, name)
    except csv.Error as error:
        where = f"{name}:{reader.line_num + above}"
        raise InputError(
            f"{where} cannot be read: the cell that ends here is longer than {csv.field_size_limit():,} characters, or "
            "holds what no table does; look for a quotation mark that is not closed before it."
        ) from error


def _reader(text: str, delimiter: str) -> Reader:
    """Return a reader of separated values; `delimiter` is "" where the file does not say."""
    if delimiter:
        return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    first = text.partition("\n")[0]
    if "\t" in first:
        # Tab-separated text as MT tools write it knows no quoting; spreadsheets quote, and then lines differ in tabs.
        tabs = {line.count("\t") for line in text.splitlines() if line.strip()}
        if len(tabs) == 1:
            return csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
        return csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    return csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")


@dataclass(frozen=True, slots=True)
class _Header:
    """The names of the columns, and whether they are names beyond doubt."""

    names: list[str]
    is_sure: bool


def _header(first: list[str], others: Iterator[list[str]], columns: Columns) -> tuple[_Header, Iterator[list[str]]]:
    """Tell a header from a first row: a header holds a name that is known or was chosen."""
    chosen = {item.casefold() for item in (columns.text, columns.source, columns.story) if item}
    known = {*TEXT, *SOURCE, *STORY, *chosen}
    is_sure = any(item.casefold().strip() in known or _FOREIGN.intersection(item.casefold().split()) for item in first)
    if is_sure or len(first) > 2:
        return _Header(first, is_sure), others
    names = ["text"] if len(first) == 1 else ["source", "target"]
    return _Header(names, is_sure=True), itertools.chain([first], others)


def _record(header: Sequence[str], values: Sequence[str], where: str) -> dict[str, Any]:
    if len(values) > len(header):
        raise InputError(
            f"{where}: expected {len(header)} columns, found {len(values)}; quote or remove the extra separator."
        )
    return dict(zip(header, values, strict=False))


def _streamed(path: Path, name: str, *, parquet: bool) -> Iterator[dict[str, Any]]:
    for batch in streaming.batches(path, name=name, parquet=parquet):
        yield from batch.to_pylist()


def _suffix(data: bytes) -> str:
    if data.startswith(_PARQUET):
        return ".parquet"
    return ".jsonl" if data.lstrip()[:1] in {b"{", b"["} else ".csv"
