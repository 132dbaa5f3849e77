"""One line a run: how the copy as a whole did, kept in the output folder so that runs can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from auditor import atomic_write
from auditor.batch.shards import Summary

FILE = "history.json"


@dataclass(frozen=True, slots=True)
class Run:
    """A run, called by its label; `score` is the mean over words, `per_thousand` findings per 1,000 words."""

    label: str
    stories: int
    failed: int
    words: int
    findings: int
    score: float
    per_thousand: float
    kinds: Mapping[str, int]


def measure(label: str, summaries: Sequence[Summary], *, failed: int) -> Run:
    """Sum up a run."""
    words = sum(summary.words for summary in summaries)
    found = sum(summary.findings for summary in summaries)
    kinds: dict[str, int] = {}
    for summary in summaries:
        for kind, number in summary.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + number
    return Run(
        label=label,
        stories=len(summaries),
        failed=failed,
        words=words,
        findings=found,
        score=round(sum(summary.score * summary.words for summary in summaries) / words, 3) if words else 100.0,
        per_thousand=round(1000 * found / words, 3) if words else 0.0,
        kinds=dict(sorted(kinds.items())),
    )


def record(folder: Path, run: Run) -> list[Run]:
    """Add the run to the folder's history, in the place of one with its label, and return all, oldest first."""
    runs = [old for old in load(folder) if old.label != run.label]
    runs.append(run)
    content = json.dumps([asdict(item) for item in runs], ensure_ascii=False, indent=1)
    atomic_write.write(folder / FILE, content.encode(errors="backslashreplace"))
    return runs


def load(folder: Path) -> list[Run]:
    """Return the folder's history; one that cannot be read is begun anew."""
    try:
        return [Run(**item) for item in json.loads((folder / FILE).read_bytes())]
    except (FileNotFoundError, ValueError, TypeError):
        return []
