"""The Llama network written out, against transformers and against itself."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch

from auditor.engines.kernels.activation_ranges import load_activation_ranges
from auditor.engines.language_model import llama
from auditor.engines.language_model.checkpoint import load_network
from auditor.engines.language_model.hf_causal import HubNetwork
from auditor.engines.language_model.network import ContinuationTree
from tests.engines.small_ranges import make_ranges
from tests.small_models import make_causal_lm

TEXT = [0, *range(5, 65)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def network(folder: Path) -> llama.LlamaNetwork:
    found = load_network(folder, torch.float32, torch.device("cpu"))
    assert isinstance(found, llama.LlamaNetwork)
    return found


@pytest.fixture(scope="module")
def coarse(folder: Path) -> llama.LlamaNetwork:
    """The same in int8."""
    chance = random.Random(1)  # noqa: S311 (not for cryptography)
    texts = [TEXT, *([0, *chance.sample(range(5, 65), 50)] for _ in range(10))]
    ranges = load_activation_ranges(make_ranges(folder, folder.parent / "ranges", texts))
    found = load_network(folder, torch.float32, torch.device("cpu"), ranges=ranges)
    assert isinstance(found, llama.LlamaNetwork)
    return found


@pytest.fixture(scope="module")
def hub(folder: Path) -> HubNetwork:
    return HubNetwork(folder, torch.float32, torch.device("cpu"))


TREE = ContinuationTree(
    ids=(7, 8, 9, 30, 31, 40),
    ancestors=((), (0,), (0,), (), (3,), ()),
    positions=(20, 21, 21, 33, 34, 61),
    prefix_lengths=(20, 20, 20, 33, 33, 61),
)
LATER = ContinuationTree(
    ids=(60, 50, 32), ancestors=((), (0, 2), (3, 4)), positions=(10, 22, 35), prefix_lengths=(10, 20, 33)
)  # the numbers 6, 7 and 8
LAST = ContinuationTree(ids=(51,), ancestors=((0, 2, 7),), positions=(23,), prefix_lengths=(20,))


def test_reading_is_what_transformers_computes(network: llama.LlamaNetwork, hub: HubNetwork) -> None:
    """Logits equal those of the reference, to float32 precision."""
    _, ours, _ = network.read(TEXT, keep=len(TEXT))
    _, theirs, _ = hub.read(TEXT, keep=len(TEXT))

    assert ours.shape == theirs.shape == (len(TEXT), ours.shape[1])
    torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=0)


def test_what_is_watched_is_what_transformers_has_there(network: llama.LlamaNetwork, hub: HubNetwork) -> None:
    """The states of the layers asked for, of the last tokens alone; none where none are asked for."""
    *_, ours = network.read(TEXT, keep=7, hidden_layers=(0,))
    *_, theirs = hub.read(TEXT, keep=7, hidden_layers=(0,))
    *_, nothing = network.read(TEXT, keep=7)
    *_, neither = hub.read(TEXT, keep=7)

    assert ours.shape[:2] == (7, 1)
    torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=0)
    assert nothing.shape[:2] == neither.shape[:2] == (7, 0)


def test_branches_are_what_transformers_computes(network: llama.LlamaNetwork, hub: HubNetwork) -> None:
    """ContinuationTree see the text left of them and their own line, and nothing else."""
    state, *_ = network.read(TEXT, keep=len(TEXT))
    reference, *_ = hub.read(TEXT, keep=len(TEXT))

    for step in (TREE, LATER):
        state, ours = network.extend(state, step)
        reference, theirs = hub.extend(reference, step)
        torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=0)


def test_a_branch_is_the_text_read_on(network: llama.LlamaNetwork) -> None:
    """A continuation predicts what the text up to its position, with it behind, predicts."""
    state, *_ = network.read(TEXT, keep=len(TEXT))
    _, read, _ = network.read([*TEXT[:20], 7, 9], keep=2)

    torch.testing.assert_close(network.extend(state, TREE)[1][[0, 2]], read, atol=2e-4, rtol=0)


def test_a_branch_goes_on_where_it_was_left(network: llama.LlamaNetwork) -> None:
    """What is put behind a node later attends to it as if all had been put in together, and to no other node."""
    text, *_ = network.read(TEXT, keep=len(TEXT))
    _, read, _ = network.read([*TEXT[:20], 7, 9, 50, 51], keep=2)
    begun, _ = network.extend(text, TREE)
    gone_on, first = network.extend(begun, LATER)
    _, last = network.extend(gone_on, LAST)

    torch.testing.assert_close(torch.stack([first[1], last[0]]), read, atol=2e-4, rtol=0)


def test_eight_bits_say_nearly_the_same(network: llama.LlamaNetwork, coarse: llama.LlamaNetwork) -> None:
    """Of a text and of a continuation tree; what is lost is rounding."""
    said = []
    for either in (network, coarse):
        state, read, _ = either.read(TEXT, keep=len(TEXT))
        state, first = either.extend(state, TREE)
        said.append(torch.cat([read, first, either.extend(state, LATER)[1]]))
    exact, found = said

    assert 0 < (found - exact).abs().median() < 0.05 * exact.std()


def test_in_int8_it_does_not_matter_how_many_rows_are_computed_at_once(
    coarse: llama.LlamaNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text longer than what is widened at once is read as one that is not."""
    text = TEXT * 3
    _, read, _ = coarse.read(text, keep=len(text))
    monkeypatch.setattr(coarse, "_int8_rows", None)
    _, at_once, _ = coarse.read(text, keep=len(text))

    torch.testing.assert_close(read, at_once, atol=1e-4, rtol=0)


def test_in_int8_a_continuation_is_the_text_read_on(coarse: llama.LlamaNetwork) -> None:
    """Rows are quantized one by one, whatever stands beside them; what tips over in a sum is one level of 256."""
    state, *_ = coarse.read(TEXT, keep=len(TEXT))
    _, read, _ = coarse.read([*TEXT[:20], 7, 9], keep=2)

    torch.testing.assert_close(coarse.extend(state, TREE)[1][[0, 2]], read, atol=0.1, rtol=0)


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "mistral"},
        {"hidden_act": "gelu"},
        {"attention_bias": True},
        {"rope_parameters": {"rope_type": "llama3", "rope_theta": 10000.0}},
        {"rope_scaling": {"type": "linear", "factor": 2.0}, "rope_parameters": None},
    ],
)
def test_what_the_file_does_not_compute_is_left_to_transformers(folder: Path, change: dict[str, object]) -> None:
    """Another architecture, activation or position scheme is never run as a plain Llama."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))

    assert llama.runs(config)
    assert not llama.runs(config | change)
