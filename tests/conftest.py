"""One obvious fixture a thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from auditor.text import segmentation
from auditor.values import Audit, Document, Finding, Kind, ParagraphAudit, Severity, Span
from tests import data_pack

# Nothing is timed: a machine that is busy is not wrong.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

_STORY = """Ferry talks resume

The ministers will meet on Thursday to hear a rather sensible operator, and in May shell pay the mayors.
We are ready to listen at the unions, she said. Prices of of tickets rose.

The boats carry 8,000 people <each> week & “nobody” complains.
"""


def _at(words: str) -> Span:
    start = _STORY.index(words)
    return Span(start, start + len(words))


@pytest.fixture
def document() -> Document:
    """A story of three paragraphs with errors, quotation marks and characters that HTML must escape."""
    return segmentation.document(_STORY, name="ferry.txt", notes=("read as windows-1252, because it is not UTF-8",))


@pytest.fixture
def audit(document: Document) -> Audit:
    """An audit put together by hand: nested findings, a deletion, no suggestion, a place inside quotation marks."""
    first, second, third, fourth = (paragraph.span for paragraph in document.paragraphs)
    return Audit(
        document=document,
        score=52.5,
        interval=(41.25, 66.0),
        paragraphs=(
            ParagraphAudit(first, 100.0, (86.5, 100.0), (), _DOUBTS, sound=0.93),
            ParagraphAudit(second, 31.0, (18.0, 52.0), _SECOND, rest=1.2, sound=0.04),
            ParagraphAudit(third, 48.0, (30.0, 75.0), _THIRD),
            ParagraphAudit(fourth, 97.0, (90.0, 100.0), _FOURTH),
        ),
        signature="auditor:0.1.0|fluency:tiny:bf16|min-confidence:0.50",
        notes=document.notes,
    )


_DOUBTS = (
    Finding(
        span=_at("resume"),
        kind=Kind.MISTRANSLATION,
        severity=Severity.MINOR,
        probability=0.21,
        mechanism="quality-estimation",
        message="“resume” may be a wrong translation",
        suggestions=("continue",),
        is_doubt=True,
    ),
)
_SECOND = (
    Finding(
        span=_at("sensible"),
        kind=Kind.MISTRANSLATION,
        severity=Severity.MAJOR,
        probability=0.934,
        mechanism="false-friends",
        message="“sensible” may be a false friend for “sensitive”",
        suggestions=("sensitive", "touchy"),
        evidence=("The text reads much better as “sensitive”.", "The back-translation keeps the meaning."),
        cost=13.0,
    ),
    Finding(
        span=_at("shell pay"),
        kind=Kind.GRAMMAR,
        severity=Severity.CRITICAL,
        probability=0.99,
        mechanism="contractions",
        message="“shell pay” may be “she’ll” without its apostrophe",
        suggestions=("she’ll pay",),
        evidence=("The text reads much better as “she’ll pay”.",),
        cost=26.5,
    ),
)
_THIRD = (
    Finding(
        span=_at("We are ready to listen at the unions,"),
        kind=Kind.PUNCTUATION,
        severity=Severity.MINOR,
        probability=0.71,
        mechanism="lost-quotation-marks",
        message="“We are ready to listen at the unions,” may be direct speech without its quotation marks",
        suggestions=("“We are ready to listen at the unions,”",),
        cost=0.25,
    ),
    Finding(
        span=Span(_at("at the unions").start, _at("at the unions").start + 2),
        kind=Kind.GRAMMAR,
        severity=Severity.MINOR,
        probability=0.6,
        mechanism="wrong-function-words",
        message="“at” may be the wrong word",
        suggestions=("to",),
        cost=1.75,
    ),
    Finding(
        span=_at("of of"),
        kind=Kind.GRAMMAR,
        severity=Severity.MAJOR,
        probability=0.5,
        mechanism="repetitions",
        message="“of of” may be a word written twice",
        suggestions=("of", ""),
        cost=5.0,
    ),
)
_FOURTH = (
    Finding(
        span=_at("nobody"),
        kind=Kind.AWKWARD,
        severity=Severity.MINOR,
        probability=0.52,
        mechanism="round-trip",
        message="“nobody” may be awkward; it stands inside a quotation, so check the tape before changing it",
        in_quotation=True,
        cost=1.0,
    ),
)


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the tests remember in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def few_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data pack of few documents, some of which are kept apart for measuring."""
    if not data_pack.PACK.is_dir():
        pytest.skip("the data pack is not beside the checkout")
    return data_pack.copy_few(tmp_path_factory.mktemp("data"))
