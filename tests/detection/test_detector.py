"""The detector: which places are reported, and in what words."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.detection import detector
from auditor.detection.boosted_trees import BoostedTrees, Tree
from auditor.detection.candidate_spans import DetectorInput
from auditor.detection.parameters import DetectorParameters
from auditor.text import segmentation
from auditor.values import (
    Candidate,
    Finding,
    Kind,
    Knowledge,
    Measurements,
    QualityEstimate,
    Repair,
    Settings,
    Severity,
    Span,
)

TEXT = "He said the politic of the ministers was good, and then the talks ended."
SUSPECT = Tree((0, -1, -1), (0.0, 0.0, 0.0), (True, True, True), (1, 0, 0), (2, 0, 0), (0.0, -3.0, 3.0))
"""Of words that quality estimation gives more than even odds, it makes 0.95; of others, and without it, 0.05."""
PARAMETERS = DetectorParameters(
    thresholds={"inflections": 3.0},
    trees=BoostedTrees(("tagged",), 0.0, (SUSPECT,)),
    repair_weights={"intercept": -2.0, "model_value": 1.5},
    minimum_probability=0.5,
)


def _measurements(quotations: tuple[Span, ...] = (), *, marked: dict[str, float] | None = None) -> Measurements:
    document = segmentation.document(TEXT, name="test")
    chances = [(marked or {}).get(word.text, 0.01) for word in document.words]
    zeros = (0.0,) * len(chances)
    estimate = QualityEstimate(
        minor=zeros,
        major=tuple(chances),
        marked_end=0.0,
        edited=zeros,
        edited_gaps=zeros,
        edited_end=0.0,
        kinds=(Kind.TERMINOLOGY,) * len(chances),
        assessment=0.0,
        mqm=0.0,
    )
    estimates = {} if marked is None else {0: estimate}
    return Measurements(
        document, Knowledge({}, {}, quotations), {TEXT.index("politic"): 12.0}, quality_estimates=estimates
    )


def _found(
    repairs: list[Repair],
    measurements: Measurements,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
) -> tuple[Finding, ...]:
    return detector.detect(DetectorInput.whole(measurements, repairs), PARAMETERS, settings)


def _repair(wrong: str, right: str, value: float, *, mechanism: str = "inflections", shown: bool = True) -> Repair:
    start = TEXT.index(wrong)
    span = Span(start, start + len(wrong))
    candidate = Candidate(span, right, mechanism, Kind.GRAMMAR, Severity.MINOR, "the wrong form", shown)
    return Repair(candidate, value + 2.0, None, value)


def test_the_best_of_overlapping_repairs_is_reported_with_the_others_as_suggestions() -> None:
    """Rivals inside the winner's span become replacements of exactly that span; three in all."""
    repairs = [
        _repair("the politic", "the policy", 9.0),
        _repair("politic", "politics", 5.0),
        _repair("politic", "policies", 4.0),
        _repair("politic", "politician", 3.0),
    ]

    (finding,) = _found(repairs, _measurements())

    assert finding.suggestions == ("the policy", "the politics", "the policies")


def test_a_rival_that_reaches_beyond_the_span_is_no_suggestion() -> None:
    """A replacement of other words cannot be written for the winner's span."""
    repairs = [_repair("politic", "policy", 9.0), _repair("politic of", "politics of", 5.0)]

    (finding,) = _found(repairs, _measurements())

    assert finding.suggestions == ("policy",)


def test_wordings_that_differ_in_spaces_alone_are_reported_once() -> None:
    """An editor is not asked to choose between "the policy" and "the policy "."""
    repairs = [_repair("the politic of", "the policy of", 9.0), _repair("the politic ", "the policy  ", 5.0)]

    (finding,) = _found(repairs, _measurements())

    assert finding.suggestions == ("the policy of",)


def test_a_wording_that_is_far_less_likely_is_not_reported() -> None:
    """A rival that keeps half of a great gain may still be nonsense: seven nats are a thousand to one."""
    repairs = [_repair("the politic", "the policy", 21.0), _repair("politic", "policies", 13.0)]

    (finding,) = _found(repairs, _measurements())

    assert finding.suggestions == ("the policy",)


def test_a_wording_that_is_not_shown_is_evidence_only() -> None:
    """A quality estimator's own word never becomes a suggestion."""
    (finding,) = _found([_repair("politic", "cat", 9.0, shown=False)], _measurements())

    assert finding.suggestions == ()
    assert "“cat”" in finding.evidence[0]


def test_inside_a_quotation_the_message_sends_to_the_tape() -> None:
    """Words that were spoken are not changed on a model's say-so."""
    measurements = _measurements((Span(8, 45),))

    (finding,) = _found([_repair("politic", "policy", 9.0)], measurements)

    assert finding.in_quotation
    assert "check the tape" in finding.message


def test_kinds_can_be_chosen_and_left_out() -> None:
    """`only` and `ignore` filter by MQM kind."""
    repairs = [_repair("politic", "policy", 9.0)]

    assert not _found(repairs, _measurements(), Settings(ignore=frozenset({Kind.GRAMMAR})))
    assert not _found(repairs, _measurements(), Settings(only=frozenset({Kind.NAME})))
    assert _found(repairs, _measurements(), Settings(only=frozenset({Kind.GRAMMAR})))


WORDS = ("politic", "the politic", "politic of the ministers", "ministers", "was good", "talks", "the talks ended")
repair_lists = st.lists(st.tuples(st.sampled_from(WORDS), st.floats(-2, 20)), max_size=12)


@given(repair_lists)
def test_findings_are_sorted_and_disjoint(drawn: list[tuple[str, float]]) -> None:
    """Whatever is priced, findings come in the order of the text and do not overlap."""
    repairs = [_repair(wrong, f"w{number}", value) for number, (wrong, value) in enumerate(drawn)]
    found = _found(repairs, _measurements(), Settings(minimum_probability=0.0))

    assert sorted(found, key=lambda finding: finding.span) == list(found)
    assert not any(a.span.overlaps(b.span) for a, b in itertools.pairwise(found))


@given(repair_lists, st.floats(0, 1), st.floats(0, 1))
def test_a_lower_bar_never_flags_less(drawn: list[tuple[str, float]], one: float, other: float) -> None:
    """Every finding above a bar is there below it too."""
    repairs = [_repair(wrong, f"w{number}", value) for number, (wrong, value) in enumerate(drawn)]
    low, high = sorted((one, other))
    many = _found(repairs, _measurements(), Settings(minimum_probability=low))
    few = _found(repairs, _measurements(), Settings(minimum_probability=high))

    assert set(few) <= set(many)


def test_tagged_words_are_reported_with_those_neighbours_that_are_nearly_as_suspect() -> None:
    """One finding for a run of suspect words, of the kind and severity of the quality estimate; nothing to suggest."""
    measurements = _measurements(marked={"talks": 0.9, "ended": 0.8, "good": 0.2})

    (finding,) = _found([], measurements)

    assert finding.span.of(TEXT) == "talks ended"
    assert (finding.kind, finding.severity) == (Kind.TERMINOLOGY, Severity.MAJOR)
    assert finding.mechanism == "adequacy"
    assert finding.suggestions == ()
    assert finding.probability == pytest.approx(0.9526, abs=1e-4)


def test_a_repair_on_a_tagged_word_is_reported_with_its_probability_unless_it_is_a_guess() -> None:
    """A place is reported once, with a wording where something speaks for it."""
    measurements = _measurements(marked={"politic": 0.9})
    sure, led, guess = (_repair("politic", "policy", value) for value in (30.0, 2.0, 0.1))

    (surest,) = _found([sure], measurements)
    (supported,) = _found([led], measurements)
    (alone,) = _found([guess], measurements)

    assert (surest.suggestions, supported.suggestions, alone.suggestions) == (("policy",), ("policy",), ())
    assert surest.probability > supported.probability == alone.probability


def test_a_tagged_span_beside_a_surer_repair_is_part_of_the_same_error() -> None:
    """What a broken word breaks next to it is not reported again."""
    measurements = _measurements(marked={"of": 0.9, "ended": 0.9})

    found = _found([_repair("politic", "policy", 30.0)], measurements)

    assert [finding.span.of(TEXT) for finding in found] == ["politic", "ended"]


def test_tagging_can_be_left_out_like_any_mechanism() -> None:
    """Whoever names the mechanisms he wants gets no other."""
    measurements = _measurements(marked={"talks": 0.9})

    assert not _found([], measurements, Settings(mechanisms=("inflections",)))
    assert _found([], measurements, Settings(mechanisms=("adequacy",)))


def test_every_word_has_a_probability_and_a_repair_raises_that_of_its_words() -> None:
    """One number a word; a word that a repair would change is as suspect as the repair is sure."""
    measurements = _measurements(marked={"talks": 0.9})
    words = [word.text for word in measurements.document.words]

    given = DetectorInput.whole(measurements, [_repair("politic", "policy", 30.0)])
    found = dict(zip(words, detector.word_probabilities(given, PARAMETERS), strict=True))

    assert len(words) == len(found) + words.count("the") - 1
    assert found["talks"] == pytest.approx(0.9526, abs=1e-4)
    assert found["politic"] > 0.99
    assert found["ministers"] == pytest.approx(0.0474, abs=1e-4)


def test_a_mechanism_that_was_never_fitted_never_fires() -> None:
    """An unknown mechanism's threshold cannot be reached."""
    assert PARAMETERS.threshold("no-such-mechanism") == float("inf")


def test_a_sentence_read_in_two_parts_is_reported_once() -> None:
    """Tagged spans stay within what each part reads, though both know the whole sentence."""
    measurements = _measurements(marked={"politic": 0.9, "talks": 0.9, "ended": 0.8})
    whole = DetectorInput.whole(measurements, [])
    middle = TEXT.index("ended")
    parts = [replace(whole, within=within) for within in (Span(0, middle), Span(middle, len(TEXT)))]

    found = [finding for part in parts for finding in detector.detect(part, PARAMETERS, Settings())]

    assert [finding.span.of(TEXT) for finding in found] == ["politic", "talks", "ended"]
