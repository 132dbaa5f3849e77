"""Caches of transformers under the names of its versions."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from auditor.engines import hub_cache


def _now(input_ids: object, cache: object = None) -> None: ...


def _before(input_ids: object, past_key_values: object = None) -> None: ...


@pytest.mark.parametrize(("forward", "name"), [(_now, "cache"), (_before, "past_key_values")])
def test_a_cache_is_given_under_the_name_that_the_network_knows(forward: Callable[..., None], name: str) -> None:
    """The older name is warned of where there is a newer one, and unknown from 5.40 on."""
    assert hub_cache.given(SimpleNamespace(forward=forward), "kept") == {name: "kept"}


@pytest.mark.parametrize("output", [{"cache": "kept"}, {"past_key_values": "kept"}])
def test_a_cache_is_found_under_either_name(output: dict[str, str]) -> None:
    """What comes back is named as what goes in."""
    assert hub_cache.returned(output) == "kept"
