"""The batch as tables: `summary.csv`, one row a story, and `findings.parquet`, one row a finding."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Sequence
from typing import get_type_hints

from auditor.batch.shards import Summary
from auditor.reports.csv import table
from auditor.reports.rows import FindingRow
from auditor.values import Kind, Severity

_HEADER = ("story", "status", "score", "low", "high", "words", "paragraphs", "worst_paragraph", "findings")
_KINDS = [kind.value for kind in Kind]
_SEVERITIES = [severity.value for severity in Severity]
_PORTION = 10_000  # rows a row group


def summary(summaries: Sequence[Summary], failures: Sequence[tuple[str, str]]) -> bytes:
    """Write a row a story, the failed ones first with their reason in the last column, then the worst first."""
    header = (*_HEADER, *_SEVERITIES, *_KINDS, "report", "reason")
    empty = ("",) * (len(header) - 3)
    failed = [(name, "failed", *empty, reason) for name, reason in failures]
    return table(header, [*failed, *map(_row, summaries)])


def findings(stories: Iterable[Sequence[FindingRow]]) -> bytes:
    """Write every finding of the stories, in the order given; memory holds a row group and what is compressed."""
    import pyarrow as arrow  # late: it takes a while to load
    from pyarrow import parquet

    types = {
        int: arrow.int64(),
        float: arrow.float64(),
        float | None: arrow.float64(),
        bool: arrow.bool_(),
        str: arrow.string(),
    }
    schema = arrow.schema([(name, types[hint]) for name, hint in get_type_hints(FindingRow).items()])
    rows = itertools.chain.from_iterable(stories)
    stream = io.BytesIO()
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        while portion := list(itertools.islice(rows, _PORTION)):
            columns = zip(*portion, strict=True)
            writer.write_table(
                arrow.table(dict(zip(FindingRow._fields, map(list, columns), strict=True)), schema=schema)
            )
    return stream.getvalue()


def _row(summary: Summary) -> tuple[object, ...]:
    return (
        *(summary.name, "audited", summary.score, summary.low, summary.high, summary.words, summary.paragraphs),
        *(summary.worst, summary.findings),
        *(summary.severities.get(name, 0) for name in _SEVERITIES),
        *(summary.kinds.get(name, 0) for name in _KINDS),
        *(f"stories/{summary.report}.html", ""),
    )
