"""A file of decisions: a baseline file that also holds the corrections that an editor chose.

The page of an HTML report lets an editor download it. `auditor check --baseline` takes it for the dismissed findings in
its list "accepted", `auditor fix --decisions` for the list "corrections", too. Each correction names a finding by
content, as in a baseline, with its exact words, where they stood (code points of the audited text) and what is to stand
there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import InputError, SettingsError
from auditor.review import baseline, fingerprints
from auditor.review.baseline import Accepted, is_same_file
from auditor.review.fingerprints import Fingerprint
from auditor.text.edits import Correction
from auditor.values import Document, Finding, Kind, Severity, Span

_TEXTS = ("document", "kind", "text", "before", "after", "words", "wording")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A wording that an editor chose for a finding of a document.

    `words` are those of the finding as they stood, `start` is the offset at which they did.
    """

    document: str
    fingerprint: Fingerprint
    words: str
    start: int
    wording: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """Findings that were dismissed, and wordings that were chosen."""

    dismissed: tuple[Accepted, ...]
    chosen: tuple[Chosen, ...]

    def about(self, name: str, kinds: Collection[Kind]) -> Decisions:
        """Return those about the document called `name`, and of these kinds unless none is named.

        Raises:
            InputError: the file is about other documents.
        """
        own = Decisions(
            tuple(item for item in self.dismissed if is_same_file(item.document, name)),
            tuple(item for item in self.chosen if is_same_file(item.document, name)),
        )
        others = sorted({item.document for item in self.dismissed} | {item.document for item in self.chosen})
        if others and not own.dismissed and not own.chosen:
            raise InputError(f"no decision is about {name}; they are about {', '.join(others)}.")
        return Decisions(
            tuple(item for item in own.dismissed if not kinds or item.fingerprint.kind in kinds),
            tuple(item for item in own.chosen if not kinds or item.fingerprint.kind in kinds),
        )


def load(path: Path) -> Decisions:
    """Read a file of decisions; a baseline is one without corrections.

    Raises:
        SettingsError: it cannot be read, or an entry is not as it should be.
    """
    dismissed = baseline.load(path)
    entries = json.loads(path.read_bytes()).get("corrections", [])
    if not isinstance(entries, list):
        raise SettingsError(f"in {path}, 'corrections' must be a list; export the decisions again.")
    chosen = tuple(_entry(entry, f"{path}, correction {number}") for number, entry in enumerate(entries, start=1))
    return Decisions(dismissed, chosen)


def added(path: Path, dismissed: Iterable[Accepted]) -> bytes:
    """Return a baseline or a file of decisions with more dismissals in it; corrections that it holds stay.

    Raises:
        SettingsError: the file is there, and cannot be read.
    """
    before = load(path) if path.exists() else Decisions((), ())
    written = baseline.dump({*before.dismissed, *dismissed})
    if not before.chosen:
        return written
    content = json.loads(written)
    content["corrections"] = json.loads(path.read_bytes())["corrections"]
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def locate(document: Document, chosen: Chosen) -> Correction | None:
    """Return the correction where its words stand now; None where they are gone, changed, or stand there twice."""
    here = Span(chosen.start, chosen.start + len(chosen.words))
    if _is_of(document, here, chosen):
        return Correction(here, chosen.wording)
    same: list[Span] = []
    start = document.text.find(chosen.words)
    while start >= 0 and len(same) < 2:
        span = Span(start, start + len(chosen.words))
        if _is_of(document, span, chosen):
            same.append(span)
        start = document.text.find(chosen.words, start + 1)
    return Correction(same[0], chosen.wording) if len(same) == 1 else None


def _is_of(document: Document, span: Span, chosen: Chosen) -> bool:
    """Tell whether a finding with this range would be the one that was decided."""
    if span.of(document.text) != chosen.words:
        return False
    finding = Finding(span, Kind(chosen.fingerprint.kind), Severity.MINOR, 0.0, "", "")
    return fingerprints.take(document, [finding])[0] == chosen.fingerprint


def _entry(entry: Any, where: str) -> Chosen:  # noqa: ANN401 (JSON)
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in _TEXTS):
        raise SettingsError(f"{where} must have the text fields {', '.join(_TEXTS)}.")
    kind, text, before, after = (entry[name] for name in ("kind", "text", "before", "after"))
    if kind not in set(Kind):
        raise SettingsError(f"{where} is of a kind that auditor does not know: {kind}.")
    start = entry.get("start")
    if not isinstance(start, int) or not entry["words"]:
        raise SettingsError(f"{where} must say where its words stand ('start') and what they are ('words').")
    return Chosen(entry["document"], Fingerprint(kind, text, before, after), entry["words"], start, entry["wording"])
