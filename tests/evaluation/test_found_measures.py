"""What is reported of marked errors, by hand: spans, kinds, wordings, paragraphs and their twins."""

from __future__ import annotations

import itertools

import pytest

from auditor.evaluation.estimates import Resamples, resample
from auditor.evaluation.found_measures import is_right, measure_found, touches
from auditor.evaluation.gold import GoldRow, MarkedError
from auditor.evaluation.paragraph_measures import measure_paragraphs
from auditor.evaluation.systems import Prediction, Reported
from auditor.values import Severity, Span

_TEXT = "The judge gave a sentence of ten years in the prison."
_NUMBERS = itertools.count()


def _row(*errors: MarkedError, segment: str = "0", system: str = "one", document: str = "a") -> GoldRow:
    return GoldRow(
        id=str(next(_NUMBERS)), pair="xx-en", document=document, segment=segment, system=system, source="",
        target=_TEXT, words=(Span(0, 3),), tags=(False,), official=(False, False), errors=errors, score=None,
        score_type="", raw_score=None, raw_score_type="", rater="", split="dev", origin="", licence="",
    )  # fmt: skip


def _said(*reported: Reported, score: float = 100.0) -> Prediction:
    return Prediction((0.0,), (0.0, 0.0), (False,), score, reported)


def _error(start: int, end: int, severity: Severity, wording: str | None = None, kind: str = "Style") -> MarkedError:
    return MarkedError(Span(start, end), severity, kind, wording)


def _resamples(rows: list[GoldRow]) -> Resamples:
    return resample(rows, count=20, seed=1)


def test_spans_kinds_and_wordings_of_two_rows() -> None:
    """One error is found half and rightly worded, one is missed, and one place is reported for nothing."""
    rows = [
        _row(
            _error(42, 52, Severity.MINOR, "prison"),
            _error(10, 14, Severity.MAJOR, "passed", "Word"),
            MarkedError(Span(0, 3), None, "Neutral"),
        ),
        _row(segment="1"),
    ]
    said = [
        _said(Reported(Span(42, 52), is_major=True, suggestions=("jail", "prison"))),
        _said(Reported(Span(4, 9), is_major=False)),
    ]

    found = measure_found(rows, said, _resamples(rows), 0.5)
    assert {name: each.value for name, each in found.items()} == pytest.approx({
        "span precision": 0.25, "span recall": 0.25, "span F1": 0.25,
        "recall": 0.5, "recall of Style": 1.0, "recall of Word": 0.0, "right wording": 0.5,
    })  # fmt: skip


def test_a_system_without_places_reports_its_runs_of_words() -> None:
    """A word above the threshold is one place, without a wording."""
    rows = [_row(_error(0, 3, Severity.MINOR, "A"))]

    found = measure_found(rows, [Prediction((0.9,), (0.9, 0.0), (False,), 0.0)], _resamples(rows), 0.5)
    assert (found["span F1"].value, found["right wording"].value) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("place", "suggestions", "right"),
    [
        ((42, 52), ("prison",), True),
        ((39, 52), ("in Prison",), True),
        ((42, 45), ("",), True),
        ((42, 52), ("a", "b", "c", "prison"), False),
        ((46, 52), ("prison",), False),
        ((0, 3), ("prison",), False),
    ],
)
def test_a_wording_is_right_where_both_make_the_same_text(
    place: tuple[int, int], suggestions: tuple[str, ...], *, right: bool
) -> None:
    """ "the prison" is meant to be "prison": a neighbour may be taken in, the fourth suggestion comes too late."""
    error = _error(42, 52, Severity.MINOR, "prison")

    assert is_right(_TEXT, error, Reported(Span(*place), is_major=False, suggestions=suggestions)) is right


def test_an_omission_is_touched_where_it_lies_or_ends() -> None:
    """It is an empty range."""
    assert touches(Span(4, 9), Span(9, 9))
    assert not touches(Span(4, 8), Span(9, 9))


def test_paragraphs_rank_and_are_told_from_their_twins() -> None:
    """Two broken paragraphs, of which one scores as its sound twin does; one of three clear ones is broken."""
    rows = [
        _row(_error(0, 3, Severity.MAJOR)),
        _row(_error(0, 3, Severity.MINOR), segment="1"),
        _row(system="original"),
        _row(segment="1", system="original"),
    ]
    said = [
        _said(Reported(Span(0, 3), is_major=True), score=60.0),
        _said(score=90.0),
        _said(score=100.0),
        _said(score=90.0),
    ]

    found = measure_paragraphs(rows, said, _resamples(rows), 0.5)
    assert found["paragraph AUC"].value == pytest.approx(3.5 / 4)
    assert found["paragraph Spearman"].value == pytest.approx(0.833, abs=0.001)
    assert found["sound paragraphs cleared"].value == 1.0
    assert found["cleared paragraphs sound"].value == pytest.approx(2 / 3)


def test_sound_paragraphs_alone_are_cleared_or_not() -> None:
    """Where nothing is wrong there is nothing to rank."""
    rows = [_row(), _row(segment="1"), _row(segment="2"), _row(segment="3")]
    said = [_said(), _said(), _said(), _said(Reported(Span(0, 3), is_major=True), score=60.0)]

    found = measure_paragraphs(rows, said, _resamples(rows), 0.5)
    assert {name: each.value for name, each in found.items()} == {"sound paragraphs cleared": 0.75}
