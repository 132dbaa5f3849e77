"""Calibration: from what a fitted model says to how often places like it are errors."""

from __future__ import annotations

from collections.abc import Sequence
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
        (probability,) = self.of_all((uncalibrated,))
        return probability

    def of_all(self, uncalibrated: Sequence[float]) -> list[float]:
        """Return the calibrated probabilities, in the same order."""
        import numpy as np

        if not self.knots:
            return list(uncalibrated)
        corners = np.array(self.knots)
        probabilities: list[float] = np.interp(uncalibrated, corners[:, 0], corners[:, 1]).tolist()
        return probabilities
