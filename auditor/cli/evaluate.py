"""`auditor evaluate`: measure systems on judged translations; one table, one JSON, anyone can run it again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from auditor.cli.options import pair
from auditor.evaluation.systems import SYSTEMS, Options, SourceUse
from auditor.readers.extras import need
from auditor.values import Settings


def _models(_: click.Context, __: click.Parameter, value: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair(part) for part in value.split(",") if part.strip())


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--system", "systems", multiple=True, type=click.Choice(list(SYSTEMS)), default=("audit",), show_default=True,
    help="What to measure; may be given several times.",
)  # fmt: skip
@click.option(
    "--source", "sources", multiple=True, type=click.Choice([use.value for use in SourceUse]), default=("given",),
    show_default=True, help="Let it see the sources, none, or those of other rows; may be given several times.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("evaluation"), show_default=True,
    help="Folder for results.json and the predictions, which a later run uses again.",
)  # fmt: skip
@click.option("--rows", type=click.IntRange(1), help="Take about so many rows of each set, evenly spread.")
@click.option(
    "--whole", is_flag=True,
    help="With --rows: take whole documents. Done anyway when the audit is measured, which reads whole documents.",
)  # fmt: skip
@click.option(
    "--threshold", type=float,
    help="Flag from this value on; what is fixed, false alarms and characters are counted by it.  "
    "[default: each system's own]",
)  # fmt: skip
@click.option("--bootstrap", type=click.IntRange(10), default=1000, show_default=True, help="Draws for the intervals.")
@click.option("--seed", type=int, default=1, show_default=True, help="For the draws, the dice and the shuffle.")
@click.option("--device", default="cpu", show_default=True, help="Where the models run: cpu, cuda, mps.")
@click.option("--threads", type=click.IntRange(1), help="Processor threads.  [default: as torch chooses]")
@click.option(
    "--precision", type=click.Choice(["auto", "int8", "bfloat16", "float32"]), default="auto", show_default=True,
    help="Numbers the models compute with.",
)  # fmt: skip
@click.option("--fluency-model", metavar="PATH", default="", help="A causal language model instead of the embedded.")
@click.option(
    "--back-translation", metavar="en-fr=PATH,fr-en=PATH", default="", callback=_models,
    help="A pair of MarianMT models instead of the embedded ones; sources in its language are forced from.",
)  # fmt: skip
@click.option(
    "--quality-estimator", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with other weights of the quality estimator, as its recipe writes them.",
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def evaluate(  # noqa: PLR0913 (one parameter an option)
    files: tuple[Path, ...],
    systems: tuple[str, ...],
    sources: tuple[str, ...],
    out: Path,
    *,
    rows: int | None,
    whole: bool,
    threshold: float | None,
    bootstrap: int,
    seed: int,
    device: str,
    threads: int | None,
    precision: str,
    fluency_model: str,
    back_translation: tuple[tuple[str, str], ...],
    quality_estimator: Path | None,
    quiet: bool,
) -> None:
    """Measure systems on FILES of judged translations: Parquet, or JSON Lines (.jsonl), with the pack's columns.

    Of rows that are also there for fitting, only those of development documents are taken. A file of clean news gives
    the false alarms per 1,000 words. Interrupted runs go on where they stopped: run the same command again.
    """
    for module, package in (("scipy", "scipy"), ("sklearn", "scikit-learn")):
        need(module, package=package, purpose="evaluate", extra="evaluation")
    from auditor.evaluation.run import Plan, evaluate
    from auditor.evaluation.table import build_table

    settings = Settings(
        device=device,
        threads=threads,
        precision=precision,
        fluency_model=fluency_model,
        back_translation=dict(back_translation),
        quality_estimator=str(quality_estimator or ""),
    )
    plan = Plan(
        tuple(dict.fromkeys(files)),
        tuple(dict.fromkeys(systems)),
        tuple(dict.fromkeys(map(SourceUse, sources))),
        out,
        Options(settings, seed),
        rows,
        bootstrap,
        whole,
        threshold,
    )
    with _bars(quiet=quiet) as bars:
        results = evaluate(plan, bars)
    Console(file=sys.stdout, width=200).print(build_table(results))
    click.echo(f"every measure, with signatures: {out / 'results.json'}", err=True)


class _Bars:
    """One bar a cell of the table, on standard error."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, label: str, done: int, total: int) -> None:
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done)


@contextmanager
def _bars(*, quiet: bool) -> Iterator[_Bars]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        yield _Bars(progress)
