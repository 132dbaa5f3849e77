"""`auditor batch`: audit folders, patterns and tables of stories into a folder of reports."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import click

from auditor.batch import Batch, stories
from auditor.batch import Options as RunOptions
from auditor.batch import run as run_batch
from auditor.batch.backends import BACKENDS
from auditor.cli.options import Options, batch_options, column_option, gathered
from auditor.cli.story_bar import story_bar
from auditor.readers import READERS


def _or_empty(_: click.Context, __: click.Parameter, value: str | None) -> str:
    return value or ""


def _today() -> str:
    return datetime.date.today().isoformat()


_RUN_OPTIONS = (
    click.option(
        "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Workers, each with its models."
    ),
    click.option(
        "--engine", type=click.Choice(list(BACKENDS)), default="local", show_default=True, help="Where they work."
    ),
    click.option(
        "--changed-only", is_flag=True, help="Keep results of unchanged stories, whatever settings made them."
    ),
    click.option(
        "--label",
        default=_today,
        help="What the trend calls this run; the same label again replaces it.  [default: today]",
    ),
    column_option,
    click.option(
        "--source",
        "sources",
        type=click.Path(path_type=Path),
        help="The folder of what the stories were translated from, each file called as its story, whatever the ending.",
    ),
    click.option(
        "--input-format",
        type=click.Choice(list(READERS)),
        callback=_or_empty,
        help="What all files are.  [default: as they look]",
    ),
)


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="IN...")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder for reports.")
@gathered(_RUN_OPTIONS, into=RunOptions, name="run")
@batch_options
def batch(inputs: tuple[str, ...], *, out: Path, run: RunOptions, options: Options) -> int:
    """Audit every story of the files, folders, patterns and tables IN into reports and an index page.

    A run that was stopped goes on where it was when the command is given again. The exit code is 0 when every story
    could be audited, 1 when one scored below the threshold of --fail-under, 2 when one could not be audited.
    """
    if options.fetch:
        from auditor.cli.check import fetch

        fetch(quiet=options.quiet)
    with story_bar(quiet=options.quiet) as progress:
        done = run_batch(inputs, out, settings=options.settings, policy=options.policy, options=run, progress=progress)
    if not (options.quiet or run.input_format):
        _report_left_out(stories.left_out(inputs, without=out))
    return _report(done, out, options)


def _report_left_out(counts: Mapping[str, int]) -> None:
    """Say which files in the folders were no stories, lest one that was meant is missed."""
    if counts:
        listed = ", ".join(f"{number:,} {ending}" for ending, number in counts.items())
        click.echo(f"left out, as no reader takes files that end so: {listed}", err=True)


def _report(done: Batch, out: Path, options: Options) -> int:
    """Say what came of it on standard error, and return the exit code."""
    for name, reason in done.failures:
        click.echo(f"error: {reason if name in reason else f'{name}: {reason}'}", err=True)
    threshold = options.fail_under
    below = [summary for summary in done.summaries if threshold is not None and summary.score < threshold]
    if not options.quiet:
        number = len(done.summaries)
        click.echo(
            f"{number:,} {'story' if number == 1 else 'stories'} audited ({done.audited:,} of them now), "
            f"{len(done.failures):,} failed, {len(below):,} below the threshold; see {out / 'index.html'}",
            err=True,
        )
    return 2 if done.failures else int(bool(below))
