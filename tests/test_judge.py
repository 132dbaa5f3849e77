"""The judge: which repairs are told, and in what words."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import judge
from auditor.profile import Profile
from auditor.values import Candidate, Document, Kind, Knowledge, Measurements, Repair, Settings, Severity, Span

TEXT = "He said the politic of the ministers was good, and then the talks ended."
KNOWLEDGE = Knowledge({}, {}, ())
PROFILE = Profile(
    thresholds={"inflections": 3.0},
    weights={"intercept": -2.0, "value": 1.5},
    knots=(),
    minimum_probability=0.5,
    provenance={},
    fingerprint="test",
)


def _measurements(quotations: tuple[Span, ...] = ()) -> Measurements:
    document = Document("test", "en", TEXT, ())
    return Measurements(document, Knowledge({}, {}, quotations), {TEXT.index("politic"): 12.0})


def _repair(wrong: str, right: str, value: float, *, mechanism: str = "inflections", shown: bool = True) -> Repair:
    start = TEXT.index(wrong)
    span = Span(start, start + len(wrong))
    candidate = Candidate(span, right, mechanism, Kind.GRAMMAR, Severity.MINOR, "the wrong form", shown)
    return Repair(candidate, value + 2.0, None, value)


def test_the_best_of_overlapping_repairs_is_told_with_the_others_as_suggestions() -> None:
    """Rivals inside the winner's span become replacements of exactly that span; three in all."""
    repairs = [
        _repair("the politic", "the policy", 9.0),
        _repair("politic", "politics", 5.0),
        _repair("politic", "policies", 4.0),
        _repair("politic", "politician", 3.0),
    ]

    (finding,) = judge.findings(repairs, _measurements(), PROFILE, Settings())

    assert finding.suggestions == ("the policy", "the politics", "the policies")


def test_a_rival_that_reaches_beyond_the_span_is_no_suggestion() -> None:
    """A replacement of other words cannot be written for the winner's span."""
    repairs = [_repair("politic", "policy", 9.0), _repair("politic of", "politics of", 5.0)]

    (finding,) = judge.findings(repairs, _measurements(), PROFILE, Settings())

    assert finding.suggestions == ("policy",)


def test_a_wording_that_is_not_shown_is_evidence_only() -> None:
    """A detector's own word never becomes a suggestion."""
    (finding,) = judge.findings([_repair("politic", "cat", 9.0, shown=False)], _measurements(), PROFILE, Settings())

    assert finding.suggestions == ()
    assert "“cat”" in finding.evidence[0]


def test_inside_a_quotation_the_message_sends_to_the_tape() -> None:
    """Words that were spoken are not changed on a model's say-so."""
    measurements = _measurements((Span(8, 45),))

    (finding,) = judge.findings([_repair("politic", "policy", 9.0)], measurements, PROFILE, Settings())

    assert finding.in_quotation
    assert "check the tape" in finding.message


def test_kinds_can_be_chosen_and_left_out() -> None:
    """`only` and `ignore` filter by MQM kind."""
    repairs = [_repair("politic", "policy", 9.0)]

    assert not judge.findings(repairs, _measurements(), PROFILE, Settings(ignore=frozenset({Kind.GRAMMAR})))
    assert not judge.findings(repairs, _measurements(), PROFILE, Settings(only=frozenset({Kind.NAME})))
    assert judge.findings(repairs, _measurements(), PROFILE, Settings(only=frozenset({Kind.GRAMMAR})))


WORDS = ("politic", "the politic", "politic of the ministers", "ministers", "was good", "talks", "the talks ended")
repair_lists = st.lists(st.tuples(st.sampled_from(WORDS), st.floats(-2, 20)), max_size=12)


@given(repair_lists)
def test_findings_are_sorted_and_disjoint(drawn: list[tuple[str, float]]) -> None:
    """Whatever is priced, findings come in the order of the text and do not overlap."""
    repairs = [_repair(wrong, f"w{number}", value) for number, (wrong, value) in enumerate(drawn)]
    found = judge.findings(repairs, _measurements(), PROFILE, Settings(minimum_probability=0.0))

    assert sorted(found, key=lambda finding: finding.span) == list(found)
    assert not any(a.span.overlaps(b.span) for a, b in itertools.pairwise(found))


@given(repair_lists, st.floats(0, 1), st.floats(0, 1))
def test_a_lower_bar_never_flags_less(drawn: list[tuple[str, float]], one: float, other: float) -> None:
    """Every finding above a bar is there below it too."""
    repairs = [_repair(wrong, f"w{number}", value) for number, (wrong, value) in enumerate(drawn)]
    low, high = sorted((one, other))
    many = judge.findings(repairs, _measurements(), PROFILE, Settings(minimum_probability=low))
    few = judge.findings(repairs, _measurements(), PROFILE, Settings(minimum_probability=high))

    assert set(few) <= set(many)


@pytest.mark.parametrize(("raw", "expected"), [(0.0, 0.1), (0.1, 0.1), (0.3, 0.3), (0.5, 0.5), (0.9, 0.5)])
def test_the_probability_map_is_linear_between_its_knots(raw: float, expected: float) -> None:
    """Below the first and above the last knot the map is flat."""
    import math

    profile = Profile({}, {"x": 1.0}, ((0.1, 0.1), (0.5, 0.5)), 0.5, {}, "test")
    logit = -60.0 if raw == 0.0 else math.log(raw / (1 - raw))

    assert profile.probability({"x": logit}) == pytest.approx(expected)


def test_a_mechanism_that_was_never_fitted_never_fires() -> None:
    """An unknown mechanism's threshold cannot be reached."""
    assert PROFILE.threshold("no-such-mechanism") == float("inf")
