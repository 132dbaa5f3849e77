"""Show the progress of a fetch on standard error: a bar to a terminal, else one line a model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from auditor.engines.weights.fetch import Progress, Step


@contextmanager
def reporter(*, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """Yield the function that `fetch_models` reports to.

    Args:
        quiet: show nothing.
    """
    if quiet:
        yield _be_silent
    elif sys.stderr.isatty():
        with _bars() as report:
            yield report
    else:
        yield _say


def _be_silent(progress: Progress) -> None:
    del progress


def _say(progress: Progress) -> None:
    if progress.step in (Step.FETCHED, Step.PRESENT, Step.WAITING):
        click.echo(f"{progress.model}: {progress.step}", err=True)


@contextmanager
def _bars() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def report(progress: Progress) -> None:
            if progress.model not in tasks:
                tasks[progress.model] = bars.add_task(progress.model, total=None)
            task = tasks[progress.model]
            finished = progress.step in (Step.FETCHED, Step.PRESENT)
            total = 1 if finished else progress.total or None
            done = 1 if finished else progress.done
            bars.update(task, description=f"{progress.model}: {progress.step}", total=total, completed=done)

        yield report
