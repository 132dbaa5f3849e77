"""One story from its file to its scores: read, paired with its source, audited, reviewed, scored.

`auditor check` does this for each file that it is given, `auditor batch` for each story that it finds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from auditor.errors import InputError
from auditor.protocols import Embedder
from auditor.readers import files, tables
from auditor.readers.tables import Columns, Row
from auditor.review import apply, baseline
from auditor.review.apply import Policy
from auditor.values import Audit, Document, Finding, FinishedParagraph, Found, Settings


class Auditing(Protocol):
    """What the workflow asks of an auditor; see `auditor.pipeline.Auditor`."""

    @property
    def signature(self) -> str:
        """Everything that changes a number."""

    @property
    def embedder(self) -> Embedder:
        """The encoder that pairs a text with its source."""

    def stream(self, document: Document) -> Iterator[FinishedParagraph]:
        """Yield each paragraph with what is found in it, in the order of the text."""

    def conclude(self, document: Document, found: Found) -> Audit:
        """Score a document by all that was found in it."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What a story was translated from: a file by its name, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Story:
    """A story that can travel to another process: the bytes of a file, the rows of a table, or why there is neither.

    `source` is what it was translated from, where that is a file of its own; `columns` are those of a table, where they
    are named.
    """

    name: str
    data: bytes = b""
    rows: tuple[Row, ...] = ()
    refusal: str = ""
    input_format: str = ""
    source: SourceFile | None = None
    columns: Columns = field(default_factory=Columns)

    @property
    def content(self) -> str:
        """A hash of what is to be audited."""
        digest = hashlib.sha256(self.data)
        digest.update(self.input_format.encode())
        for row in self.rows:
            digest.update(repr((row.text, row.source)).encode())
        if self.source:
            digest.update(repr(self.source.name).encode())
            digest.update(self.source.data)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how an audit comes on.

    `report` is called with what is being done, how many words are done and how many there are; `wants_findings` tells
    whether `show` is to be called now, with the document and what is reported of the paragraphs that are finished.
    """

    report: Callable[[str, int, int], None]
    wants_findings: Callable[[], bool]
    show: Callable[[Document, Sequence[Finding]], None]


def audit(story: Story, auditor: Callable[[], Auditing], policy: Policy, watcher: Watcher | None = None) -> Audit:
    """Read, pair, audit, review and score a story, each of it once.

    Args:
        story: what is to be audited.
        auditor: gives the auditor; it is called when the story could be read, as models are loaded for it.
        policy: the organisation's.
        watcher: who is told on the way.

    Raises:
        InputError: the story or its source cannot be read, or the two cannot be aligned.
        ModelError: a model is missing or damaged.
    """
    document = read(story)
    suppressions = baseline.inline_suppressions(document)
    source = files.source(story.source.data, name=story.source.name) if story.source else None
    if source:
        if watcher:
            watcher.report("pairing the text with its source", 0, 0)
        document = pair(document, source, auditor())
    parts: list[Found] = []
    for finished in auditor().stream(document):
        parts.append(finished.found)
        if watcher and watcher.wants_findings():
            end = finished.paragraph.span.end
            so_far = apply.review(document, Found.joined(parts).findings, policy, suppressions=suppressions).findings
            watcher.show(document, [each for each in so_far if each.span.end <= end and not each.is_doubt])
    found = Found.joined(parts)
    reviewed = apply.review(document, found.findings, policy, suppressions=suppressions)
    scored = auditor().conclude(document, replace(found, findings=reviewed.findings))
    return replace(scored, signature=scored.signature + policy.signature, notes=(*scored.notes, *reviewed.notes))


def read(story: Story) -> Document:
    """Read a story.

    Raises:
        InputError: it cannot be read.
    """
    if story.refusal:
        raise InputError(story.refusal)
    if story.rows:
        return tables.document(story.rows, name=story.name)
    return files.parse(story.data, name=story.name, input_format=story.input_format, columns=story.columns)


def pair(document: Document, source: Document, auditor: Auditing) -> Document:
    """Return the document with each of its sentences given the part of the source that it translates.

    Raises:
        InputError: the two cannot be aligned, or the document knows its sources.
        ModelError: the encoder is missing or damaged.
    """
    from auditor.alignment import attach_source  # with it comes numpy

    if any(sentence.source is not None for sentence in document.sentences):
        raise InputError(f"{document.name} brings its own source along; leave out the other.")
    return attach_source.attach(document, source, auditor.embedder)


def with_source(
    document: Document,
    source: str | Path,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
) -> Document:
    """Return the document with its sentences paired with those of what it was translated from.

    Args:
        document: what will be audited.
        source: the source as a string, or its file as a `pathlib.Path`.
        settings: where the encoder runs.

    Raises:
        InputError: the source cannot be read, the two cannot be aligned, or the document knows its sources.
        ModelError: the encoder is missing or damaged.
    """
    from auditor.pipeline import Auditor  # the models' libraries come with it

    if isinstance(source, Path):
        found = files.source(files.load(str(source)), name=str(source))
    else:
        found = files.source(source.encode(), name="the source")
    return pair(document, found, Auditor(settings))
