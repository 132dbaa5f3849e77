"""One way for the tests of this folder to ask a mechanism what it proposes."""

from __future__ import annotations

from types import ModuleType

from auditor import segment
from auditor.signals import document_knowledge
from auditor.values import Candidate, Measurements


def candidates(mechanism: ModuleType, text: str) -> list[Candidate]:
    """Ask `mechanism` about every sentence of `text`, without any model's measurements."""
    document = segment.document(text, name="test")
    measurements = Measurements(document, document_knowledge.measure(document))
    return [candidate for sentence in document.sentences for candidate in mechanism.propose(sentence, measurements)]


def repairs(mechanism: ModuleType, text: str) -> list[tuple[str, str]]:
    """Return what `mechanism` would put in place of what, in the order of the text."""
    return [(candidate.span.of(text), candidate.replacement) for candidate in candidates(mechanism, text)]
