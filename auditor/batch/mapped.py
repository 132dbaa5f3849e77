"""The datasets engine: `Dataset.map` over portions of the stories, for who has their data sets there already."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditor.batch.backends import Workers
from auditor.batch.shards import Outcome
from auditor.batch.work import Task, audit_story, shared, signature
from auditor.readers.extras import need
from auditor.workflow import Story

_PORTION = 16  # stories a process and a call: what a kill can lose, and what pays for starting the processes


@contextmanager
def start_workers(task: Task, *, jobs: int) -> Iterator[Workers]:
    """Nothing has to be started: the library starts its processes for every portion."""
    packed = (shared(task, jobs=jobs) if jobs > 1 else task).packed()
    yield Workers(
        lambda: str(next(_map([b""], packed, "signature", jobs=jobs))),
        lambda stories: _outcomes(stories, packed, jobs),
    )


def _outcomes(stories: Iterator[Story], packed: bytes, jobs: int) -> Iterator[Outcome]:
    while portion := [pickle.dumps(story) for story in itertools.islice(stories, _PORTION * jobs)]:
        yield from _map(portion, packed, "outcome", jobs=jobs)


def _map(stories: list[bytes], packed: bytes, wanted: str, *, jobs: int) -> Iterator[Any]:
    library = need("datasets", package="datasets", purpose="use the datasets engine", extra="data")
    bars = library.is_progress_bar_enabled()
    library.disable_progress_bars()
    try:
        mapped = library.Dataset.from_dict({"story": stories}).map(
            _audit,
            fn_kwargs={"packed": packed, "wanted": wanted},
            num_proc=min(jobs, len(stories)) if jobs > 1 else None,
            keep_in_memory=True,
            load_from_cache_file=False,
            new_fingerprint="auditor",  # nothing is cached: the batch has its own shards
        )
    finally:
        if bars:
            library.enable_progress_bars()
    return (pickle.loads(row["result"]) for row in mapped)  # noqa: S301 (our own bytes, from our workers)


def _audit(row: dict[str, bytes], packed: bytes, wanted: str) -> dict[str, bytes]:
    result = signature(packed) if wanted == "signature" else audit_story(packed, pickle.loads(row["story"]))  # noqa: S301 (as above)
    return {"result": pickle.dumps(result)}
