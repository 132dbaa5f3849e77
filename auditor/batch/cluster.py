"""The Ray engine: actors on a cluster, or on this machine, each of which loads the models once.

The cluster is the one that RAY_ADDRESS names; without it Ray starts one here. The package must be installed on every
node. Reports are written by the driver, so that nodes need no common disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditor.batch.backends import Workers
from auditor.batch.shards import Outcome
from auditor.batch.work import Task, audit_story, shared, signature
from auditor.errors import AuditorError
from auditor.readers.extras import need
from auditor.workflow import Story

_AHEAD = 2  # stories an actor that wait in line


class _Worker:
    """An actor; the auditor is kept by the process, as in every engine."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def signature(self) -> str:
        return signature(self._packed)

    def audit(self, story: Story) -> Outcome:
        return audit_story(self._packed, story)


@contextmanager
def start_workers(task: Task, *, jobs: int) -> Iterator[Workers]:
    """Start an actor a job, on the cluster at hand or on a local one that is shut down at the end."""
    ray = need("ray", package="ray", purpose="use the ray engine", extra="scale")
    own = not ray.is_initialized()
    here = own and not os.environ.get("RAY_ADDRESS")
    task = shared(task, jobs=jobs) if here else task
    threads = task.settings.threads or 1  # what Ray itself lets a worker start that asks for one processor
    if own:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray tells its makers otherwise
        # A local cluster has as many processors as its workers ask for; an existing one has its own.
        local = {"num_cpus": jobs * threads, "include_dashboard": False} if here else {}
        try:
            ray.init(log_to_driver=False, **local)
        except ConnectionError as error:
            where = os.environ.get("RAY_ADDRESS", "this machine")
            raise AuditorError(f"the Ray cluster at {where} cannot be reached: {error}.") from error
    try:
        actors = [ray.remote(_Worker).options(num_cpus=threads).remote(task.packed()) for _ in range(jobs)]
        yield Workers(
            lambda: str(_get(ray, actors[0].signature.remote())), lambda stories: _outcomes(ray, actors, stories)
        )
    finally:
        if own:
            ray.shutdown()


def _outcomes(ray: Any, actors: list[Any], stories: Iterator[Story]) -> Iterator[Outcome]:  # noqa: ANN401 (untyped)
    waiting: dict[Any, Any] = {}  # reference to the outcome: the actor that works on it
    free = actors * _AHEAD
    for story in stories:
        if not free:
            yield _next(ray, waiting, free)
        actor = free.pop()
        waiting[actor.audit.remote(story)] = actor
    while waiting:
        yield _next(ray, waiting, free)


def _next(ray: Any, waiting: dict[Any, Any], free: list[Any]) -> Outcome:  # noqa: ANN401 (untyped)
    (done,), _ = ray.wait(list(waiting), num_returns=1)
    free.insert(0, waiting.pop(done))
    outcome: Outcome = _get(ray, done)
    return outcome


def _get(ray: Any, reference: Any) -> Any:  # noqa: ANN401 (untyped)
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        raise (cause if isinstance(cause, AuditorError) else error) from error
    except ray.exceptions.RayActorError as error:
        raise AuditorError(
            "a Ray worker died, perhaps for want of memory; run the same command again with fewer --jobs: the stories "
            "that are done are kept."
        ) from error
