"""What an audit is doing, on standard error: to a terminal a bar and what was found so far, each stage's cost if asked.

What is shown early vanishes when the report comes: there all of it stands in its place, with the scores that need all.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.console import Group

_PATIENCE = 2.0  # seconds; what is done sooner needs no bar
_PAUSE = 1.0  # seconds between two looks at what was found
_LINES = 10  # of what was found, the last: the whole must fit on a small screen


class Display:
    """Shows progress between `with` and its end; `report` is what an Auditor is given."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        """Show no bar when `quiet` or when standard error is no terminal; tell the stages' costs when `verbose`."""
        self._draws = not quiet and sys.stderr.isatty()
        self._verbose = verbose
        self._bar: _Bar | None = None
        self._shown = 0.0
        self._began = time.perf_counter()
        self._seconds: dict[str, float] = {}
        self._busy = {threading.get_ident(): ("starting", self._began)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
        if self._verbose and error is None:
            self._tell()

    def report(self, stage: str, done: int, total: int) -> None:
        """Take note that `stage` has dealt with `done` of `total` words; see `auditor.pipeline.Progress`."""
        self._enter(stage)
        if self._draws and stage:
            self._bar = self._bar or _Bar()
            self._bar.update(stage, done, total)

    def is_due(self) -> bool:
        """Tell whether it is time to show what was found: there is a terminal, and some time has passed."""
        return self._draws and time.perf_counter() - self._shown >= _PAUSE

    def show(self, lines: Sequence[str]) -> None:
        """Show lines below the bar until the report comes, the last ones where they are many."""
        self._shown = time.perf_counter()
        if self._bar:
            self._bar.show(lines)

    def clear(self) -> None:
        """Take the bar away, so that something else can be written."""
        self._enter("writing the report")
        if self._bar:
            self._bar.close()
            self._bar = None

    def _enter(self, stage: str) -> None:
        """Count the time that has passed as that of the stage that this thread was at."""
        now, thread = time.perf_counter(), threading.get_ident()
        before, since = self._busy.get(thread, ("", now))
        self._seconds[before] = self._seconds.get(before, 0.0) + now - since
        self._busy[thread] = (stage, now)

    def _tell(self) -> None:
        for stage, seconds in self._seconds.items():
            if stage:
                click.echo(f"{seconds:8.2f} s    {stage}", err=True)
        click.echo(f"{time.perf_counter() - self._began:8.2f} s    in all", err=True)
        peak = _peak_memory()
        if peak:
            click.echo(f"{peak / 2**20:8.0f} MiB  at most", err=True)


class _Bar:
    """A bar that appears after a while."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("words"),
        )
        console = Console(stderr=True)
        self._lines: Sequence[str] = ()
        self._progress = Progress(*columns, console=console)
        self._task = self._progress.add_task("", total=None)
        self._live = Live(get_renderable=self._drawn, console=console, transient=True)
        self._timer = threading.Timer(_PATIENCE, self._live.start)
        self._timer.daemon = True
        self._timer.start()

    def update(self, stage: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=stage, completed=done, total=total or None)

    def show(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def close(self) -> None:
        self._timer.cancel()
        self._timer.join()
        self._live.stop()

    def _drawn(self) -> Group:
        from rich.console import Group
        from rich.text import Text

        news = [Text(line, no_wrap=True, overflow="ellipsis") for line in self._lines[-_LINES:]]
        return Group(self._progress, *news)


def _peak_memory() -> int:
    """Return the most bytes of memory this process ever held, 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
