"""Ranges of the small language model, by the recipe itself."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

from auditor.engines.kernels.activation_ranges import WEIGHTS
from models.train import fit_activation_ranges


def make_ranges(model: Path, folder: Path, texts: list[list[int]]) -> Path:
    """Save what `texts`, token numbers, make of the model in the folder `model`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(fit_activation_ranges.reach(AutoModelForCausalLM.from_pretrained(model), texts), folder / WEIGHTS)
    return folder
