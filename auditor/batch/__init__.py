"""Many stories: a folder or a data set in, reports out, nothing lost when the machine is not kind.

The folder that a run leaves holds `index.html`, `summary.csv`, `findings.parquet`, a page and a JSON report of every
story under `stories/`, and under `shards/` what a later run needs to go on. It holds no times, so that a run that was
killed and resumed leaves the same bytes as one that was not.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import filelock

from auditor import atomic_write
from auditor.batch import overview, shards, sheets, sources, stories, trend
from auditor.batch.backends import BACKENDS
from auditor.batch.shards import Outcome, Store, Summary
from auditor.batch.work import Task, build_auditor
from auditor.errors import AuditorError, SettingsError
from auditor.readers.tables import Columns
from auditor.review.apply import Policy
from auditor.values import Settings
from auditor.workflow import Auditing

__all__ = ["Auditing", "Batch", "Options", "run"]

Progress = Callable[[int, int, str], None]
"""Called with how many stories are done, how many there are, and the one that was just dealt with."""


Entry = tuple[str, str]
"""A story by its name and the hash of its content."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch runs; nothing here changes a number but what is read of the files, by columns and format.

    `changed_only` keeps the last results of stories whose text has not changed, even when settings or models have.
    `label` names the run in the trend; "" leaves it out of the trend. `sources` is the folder of what the stories were
    translated from. `build` makes the auditor, in every worker.
    """

    jobs: int = 1
    engine: str = "local"
    changed_only: bool = False
    columns: Columns = field(default_factory=Columns)
    input_format: str = ""
    label: str = ""
    sources: Path | None = None
    build: Callable[[Settings], Auditing] = build_auditor


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a run: the audited stories, worst first; (name, reason) of those that failed; how many were new."""

    summaries: tuple[Summary, ...]
    failures: tuple[tuple[str, str], ...]
    audited: int


def run(
    inputs: Sequence[str],
    out: Path,
    *,
    settings: Settings | None = None,
    policy: Policy | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Audit every story of `inputs` into the folder `out`, going on where an earlier run was stopped.

    Raises:
        InputError: an input does not exist; stories that cannot be read do not raise, they are among the failures.
        SettingsError: an option makes no sense.
        AuditorError: another run is writing into the folder, or workers died.
        ModelError: a model is missing or damaged.
    """
    chosen = options or Options()
    if chosen.jobs < 1:
        raise SettingsError(f"--jobs must be at least 1, not {chosen.jobs}.")
    find = functools.partial(
        stories.find,
        inputs,
        columns=chosen.columns,
        without=out,
        input_format=chosen.input_format,
        sources=sources.index(chosen.sources) if chosen.sources else None,
    )
    entries = [(story.name, story.content) for story in find()]
    task = Task(settings or Settings(), policy or Policy(), chosen.build)
    with _alone(out):
        store = Store(out)
        done = _unchanged(store, entries) if chosen.changed_only else {}
        failures: dict[str, str] = {}
        before = len(done)
        if before < len(entries):
            with BACKENDS.load(chosen.engine).start_workers(task, jobs=chosen.jobs) as workers:
                done |= _finished(store, [entry for entry in entries if entry not in done], workers.signature())
                before = len(done)
                waiting = (story for story in find() if (story.name, story.content) not in done)
                for outcome in workers.audit(waiting):
                    _take(outcome, store, done, failures)
                    if progress:
                        progress(len(done) + len(failures), len(entries), outcome.name)
        summaries = _publish(store, list(done.values()), failures, chosen.label)
    return Batch(summaries, tuple(sorted(failures.items())), len(done) - before)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder; the lock of a run that was killed is gone with it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AuditorError(f"the folder {out} cannot be made: {error.strerror or error}.") from error
    lock = filelock.FileLock(out / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise AuditorError(f"another run is writing into {out}; wait for it, or name another folder.") from error
    try:
        yield
    finally:
        lock.release()


def _unchanged(store: Store, entries: Sequence[Entry]) -> dict[Entry, str]:
    """Return the shards of stories whose text is the same, whatever audited them."""
    known = {(summary.name, summary.content): name for name, summary in store.all()}
    return {entry: known[entry] for entry in entries if entry in known and store.has(known[entry])}


def _finished(store: Store, entries: Sequence[Entry], signature: str) -> dict[Entry, str]:
    """Return the shards of stories that were audited with this signature."""
    names = {(name, content): shards.key(name, content, signature) for name, content in entries}
    return {entry: name for entry, name in names.items() if store.has(name)}


def _take(outcome: Outcome, store: Store, done: dict[Entry, str], failures: dict[str, str]) -> None:
    if outcome.summary is None:
        failures[outcome.name] = outcome.failure
    else:
        done[outcome.name, outcome.summary.content] = store.keep(outcome)


def _publish(store: Store, names: Sequence[str], failures: Mapping[str, str], label: str) -> tuple[Summary, ...]:
    """Write the pages about the whole, and delete what belongs to no story any more."""
    loaded = [(summary, name) for name in names if (summary := store.load(name)) is not None]
    loaded.sort(key=lambda item: (item[0].score, item[0].name))
    summaries = tuple(summary for summary, _ in loaded)
    failed = sorted(failures.items())
    run_now = trend.measure(label, summaries, failed=len(failed))
    history = trend.record(store.folder, run_now) if label else trend.load(store.folder)
    atomic_write.write(store.folder / "findings.parquet", sheets.findings(store.rows(name) for _, name in loaded))
    atomic_write.write(store.folder / "summary.csv", sheets.summary(summaries, failed))
    atomic_write.write(store.folder / "index.html", overview.render(summaries, failed, history))
    store.forget_all_but(names)
    return summaries
