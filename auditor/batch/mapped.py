"""The datasets engine: `Dataset.map` over portions of the stories, for who has their data sets there already.

A portion is a table with a row a story: its name, its bytes or rows, its source. What comes back is a table, too: the
two reports and what the store keeps of the story. Texts travel as UTF-8 in binary columns, because a file's name, or a
table's cell, may hold half of a surrogate pair, which an Arrow string may not.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from auditor.batch.backends import Workers
from auditor.batch.shards import Outcome, Summary
from auditor.batch.work import Task, audit_story, shared, signature
from auditor.readers.tables import Row
from auditor.reports.rows import FindingRow
from auditor.workflow import SourceFile, Story

_PORTION = 16  # stories a process and a call: what a kill can lose, and what pays for starting the processes


@contextmanager
def start_workers(task: Task, *, jobs: int) -> Iterator[Workers]:
    """Nothing has to be started: the library starts its processes for every portion."""
    packed = (shared(task, jobs=jobs) if jobs > 1 else task).packed()
    yield Workers(
        lambda: _signature(packed),
        lambda stories: _outcomes(stories, packed, jobs),
    )


def _signature(packed: bytes) -> str:
    """Ask a process of its own, as the driver loads no models."""
    (row,) = _map([{"name": b""}], _sign, packed, jobs=1)
    return str(row["signature"])


def _outcomes(stories: Iterator[Story], packed: bytes, jobs: int) -> Iterator[Outcome]:
    while portion := list(itertools.islice(stories, _PORTION * jobs)):
        for row in _map([_story_row(story) for story in portion], _audit, packed, jobs=jobs):
            yield _outcome(row)


def _map(rows: Sequence[Mapping[str, Any]], function: Any, packed: bytes, *, jobs: int) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (a row in, a row out)
    """Return what `function` makes of each row, in order; nothing is cached: the batch has its own shards."""
    import datasets  # late: it takes a second or two to load

    bars = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        table = datasets.Dataset.from_list(list(rows))
        mapped = table.map(
            function,
            fn_kwargs={"packed": packed},
            remove_columns=table.column_names,
            num_proc=min(jobs, len(rows)) if jobs > 1 else None,
            keep_in_memory=True,
            load_from_cache_file=False,
            new_fingerprint="auditor",
        )
    finally:
        if bars:
            datasets.enable_progress_bars()
    yield from mapped


def _sign(row: Mapping[str, Any], packed: bytes) -> dict[str, Any]:
    return {"signature": signature(packed)}


def _audit(row: Mapping[str, Any], packed: bytes) -> dict[str, Any]:
    return _outcome_row(audit_story(packed, _story(row)))


def _story_row(story: Story) -> dict[str, Any]:
    """Return a story as a row of a table."""
    rows: list[dict[str, Any]] = []
    for row in story.rows:
        pair = {"text": _bytes(row.text), "source": None if row.source is None else _bytes(row.source)}
        rows.append({"number": row.number, "story": _bytes(row.story), **pair})
    return {
        "name": _bytes(story.name),
        "data": story.data,
        "rows": rows,
        "refusal": _bytes(story.refusal),
        "input_format": story.input_format,
        "source_name": _bytes(story.source.name) if story.source else None,
        "source_data": story.source.data if story.source else None,
    }


def _story(row: Mapping[str, Any]) -> Story:
    rows: list[Row] = []
    for cells in row["rows"]:
        source = None if cells["source"] is None else _text(cells["source"])
        rows.append(Row(cells["number"], _text(cells["story"]), _text(cells["text"]), source))
    source_file = SourceFile(_text(row["source_name"]), row["source_data"]) if row["source_name"] is not None else None
    return Story(
        _text(row["name"]),
        row["data"],
        tuple(rows),
        refusal=_text(row["refusal"]),
        input_format=row["input_format"],
        source=source_file,
    )


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a row of a table; summary and findings as JSON, as the store keeps them."""
    return {
        "name": _bytes(outcome.name),
        "failure": _bytes(outcome.failure),
        "page": outcome.page,
        "data": outcome.data,
        "summary": json.dumps(None if outcome.summary is None else asdict(outcome.summary)),
        "findings": json.dumps(outcome.rows),
    }


def _outcome(row: Mapping[str, Any]) -> Outcome:
    summary = json.loads(row["summary"])
    return Outcome(
        _text(row["name"]),
        failure=_text(row["failure"]),
        page=row["page"],
        data=row["data"],
        summary=None if summary is None else Summary(**summary),
        rows=tuple(FindingRow(*finding) for finding in json.loads(row["findings"])),
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="surrogatepass")
