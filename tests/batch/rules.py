"""A small real auditor for batches: the list of false friends without the models that price them.

As a program it runs a batch, so that tests can kill it: python -m tests.batch.rules OUT JOBS IN...
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor import batch, scoring
from auditor.batch import Options
from auditor.engines import factory
from auditor.protocols import Embedder
from auditor.repairs.rules import false_friends
from auditor.text import document_context
from auditor.values import Audit, Document, Finding, FinishedParagraph, Found, Measurements, Settings


@dataclass(frozen=True, slots=True)
class RuleAuditor:
    """Flags every word of the list, with the first replacement."""

    settings: Settings

    @property
    def signature(self) -> str:
        return f"rules:1|min-confidence:{self.settings.minimum_probability or 0:.2f}"

    @property
    def embedder(self) -> Embedder:
        return factory.load_embedder(self.settings)

    def stream(self, document: Document) -> Iterator[FinishedParagraph]:
        if "raise an error" in document.text:
            raise ZeroDivisionError("the story asked for it")
        findings = sorted(self._findings(document), key=lambda finding: finding.span)
        for paragraph in document.paragraphs:
            inside = tuple(finding for finding in findings if paragraph.span.contains(finding.span))
            yield FinishedParagraph(paragraph, Found(inside))

    def conclude(self, document: Document, found: Found) -> Audit:
        penalties = self.settings.penalties or None
        score, interval, paragraphs = scoring.score(document, found.findings, penalties=penalties)
        own = "|sources:1" if any(sentence.source for sentence in document.sentences) else ""
        return Audit(document, score, interval, paragraphs, self.signature + own, document.notes)

    def _findings(self, document: Document) -> Iterator[Finding]:
        measurements = Measurements(document, document_context.measure(document))
        for sentence in document.sentences:
            seen = set()
            for found in false_friends.propose(sentence, measurements):
                if found.span not in seen:
                    seen.add(found.span)
                    message = f"“{found.span.of(document.text)}” {found.reason}"
                    yield Finding(
                        found.span, found.kind, found.severity, 0.5, found.mechanism, message, (found.replacement,)
                    )


def build(settings: Settings) -> RuleAuditor:
    """Build the auditor in whatever process."""
    return RuleAuditor(settings)


@dataclass(frozen=True, slots=True)
class EndlessAuditor(RuleAuditor):
    """Never comes to an end with a story."""

    def stream(self, document: Document) -> Iterator[FinishedParagraph]:
        threading.Event().wait()
        return RuleAuditor.stream(self, document)


def build_that_never_ends(settings: Settings) -> EndlessAuditor:
    """Build the auditor that has to be interrupted."""
    return EndlessAuditor(settings)


def build_that_dies(settings: Settings) -> RuleAuditor:
    """End the process at once, as the system does when memory is short."""
    del settings
    os._exit(9)


if __name__ == "__main__":
    out, jobs, *inputs = sys.argv[1:]
    endless = "--endless" in inputs
    if endless:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits that it is ignored
    names = [name for name in inputs if name != "--endless"]
    chosen = build_that_never_ends if endless else build
    batch.run(names, Path(out), options=Options(jobs=int(jobs), build=chosen))
