"""One way for the tests of this folder to ask a mechanism what it proposes."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from auditor.signals import quality_estimation
from auditor.text import document_context, language_id, segmentation
from auditor.values import Candidate, Document, Measurements


def document_of(mechanism: ModuleType, text: str) -> Document:
    """Segment one of a mechanism's own cases; its source goes with it where the mechanism compares with one."""
    document = segmentation.document(text, name="case")
    source = getattr(mechanism, "SOURCES", {}).get(text)
    if source is None:
        return document
    paired = quality_estimation.with_source(document, [source] * len(document.paragraphs))
    return replace(paired, source_language=language_id.guess(" ".join(mechanism.SOURCES.values())))


def candidates(mechanism: ModuleType, text: str) -> list[Candidate]:
    """Ask `mechanism` about every sentence of `text`, without any model's measurements."""
    document = segmentation.document(text, name="test")
    measurements = Measurements(document, document_context.measure(document))
    return [candidate for sentence in document.sentences for candidate in mechanism.propose(sentence, measurements)]


def repairs(mechanism: ModuleType, text: str) -> list[tuple[str, str]]:
    """Return what `mechanism` would put in place of what, in the order of the text."""
    return [(candidate.span.of(text), candidate.replacement) for candidate in candidates(mechanism, text)]
