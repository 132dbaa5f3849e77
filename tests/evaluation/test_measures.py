"""Measures agree with independent implementations and with numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, matthews_corrcoef

from auditor.evaluation import measures

WORDS = st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=60)


def _counts(wrong: measures.Flags, flagged: measures.Flags) -> measures.Counts:
    return (
        float((wrong & flagged).sum()),
        float((~wrong & flagged).sum()),
        float((wrong & ~flagged).sum()),
        float((~wrong & ~flagged).sum()),
    )


@pytest.mark.filterwarnings("ignore:A single label was found")
@given(WORDS)
def test_word_measures_equal_scikit_learns(words: list[tuple[bool, int]]) -> None:
    """MCC and F1 are those of scikit-learn, ties included."""
    wrong = np.array([bad for bad, _ in words])
    values = np.array([value for _, value in words], dtype=float)
    flagged = values >= 5

    assert matthews_corrcoef(wrong, flagged) == pytest.approx(measures.mcc(_counts(wrong, flagged)))
    assert f1_score(wrong, flagged, zero_division=0.0) == pytest.approx(measures.f1_bad(_counts(wrong, flagged)))


def test_average_precision_of_a_known_case() -> None:
    """Ranked wrong, right, wrong: (1 + 2/3) / 2. Ties count together, and nothing wrong is worth nothing."""
    wrong, values = np.array([True, False, True]), np.array([0.9, 0.8, 0.7])

    assert measures.average_precision(wrong, values, np.ones(3)) == pytest.approx(5 / 6)
    assert measures.average_precision(wrong, np.full(3, 0.5), np.ones(3)) == pytest.approx(2 / 3)
    assert measures.average_precision(np.zeros(3, dtype=bool), values, np.ones(3)) == 0.0


@given(WORDS, st.integers(0, 3))
def test_a_weight_is_how_often_a_word_counts(words: list[tuple[bool, int]], times: int) -> None:
    """A word of weight 3 counts as three alike, one of weight 0 as none."""
    wrong = np.array([bad for bad, _ in words])
    values = np.array([value for _, value in words], dtype=float)
    weights = np.resize([1, times], len(words))

    repeated = measures.average_precision(
        np.repeat(wrong, weights), np.repeat(values, weights), np.ones(int(weights.sum()))
    )
    assert measures.average_precision(wrong, values, weights.astype(float)) == pytest.approx(repeated)


@given(WORDS)
def test_no_threshold_beats_the_best_one(words: list[tuple[bool, int]]) -> None:
    """The best threshold's MCC is at least that of every value taken as a threshold."""
    wrong = np.array([bad for bad, _ in words])
    values = np.array([value for _, value in words], dtype=float)
    best = measures.mcc(_counts(wrong, values >= measures.best_threshold(wrong, values)))

    assert all(best >= measures.mcc(_counts(wrong, values >= cut)) - 1e-9 for cut in values)


def test_a_cross_fitted_threshold_never_sees_the_half_it_flags() -> None:
    """With labels turned round in one half, its words are flagged by what held in the other."""
    wrong = np.array([True, False, True, False, False, True, False, True])
    values = np.array([0.9, 0.1, 0.8, 0.2] * 2)
    halves = np.array([True] * 4 + [False] * 4)

    flagged = measures.cross_fitted_flags(wrong, values, halves)

    assert matthews_corrcoef(wrong[:4], flagged[:4]) <= 0


def test_calibration_error_of_a_known_case() -> None:
    """Four words at .75 of which two are wrong are off by .25; weighing the wrong ones twice brings it to 1/12."""
    wrong, probabilities = np.array([True, True, False, False]), np.full(4, 0.75)

    assert measures.calibration_error(wrong, probabilities, np.ones(4)) == pytest.approx(0.25)
    assert measures.calibration_error(wrong, probabilities, np.array([2.0, 2, 1, 1])) == pytest.approx(1 / 12)


def test_severity_counts_half() -> None:
    """Ten characters found, five of them at the wrong severity, give 7.5 of credit; two more were flagged in vain."""
    credit = measures.character_credit([(0, 5, 1), (5, 10, 2)], [(0, 12, 1)], 20)

    assert credit == (7.5, 12, 10)
    assert measures.character_f1(*credit) == pytest.approx(15 / 22)


def test_where_spans_overlap_both_severities_are_right() -> None:
    """A major error inside a minor one is found by either; the characters count once."""
    assert measures.character_credit([(0, 10, 1), (2, 4, 2)], [(2, 4, 2)], 10) == (2.0, 2, 10)
    assert measures.character_credit([(0, 10, 1), (2, 4, 2)], [(2, 4, 1)], 10) == (2.0, 2, 10)


def test_an_omission_is_one_character() -> None:
    """An empty span counts as the character at its place, even after the last; a flag there finds it."""
    assert measures.character_credit([(3, 3, 2)], [(2, 5, 2)], 10) == (1.0, 3, 1)
    assert measures.character_credit([(10, 10, 2)], [(9, 10, 2)], 10) == (0.0, 1, 1)


def test_nothing_to_find_and_nothing_flagged_is_perfect() -> None:
    """Silence on a sound translation is right."""
    assert measures.character_f1(0, 0, 0) == 1.0


def test_within_items_looks_at_one_source_at_a_time() -> None:
    """Ranking items right but their translations wrong is worth -1, however good the pooled correlation."""
    gold = np.array([1.0, 2, 3, 11, 12, 13])
    predicted = np.array([3.0, 2, 1, 13, 12, 11])

    rows, found = measures.within_items(gold, predicted, np.array([0, 0, 0, 1, 1, 1]))

    assert rows.tolist() == [0, 3]
    assert np.allclose(found, -1)
    assert measures.correlations(gold, predicted)[1] > 0.9


def test_items_that_were_not_ranked_count_as_nothing() -> None:
    """Equal predictions for the translations of a source are worth 0; items without a gold order do not count."""
    gold, predicted = np.array([1.0, 2, 3, 5, 5, 5]), np.ones(6)

    rows, found = measures.within_items(gold, predicted, np.array([0, 0, 0, 1, 1, 1]))

    assert rows.tolist() == [0]
    assert found.tolist() == [[0.0, 0.0, 0.0]]


def test_resamples_hold_whole_documents() -> None:
    """Each resample holds as many documents as there are, and the same seed gives the same."""
    counts = measures.bootstrap_counts(7, count=50, seed=3)

    assert set(counts.sum(1).tolist()) == {7.0}
    assert counts.tolist() == measures.bootstrap_counts(7, count=50, seed=3).tolist()


def test_a_span_counts_by_what_is_covered_of_it() -> None:
    """Half covered counts .5, covered at the wrong level .5, both .25; uncovered none; the better level wins."""
    gold = [(0, 10, 1), (20, 24, 2)]

    assert measures.span_credits([(0, 5, 1), (5, 15, 1), (20, 24, 1), (22, 26, 1), (40, 41, 2)], gold) == [
        1.0,
        0.5,
        0.5,
        0.25,
        0.0,
    ]
    assert measures.span_credits(gold, [(0, 5, 2), (0, 5, 1)]) == [0.5, 0.0]


def test_an_omission_is_one_character_wide() -> None:
    """A span over its place finds it whole."""
    assert measures.span_credits([(7, 7, 2)], [(5, 9, 2)]) == [1.0]
    assert measures.span_credits([(5, 9, 2)], [(7, 7, 2)]) == [0.25]


def test_auc_of_known_cases() -> None:
    """Three of four pairs in order; a tie counts half; without a pair it is .5; a weight counts copies."""
    wrong = np.array([True, True, False, False])

    assert measures.auc(wrong, np.array([4.0, 2.0, 3.0, 1.0]), np.ones(4)) == 0.75
    assert measures.auc(wrong, np.ones(4), np.ones(4)) == 0.5
    assert measures.auc(wrong, np.array([4.0, 2.0, 3.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0])) == 0.5
    assert measures.auc(wrong, np.array([4.0, 2.0, 3.0, 1.0]), np.array([1.0, 3.0, 1.0, 1.0])) == pytest.approx(5 / 8)
