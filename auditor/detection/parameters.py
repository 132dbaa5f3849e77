"""The detector's fitted numbers, and the file they come in.

`models/train/fit_detector.py` makes the file from labelled translations and clean news; nothing in it is set by hand.
Rules whose places are too rare in labelled translations to be fitted are heard by how often these are errors in far
more text: `models/train/count_rules.py` counts it into a second file beside the first.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from auditor.detection.boosted_trees import NO_TREES, BoostedTrees, Tree
from auditor.detection.calibration import CalibrationCurve
from auditor.errors import ModelError
from auditor.values import Assumption, Candidate

_UNCHANGED = CalibrationCurve()
COUNTED_RULES = "counted_rules.json"
"""The file of rules that were counted, beside the detector's."""


@dataclass(frozen=True, slots=True)
class CountedRule:
    """What was counted of a rule that the detector is not fitted with.

    `threshold` is nats, as of all mechanisms; `chances` have, a pattern of the rule, how often (0-1) a place that it
    names is an error, and under "" what holds for a pattern that was never seen.
    """

    threshold: float
    chances: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Curves:
    """What turns uncalibrated probabilities into chances: of words, of repair spans, of tagged spans."""

    word: CalibrationCurve = _UNCHANGED
    repair: CalibrationCurve = _UNCHANGED
    tag: CalibrationCurve = _UNCHANGED


@dataclass(frozen=True, slots=True)
class DetectorParameters:
    """The fitted numbers of the detector.

    `thresholds` are nats, one a mechanism: the evidence at which that mechanism alone raises half a false alarm per
    1,000 words of clean news. `trees` give the uncalibrated probability that a word is part of an error, calibrated by
    `curves.word`; the greatest of a place's words, calibrated by `curves.tag`, is the probability of a tagged span.
    `repair_weights` map what is known of a repair span to log-odds, with "intercept", calibrated by `curves.repair`.
    `translated` are the curves of texts that are known to be translations.
    `minimum_probability` is the default threshold of a finding, `doubtful_probability` that of a doubt; nothing is one
    where it is 1. `prefilter_trees` say what `trees` say from what costs little to know, and what is below the
    `prefilter_threshold` is looked at no closer. `counted` are the rules that the detector is not fitted with.
    `fingerprint` names the files in signatures.
    """

    thresholds: Mapping[str, float]
    trees: BoostedTrees = NO_TREES
    repair_weights: Mapping[str, float] = field(default_factory=dict)
    curves: Curves = Curves()
    translated: Curves = Curves()
    minimum_probability: float = 0.0
    doubtful_probability: float = 1.0
    provenance: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = "none"
    prefilter_trees: BoostedTrees = NO_TREES
    prefilter_threshold: float = 0.0
    counted: Mapping[str, CountedRule] = field(default_factory=dict)

    def threshold(self, mechanism: str) -> float:
        """Return the mechanism's threshold, in nats; one that was neither fitted nor counted never fires."""
        counted = self.counted.get(mechanism)
        return self.thresholds.get(mechanism, math.inf) if counted is None else counted.threshold

    def counted_chance(self, candidate: Candidate) -> float | None:
        """Return the chance (0-1) that a candidate's place is an error, by counting; None for a fitted mechanism."""
        counted = self.counted.get(candidate.mechanism)
        return None if counted is None else counted.chances.get(candidate.pattern, counted.chances[""])

    def assuming(self, assumption: Assumption) -> DetectorParameters:
        """Return the parameters for what is known of a text beforehand."""
        return replace(self, curves=self.translated) if assumption is Assumption.TRANSLATED else self

    def repair_probability(self, described: Mapping[str, float]) -> float:
        """Return the uncalibrated error probability of a repair span by what is known of it.

        What has no weight does not count.
        """
        log_odds = self.repair_weights.get("intercept", 0.0)
        log_odds += sum(value * self.repair_weights.get(name, 0.0) for name, value in described.items())
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, log_odds))))


def load(path: Path) -> DetectorParameters:
    """Read the fitted file, and the one of counted rules where it lies beside it.

    Raises:
        ModelError: the file is missing, or one of them is damaged.
    """
    beside = path.with_name(COUNTED_RULES)
    try:
        data = path.read_bytes()
        fields = json.loads(data)
        counted = beside.read_bytes() if beside.exists() else b""
        return DetectorParameters(
            thresholds={str(name): float(value) for name, value in fields["thresholds"].items()},
            trees=_trees(fields["trees"]),
            repair_weights={str(name): float(value) for name, value in fields["repair_weights"].items()},
            curves=_curves(fields["curves"]),
            translated=_curves(fields["translated"]),
            minimum_probability=float(fields["minimum_probability"]),
            doubtful_probability=float(fields["doubtful_probability"]),
            provenance={str(name): str(value) for name, value in fields["provenance"].items()},
            fingerprint=hashlib.sha256(data + counted).hexdigest()[:8],
            prefilter_trees=_trees(fields["prefilter_trees"]),
            prefilter_threshold=float(fields["prefilter_threshold"]),
            counted=_counted(json.loads(counted)["rules"]) if counted else {},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the detector's fitted file {path} is missing or damaged; install auditor again") from error


def _counted(rules: Mapping[str, Any]) -> dict[str, CountedRule]:
    counted: dict[str, CountedRule] = {}
    for mechanism, rule in rules.items():
        chances = {str(pattern): float(numbers["chance"]) for pattern, numbers in rule["patterns"].items()}
        counted[str(mechanism)] = CountedRule(float(rule["threshold"]), chances)
    return counted


def _trees(fields: Mapping[str, Any]) -> BoostedTrees:
    trees: list[Tree] = []
    for tree in fields["trees"]:
        arrays = {name: tuple(values) for name, values in tree.items()}
        trees.append(Tree(**arrays))
    return BoostedTrees(tuple(fields["columns"]), float(fields["start"]), tuple(trees))


def _curves(fields: Mapping[str, Any]) -> Curves:
    return Curves(_curve(fields["word"]), _curve(fields["repair"]), _curve(fields["tag"]))


def _curve(knots: Sequence[Sequence[float]]) -> CalibrationCurve:
    return CalibrationCurve(tuple((float(uncalibrated), float(calibrated)) for uncalibrated, calibrated in knots))
