"""`auditor evaluate`: measure systems on judged translations; one table, one JSON, anyone can run it again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from auditor.cli.options import gathered, pair
from auditor.evaluation.systems import SYSTEMS, Options, SourceUse
from auditor.readers.extras import need
from auditor.values import Settings


def _models(_: click.Context, __: click.Parameter, value: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair(part) for part in value.split(",") if part.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What is to be measured, on how much, with how many resamples."""

    systems: tuple[str, ...]
    sources: tuple[str, ...]
    out: Path
    rows: int | None
    whole: bool
    threshold: float | None
    bootstrap: int
    seed: int
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The models that are measured, and where they run."""

    device: str
    threads: int | None
    precision: str
    fluency_model: str
    back_translation: tuple[tuple[str, str], ...]
    quality_estimator: Path | None

    @property
    def settings(self) -> Settings:
        """What the models are opened with."""
        return Settings(
            device=self.device,
            threads=self.threads,
            precision=self.precision,
            fluency_model=self.fluency_model,
            back_translation=dict(self.back_translation),
            quality_estimator=str(self.quality_estimator or ""),
        )


_MEASURING = (
    click.option(
        "--system", "systems", multiple=True, type=click.Choice(list(SYSTEMS)), default=("audit",), show_default=True,
        help="What to measure; may be given several times.",
    ),
    click.option(
        "--source", "sources", multiple=True, type=click.Choice([use.value for use in SourceUse]), default=("given",),
        show_default=True, help="Let it see the sources, none, or those of other rows; may be given several times.",
    ),
    click.option(
        "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("evaluation"), show_default=True,
        help="Folder for results.json and the predictions, which a later run uses again.",
    ),
    click.option("--rows", type=click.IntRange(1), help="Take about so many rows of each set, evenly spread."),
    click.option(
        "--whole", is_flag=True,
        help="With --rows: take whole documents. Done anyway when the audit is measured, which reads whole documents.",
    ),
    click.option(
        "--threshold", type=float,
        help="Flag from this value on; what is fixed, false alarms and characters are counted by it.  "
        "[default: each system's own]",
    ),
    click.option(
        "--bootstrap", type=click.IntRange(10), default=1000, show_default=True, help="Resamples for the intervals.",
    ),
    click.option("--seed", type=int, default=1, show_default=True, help="For resamples, dice and shuffle."),
    click.option("--quiet", "-q", is_flag=True, help="Show no progress."),
)  # fmt: skip
_MODELS = (
    click.option("--device", default="cpu", show_default=True, help="Where the models run: cpu, cuda, mps."),
    click.option("--threads", type=click.IntRange(1), help="Processor threads.  [default: as torch chooses]"),
    click.option(
        "--precision", type=click.Choice(["auto", "int8", "bfloat16", "float32"]), default="auto", show_default=True,
        help="Numbers the models compute with.",
    ),
    click.option(
        "--fluency-model", metavar="PATH", default="", help="A causal language model instead of the embedded.",
    ),
    click.option(
        "--back-translation", metavar="en-fr=PATH,fr-en=PATH", default="", callback=_models,
        help="A pair of MarianMT models instead of the embedded ones; sources in its language are forced from.",
    ),
    click.option(
        "--quality-estimator", type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder with other weights of the quality estimator, as its recipe writes them.",
    ),
)  # fmt: skip


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@gathered(_MEASURING, into=Measuring, name="measuring")
@gathered(_MODELS, into=Models, name="models")
def evaluate(files: tuple[Path, ...], *, measuring: Measuring, models: Models) -> int:
    """Measure systems on FILES of judged translations: Parquet, or JSON Lines (.jsonl), with the pack's columns.

    Of rows that are also there for fitting, only those of development documents are taken. A file of clean news gives
    the false alarms per 1,000 words. Interrupted runs go on where they stopped: run the same command again.
    """
    for module, package in (("scipy", "scipy"), ("sklearn", "scikit-learn")):
        need(module, package=package, purpose="evaluate", extra="evaluation")
    from auditor.evaluation.data_sets import Sample
    from auditor.evaluation.run import Plan, evaluate
    from auditor.evaluation.table import build_table

    plan = Plan(
        files=tuple(dict.fromkeys(files)),
        systems=tuple(dict.fromkeys(measuring.systems)),
        sources=tuple(dict.fromkeys(map(SourceUse, measuring.sources))),
        out=measuring.out,
        options=Options(models.settings, measuring.seed),
        sample=Sample(measuring.rows, measuring.whole),
        resamples=measuring.bootstrap,
        threshold=measuring.threshold,
    )
    with _bars(quiet=measuring.quiet) as bars:
        results = evaluate(plan, bars)
    Console(file=sys.stdout, width=200).print(build_table(results))
    click.echo(f"every measure, with signatures: {measuring.out / 'results.json'}", err=True)
    return 0


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
