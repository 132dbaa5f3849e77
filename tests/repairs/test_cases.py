"""Every mechanism proposes what its own cases say."""

from __future__ import annotations

import pytest

from auditor import segment
from auditor.repairs import REPAIRS
from auditor.signals import document_knowledge
from auditor.values import Measurements

DIRTY = [(name, *case) for name in REPAIRS for case in REPAIRS.load(name).DIRTY]
HEADINGS = ("What it measures:", "Why it suggests an error:", "Known problems:", "Example:", "Source:")


def _proposed(mechanism: str, text: str) -> set[tuple[str, str]]:
    document = segment.document(text, name="case")
    measurements = Measurements(document, document_knowledge.measure(document))
    module = REPAIRS.load(mechanism)
    found = [candidate for sentence in document.sentences for candidate in module.propose(sentence, measurements)]
    assert all(candidate.span and candidate.mechanism == mechanism for candidate in found)
    return {(candidate.span.of(text), candidate.replacement) for candidate in found}


@pytest.mark.parametrize(("mechanism", "text", "wrong", "right"), DIRTY)
def test_dirty_cases_are_proposed(mechanism: str, text: str, wrong: str, right: str) -> None:
    """Exactly the wrong words are to be replaced by the right ones."""
    assert (wrong, right) in _proposed(mechanism, text)


@pytest.mark.parametrize("mechanism", ["split-sentences", "repetitions", "lost-quotation-marks", "names"])
def test_rules_that_need_no_model_stay_silent_on_their_clean_cases(mechanism: str) -> None:
    """A rule proposes nothing where its file says so."""
    for text in REPAIRS.load(mechanism).CLEAN:
        assert _proposed(mechanism, text) == set()


@pytest.mark.parametrize("mechanism", list(REPAIRS))
def test_every_mechanism_explains_itself(mechanism: str) -> None:
    """The docstring has the five headings, and there is a clean case."""
    module = REPAIRS.load(mechanism)

    assert all(heading in (module.__doc__ or "") for heading in HEADINGS)
    assert module.CLEAN
