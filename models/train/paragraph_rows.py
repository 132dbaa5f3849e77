"""What is known of each paragraph of the labelled documents, by a detector that has not seen its story: a line each.

`models.train.fit_detector` writes them beside what it read; `models.train.fit_score` fits the score on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from auditor import scoring
from auditor.detection import suspicion
from auditor.detection.candidate_spans import DetectorInput, candidate_spans
from auditor.detection.messages import report
from auditor.values import Finding, Paragraph
from models.train.cross_fitted import CrossFitted

FILE = "paragraphs.jsonl"


@dataclass(frozen=True, slots=True)
class ParagraphRow:
    """A paragraph of a version of a document.

    `number` counts the document's paragraphs from 0, of which there are `paragraphs`. `suspicions` are its words'
    (percent), `of_document` is the mean of all words of its document. `points` are what its findings are expected to
    count, `chances` theirs of being errors. `surprisal` is the mean of its words' (nats), for comparison. `errors` is
    the share of raters who marked something in it, summed over what they marked.
    """

    document: str
    origin: str
    story: str
    fold: int
    sources: str
    number: int
    paragraphs: int
    suspicions: tuple[float, ...]
    of_document: float
    points: float
    chances: tuple[float, ...]
    surprisal: float
    errors: float

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.suspicions)


def write(documents: Sequence[CrossFitted], file: Path) -> None:
    """Write a line for each paragraph with a word, of all documents whose sources are their own or lost."""
    with file.open("w") as stream:
        for each in documents:
            if each.table.sources != "shuffled":
                for row in _rows(each):
                    stream.write(json.dumps(asdict(row)) + "\n")


def read(file: Path) -> list[ParagraphRow]:
    """Read what was written."""
    found: list[ParagraphRow] = []
    for line in file.open():
        fields = json.loads(line)
        lists = {name: tuple(fields[name]) for name in ("suspicions", "chances")}
        found.append(ParagraphRow(**{**fields, **lists}))
    return found


def _rows(each: CrossFitted) -> Iterator[ParagraphRow]:
    labelled, measurements = each.table.collected.labelled, each.table.measurements
    document = measurements.document
    given = each.given
    findings = _findings(given, each)
    starts = [word.span.start for word in document.words]
    chances = suspicion.of_words(given, each.uncalibrated, each.parameters)
    suspected = dict(zip(starts, map(suspicion.percent, chances), strict=True))
    for number, paragraph in enumerate(document.paragraphs):
        words = [word for sentence in paragraph.sentences for word in sentence.words]
        if not words:
            continue
        own = [finding for finding in findings if _begins_in(finding.span.start, paragraph)]
        yield ParagraphRow(
            document=labelled.name,
            origin=labelled.origin,
            story=labelled.story,
            fold=each.table.fold,
            sources=each.table.sources,
            number=number,
            paragraphs=len(document.paragraphs),
            suspicions=tuple(suspected[word.span.start] for word in words),
            of_document=sum(suspected.values()) / len(suspected),
            points=scoring.expected_points(own),
            chances=tuple(finding.probability for finding in own),
            surprisal=sum(measurements.surprisals.get(word.span.start, 0.0) for word in words) / len(words),
            errors=sum(share for start, _, share in labelled.errors if _begins_in(start, paragraph)),
        )


def _findings(given: DetectorInput, each: CrossFitted) -> list[Finding]:
    """Return what is reported of a document at the default threshold."""
    found: list[Finding] = []
    for span in candidate_spans(given, each.uncalibrated, each.parameters, tagging=True):
        if span.probability >= each.parameters.minimum_probability:
            found.append(report(span, given))
    return found


def _begins_in(start: int, paragraph: Paragraph) -> bool:
    return paragraph.span.start <= start < paragraph.span.end
