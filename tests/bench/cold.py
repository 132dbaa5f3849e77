"""Cold starts: whole programs, clocked from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.story import edited, story

_STREAM = """
import sys, auditor
for finished in auditor.Auditor().stream(auditor.read(sys.argv[1])):
    print(len(finished.found.findings), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A program from start to end: wall and processor seconds, the most memory it held (MiB)."""

    wall: float
    processor: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class FirstFindings:
    """Seconds from the start of the program to its first finished paragraph, the first finding, and the last one."""

    paragraph: float
    finding: float
    end: float


def auditor(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run `auditor` with arguments, in this program's environment or another, its output thrown away."""
    return program([sys.executable, "-m", "auditor", *arguments], environment)


def program(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a program, its output thrown away.

    Raises:
        RuntimeError: it failed.
    """
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def again(folder: Path, *, words: int) -> dict[str, Run]:
    """Audit a story by programs of their own that share a new cache in `folder`: first, unchanged, one sentence edited.

    The cache is asked for by its variable, so that neither the user's own is used nor another story's. Measured on two
    cores of an AMD EPYC (180 GFLOPs of bfloat16 a core): 100,000 words 539 s at first, 17 s after an edit (32 times
    less, 57 by processor), 3 s unchanged; 10,000 words 55, 9 and 0.6 s.
    """
    before, after = folder / f"{words}.txt", folder / f"{words}-edited.txt"
    before.write_text(story(words), encoding="utf-8")
    after.write_text(edited(story(words)), encoding="utf-8")
    environment = {**os.environ, "AUDITOR_CACHE": str(folder / f"cache-{words}")}
    runs = {"first": before, "unchanged": before, "edited": after}
    report = str(folder / "again.txt")
    return {name: auditor(["check", str(p), "--output", report], environment) for name, p in runs.items()}


def first_findings(path: Path) -> FirstFindings:
    """Audit a story in a fresh process and note when its paragraphs arrive."""
    began = time.perf_counter()
    arrivals = []
    with subprocess.Popen([sys.executable, "-c", _STREAM, str(path)], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            arrivals.append((time.perf_counter() - began, int(line)))
    end = time.perf_counter() - began
    found = [when for when, findings in arrivals if findings]
    return FirstFindings(arrivals[0][0], found[0] if found else end, end)


def load() -> list[float] | None:
    """Return how busy the machine is (1, 5 and 15 minutes), None where the system does not tell it."""
    return list(os.getloadavg()) if hasattr(os, "getloadavg") else None
