"""The local engine: this process, or several beside it, each with its own models."""

from __future__ import annotations

import functools
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from typing import TypeVar

from auditor.batch.backends import Workers
from auditor.batch.shards import Outcome
from auditor.batch.work import Task, audit_story, shared, signature
from auditor.errors import AuditorError
from auditor.workflow import Story

Value = TypeVar("Value")

_AHEAD = 2  # stories a worker that wait in line: enough to keep it busy, few enough to keep memory flat


@contextmanager
def start_workers(task: Task, *, jobs: int) -> Iterator[Workers]:
    """Start the workers, and end them."""
    if jobs == 1:
        packed = task.packed()
        audit = functools.partial(audit_story, packed)
        yield Workers(functools.partial(signature, packed), functools.partial(map, audit))
        return
    packed = shared(task, jobs=jobs).packed()
    others = set(multiprocessing.active_children())
    # Spawned, not forked: torch's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_watch_parent)
    try:
        yield Workers(functools.partial(_signature, pool, packed), functools.partial(_outcomes, pool, packed, jobs))
    except BaseException:  # an interrupt waits for no story: what is done is on disk, what is not is done again
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _watch_parent() -> None:
    """End this worker when the driver is killed: it would wait for work for ever, and keep its models in memory."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _signature(pool: ProcessPoolExecutor, packed: bytes) -> str:
    return _result(pool.submit(signature, packed))


def _outcomes(pool: ProcessPoolExecutor, packed: bytes, jobs: int, stories: Iterator[Story]) -> Iterator[Outcome]:
    waiting: set[Future[Outcome]] = set()
    for story in stories:
        waiting.add(pool.submit(audit_story, packed, story))
        if len(waiting) >= _AHEAD * jobs:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from map(_result, done)
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        yield from map(_result, done)


def _result(future: Future[Value]) -> Value:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise AuditorError(
            "a worker process died, perhaps for want of memory; run the same command again with fewer --jobs: the "
            "stories that are done are kept."
        ) from error
