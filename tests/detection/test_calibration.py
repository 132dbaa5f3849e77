"""The judge's fitted numbers: trees, maps, and the file they come in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.detection.calibration import calibrate, load_profile
from auditor.detection.features import NAMES
from auditor.engines.weights import manifest
from auditor.errors import ModelError
from auditor.repairs import REPAIRS


@pytest.mark.parametrize(("raw", "expected"), [(0.0, 0.1), (0.1, 0.1), (0.3, 0.3), (0.5, 0.5), (0.9, 0.5)])
def test_a_calibration_is_linear_between_its_knots(raw: float, expected: float) -> None:
    """Below the first and above the last knot the map is flat."""
    assert calibrate(((0.1, 0.1), (0.5, 0.5)), raw) == pytest.approx(expected)


def test_the_file_that_ships_knows_every_mechanism_and_only_columns_that_exist() -> None:
    """Its maps never fall, so that a more suspect place is never less probable."""
    profile = load_profile(manifest.manifest_file().parent / "judge" / "judge.json")

    assert set(profile.thresholds) == set(REPAIRS)
    assert set(profile.forest.columns) == set(NAMES)
    for knots in (profile.words, profile.repairs, profile.marks):
        assert list(knots) == sorted(knots)
        assert sorted(y for _, y in knots) == [y for _, y in knots]


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"thresholds": [], "forest": {}})])
def test_a_damaged_file_says_so(tmp_path: Path, content: str) -> None:
    """Whatever is wrong with it, the error names the file."""
    file = tmp_path / "judge.json"
    file.write_text(content)

    with pytest.raises(ModelError, match=r"judge\.json"):
        load_profile(file)
