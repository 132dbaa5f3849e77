"""How far a batch has come, on standard error, to a terminal only: a bar, the rate and the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Task

_WIDEST = 32  # characters of a story's name


@contextmanager
def story_bar(*, quiet: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Give what is called with how many stories are done, how many there are, and the last one; None shows nothing."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Stories a minute, once there is something to tell it from."""

        def render(self, task: Task) -> Text:
            return Text(f"stories, {60 * task.speed:.1f} a minute, left:" if task.speed else "stories")

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        bar = display.add_task("starting", total=None)
        begun = False

        def advance(done: int, total: int, name: str) -> None:
            nonlocal begun
            if not begun:  # what an earlier run has done says nothing about this one's rate
                display.reset(bar, total=total, completed=done - 1)
                begun = True
            display.update(bar, description=Path(name).name[:_WIDEST], completed=done, total=total)

        yield advance
