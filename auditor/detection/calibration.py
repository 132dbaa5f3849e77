"""Calibration: from what a fitted model says to how often places like it are errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalibrationCurve:
    """A monotone, piecewise linear map of error probabilities, 0-1.

    `knots` are its (uncalibrated, calibrated) corners, in order; beyond the first and the last it is flat. A curve
    without knots changes nothing.
    """

    knots: tuple[tuple[float, float], ...] = ()

    def __call__(self, uncalibrated: float) -> float:
        """Return the calibrated probability."""
        import numpy as np

        if not self.knots:
            return uncalibrated
        uncalibrated_knots, calibrated_knots = zip(*self.knots, strict=True)
        return float(np.interp(uncalibrated, uncalibrated_knots, calibrated_knots))
