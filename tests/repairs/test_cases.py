"""Every mechanism's own examples: what each must propose, without any model."""

from __future__ import annotations

import importlib.util

import pytest

from auditor import segment
from auditor.repairs import REPAIRS
from auditor.signals import document_knowledge
from auditor.values import Candidate, Measurements

# What these mechanisms propose comes from a model's measurements; tests/repairs/test_prices.py has them.
ASK_A_MODEL = frozenset({"shared-pivot", "round-trip", "unlikely-words"})
EXISTING = [name for name in REPAIRS if importlib.util.find_spec(REPAIRS.modules[name])]
DIRTY = [(name, *case) for name in EXISTING if name not in ASK_A_MODEL for case in REPAIRS.load(name).DIRTY]
HEADINGS = ("What it measures", "Why it suggests an error", "Known problems", "Example", "Source")


def proposals(name: str, text: str) -> list[Candidate]:
    document = segment.document(text, name=name)
    measurements = Measurements(document, document_knowledge.measure(document))
    module = REPAIRS.load(name)
    return [candidate for sentence in document.sentences for candidate in module.propose(sentence, measurements)]


@pytest.mark.parametrize(("name", "text", "wrong", "right"), DIRTY)
def test_dirty_cases_are_proposed(name: str, text: str, wrong: str, right: str) -> None:
    """The mechanism proposes exactly the right words for exactly the wrong ones."""
    found = {(candidate.span.of(text), candidate.replacement) for candidate in proposals(name, text)}

    assert (wrong, right) in found


@pytest.mark.parametrize(("name", "text", "wrong", "right"), DIRTY)
def test_repaired_cases_are_left_alone(name: str, text: str, wrong: str, right: str) -> None:
    """Once repaired, the same words are not taken back to what they were."""
    repaired = text.replace(wrong, right, 1)
    back = {candidate.replacement for candidate in proposals(name, repaired) if candidate.span.of(repaired) == right}

    assert name not in RULES or wrong not in back


RULES = frozenset(
    {
        "apostrophes",
        "contractions",
        "split-sentences",
        "repetitions",
        "false-friends",
        "fixed-phrases",
        "lost-quotation-marks",
        "names",
    }
)


@pytest.mark.parametrize("name", EXISTING)
def test_candidates_are_whole(name: str) -> None:
    """Every candidate names its mechanism, spans something, changes it, and gives a reason without a full stop."""
    module = REPAIRS.load(name)
    texts = [*module.CLEAN, *(case[0] for case in module.DIRTY)]
    for text in texts:
        for candidate in proposals(name, text):
            assert candidate.mechanism == name
            assert len(candidate.span) > 0
            assert candidate.span.end <= len(text)
            assert candidate.reason
            assert not candidate.reason.endswith(".")


PROPOSED_BY_MODELS = {"round-trip", "unlikely-words"}
"""Mechanisms that propose nothing by themselves: their cases are tested with the models."""


@pytest.mark.parametrize("name", EXISTING)
def test_mechanisms_explain_themselves(name: str) -> None:
    """Each has clean and dirty cases and the five headings that `auditor explain` prints."""
    module = REPAIRS.load(name)

    assert module.CLEAN
    assert module.DIRTY or name in PROPOSED_BY_MODELS
    assert [heading for heading in HEADINGS if f"\n{heading}" not in (module.__doc__ or "")] == []
