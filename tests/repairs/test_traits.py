"""What each mechanism says of itself."""

from __future__ import annotations

import pytest

from auditor.repairs import REPAIRS
from auditor.repairs.traits import traits_of


@pytest.mark.parametrize("name", tuple(REPAIRS))
def test_a_mechanism_stands_with_its_like(name: str) -> None:
    """Those that leave it to the models to choose stand in model_proposed, all others elsewhere."""
    folder = REPAIRS.load(name).__name__.split(".")[-2]

    assert traits_of(name).is_model_proposed == (folder == "model_proposed")


@pytest.mark.parametrize("name", tuple(REPAIRS))
def test_only_what_the_models_propose_is_held_to_the_meaning(name: str) -> None:
    """A rule knows what it changes."""
    traits = traits_of(name)

    assert traits.is_model_proposed or not traits.checks_meaning
