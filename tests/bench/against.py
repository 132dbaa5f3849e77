"""Measure this version against an earlier commit, in turns in one run: `make bench`, or

    python -m tests.bench.against [--against COMMIT] [--rows ROW,ROW] [--words N] [--longest N] [--stories N]
                                  [--rounds N] [--json FILE]

Each round runs a row here and there, one after the other, each in a process of its own, so that a machine that is busy
for a while slows both. A ratio is the median over the rounds of what the commit took, divided by what this version took
in the same round: 2 is twice as fast, or half the memory. Processor seconds are told beside wall-clock seconds, because
other programs stretch the wall clock alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.bench import beside, cold
from tests.bench.beside import Build
from tests.bench.story import edited, sound, story

_PROGRAM = Path(__file__).with_name("audit_once.py")
_COLD_WORDS = 900
_STORY_WORDS = 400

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is audited: words of the warm story and of the longest one, stories of a folder."""

    words: int
    longest: int
    stories: int


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a version is measured: its build, and a folder for what it reads and writes.

    `seed` is the round's, so that both versions get one story, and no round one that an earlier round left in a cache.
    """

    build: Build
    folder: Path
    sizes: Sizes
    seed: int = 0

    def told(self, what: str, text: str) -> Numbers:
        """Return what the program of `audit_once.py` says of a text."""
        path = self._written("story.txt", text)
        command = [self.build.python, str(_PROGRAM), what, str(path)]
        run = subprocess.run(
            command, env=self.build.variables(self.folder), stdout=subprocess.PIPE, text=True, check=True
        )
        found: Numbers = json.loads(run.stdout.splitlines()[-1])
        return found

    def program(self, arguments: Sequence[str]) -> Numbers:
        """Run `auditor` with arguments, and return what the whole program took."""
        run = cold.program([self.build.python, "-m", "auditor", *arguments], self.build.variables(self.folder))
        return {"wall": run.wall, "processor": run.processor, "peak_mib": run.peak_mib}

    def checked(self, name: str, text: str) -> Numbers:
        """Run `auditor check` on a text; its results are kept for the next time."""
        report = str(self.folder / "report.txt")
        return self.program(["check", str(self._written(name, text)), "--output", report])

    def _written(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


def _warm(bench: Bench) -> Numbers:
    return bench.told("warm", story(bench.sizes.words))


def _cold(bench: Bench) -> Numbers:
    return bench.told("first", story(_COLD_WORDS))


def _clean(bench: Bench) -> Numbers:
    return bench.told("warm", sound(bench.sizes.words))


def _longest(bench: Bench) -> Numbers:
    return bench.told("warm", story(bench.sizes.longest))


def _again(bench: Bench) -> Numbers:
    """Audit a story that this round alone has, then again with one sentence edited, by programs of their own."""
    text = story(bench.sizes.words, seed=bench.seed)
    first, second = bench.checked("first.txt", text), bench.checked("edited.txt", edited(text))
    return {"first": first["wall"], "wall": second["wall"], "processor": second["processor"]}


def _folder(bench: Bench) -> Numbers:
    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        stories, out = Path(name, "in"), Path(name, "out")
        stories.mkdir()
        for number in range(bench.sizes.stories):
            written = story(_STORY_WORDS, seed=number)
            stories.joinpath(f"{number:03}.txt").write_text(written, encoding="utf-8")
        return bench.program(["batch", str(stories), "--out", str(out), "--jobs", "2", "--no-cache"])


ROWS: Mapping[str, Callable[[Bench], Numbers]] = {
    "warm": _warm,
    "cold": _cold,
    "clean": _clean,
    "again": _again,
    "folder": _folder,
    "longest": _longest,
}
"""A story with the models at work; from the start of a program; a story in which nothing is wrong; one sentence edited;
a folder on two workers; the longest story, for its memory."""


@click.command()
@click.option("--against", "commit", default="6438e88", show_default=True, help="The commit to compare with.")
@click.option("--rows", default=",".join(ROWS), show_default=True, help="What to measure.")
@click.option("--words", default=10_000, show_default=True, help="Words of the story that is audited warm, and again.")
@click.option("--longest", default=100_000, show_default=True, help="Words of the longest story.")
@click.option("--stories", default=200, show_default=True, help="Stories of the folder.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(min=1), help="Turns of each version.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write everything measured to this file, too.")
def main(*, commit: str, rows: str, words: int, longest: int, stories: int, rounds: int, file: Path | None) -> None:
    """Measure this version against an earlier commit, in turns."""
    wanted = rows.split(",")
    for row in wanted:
        if row not in ROWS:
            raise click.BadParameter(f"there is no row '{row}'; there are {', '.join(ROWS)}")
    load = cold.load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        click.echo(f"building {commit} …", err=True)
        there = beside.build(commit, folder / "there")
        benches = [Bench(build, folder, Sizes(words, longest, stories)) for build in (beside.here(), there)]
        measured = {row: _in_turns(row, benches, rounds) for row in wanted}
    ratios = {row: _ratios(found) for row, found in measured.items()}
    _show(Console(), commit, measured, ratios)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        options = {"against": commit, "words": words, "longest": longest, "stories": stories, "rounds": rounds}
        machine = {"cores": os.cpu_count(), "load_before": load, "load_after": cold.load()}
        told = {"options": options, "machine": machine, "measured": measured, "ratios": ratios}
        file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _in_turns(row: str, benches: Sequence[Bench], rounds: int) -> dict[str, list[Numbers]]:
    """Measure a row here and there, `rounds` times in turn; who begins alternates."""
    found: dict[str, list[Numbers]] = {bench.build.name: [] for bench in benches}
    for number in range(rounds):
        for bench in benches if number % 2 == 0 else reversed(benches):
            measured = ROWS[row](replace(bench, seed=number))
            found[bench.build.name].append(measured)
            told = ", ".join(f"{name} {value:,.2f}" for name, value in measured.items())
            click.echo(f"{row}, round {number + 1} of {rounds}, {bench.build.name}: {told}", err=True)
    return found


def _ratios(found: Mapping[str, Sequence[Numbers]]) -> Numbers:
    """Return, for each number, the median over rounds of what it was there divided by what it is here."""
    ratios: Numbers = {}
    for name in found["here"][0]:
        rounds = zip(found["there"], found["here"], strict=True)
        by_round = [there[name] / here[name] for there, here in rounds if here[name]]
        if by_round:
            ratios[name] = statistics.median(by_round)
    return ratios


def _show(
    console: Console,
    commit: str,
    measured: Mapping[str, Mapping[str, Sequence[Numbers]]],
    ratios: Mapping[str, Numbers],
) -> None:
    table = Table("row", "of what", commit, "here", f"{commit} : here", title="Against an earlier commit, in turns")
    for row, found in measured.items():
        for name, ratio in ratios[row].items():
            there, here = (statistics.median(one[name] for one in found[side]) for side in ("there", "here"))
            table.add_row(row, name, f"{there:,.2f}", f"{here:,.2f}", f"{ratio:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
