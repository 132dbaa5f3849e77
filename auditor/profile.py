"""What was fitted: how much each mechanism must gain, and what a gain is worth as a probability.

`models/train/judge.py` makes the file from labelled translations and clean news; nothing here is set by hand.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from auditor.errors import ModelError


@dataclass(frozen=True, slots=True)
class Profile:
    """The fitted numbers of the judge.

    `thresholds` are nats, one a mechanism: the gain at which that mechanism alone raises half a false alarm per 1,000
    words of clean news. `weights` map a feature's name to its weight in log-odds, with "intercept"; `knots` are
    (raw probability, calibrated probability) pairs of a monotone, piecewise linear map. `minimum_probability` is the
    default bar for a finding. `fingerprint` names the file in signatures.
    """

    thresholds: Mapping[str, float]
    weights: Mapping[str, float]
    knots: tuple[tuple[float, float], ...]
    minimum_probability: float
    provenance: Mapping[str, str]
    fingerprint: str

    @classmethod
    def bare(cls, thresholds: Mapping[str, float]) -> Self:
        """Return a profile with thresholds and nothing else, for those who fit one."""
        return cls(thresholds, {}, (), 0.0, {}, "none")

    def threshold(self, mechanism: str) -> float:
        """Return the mechanism's threshold; a mechanism that was never fitted never fires."""
        return self.thresholds.get(mechanism, math.inf)

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the calibrated chance of an error, 0-1; features without a weight do not count."""
        logit = self.weights.get("intercept", 0.0)
        logit += sum(value * self.weights.get(name, 0.0) for name, value in features.items())
        return _interpolate(self.knots, 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit)))))


def load_profile(path: Path) -> Profile:
    """Read the fitted file.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        data = path.read_bytes()
        fields = json.loads(data)
        return Profile(
            thresholds={str(name): float(value) for name, value in fields["thresholds"].items()},
            weights={str(name): float(value) for name, value in fields["weights"].items()},
            knots=tuple((float(raw), float(calibrated)) for raw, calibrated in fields["knots"]),
            minimum_probability=float(fields["minimum_probability"]),
            provenance={str(name): str(value) for name, value in fields["provenance"].items()},
            fingerprint=hashlib.sha256(data).hexdigest()[:8],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the judge's fitted file {path} is missing or damaged; install auditor again") from error


def _interpolate(knots: tuple[tuple[float, float], ...], raw: float) -> float:
    if not knots:
        return raw
    below = [knot for knot in knots if knot[0] <= raw]
    above = [knot for knot in knots if knot[0] > raw]
    if not below or not above:
        return (below or above)[-1 if below else 0][1]
    (x0, y0), (x1, y1) = below[-1], above[0]
    return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
