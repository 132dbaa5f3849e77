"""The one pure function that every backend runs: a story in, its outcome out."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from auditor import concurrency, workflow
from auditor.batch.shards import Outcome, outcome
from auditor.errors import InputError, ModelError, SettingsError
from auditor.review.apply import Policy
from auditor.values import Settings
from auditor.workflow import Auditing, Story


def build_auditor(settings: Settings) -> Auditing:
    """Build the auditor; its models are loaded when first asked for."""
    from auditor.pipeline import Auditor  # torch comes with it: never in a driver that only hands out work

    return Auditor(settings)


@dataclass(frozen=True, slots=True)
class Task:
    """How to audit, in a form that travels: `build` is a function at the top of its module."""

    settings: Settings = field(default_factory=Settings)
    policy: Policy = field(default_factory=Policy)
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
    return replace(task, settings=replace(task.settings, threads=max(1, concurrency.available_threads() // jobs)))


@functools.lru_cache(maxsize=1)
def _task(packed: bytes) -> Task:
    return cast("Task", pickle.loads(packed))  # noqa: S301 (our own bytes, from the driver)


@functools.lru_cache(maxsize=1)
def _auditor(packed: bytes) -> Auditing:
    """Build the auditor of a task once a process."""
    task = _task(packed)
    return task.build(task.settings)


def signature(packed: bytes) -> str:
    """Return the signature that the task's audits will bear."""
    return _auditor(packed).signature + _task(packed).policy.signature


def audit_story(packed: bytes, story: Story) -> Outcome:
    """Audit one story; what is wrong with the story is its outcome, what is wrong with the set-up is raised."""
    try:
        audit = workflow.audit(story, functools.partial(_auditor, packed), _task(packed).policy)
        return outcome(story.name, story.content, audit, signature=signature(packed))
    except InputError as error:
        return Outcome(story.name, failure=str(error))
    except (ModelError, SettingsError):
        raise
    except Exception as error:  # noqa: BLE001 (a bug met in one story must not cost a night's run the others)
        return Outcome(story.name, failure=f"internal error, please report it: {type(error).__name__}: {error}")
    finally:
        concurrency.release_memory()
