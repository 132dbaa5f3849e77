"""Backends: where a batch's stories are audited. One file and one line here each.

A backend has `start_workers(task, *, jobs)`, a context manager that gives Workers. All backends run the same pure
function on the same stories, so they give the same outcomes, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.batch.shards import Outcome
from auditor.registry import Table
from auditor.workflow import Story

BACKENDS = Table(
    "engine",
    {
        "local": "auditor.batch.local",
        "datasets": "auditor.batch.mapped",
        "ray": "auditor.batch.cluster",
    },
)


@dataclass(frozen=True, slots=True)
class Workers:
    """Workers at hand: one of them tells the signature, all of them audit what an iterator brings."""

    signature: Callable[[], str]
    audit: Callable[[Iterator[Story]], Iterator[Outcome]]
