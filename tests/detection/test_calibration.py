"""Calibration curves."""

from __future__ import annotations

import pytest

from auditor.detection.calibration import CalibrationCurve


@pytest.mark.parametrize(
    ("uncalibrated", "expected"), [(0.0, 0.1), (0.1, 0.1), (0.3, 0.25), (0.5, 0.4), (0.7, 0.65), (0.9, 0.9), (1.0, 0.9)]
)
def test_a_curve_is_linear_between_its_knots(uncalibrated: float, expected: float) -> None:
    """Below the first and above the last knot it is flat."""
    curve = CalibrationCurve(((0.1, 0.1), (0.5, 0.4), (0.9, 0.9)))

    assert curve(uncalibrated) == pytest.approx(expected, abs=1e-12)


def test_a_curve_without_knots_changes_nothing() -> None:
    """What was never fitted is passed through."""
    assert CalibrationCurve()(0.3) == 0.3
