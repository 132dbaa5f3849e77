"""Suspicion: the chances of words that nothing is reported of."""

from __future__ import annotations

from dataclasses import replace

from auditor.detection import detector, suspicion
from auditor.detection.candidate_spans import DetectorInput
from auditor.values import Numbers, Per, Span
from tests.detection.small_detector import PARAMETERS, measurements, repair


def _measured(minimum: float) -> tuple[Numbers, DetectorInput]:
    given = DetectorInput.whole(measurements(), [repair("politic", "policy", 9.0)])
    return suspicion.measure(given, replace(PARAMETERS, minimum_probability=minimum)), given


def test_what_is_not_reported_is_suspected_by_its_chance() -> None:
    """Each word has the chance that the evaluation is told, in percent."""
    numbers, given = _measured(1.0)
    expected = detector.word_probabilities(given, PARAMETERS)

    assert numbers.per is Per.WORD
    assert list(numbers.values) == [word.span.start for word in given.words]
    assert list(numbers.values.values()) == [round(100 * chance, 1) for chance in expected]


def test_a_finding_speaks_for_its_words() -> None:
    """Where something is reported at the default threshold there is no suspicion left, elsewhere all of it."""
    (alone, given), (reported, _) = _measured(1.0), _measured(0.5)
    text = given.measurements.document.text
    at = text.index("politic")

    assert alone.values[at] > 50
    assert reported.values[at] == 0.0


def test_a_passage_has_the_words_that_begin_in_it() -> None:
    """A sentence that reaches beyond the passage is in two of them, its words each in one."""
    _, given = _measured(1.0)
    middle = given.words[3].span.start
    length = len(given.measurements.document.text)
    halves = [replace(given, within=span) for span in (Span(0, middle), Span(middle, length))]
    first, second = (list(suspicion.measure(half, PARAMETERS).values) for half in halves)

    assert [*first, *second] == [word.span.start for word in given.words]
