"""What was fitted: how much each mechanism must gain, how suspect a word is, and what that is worth as a probability.

`models/train/judge.py` makes the file from labelled translations and clean news; nothing here is set by hand.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from auditor.detection.boosted_trees import NO_TREES, Forest, Tree
from auditor.errors import ModelError

Knots = tuple[tuple[float, float], ...]
"""(raw probability, calibrated probability) pairs of a monotone, piecewise linear map; empty: the map of no change."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The fitted numbers of the judge.

    `thresholds` are nats, one a mechanism: the gain at which that mechanism alone raises half a false alarm per 1,000
    words of clean news. `forest` says how likely a word is part of an error, calibrated by `words`; the greatest of a
    place's words, calibrated by `marks`, is the probability of a place that is only marked. `weights` map what is known
    of a place that a repair would change to log-odds, with "intercept", calibrated by `repairs`. `minimum_probability`
    is the default bar for a finding. `glance` says what `forest` says from what costs little to know, and a word that
    it finds less suspect than `glance_bar` is looked at no closer. `fingerprint` names the file in signatures.
    """

    thresholds: Mapping[str, float]
    forest: Forest
    weights: Mapping[str, float]
    words: Knots
    repairs: Knots
    marks: Knots
    minimum_probability: float
    provenance: Mapping[str, str]
    fingerprint: str
    glance: Forest = NO_TREES
    glance_bar: float = 0.0

    @classmethod
    def bare(cls, thresholds: Mapping[str, float]) -> Self:
        """Return a profile with thresholds and nothing else, for those who fit one."""
        return cls(thresholds, NO_TREES, {}, (), (), (), 0.0, {}, "none")

    def threshold(self, mechanism: str) -> float:
        """Return the mechanism's threshold; a mechanism that was never fitted never fires."""
        return self.thresholds.get(mechanism, math.inf)

    def mended(self, described: Mapping[str, float]) -> float:
        """Return the raw probability, 0-1, of a place that a repair would change; what has no weight does not count."""
        logit = self.weights.get("intercept", 0.0)
        logit += sum(value * self.weights.get(name, 0.0) for name, value in described.items())
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))


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
            forest=_forest(fields["forest"]),
            weights={str(name): float(value) for name, value in fields["weights"].items()},
            words=_knots(fields["words"]),
            repairs=_knots(fields["repairs"]),
            marks=_knots(fields["marks"]),
            minimum_probability=float(fields["minimum_probability"]),
            provenance={str(name): str(value) for name, value in fields["provenance"].items()},
            fingerprint=hashlib.sha256(data).hexdigest()[:8],
            glance=_forest(fields["glance"]),
            glance_bar=float(fields["glance_bar"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the judge's fitted file {path} is missing or damaged; install auditor again") from error


def _forest(fields: Mapping[str, Any]) -> Forest:
    trees = tuple(Tree(**{name: tuple(values) for name, values in tree.items()}) for tree in fields["trees"])
    return Forest(tuple(fields["columns"]), float(fields["start"]), trees)


def _knots(pairs: Sequence[Sequence[float]]) -> Knots:
    return tuple((float(raw), float(calibrated)) for raw, calibrated in pairs)


def calibrate(knots: Knots, raw: float) -> float:
    """Map a raw probability by the knots; beyond the first and the last the map is flat."""
    if not knots:
        return raw
    below = [knot for knot in knots if knot[0] <= raw]
    above = [knot for knot in knots if knot[0] > raw]
    if not below or not above:
        return (below or above)[-1 if below else 0][1]
    (x0, y0), (x1, y1) = below[-1], above[0]
    return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
