"""Every mechanism's own cases, rescored by the embedded models."""

from __future__ import annotations

import pytest

from auditor.detection.candidate_spans import overlapping_groups
from auditor.pipeline import Auditor
from auditor.repairs import REPAIRS
from auditor.values import Settings
from tests.repairs.sentences import document_of

pytestmark = pytest.mark.weights

VALID = [(name, text) for name in REPAIRS for text in REPAIRS.load(name).VALID]
INVALID = [(name, *case) for name in REPAIRS for case in REPAIRS.load(name).INVALID]


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    return Auditor(Settings())


@pytest.mark.parametrize(("mechanism", "text"), VALID)
def test_valid_cases_stay_silent(auditor: Auditor, mechanism: str, text: str) -> None:
    """At the default threshold the mechanism reports nothing in its valid texts."""
    audit = auditor.audit(document_of(REPAIRS.load(mechanism), text))

    assert [f.span.of(text) for f in audit.findings if f.mechanism == mechanism] == []


@pytest.mark.parametrize(("mechanism", "text", "wrong", "right"), INVALID)
def test_invalid_cases_are_worth_more_than_the_text(
    auditor: Auditor, mechanism: str, text: str, wrong: str, right: str
) -> None:
    """The right wording is among the repairs that beat the text as it stands."""
    measurements, repairs = auditor.examine(document_of(REPAIRS.load(mechanism), text))
    better = {
        (repair.candidate.span.of(text), repair.candidate.replacement)
        for repair in repairs
        if repair.candidate.mechanism == mechanism and repair.value_nats > 0
    }

    assert (wrong, right) in better
    assert overlapping_groups(repairs)
    assert measurements.surprisals
