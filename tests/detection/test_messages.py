"""What an editor is told about a place."""

from __future__ import annotations

from auditor.values import (
    Span,
)
from tests.detection.small_detector import found, measurements, repair


def test_the_best_of_overlapping_repairs_is_reported_with_the_others_as_suggestions() -> None:
    """Rivals inside the winner's span become replacements of exactly that span; three in all."""
    repairs = [
        repair("the politic", "the policy", 9.0),
        repair("politic", "politics", 5.0),
        repair("politic", "policies", 4.0),
        repair("politic", "politician", 3.0),
    ]

    (finding,) = found(repairs, measurements())

    assert finding.suggestions == ("the policy", "the politics", "the policies")


def test_a_rival_that_reaches_beyond_the_span_is_no_suggestion() -> None:
    """A replacement of other words cannot be written for the winner's span."""
    repairs = [repair("politic", "policy", 9.0), repair("politic of", "politics of", 5.0)]

    (finding,) = found(repairs, measurements())

    assert finding.suggestions == ("policy",)


def test_wordings_that_differ_in_spaces_alone_are_reported_once() -> None:
    """An editor is not asked to choose between "the policy" and "the policy "."""
    repairs = [repair("the politic of", "the policy of", 9.0), repair("the politic ", "the policy  ", 5.0)]

    (finding,) = found(repairs, measurements())

    assert finding.suggestions == ("the policy of",)


def test_a_wording_that_is_far_less_likely_is_not_reported() -> None:
    """A rival that keeps half of a great gain may still be nonsense: seven nats are a thousand to one."""
    repairs = [repair("the politic", "the policy", 21.0), repair("politic", "policies", 13.0)]

    (finding,) = found(repairs, measurements())

    assert finding.suggestions == ("the policy",)


def test_a_wording_that_is_not_shown_is_evidence_only() -> None:
    """A quality estimator's own word never becomes a suggestion."""
    (finding,) = found([repair("politic", "cat", 9.0, shown=False)], measurements())

    assert finding.suggestions == ()
    assert "“cat”" in finding.evidence[0]


def test_inside_a_quotation_the_message_sends_to_the_tape() -> None:
    """Words that were spoken are not changed on a model's say-so."""
    measured = measurements((Span(8, 45),))

    (finding,) = found([repair("politic", "policy", 9.0)], measured)

    assert finding.in_quotation
    assert "check the tape" in finding.message
