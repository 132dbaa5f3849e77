"""The one pure function that every engine runs: a story in, its outcome out."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from auditor import concurrency
from auditor.batch.shards import Outcome, outcome
from auditor.batch.stories import Story
from auditor.errors import InputError, ModelError, SettingsError
from auditor.protocols import Embedder
from auditor.readers import files
from auditor.review import apply, baseline
from auditor.review.apply import Decisions
from auditor.values import Audit, Document, Settings


class Auditing(Protocol):
    """What a batch asks of an auditor."""

    @property
    def signature(self) -> str:
        """Everything that changes a number."""

    def audit(self, document: Document) -> Audit:
        """Audit a document."""


def build_auditor(settings: Settings) -> Auditing:
    """Build the auditor; its models are loaded when first asked for."""
    from auditor.pipeline import Auditor  # torch comes with it: never in a driver that only hands out work

    return Auditor(settings)


@dataclass(frozen=True, slots=True)
class Task:
    """How to audit, in a form that travels: `build` is a function at the top of its module."""

    settings: Settings = field(default_factory=Settings)
    decisions: Decisions = field(default_factory=Decisions)
    build: Callable[[Settings], Auditing] = build_auditor

    def packed(self) -> bytes:
        """Return the task as bytes, which a worker can look its auditor up by."""
        return pickle.dumps(self)


def shared(task: Task, *, jobs: int) -> Task:
    """Return the task for one of `jobs` workers of this machine: its share of the processors, unless a number is set.

    Left to itself each worker would start a thread a processor, and they would take turns.
    """
    if task.settings.threads is not None:
        return task
    return replace(task, settings=replace(task.settings, threads=max(1, concurrency.processors() // jobs)))


@functools.lru_cache(maxsize=1)
def _worker(packed: bytes) -> tuple[Task, Auditing]:
    """Build the auditor of a task once a process."""
    task = cast("Task", pickle.loads(packed))  # noqa: S301 (our own bytes, from the driver)
    return task, task.build(task.settings)


def signature(packed: bytes) -> str:
    """Return the signature that the task's audits will bear."""
    task, auditing = _worker(packed)
    return auditing.signature + task.decisions.signature


def audit_story(packed: bytes, story: Story) -> Outcome:
    """Audit one story; what is wrong with the story is its outcome, what is wrong with the set-up is raised."""
    task, auditing = _worker(packed)
    try:
        document = story.read()
        allowances = baseline.allowances(apply.markup(story.data, document), name=story.name)
        audit = auditing.audit(_paired(baseline.blank(document), story, packed))
        decisions = replace(task.decisions, penalties=task.settings.penalties)  # what is scored twice is scored alike
        settled = apply.settle(audit, decisions, allowances=allowances)
        return outcome(story.name, story.content, settled.audit, signature=signature(packed))
    except InputError as error:
        return Outcome(story.name, failure=str(error))
    except (ModelError, SettingsError):
        raise
    except Exception as error:  # noqa: BLE001 (a bug met in one story must not cost a night's run the others)
        return Outcome(story.name, failure=f"internal error, please report it: {type(error).__name__}: {error}")
    finally:
        concurrency.give_back()


def _paired(document: Document, story: Story, packed: bytes) -> Document:
    """Return the document with its sources, where the story has them in a file of their own.

    Raises:
        InputError: the source cannot be read, or the two cannot be aligned.
        ModelError: the encoder is missing or damaged.
    """
    if story.original is None:
        return document
    from auditor.alignment import attach_source  # with it comes numpy

    original = files.source(story.original.data, name=story.original.name)
    return attach_source.attach(document, original, _embedder(packed))


@functools.lru_cache(maxsize=1)
def _embedder(packed: bytes) -> Embedder:
    """Load the encoder that aligns a text and its source once a process."""
    from auditor.engines import factory

    return factory.load_embedder(_worker(packed)[0].settings)
