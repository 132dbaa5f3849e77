"""The detector: which places are reported."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.detection import detector
from auditor.detection.candidate_spans import DetectorInput
from auditor.values import (
    Kind,
    Settings,
)
from tests.detection.small_detector import PARAMETERS, found, measurements, repair


def test_kinds_can_be_chosen_and_left_out() -> None:
    """`only` and `ignore` filter by MQM kind."""
    repairs = [repair("politic", "policy", 9.0)]

    assert not found(repairs, measurements(), Settings(ignore=frozenset({Kind.GRAMMAR})))
    assert not found(repairs, measurements(), Settings(only=frozenset({Kind.NAME})))
    assert found(repairs, measurements(), Settings(only=frozenset({Kind.GRAMMAR})))


WORDS = ("politic", "the politic", "politic of the ministers", "ministers", "was good", "talks", "the talks ended")
repair_lists = st.lists(st.tuples(st.sampled_from(WORDS), st.floats(-2, 20)), max_size=12)


@given(repair_lists)
def test_findings_are_sorted_and_disjoint(drawn: list[tuple[str, float]]) -> None:
    """Whatever is proposed, findings come in the order of the text and do not overlap."""
    repairs = [repair(wrong, f"w{number}", value) for number, (wrong, value) in enumerate(drawn)]
    findings = found(repairs, measurements(), Settings(minimum_probability=0.0))

    assert sorted(findings, key=lambda finding: finding.span) == list(findings)
    assert not any(a.span.overlaps(b.span) for a, b in itertools.pairwise(findings))


@given(repair_lists, st.floats(0, 1), st.floats(0, 1))
def test_a_lower_threshold_never_flags_less(drawn: list[tuple[str, float]], one: float, other: float) -> None:
    """Every finding above a threshold is there below it too."""
    repairs = [repair(wrong, f"w{number}", value) for number, (wrong, value) in enumerate(drawn)]
    low, high = sorted((one, other))
    many = found(repairs, measurements(), Settings(minimum_probability=low))
    few = found(repairs, measurements(), Settings(minimum_probability=high))

    assert set(few) <= set(many)


def test_what_is_likelier_sound_is_a_doubt() -> None:
    """Between the two thresholds a place is worth a look; below both it is nothing, and above it is an error."""
    repairs = [repair("politic", "policy", 9.0), repair("talks", "talk", 0.5), repair("good", "well", 0.2)]
    eager = replace(PARAMETERS, doubtful_probability=0.24)
    given_ = DetectorInput.whole(measurements(), repairs)

    reported = detector.detect(given_, eager, Settings())
    lenient = detector.detect(given_, eager, Settings(minimum_probability=0.2))

    text = given_.measurements.document.text
    assert [(each.span.of(text), each.is_doubt) for each in reported] == [("politic", False), ("talks", True)]
    assert [(each.span.of(text), each.is_doubt) for each in lenient] == [
        ("politic", False),
        ("good", False),
        ("talks", False),
    ]


def test_tagging_can_be_left_out_like_any_mechanism() -> None:
    """Whoever names the mechanisms he wants gets no other."""
    measured = measurements(marked={"talks": 0.9})

    assert not found([], measured, Settings(mechanisms=("inflections",)))
    assert found([], measured, Settings(mechanisms=("adequacy",)))


def test_every_word_has_a_probability_and_a_repair_raises_that_of_its_words() -> None:
    """One number a word; a word that a repair would change is as probably wrong as the repair is right."""
    measured = measurements(marked={"talks": 0.9})
    words = [word.text for word in measured.document.words]

    given = DetectorInput.whole(measured, [repair("politic", "policy", 30.0)])
    findings = dict(zip(words, detector.word_probabilities(given, PARAMETERS), strict=True))

    assert len(words) == len(findings) + words.count("the") - 1
    assert findings["talks"] == pytest.approx(0.9526, abs=1e-4)
    assert findings["politic"] > 0.99
    assert findings["ministers"] == pytest.approx(0.0474, abs=1e-4)


def test_a_mechanism_that_was_never_fitted_never_fires() -> None:
    """An unknown mechanism's threshold cannot be reached."""
    assert PARAMETERS.threshold("no-such-mechanism") == float("inf")
