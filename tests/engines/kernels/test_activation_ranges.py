"""Activation ranges: fitted by the recipe, loaded, and used where int8 is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from auditor.engines.kernels import quantized_linear
from auditor.engines.kernels.activation_ranges import WEIGHTS, ActivationRanges, load_activation_ranges
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.checkpoint import load_network
from auditor.errors import ModelError
from auditor.evaluation import gold
from models.train import fit_activation_ranges as recipe
from tests.engines.small_ranges import make_ranges
from tests.small_models import make_causal_lm

TEXTS = [[0, *range(5, 65)], [0, *range(200, 120, -1)]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def ranges(folder: Path) -> ActivationRanges:
    return load_activation_ranges(make_ranges(folder, folder.parent / "ranges", TEXTS))


def test_the_recipe_keeps_the_furthest_of_each_number(folder: Path, ranges: ActivationRanges) -> None:
    """What goes into the matrices behind both norms of each layer, over all texts."""
    model = AutoModelForCausalLM.from_pretrained(folder)
    first = model.model.layers[0].input_layernorm
    with torch.inference_mode():
        given = torch.cat([first(model.model.embed_tokens(torch.tensor(ids))) for ids in TEXTS])

    assert ranges.inputs.shape == ranges.widen.shape == (2, 16)
    torch.testing.assert_close(ranges.inputs[0], given.abs().amax(0))
    assert (ranges.widen > 0).all()


def test_texts_follow_one_another_in_windows() -> None:
    """No token is read twice, none is lost but those of a window that does not fill."""
    assert list(recipe.windows([[1, 2, 3], [4], [5, 6, 7, 8]], 3)) == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("fast", [True, False])
def test_auto_is_eight_bits_where_they_are_fast(
    monkeypatch: pytest.MonkeyPatch, folder: Path, ranges: ActivationRanges, *, fast: bool
) -> None:
    """The signature tells, and by which ranges."""
    monkeypatch.setattr(quantized_linear, "prefers_int8", lambda: fast)
    monkeypatch.setattr(quantized_linear.Int8Linear, "_fbgemm_matmul", quantized_linear.Int8Linear._simulated_matmul)
    name = CausalLM(folder, name="tiny", ranges=ranges).name

    assert name.endswith(f"/llama-{quantized_linear.int8_arithmetic()}-{ranges.name}") is fast


@pytest.mark.parametrize(("precision", "rounds"), [("int8", True), ("float32", False), ("bfloat16", False)])
def test_a_precision_that_is_asked_for_is_kept(
    folder: Path, ranges: ActivationRanges, precision: str, *, rounds: bool
) -> None:
    """Eight bits also where they are slow, and never when another precision is named."""
    assert ("int8" in CausalLM(folder, name="tiny", precision=precision, ranges=ranges).name) is rounds


def test_without_ranges_nothing_is_in_eight_bits(folder: Path) -> None:
    """A model of the user's own is computed as "auto" has it."""
    asked, usual = (CausalLM(folder, name="tiny", precision=precision).name for precision in ("int8", "auto"))

    assert asked == usual
    assert "int8" not in asked


def test_the_ranges_of_another_model_are_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="another model's"):
        load_network(
            folder,
            torch.float32,
            torch.device("cpu"),
            ranges=ActivationRanges("x", torch.ones(3, 16), torch.ones(3, 16)),
        )


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        load_activation_ranges(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"\x00" * 20)
    with pytest.raises(ModelError, match="corrupt"):
        load_activation_ranges(tmp_path)


def test_what_ships_is_whole() -> None:
    """The range of each number of each layer is above 0, as is the step between levels."""
    shipped = load_file(Path(recipe.__file__).parents[1] / "ranges" / WEIGHTS)

    assert {name: tuple(tensor.shape) for name, tensor in shipped.items()} == {"inputs": (30, 576), "widen": (30, 576)}
    assert all(bool((tensor > 0).all()) for tensor in shipped.values())


def test_nothing_is_read_that_is_kept_apart(few_data: Path) -> None:
    chosen = recipe.chosen(few_data)

    assert {item.origin for item in chosen} == {"zh-en", "plain"}
    assert not [item.story for item in chosen if gold.is_development(item.story)]
