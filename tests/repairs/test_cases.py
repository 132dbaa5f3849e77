"""Every mechanism's own examples: what each must propose, without any model."""

from __future__ import annotations

import pytest

from auditor.repairs import REPAIRS
from auditor.text import document_context, segmentation
from auditor.values import Candidate, Measurements
from tests.repairs.sentences import document_of

# What these propose comes from a model's measurements; test_rescored_cases.py tries them with the embedded models.
ASK_A_MODEL = frozenset({"shared-pivot", "round-trip", "unlikely-words", "post-edits"})
INVALID = [(name, *case) for name in REPAIRS if name not in ASK_A_MODEL for case in REPAIRS.load(name).INVALID]
SILENT = (
    "apostrophes", "lost-quotation-marks", "names", "repetitions", "split-sentences", "figures", "unknown-words",
    "foreign-text", "plain-grammar", "pronouns",
)  # fmt: skip
HEADINGS = ("What it measures", "Why it suggests an error", "Known problems", "Example", "Source")


def proposals(name: str, text: str) -> list[Candidate]:
    module = REPAIRS.load(name)
    document = document_of(module, text)
    measurements = Measurements(document, document_context.measure(document))
    return [candidate for sentence in document.sentences for candidate in module.propose(sentence, measurements)]


@pytest.mark.parametrize(("name", "text", "wrong", "right"), INVALID)
def test_invalid_cases_are_proposed(name: str, text: str, wrong: str, right: str) -> None:
    """The mechanism proposes exactly the right words for exactly the wrong ones."""
    found = {(candidate.span.of(text), candidate.replacement) for candidate in proposals(name, text)}

    assert (wrong, right) in found


@pytest.mark.parametrize("name", SILENT)
def test_some_rules_propose_nothing_in_valid_texts(name: str) -> None:
    """These need no model to leave sound English alone."""
    assert [proposals(name, text) for text in REPAIRS.load(name).VALID if proposals(name, text)] == []


@pytest.mark.parametrize("name", tuple(REPAIRS))
def test_candidates_are_whole(name: str) -> None:
    """Every candidate names its mechanism, spans something inside the text, and gives a reason without a full stop."""
    module = REPAIRS.load(name)
    for text in (*module.VALID, *(case[0] for case in module.INVALID)):
        for candidate in proposals(name, text):
            assert candidate.mechanism == name
            assert 0 < len(candidate.span) == len(candidate.span.of(text))
            assert candidate.reason
            assert not candidate.reason.endswith(".")


@pytest.mark.parametrize("name", tuple(REPAIRS))
def test_mechanisms_explain_themselves(name: str) -> None:
    """Each has valid and invalid cases and the five headings that `auditor explain` prints."""
    module = REPAIRS.load(name)

    assert module.VALID
    assert module.INVALID or name in ASK_A_MODEL
    assert [heading for heading in HEADINGS if f"\n{heading}" not in (module.__doc__ or "")] == []


def test_a_mechanism_needs_no_more_of_a_document_than_what_is_near() -> None:
    """In one long document of all the cases, each sentence gets the same candidates with its neighbourhood alone."""
    modules = [REPAIRS.load(name) for name in REPAIRS]
    texts = [text for module in modules for text in (*module.VALID, *(case[0] for case in module.INVALID))]
    document = segmentation.document("Talks go on\n\n" + "\n\n".join(texts), name="all")
    whole = Measurements(document, document_context.measure(document))
    found = 0
    for sentence in document.sentences:
        near = whole.around(sentence.span)
        for module in modules:
            proposed = list(module.propose(sentence, whole))
            assert list(module.propose(sentence, near)) == proposed
            found += len(proposed)

    assert found > len(document.sentences)
