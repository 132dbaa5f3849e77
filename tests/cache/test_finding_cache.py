"""What was found in a passage before: when it is used again, and when not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from auditor.cache.cached_engines import ResultCache
from auditor.cache.finding_cache import FindingCache
from auditor.cache.sqlite_store import Store
from auditor.signals import quality_estimation
from auditor.text import document_context, segmentation
from auditor.values import Document, Finding, Found, Kind, Measurements, Numbers, Per, Severity, Span

NEAR = "The mayor met Lee. “We hope so,” Lee said."
STORY = f"{'The end. ' * 15}He met Ann.\n\nNothing happened.\n\n{NEAR}\n\nNobody came.\n\nLee left the town."
Change = Callable[[str], str]


@dataclass
class _Passage:
    """Stands for the paragraph `NEAR` of a document."""

    span: Span
    fingerprint: str = "as it was"


@dataclass
class _Judge:
    """Marks the first word of the passage's sentence, and asks how often two words come."""

    asked: list[Document] = field(default_factory=list)

    def __call__(self, context: Measurements) -> Found:
        self.asked.append(context.document)
        of = context.knowledge
        start = context.document.text.index(NEAR)
        numbers = f"{of.names.get('Lee')} {of.counts.get('town', 0)} {of.rough_counts.get('the')}"
        message = f"{numbers} {'Kim' in of.names} {'Ann' in of.names} {of.full_names.get('Joe Kay')}"
        finding = Finding(
            Span(start, start + 3), Kind.NAME, Severity.MAJOR, 1 / 3, "names", message, ("A", ""), ("Why not.",)
        )
        numbers_shown = {"length": Numbers("words", Per.SENTENCE, {start: 4.5})}
        return Found((finding, replace(finding, suggestions=(), in_quotation=True)), numbers_shown)


@pytest.fixture
def cache(tmp_path: Path) -> FindingCache:
    return FindingCache(ResultCache(Store(tmp_path), engine="a detector", device="cpu"))


def _ask(cache: FindingCache, judge: _Judge, document: Document, *, fingerprint: str = "as it was") -> Found:
    start = document.text.index(NEAR)
    span = Span(start, start + len(NEAR))
    known = Measurements(document, document_context.measure(document)).around(span)
    return cache.get_or_compute(_Passage(span, fingerprint), known, judge)  # type: ignore[arg-type]


def _story(text: str = STORY) -> Document:
    return segmentation.document(text, name="story")


def test_an_unchanged_passage_is_judged_once(cache: FindingCache) -> None:
    """What is remembered is what was found, to the last field."""
    judge = _Judge()

    first, again = (_ask(cache, judge, _story()) for _ in range(2))

    assert first == again == _Judge()(Measurements(_story(), document_context.measure(_story())))
    assert len(judge.asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("The end.", "A very long end.", 1),
        lambda text: text + "\n\nThe mayor hopes for rain.",
        lambda text: text + "\n\nSoon Ann went.",
        lambda text: "More of it.\n\n" + text,
    ],
)
def test_what_happens_elsewhere_undoes_nothing(cache: FindingCache, change: Change) -> None:
    """Findings move with their passage, and words that nobody asked for may come more often."""
    judge = _Judge()
    _ask(cache, judge, _story())
    document = _story(change(STORY))

    found = _ask(cache, judge, document)

    assert len(judge.asked) == 1
    assert [finding.span.of(document.text) for finding in found.findings] == ["The", "The"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("Nothing happened.", "Nothing has happened."),  # the paragraph beside it
        lambda text: text + "\n\nSoon Lee went.",  # a name that comes once more
        lambda text: text.replace("left the town", "left"),  # a word that comes once less
        lambda text: text + "\n\nHe saw Kim.",  # a name that was not there
        lambda text: text + "\n\nHe met Joe Anne Kay.",  # a full name
        lambda text: text + "\n\nThe end." * 5,  # a word that comes clearly more often
        lambda text: text + "\n\nI said so. I know it. I went. I saw. I left. I came. I think.",  # the writer's voice
        lambda text: text + "\n\nThe mayor’s hat. The mayor’s coat.",  # the apostrophe that the document writes
    ],
)
def test_findings_fall_with_what_they_rest_on(cache: FindingCache, change: Change) -> None:
    """The paragraphs beside the passage, what was asked of the rest, and the document's habits."""
    judge = _Judge()
    _ask(cache, judge, _story())
    document = _story(change(STORY))

    found = _ask(cache, judge, document)

    assert len(judge.asked) == 2
    assert found == _ask(FindingCache(None), _Judge(), document)
    assert _ask(cache, judge, document) == found
    assert len(judge.asked) == 2


def test_another_reading_or_source_has_its_own_findings(cache: FindingCache) -> None:
    """The passage's fingerprint tells what the language model saw; sources are seen as well."""
    judge = _Judge()
    document = _story()
    _ask(cache, judge, document)
    _ask(cache, judge, document, fingerprint="read otherwise")
    _ask(cache, judge, quality_estimation.with_source(document, ["Quelle"] * len(document.paragraphs)))

    assert len(judge.asked) == 3


def test_nobody_asks_for_everything(cache: FindingCache) -> None:
    """A judge that went through all names would rest on all of them: it is refused."""

    def greedy(context: Measurements) -> Found:
        raise AssertionError(sorted(context.knowledge.names))

    with pytest.raises(TypeError, match="word by word"):
        _ask(cache, greedy, _story())  # type: ignore[arg-type]


def test_without_a_memory_everything_is_judged() -> None:
    """And what is known comes as it is."""
    judge = _Judge()
    forgetful = FindingCache(None)

    assert _ask(forgetful, judge, _story()) == _ask(forgetful, judge, _story())
    assert len(judge.asked) == 2
