"""What a batch leaves on disk for each story: its two reports, and last of all its shard, which says that it is done.

A shard's name is made of the story's name, its content and the signature of the audit, so that a run that was killed
goes on where it was, and a story that changed is audited again. Every file is written beside its place and moved there,
which is one step: at no moment is there half a file under a final name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import regex

from auditor import atomic_write
from auditor.errors import AuditorError
from auditor.reports import html, rows
from auditor.reports import json as report
from auditor.reports.rows import FindingRow
from auditor.values import Audit

SHARDS = "shards"
REPORTS = "stories"
_SLUG = regex.compile(r"[^\p{L}\p{N}._-]+")


@dataclass(frozen=True, slots=True)
class Summary:
    """What the batch's own pages say of a story; `report` is the name of its reports without ending.

    `clear_paragraphs` is how many of the paragraphs nothing was found in.
    """

    name: str
    content: str
    signature: str
    report: str
    score: float
    low: float
    high: float
    words: int
    paragraphs: int
    clear_paragraphs: int
    worst: float
    kinds: Mapping[str, int]
    severities: Mapping[str, int]
    findings: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A story's reports and summary, or why it failed."""

    name: str
    failure: str = ""
    page: bytes = b""
    data: bytes = b""
    summary: Summary | None = None
    rows: tuple[FindingRow, ...] = ()


def outcome(name: str, content: str, audit: Audit, *, signature: str) -> Outcome:
    """Write the reports of an audited story.

    Args:
        name: the story's.
        content: the hash of all that was audited.
        audit: the story's; its own signature tells of its sources too.
        signature: that of the run, the same for all of its stories.
    """
    found = tuple(rows.findings(audit))
    low, high = audit.interval
    summary = Summary(
        name=name,
        content=content,
        signature=signature,
        report=slug(name),
        score=round(audit.score, 2),
        low=round(low, 2),
        high=round(high, 2),
        words=len(audit.document.words),
        paragraphs=len(audit.paragraphs),
        clear_paragraphs=sum(not paragraph.findings for paragraph in audit.paragraphs),
        worst=round(min((paragraph.score for paragraph in audit.paragraphs), default=100.0), 2),
        kinds=_counted(row.kind for row in found),
        severities=_counted(row.severity for row in found),
        findings=len(found),
    )
    return Outcome(name, page=html.render(audit), data=report.render(audit), summary=summary, rows=found)


def slug(name: str) -> str:
    """Return a file name for a story's reports: readable, valid everywhere, and its own."""
    readable = _SLUG.sub("-", name).strip("-.")[-60:].lstrip("-.")
    return f"{readable or 'story'}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}"


def key(name: str, content: str, signature: str) -> str:
    """Return the name of a story's shard."""
    parts = "\0".join((name, content, signature))
    return hashlib.sha256(parts.encode(errors="surrogateescape")).hexdigest()[:32]


class Store:
    """The output folder of a batch."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where it is missing, and clear away what a killed run left half-written."""
        self.folder = folder
        try:
            for part in (folder, folder / SHARDS, folder / REPORTS):
                part.mkdir(parents=True, exist_ok=True)
                for left in part.glob(f"{atomic_write.BESIDE}*"):
                    left.unlink()
        except OSError as error:
            raise AuditorError(f"the folder {folder} cannot be written to: {error.strerror or error}.") from error

    def has(self, name: str) -> bool:
        """Tell whether the shard called `name` and its reports are there."""
        summary = self.load(name)
        return summary is not None and all(path.is_file() for path in self._reports(summary.report))

    def load(self, name: str) -> Summary | None:
        """Return the summary in a shard, None when there is none or it is no shard of this version."""
        try:
            return Summary(**self._read(name)["summary"])
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def rows(self, name: str) -> tuple[FindingRow, ...]:
        """Return the findings in a shard."""
        return tuple(FindingRow(*row) for row in self._read(name)["rows"])

    def all(self) -> Iterator[tuple[str, Summary]]:
        """Yield every shard with its name."""
        for path in sorted((self.folder / SHARDS).glob("*.json")):
            summary = self.load(path.stem)
            if summary is not None:
                yield path.stem, summary

    def keep(self, outcome: Outcome) -> str:
        """Write a story's reports, then its shard; return the shard's name."""
        summary = outcome.summary
        if summary is None:
            raise ValueError(f"a story that failed has no shard: {outcome.name}")
        page, data = self._reports(summary.report)
        atomic_write.write(page, outcome.page)
        atomic_write.write(data, outcome.data)
        name = key(summary.name, summary.content, summary.signature)
        content = {"summary": asdict(summary), "rows": outcome.rows}
        shard = json.dumps(content, ensure_ascii=False, sort_keys=True)
        atomic_write.write(self.folder / SHARDS / f"{name}.json", shard.encode(errors="backslashreplace"))
        return name

    def forget_all_but(self, names: Iterable[str]) -> None:
        """Delete shards and reports of stories that are no longer part of the batch."""
        kept = set(names)
        reports: set[Path] = set()
        for name, summary in list(self.all()):
            if name in kept:
                reports.update(self._reports(summary.report))
            else:
                (self.folder / SHARDS / f"{name}.json").unlink()
        for path in (self.folder / REPORTS).iterdir():
            if path not in reports and path.suffix in {html.SUFFIX, report.SUFFIX}:
                path.unlink()

    def _read(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / SHARDS / f"{name}.json").read_bytes())
        return content

    def _reports(self, name: str) -> tuple[Path, Path]:
        folder = self.folder / REPORTS
        return folder / f"{name}{html.SUFFIX}", folder / f"{name}{report.SUFFIX}"


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
