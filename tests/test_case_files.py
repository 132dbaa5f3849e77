"""Cases that are data: `tests/data/cases`, described in its README."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.pipeline import Auditor
from auditor.repairs import REPAIRS
from auditor.values import Settings
from tests.repairs.sentences import repairs

FOLDER = Path(__file__).parent / "data" / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its text, the (words, suggestion) that must be found in it, and the mechanism that it is about."""

    label: str
    text: str
    expected: tuple[tuple[str, str], ...]
    mechanism: str
    comment: str


def _read(name: str) -> list[Case]:
    rows: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    cases = []
    for row in rows:
        expected = tuple((wrong, right) for wrong, right in row["expected"])
        cases.append(Case(row["label"], row["text"], expected, row.get("mechanism", ""), row["comment"]))
    return cases


def _label(case: Case) -> str:
    return case.label


FILES = sorted(file.name for file in FOLDER.glob("*.json"))
FOUND = [*_read("in_the_wild.json"), *_read("synthetic.json")]
NEGATIVE = _read("negative.json")
FAILURES = _read("known_failures.json")


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    return Auditor(Settings())


@pytest.mark.parametrize("name", FILES)
def test_every_case_is_whole(name: str) -> None:
    """Labels are unique, what is expected stands in the text, and a comment says why."""
    cases = _read(name)

    assert [label for label, times in Counter(map(_label, cases)).items() if times > 1] == []
    for case in cases:
        assert case.comment
        assert [wrong for wrong, _ in case.expected if wrong not in case.text] == []


@pytest.mark.parametrize("case", [case for case in NEGATIVE if case.mechanism], ids=_label)
def test_a_mechanism_leaves_sound_english_alone(case: Case) -> None:
    """It does not even propose anything, whatever a model would think of it."""
    assert repairs(REPAIRS.load(case.mechanism), case.text) == []


@pytest.mark.weights
@pytest.mark.parametrize("case", FOUND, ids=_label)
def test_errors_are_found(auditor: Auditor, case: Case) -> None:
    """Each is marked where it stands, with the right wording among the suggestions."""
    _assert_as_expected(auditor, case)


@pytest.mark.weights
@pytest.mark.parametrize("case", [case for case in NEGATIVE if not case.mechanism], ids=_label)
def test_sound_english_is_left_alone(auditor: Auditor, case: Case) -> None:
    """Nothing is reported at the default threshold."""
    _assert_as_expected(auditor, case)


@pytest.mark.weights
@pytest.mark.xfail(raises=AssertionError, strict=True)
@pytest.mark.parametrize("case", FAILURES, ids=_label)
def test_known_failures(auditor: Auditor, case: Case) -> None:
    """What would be right, and is not yet; a case that comes right belongs into another file."""
    _assert_as_expected(auditor, case)


def _assert_as_expected(auditor: Auditor, case: Case) -> None:
    findings = auditor.audit(case.text).findings
    if not case.expected:
        assert [finding.span.of(case.text) for finding in findings] == []
    for wrong, right in case.expected:
        start = case.text.index(wrong)
        end = start + len(wrong)
        here = [finding for finding in findings if finding.span.start < end and start < finding.span.end]
        suggestions = [suggestion.replace("’", "'") for finding in here for suggestion in finding.suggestions]
        assert any(_says(suggestion, wrong, right.replace("’", "'")) for suggestion in suggestions), suggestions


def _says(suggestion: str, wrong: str, right: str) -> bool:
    """Tell whether a suggestion holds the right wording; where that is nothing, whether the wrong words are gone."""
    return right in suggestion if right else wrong not in suggestion.split()
