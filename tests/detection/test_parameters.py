"""The detector's fitted numbers, and the file they come in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.detection import parameters as fitted_numbers
from auditor.detection import prefilter
from auditor.detection.features import NAMES
from auditor.detection.parameters import CountedRule, DetectorParameters
from auditor.engines.weights import manifest
from auditor.errors import ModelError
from auditor.repairs import REPAIRS
from auditor.values import Assumption, Candidate, Kind, Severity, Span


@pytest.fixture(scope="module")
def shipped() -> DetectorParameters:
    return fitted_numbers.load(manifest.manifest_file().parent / "detector" / "detector.json")


def test_the_file_that_ships_knows_every_mechanism_and_only_columns_that_exist(shipped: DetectorParameters) -> None:
    """The prefilter asks for nothing that costs much to know."""
    assert set(shipped.thresholds) | set(shipped.counted) == set(REPAIRS)
    assert not set(shipped.thresholds) & set(shipped.counted)
    assert set(shipped.trees.columns) == set(NAMES)
    assert set(shipped.prefilter_trees.columns) == set(prefilter.NAMES)


def test_the_curves_that_ship_never_fall(shipped: DetectorParameters) -> None:
    """A likelier place is never less probable."""
    for curves in (shipped.curves, shipped.translated):
        for curve in (curves.word, curves.repair, curves.tag):
            assert curve.knots
            assert list(curve.knots) == sorted(curve.knots)
            assert sorted(y for _, y in curve.knots) == [y for _, y in curve.knots]


def test_what_is_known_to_be_translated_is_never_less_suspect(shipped: DetectorParameters) -> None:
    """Calibrated on translations alone, chances of words in the middle are higher on average."""
    known = shipped.assuming(Assumption.TRANSLATED)

    assert shipped.assuming(Assumption.UNKNOWN) is shipped
    points = [at / 20 for at in range(2, 16)]  # each alone may fall by the accident of a bin
    assert sum(map(known.curves.word, points)) > sum(map(shipped.curves.word, points))


def test_every_weight_that_ships_belongs_to_something_that_is_known_of_a_repair(shipped: DetectorParameters) -> None:
    """A name that nothing describes would never count."""
    described = {"model_value", "word_log_odds", "surprisal", "agreement", "name", "rule_based", "rule_value", "quoted"}

    assert set(shipped.repair_weights) <= described | {"intercept"} | set(REPAIRS)
    assert described <= set(shipped.repair_weights)


def _candidate(mechanism: str, pattern: str) -> Candidate:
    return Candidate(Span(0, 3), "The", mechanism, Kind.NUMBER, Severity.MINOR, "odd", pattern=pattern)


def test_a_rule_that_was_counted_is_heard_by_its_chance() -> None:
    """A pattern that was never seen takes what holds for its rule; of other mechanisms nothing is counted."""
    counted = {"figures": CountedRule(-40.0, {"": 0.5, "clock": 0.75})}
    parameters = DetectorParameters({"names": -4.0}, counted=counted)

    assert parameters.counted_chance(_candidate("figures", "clock")) == 0.75
    assert parameters.counted_chance(_candidate("figures", "date")) == 0.5
    assert parameters.counted_chance(_candidate("names", "")) is None
    assert (parameters.threshold("figures"), parameters.threshold("names")) == (-40.0, -4.0)


def test_what_was_counted_are_chances(shipped: DetectorParameters) -> None:
    """Every rule has one for patterns that were never seen, and all are chances."""
    for rule in shipped.counted.values():
        assert "" in rule.chances
        assert all(0 <= chance <= 1 for chance in rule.chances.values())


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"thresholds": [], "trees": {}})])
def test_a_damaged_file_says_so(tmp_path: Path, content: str) -> None:
    """Whatever is wrong with it, the error names the file."""
    file = tmp_path / "detector.json"
    file.write_text(content)

    with pytest.raises(ModelError, match=r"detector\.json"):
        fitted_numbers.load(file)
