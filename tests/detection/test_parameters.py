"""The detector's fitted numbers, and the file they come in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.detection import parameters as fitted_numbers
from auditor.detection import prefilter
from auditor.detection.features import NAMES
from auditor.detection.parameters import DetectorParameters
from auditor.engines.weights import manifest
from auditor.errors import ModelError
from auditor.repairs import REPAIRS


@pytest.fixture(scope="module")
def shipped() -> DetectorParameters:
    return fitted_numbers.load(manifest.manifest_file().parent / "detector" / "detector.json")


def test_the_file_that_ships_knows_every_mechanism_and_only_columns_that_exist(shipped: DetectorParameters) -> None:
    """The prefilter asks for nothing that costs much to know."""
    assert set(shipped.thresholds) == set(REPAIRS)
    assert set(shipped.trees.columns) == set(NAMES)
    assert set(shipped.prefilter_trees.columns) == set(prefilter.NAMES)


def test_the_curves_that_ship_never_fall(shipped: DetectorParameters) -> None:
    """A likelier place is never less probable."""
    for curve in (shipped.word_curve, shipped.repair_curve, shipped.tag_curve):
        assert curve.knots
        assert list(curve.knots) == sorted(curve.knots)
        assert sorted(y for _, y in curve.knots) == [y for _, y in curve.knots]


def test_every_weight_that_ships_belongs_to_something_that_is_known_of_a_repair(shipped: DetectorParameters) -> None:
    """A name that nothing describes would never count."""
    described = {"model_value", "word_log_odds", "surprisal", "agreement", "name", "rule_based", "rule_value", "quoted"}

    assert set(shipped.repair_weights) <= described | {"intercept"} | set(REPAIRS)
    assert described <= set(shipped.repair_weights)


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"thresholds": [], "trees": {}})])
def test_a_damaged_file_says_so(tmp_path: Path, content: str) -> None:
    """Whatever is wrong with it, the error names the file."""
    file = tmp_path / "detector.json"
    file.write_text(content)

    with pytest.raises(ModelError, match=r"detector\.json"):
        fitted_numbers.load(file)
