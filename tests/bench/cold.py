"""Cold starts: whole programs, clocked from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_STREAM = """
import sys, auditor
for paragraph, findings in auditor.Auditor().stream(auditor.read(sys.argv[1])):
    print(len(findings), flush=True)
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


def auditor(arguments: Sequence[str]) -> Run:
    """Run `auditor` with arguments, its output thrown away."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"auditor {' '.join(arguments)} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


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
