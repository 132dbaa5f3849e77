"""Measure what an audit costs here, beside its peers: `make bench`, or

    python -m tests.bench [--words N] [--sizes 1000,3000] [--edit-up-to N] [--again 1000,5000] [--repeats N]
                          [--threads N] [--without PART]... [--json FILE]

`--without cold --without stages --sizes 1000,10000,100000` shows growth alone, up to a book: a quarter of an hour and
more, once a size (stories of more than `--edit-up-to` words are not audited again after an edit).

Needs the embedded models; peers that are not installed (`pip install 'auditor[bench]'`) are left out with a word. What
is worth comparing between machines are the ratios: processor time against processor time, in turns, the median of the
repeats with the least and the most.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from auditor.text import segmentation
from tests.bench import cold, tables
from tests.bench.story import story
from tests.bench.timing import Cost, Spread, Work, interleaved, ratio

if TYPE_CHECKING:
    from auditor.pipeline import Auditor

PARTS = ("cold", "again", "stages", "peers", "growth")
_STORY_WORDS = 900
_PEAK = "matrix product"
_PRECISIONS = ("float32", "bfloat16", "float16")


@click.command()
@click.option("--words", default=_STORY_WORDS, show_default=True, help="Words of the story whose stages are clocked.")
@click.option("--sizes", default="1000,3000", show_default=True, help="Words of the stories that show growth.")
@click.option("--edit-up-to", default=5_000, show_default=True, help="Words of the longest story that is edited, too.")
@click.option("--again", default="1000,5000", show_default=True, help="Words of the stories audited again, cold.")
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(min=1), help="Rounds after the warm-up.")
@click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: as torch chooses]")
@click.option("--without", type=click.Choice(PARTS), multiple=True, help="Leave a part out; may be repeated.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write everything measured to this file, too.")
def main(
    *,
    words: int,
    sizes: str,
    edit_up_to: int,
    again: str,
    repeats: int,
    threads: int | None,
    without: Sequence[str],
    file: Path | None,
) -> None:
    """Measure what an audit costs here, beside its peers."""
    console = Console()
    measured: dict[str, object] = {"options": {"words": words, "repeats": repeats}, "load_before": cold.load()}
    with _told("cold starts", skip="cold" in without) as wanted:
        if wanted:
            starts = _cold_starts()
            measured["cold"] = starts
            tables.cold(console, starts)
    with _told("re-audits", skip="again" in without) as wanted:
        if wanted:
            audits = _again([*map(int, again.split(","))])
            measured["again"] = audits
            tables.again(console, audits)
    with _told("stages and peers", skip="stages" in without) as wanted:
        if wanted:
            measured |= _stages(words, repeats, threads, with_peers="peers" not in without)
            tables.stages(console, measured)
    with _told("growth", skip="growth" in without) as wanted:
        if wanted:
            rows = _growth([int(size) for size in sizes.split(",")], threads, edit_up_to=edit_up_to)
            measured["growth"] = rows
            tables.growth(console, rows)
    measured |= {"machine": _machine(threads), "load_after": cold.load()}
    tables.signature(console, measured)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _told(what: str, *, skip: bool) -> Iterator[bool]:
    """Say on standard error what is being measured."""
    if not skip:
        click.echo(f"measuring {what} …", err=True)
    yield not skip


def _cold_starts() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.txt"
        path.write_text(story(_STORY_WORDS), encoding="utf-8")
        first = cold.first_findings(path)
        whole = ["check", str(path), "--no-cache", "--output", str(Path(folder) / "report.txt")]
        commands = {"--help": ["--help"], "explain": ["explain"], "models list": ["models", "list"], "check": whole}
        runs = {name: asdict(cold.auditor(arguments)) for name, arguments in commands.items()}
    return {"words": _STORY_WORDS, "programs": runs, "stream": asdict(first)}


def _again(sizes: Sequence[int]) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            {"words": size} | {name: asdict(run) for name, run in cold.again(Path(folder), words=size).items()}
            for size in sizes
        ]


def _machine(threads: int | None) -> dict[str, object]:
    from tests.bench.machine import machine

    return machine(threads)


def _stages(words: int, repeats: int, threads: int | None, *, with_peers: bool) -> dict[str, object]:
    # Imported only now: a program that is started inherits its parent's peak of memory.
    from auditor.pipeline import Auditor
    from auditor.values import Settings
    from tests.bench import peers
    from tests.bench.stages import stages

    auditor = Auditor(Settings(threads=threads))
    text = story(words)
    document = segmentation.document(text, name="benchmark")
    works = stages(auditor, text)
    precision = next(part for part in auditor.engines.language_model.name.split("/") if part in _PRECISIONS)
    product, operations = peers.matrix_product(precision)
    works[_PEAK] = product
    absent: dict[str, str] = {}
    if with_peers:
        found, absent = _peers(text, precision)
        works |= found
    costs = interleaved(works, repeats=repeats)
    ratios = {name: asdict(spread) for name, spread in _ratios(costs).items()}
    reading = _reading(auditor, text, costs, operations)
    return {
        "signature": auditor.signature,
        "words": len(document.words),
        "stages": {name: _per_second(len(document.words), found) for name, found in costs.items() if name != _PEAK},
        "peak_gflops": {precision: asdict(Spread.of([operations / c.processor / 1e9 for c in costs[_PEAK]]))},
        "reading": reading,
        "ratios": ratios,
        "absent": absent,
    }


def _peers(text: str, precision: str) -> tuple[dict[str, Work], dict[str, str]]:
    """Prepare the peers that are here; say why the others are not."""
    from tests.bench import peers

    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    document = segmentation.document(text, name="benchmark")
    sentences = [sentence.span.of(text) for sentence in document.sentences]
    works: dict[str, Work] = {}
    absent: dict[str, str] = {}
    preparations: dict[str, Callable[[], Work]] = {
        tables.MINICONS: lambda: peers.minicons(paragraphs),
        tables.BARE: lambda: peers.bare_loop(paragraphs, precision=precision),
        tables.LARGE: lambda: peers.large_encoder(sentences),
        tables.WHEEL: lambda: peers.wheel_engine(sentences),
        tables.OURS: lambda: peers.our_engine(sentences),
    }
    for name, prepare in preparations.items():
        try:
            works[name] = prepare()
        except peers.Absent as reason:
            absent[name] = str(reason)
    return works, absent


def _ratios(costs: dict[str, list[Cost]]) -> dict[str, Spread]:
    """Return how many times faster we are than each peer that took part."""
    against = {
        tables.MINICONS: tables.READING,
        tables.BARE: tables.READING,
        tables.LARGE: tables.WHOLE,
        tables.WHEEL: tables.OURS,
    }
    found = {
        f"{ours}, against {peer}": ratio(costs[peer], costs[ours]) for peer, ours in against.items() if peer in costs
    }
    if tables.LARGE in costs:
        found[f"{tables.QUALITY}, against {tables.LARGE}"] = ratio(costs[tables.LARGE], costs[tables.QUALITY])
        found[f"{tables.TRANSLATION}, against {tables.LARGE}"] = ratio(costs[tables.LARGE], costs[tables.TRANSLATION])
    return found


def _reading(auditor: Auditor, text: str, costs: dict[str, list[Cost]], operations: float) -> dict[str, object]:
    """Return what share of the machine's peak the reading reaches, counting each token of the text once.

    What the reading does in eight bits counts as if it were done in the precision of the peak.
    """
    from tests.bench import peers

    tokens, parameters = peers.size(text)
    shares = [
        (2.0 * parameters * tokens / reading.processor) / (operations / product.processor)
        for reading, product in zip(costs[tables.READING], costs[_PEAK], strict=True)
    ]
    return {"tokens": tokens, "parameters": parameters, "share_of_peak": asdict(Spread.of(shares))}


def _per_second(words: int, costs: Sequence[Cost]) -> dict[str, object]:
    return {
        "words_per_second": asdict(Spread.of([words / cost.wall for cost in costs])),
        "words_per_processor_second": asdict(Spread.of([words / max(cost.processor, 1e-9) for cost in costs])),
        "seconds": [asdict(cost) for cost in costs],
    }


def _growth(sizes: Sequence[int], threads: int | None, *, edit_up_to: int) -> list[dict[str, float]]:
    """Return a row a size; stories after an edit are audited by a process of their own, whose memory does not count."""
    options = ["--threads", str(threads)] if threads else []
    edited = [size for size in sizes if size <= edit_up_to]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "AUDITOR_CACHE": folder}
        rows = _rows([*map(str, sizes), *options], environment)
        again = _rows([*map(str, edited), *options, "--edited"], environment) if edited else []
    for row, other in zip(rows, again, strict=False):  # both by size: what was edited are the shortest
        row |= {"edited_wall": other["wall"], "edited_processor": other["processor"]}
    return rows


def _rows(arguments: Sequence[str], environment: Mapping[str, str]) -> list[dict[str, float]]:
    command = [sys.executable, "-m", "tests.bench.growth", *arguments]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=dict(environment))
    return [json.loads(line) for line in run.stdout.splitlines()]


if __name__ == "__main__":
    main()
