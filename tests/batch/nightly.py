"""The proof of a night's batch: killed at random moments and resumed, it leaves the bytes of an undisturbed run.

    make night

or python -m tests.batch.nightly --data ../shared/data/clean_news.parquet --out build/night

writes 200 stories (news, and copies damaged as machine translation damages), audits them with `auditor batch`, once in
peace and once killed five times with SIGKILL, compares every file, and tells how memory went over the stories. Without
--rules the embedded models do the work, which takes the better part of an hour; `--stories` and `--words` make it
smaller.

Measured with `--stories 120 --words 200` on two cores: 20,271 words in 3.7 minutes; killed after 17, 72, 98, 103 and
108 stories, all 365 files had the same bytes. Memory in each tenth of the stories: 1,099, 1,136, 1,192, 1,179, 1,198,
1,179, 1,226, 1,249, 1,245, 1,235 MiB. 200 stories, before passages were worked at side by side: 605 files, 1,162 to
1,360 MiB.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from models.train import corruptions

KILLS = 5
_TICK = 0.02  # seconds between two looks at the process
_DAMAGED = 0.4  # share of the paragraphs of a damaged copy that are damaged


@dataclass(frozen=True, slots=True)
class Peace:
    """An undisturbed run: how long it took, and the most memory (MiB) it held in each tenth of its stories."""

    seconds: float
    tenths: tuple[float, ...]


def write_stories(data: Path, folder: Path, *, count: int, words: int) -> None:
    """Write `count` stories of at most about `words` words: news, and a damaged copy of each."""
    folder.mkdir(parents=True)
    chance = random.Random(4)  # noqa: S311 (not for secrets)
    sound = itertools.islice(_documents(data, words), (count + 1) // 2)
    stories = itertools.islice(_with_copies(sound, chance), count)
    for number, paragraphs in enumerate(stories):
        (folder / f"story-{number:03}.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def _with_copies(stories: Iterator[list[str]], chance: random.Random) -> Iterator[list[str]]:
    for paragraphs in stories:
        yield paragraphs
        yield [_damaged(paragraph, chance) for paragraph in paragraphs]


def _documents(data: Path, words: int) -> Iterator[list[str]]:
    """Yield the paragraphs of each document, as many as stay below `words` words, at least one."""
    rows = pq.read_table(data, columns=["doc_id", "text", "n_words"]).to_pylist()
    for _, group in itertools.groupby(rows, key=lambda row: row["doc_id"]):
        total = 0
        kept: list[str] = []
        for row in group:
            total += row["n_words"]
            if not kept or total <= words:
                kept.append(row["text"])
        yield kept


def _damaged(text: str, chance: random.Random) -> str:
    done = corruptions.damage(text, chance, corruptions.VISIBLE) if chance.random() < _DAMAGED else None
    return text if done is None else done.text


def run_in_peace(command: Sequence[str], out: Path, *, stories: int) -> Peace:
    """Run the batch to its end, looking at its memory."""
    begun = time.monotonic()
    most = [0.0] * 10
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            tenth = min(9, 10 * _done(out) // stories)
            most[tenth] = max(most[tenth], _memory(process.pid))
            time.sleep(_TICK)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Peace(time.monotonic() - begun, tuple(round(peak, 1) for peak in most))


def run_with_kills(command: Sequence[str], out: Path, *, stories: int, seconds: float, seed: int) -> list[int]:
    """Run the batch, kill it five times at random moments, and let it end.

    Args:
        command: the batch.
        out: its folder.
        stories: how many it audits.
        seconds: how long an undisturbed run takes, from which the time between two stories is told.
        seed: of the moments.

    Returns:
        How many stories were done at each kill.
    """
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    killed = []
    for done in sorted(chance.sample(range(stories), KILLS)):
        with subprocess.Popen(command) as process:
            while process.poll() is None and _done(out) < done:
                time.sleep(_TICK)
            time.sleep(chance.uniform(0, 2 * seconds / stories))  # anywhere in the story under way, or in the next
            process.kill()
        killed.append(_done(out))
    subprocess.run(command, check=True)
    return killed


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _done(out: Path) -> int:
    return len(list((out / "shards").glob("*.json")))


def _memory(process: int) -> float:
    """Return the resident memory in MiB of a process and its children (Linux)."""
    total = 0.0
    try:
        status = Path(f"/proc/{process}/status").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            total += int(line.split()[1]) / 1024
    return total + sum(_memory(int(child)) for child in children)


def prove(data: Path, folder: Path, *, stories: int, words: int, jobs: int, rules: bool) -> dict[str, object]:
    """Do it, and return what was seen.

    Raises:
        RuntimeError: a run failed, or the two folders differ.
    """
    shutil.rmtree(folder, ignore_errors=True)
    copy = folder / "in"
    write_stories(data, copy, count=stories, words=words)
    peaceful, disturbed = (_command(copy, folder / name, jobs=jobs, rules=rules) for name in ("peaceful", "disturbed"))
    peace = run_in_peace(peaceful, folder / "peaceful", stories=stories)
    killed = run_with_kills(disturbed, folder / "disturbed", stories=stories, seconds=peace.seconds, seed=jobs)
    expected, found = tree(folder / "peaceful"), tree(folder / "disturbed")
    different = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if different:
        raise RuntimeError(f"{len(different)} files differ, {different[0]} first")
    return {
        "stories": stories,
        "words": sum(len(path.read_text(encoding="utf-8").split()) for path in copy.iterdir()),
        "jobs": jobs,
        "auditor": "rules" if rules else "models",
        "seconds": round(peace.seconds, 1),
        "stories done at each kill": killed,
        "files with the same bytes": len(expected),
        "MiB in each tenth of the stories": peace.tenths,
    }


def _command(stories: Path, out: Path, *, jobs: int, rules: bool) -> list[str]:
    if rules:
        return [sys.executable, "-m", "tests.batch.rules", str(out), str(jobs), str(stories)]
    command = [sys.executable, "-m", "auditor", "batch", str(stories), "--out", str(out), "--jobs", str(jobs)]
    return [*command, "--label", "proof", "--quiet", "--no-cache"]  # what one run answered must not help the other


def _main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="clean_news.parquet of the data pack")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is made anew")
    parser.add_argument("--stories", type=int, default=200)
    parser.add_argument("--words", type=int, default=400, help="a story")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--rules", action="store_true", help="the rules alone, without models: a minute")
    given = parser.parse_args()
    seen = prove(given.data, given.out, stories=given.stories, words=given.words, jobs=given.jobs, rules=given.rules)
    print(json.dumps(seen, indent=1))  # noqa: T201 (a program)


if __name__ == "__main__":
    _main()
