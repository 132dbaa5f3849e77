"""What the post-editor would do lies on the words it is said of, and becomes candidates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.protocols import Excerpt, Passage
from auditor.repairs.model_proposed import post_edits
from auditor.signals import post_editing
from auditor.text import document_context, segmentation
from auditor.values import Candidate, Kind, Measurements, Span
from tests.signals.suspicious import TEXT, Suspicious


@pytest.fixture
def measured() -> Measurements:
    """The text, post-edited."""
    document = segmentation.document(TEXT, name="test")
    plain = Measurements(document, document_context.measure(document))
    edits = {}
    for sentence in document.sentences:
        start = sentence.span.start
        words = [Span(word.span.start - start, word.span.end - start) for word in sentence.words]
        (edits[start],) = Suspicious().read([sentence.span.of(TEXT)], [words])
    return replace(plain, post_edits=edits)


def _excerpt(measured: Measurements) -> Excerpt:
    passage: Passage = None  # type: ignore[assignment]  # the signal does not look at it
    return Excerpt(passage, measured.document.sentences, lambda _: None)


def _proposed(measured: Measurements) -> list[Candidate]:
    found: list[Candidate] = []
    for sentence in measured.document.sentences:
        found += post_edits.propose(sentence, measured)
    return found


def test_words_in_doubt_get_what_ought_to_stand_there(measured: Measurements) -> None:
    """The article before a word is made to fit; leaving a content word out is not proposed; names are left alone."""
    found = [(candidate.span.of(TEXT), candidate.replacement) for candidate in _proposed(measured)]

    assert found == [
        ("an formation", "a training"),
        ("an formation", "a course"),
        ("goalkeepers", "the goalkeepers"),
        ("at", ""),
        ("at", "to"),
    ]


def test_the_likelier_wording_has_the_greater_prior(measured: Measurements) -> None:
    """Its log-probability counts among the words that may stand there, without leaving the word out."""
    training, course = _proposed(measured)[:2]

    assert 0.0 >= training.prior_nats > course.prior_nats
    assert training.prior_nats - course.prior_nats == pytest.approx(1.0)
    assert training.kind is Kind.MISTRANSLATION


def test_without_a_post_editor_nothing_is_proposed(measured: Measurements) -> None:
    """A user may do without."""
    assert _proposed(replace(measured, post_edits={})) == []


def test_the_signal_asks_once_and_keeps_what_was_known(measured: Measurements) -> None:
    """All sentences of the excerpt are read together, each under its own start."""
    engines = type("Engines", (), {"post_editor": Suspicious()})()
    without = replace(measured, post_edits={})

    found = post_editing.measure(_excerpt(measured), without, engines)

    assert found.post_edits == measured.post_edits


def test_the_signal_needs_a_post_editor(measured: Measurements) -> None:
    """Without one it adds nothing."""
    engines = type("Engines", (), {"post_editor": None})()

    assert post_editing.measure(_excerpt(measured), measured, engines) is measured
