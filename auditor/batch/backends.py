"""Engines: where a batch's stories are audited. One file and one line here each.

An engine has `hire(task, *, jobs)`, a context manager that gives a Crew. All engines run the same pure function on the
same stories, so they give the same outcomes, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.batch.shards import Outcome
from auditor.batch.stories import Story
from auditor.registry import Table

ENGINES = Table(
    "engine",
    {
        "local": "auditor.batch.local",
        "datasets": "auditor.batch.mapped",
        "ray": "auditor.batch.cluster",
    },
)


@dataclass(frozen=True, slots=True)
class Crew:
    """Workers at hand: one of them tells the signature, all of them audit what an iterator brings."""

    signature: Callable[[], str]
    audit: Callable[[Iterator[Story]], Iterator[Outcome]]
