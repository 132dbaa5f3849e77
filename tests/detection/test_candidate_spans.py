"""The places that may be reported: repair spans, tagged spans, and which of those that overlap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.detection import detector
from auditor.detection.candidate_spans import DetectorInput, overlapping_groups
from auditor.detection.parameters import CountedRule
from auditor.values import (
    Kind,
    Settings,
    Severity,
    Span,
)
from tests.detection.small_detector import PARAMETERS, TEXT, found, measurements, repair


def test_tagged_words_are_reported_with_those_neighbours_that_are_nearly_as_suspect() -> None:
    """One finding for a run of suspect words, of the kind and severity of the quality estimate; nothing to suggest."""
    measured = measurements(marked={"talks": 0.9, "ended": 0.8, "good": 0.2})

    (finding,) = found([], measured)

    assert finding.span.of(TEXT) == "talks ended"
    assert (finding.kind, finding.severity) == (Kind.TERMINOLOGY, Severity.MAJOR)
    assert finding.mechanism == "adequacy"
    assert finding.suggestions == ()
    assert finding.probability == pytest.approx(0.9526, abs=1e-4)


def test_a_repair_on_a_tagged_word_is_reported_with_its_probability_unless_it_is_a_guess() -> None:
    """A place is reported once, with a wording where something speaks for it."""
    measured = measurements(marked={"politic": 0.9})
    sure, led, guess = (repair("politic", "policy", value) for value in (30.0, 2.0, 0.1))

    (surest,) = found([sure], measured)
    (supported,) = found([led], measured)
    (alone,) = found([guess], measured)

    assert (surest.suggestions, supported.suggestions, alone.suggestions) == (("policy",), ("policy",), ())
    assert surest.probability > supported.probability == alone.probability


def test_a_tagged_span_beside_a_surer_repair_is_part_of_the_same_error() -> None:
    """What a broken word breaks next to it is not reported again."""
    measured = measurements(marked={"of": 0.9, "ended": 0.9})

    findings = found([repair("politic", "policy", 30.0)], measured)

    assert [finding.span.of(TEXT) for finding in findings] == ["politic", "ended"]


def test_a_sentence_read_in_two_parts_is_reported_once() -> None:
    """Tagged spans stay within what each part reads, though both know the whole sentence."""
    measured = measurements(marked={"politic": 0.9, "talks": 0.9, "ended": 0.8})
    whole = DetectorInput.whole(measured, [])
    middle = TEXT.index("ended")
    parts = [replace(whole, within=within) for within in (Span(0, middle), Span(middle, len(TEXT)))]

    findings = [finding for part in parts for finding in detector.detect(part, PARAMETERS, Settings())]

    assert [finding.span.of(TEXT) for finding in findings] == ["politic", "talks", "ended"]


def test_overlapping_repairs_are_grouped_under_the_most_valuable_one() -> None:
    """A group's rivals overlap its best repair, not each other; a repair of a whole clause is a group of its own."""
    best, beside = repair("politic of", "policy of", 9.0), repair("of the", "from the", 5.0)
    apart, article = repair("talks", "talk", 4.0), repair("the", "a", 3.0)
    clause = repair("the politic of the ministers was good", "“…”", 1.0, mechanism="lost-quotation-marks")

    groups = overlapping_groups([article, clause, apart, beside, best])

    assert groups == [(best, (beside,)), (apart, ()), (article, ()), (clause, ())]


def test_a_clause_hides_nothing_that_is_wrong_inside_it() -> None:
    """Both are reported, although they overlap."""
    clause = repair("the politic of the ministers was good", "“…”", 9.0, mechanism="lost-quotation-marks")

    settings = Settings(minimum_probability=0.0, mechanisms=("inflections", "lost-quotation-marks"))

    findings = found([clause, repair("politic", "policy", 9.0)], measurements(), settings)

    assert [finding.mechanism for finding in findings] == ["lost-quotation-marks", "inflections"]


@pytest.mark.parametrize(("chance", "reported"), [(0.99, "figures"), (0.6, "inflections"), (0.0, "inflections")])
def test_where_a_counted_rule_and_another_meet_the_surer_is_reported(chance: float, reported: str) -> None:
    """The chance of the one is counted, that of the other fitted; their values in nats do not compare."""
    counted = replace(PARAMETERS, counted={"figures": CountedRule(-40.0, {"": chance})})
    repairs = [repair("politic", "two", 90.0, mechanism="figures"), repair("politic", "policy", 3.0)]
    given = DetectorInput.whole(measurements(), repairs)

    (finding,) = detector.detect(given, counted, Settings())

    assert finding.mechanism == reported
    assert finding.probability == (pytest.approx(chance) if reported == "figures" else pytest.approx(0.645, abs=0.01))
