"""A checkpoint on disk to the network that computes it: ours for the Llama architecture, else transformers'."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from auditor.engines.kernels.activation_ranges import ActivationRanges
from auditor.engines.language_model import llama
from auditor.engines.language_model.hf_causal import HubNetwork
from auditor.engines.language_model.network import Network
from auditor.errors import ModelError


def load_network(
    folder: Path, dtype: torch.dtype, device: torch.device, *, ranges: ActivationRanges | None = None
) -> Network:
    """Load the checkpoint in `folder`: with `llama` where that computes it, else with transformers.

    With the activation `ranges` of this very checkpoint the former multiplies in int8; the latter never does.

    Raises:
        ModelError: the folder holds no causal language model, or a damaged one.
    """
    config = _config(folder)
    file = folder / "model.safetensors"
    if not llama.runs(config) or not file.is_file():
        return HubNetwork(folder, dtype, device)
    from safetensors import SafetensorError

    try:
        # Tensors hold the whole file in memory: what is copied comes by a mapping of its own, which then goes.
        mapped, copied = (_Stored(file, dtype, device) for _ in range(2))
        return llama.build(config, mapped, copied=copied, ranges=ranges)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"cannot load a causal language model from {folder}: {error}") from error


class _Stored(Mapping[str, Tensor]):
    """The tensors of a file, mapped into memory, each brought to a type and a device when it is asked for."""

    def __init__(self, file: Path, dtype: torch.dtype, device: torch.device) -> None:
        from safetensors import safe_open

        self._file = cast("Any", safe_open(file, framework="pt"))
        self._names = frozenset(self._file.keys())
        self._dtype, self._device = dtype, device

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._names:
            raise KeyError(name)
        tensor: Tensor = self._file.get_tensor(name).to(self._device, self._dtype)
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _config(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
