"""Caches of transformers under the names of its versions."""

from __future__ import annotations

import pytest

from auditor.engines.kernels import hf_cache


class _Now:
    def forward(self, input_ids: object, cache: object = None) -> None: ...


class _Before:
    def forward(self, input_ids: object, past_key_values: object = None) -> None: ...


@pytest.mark.parametrize(("network", "name"), [(_Now(), "cache"), (_Before(), "past_key_values")])
def test_a_cache_is_given_under_the_name_that_the_network_knows(network: object, name: str) -> None:
    """The older name is warned of where there is a newer one, and unknown from 5.40 on."""
    assert hf_cache.given(network, "kept") == {name: "kept"}


@pytest.mark.parametrize("output", [{"cache": "kept"}, {"past_key_values": "kept"}])
def test_a_cache_is_found_under_either_name(output: dict[str, str]) -> None:
    """What comes back is named as what goes in."""
    assert hf_cache.returned(output) == "kept"
