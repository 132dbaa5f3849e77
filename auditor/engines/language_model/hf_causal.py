"""What a causal language model's network must do for a reader, and what transformers provides for any of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from auditor.engines.kernels import hf_cache
from auditor.engines.kernels.activation_ranges import Ranges
from auditor.errors import ModelError


@dataclass(frozen=True, slots=True)
class Branches:
    """Continuations of a text at many of its places, those that begin alike sharing their first tokens.

    One item a token: its number in the vocabulary; the branch's tokens before it, told by how many were put in before
    them, now or earlier; its position; and how many tokens of the text it sees. A token stands behind those before it.
    """

    ids: tuple[int, ...]
    paths: tuple[tuple[int, ...], ...]
    positions: tuple[int, ...]
    starts: tuple[int, ...]


class Network(Protocol):
    """A network that reads token numbers from left to right; a state is what it remembers of them.

    Shapes: N tokens of branches, V vocabulary, D width.
    """

    @property
    def name(self) -> str:
        """Who computes, for the signature: two implementations of one network differ by rounding."""

    def read(self, ids: Sequence[int], *, keep: int, watch: Sequence[int] = ()) -> tuple[Any, Tensor, Tensor]:
        """Read a text, its start token included.

        Returns:
            The state; the logits of the last `keep` tokens, (keep, V): what each predicts to follow; and what came out
            of the layers `watch` (counted from 0, rising) for each of these tokens, (keep, len(watch), D).
        """

    def branch(self, state: Any, branches: Branches) -> tuple[Any, Tensor]:  # noqa: ANN401
        """Run branches off the text read, each token seeing the text left of its branch, those before it, and itself.

        Returns:
            The state with these branches, which takes the place of the one given; and their logits, (N, V).
        """


def outline(paths: Sequence[Sequence[int]], *, before: int) -> Tensor:
    """Return which of all tokens of branches each of the last ones sees, bool (N, before + N)."""
    seen = torch.zeros(len(paths), before + len(paths), dtype=torch.bool)
    for row, path in enumerate(paths):
        seen[row, [*path, before + row]] = True
    return seen


@dataclass(frozen=True, slots=True)
class _HubState:
    """The cache of transformers, which it fills, and how many of the tokens in it are the text's."""

    cache: Any
    text: int


class HubNetwork:
    """A `Network` for any causal language model that transformers can load."""

    name = "transformers"

    def __init__(self, folder: Path, dtype: torch.dtype, device: torch.device) -> None:
        """Load the checkpoint.

        Raises:
            ModelError: it is no causal language model, or damaged.
        """
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging

        logging.disable_progress_bar()  # loading takes a second; the caller says what is being done
        try:
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True)
        except Exception as error:  # transformers, safetensors and json each raise their own
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"cannot load a causal language model from {folder}: {reason}") from error
        self._model: Any = model.eval().to(device)
        self._dtype = dtype
        self._device = device

    @torch.inference_mode()
    def read(self, ids: Sequence[int], *, keep: int, watch: Sequence[int] = ()) -> tuple[Any, Tensor, Tensor]:
        """Read a text; see `Network.read`. The last layer is seen behind its norm."""
        out = self._model(
            input_ids=torch.tensor([ids], device=self._device),
            use_cache=True,
            logits_to_keep=keep,
            output_hidden_states=bool(watch),
        )
        # The first of the hidden states is what goes into the first layer.
        width = self._model.config.hidden_size if watch else 0
        seen = out.logits.new_empty(keep, len(watch), width)
        for place, layer in enumerate(watch):
            seen[:, place] = out.hidden_states[layer + 1][0, -keep:]
        return _HubState(hf_cache.returned(out), len(ids)), out.logits[0, -keep:], seen

    @torch.inference_mode()
    def branch(self, state: _HubState, branches: Branches) -> tuple[_HubState, Tensor]:
        """Run branches; see `Network.branch`."""
        prefix = torch.arange(state.text)[None, :] < torch.tensor(branches.starts)[:, None]
        known = state.cache.get_seq_length() - state.text
        allowed = torch.cat([prefix, outline(branches.paths, before=known)], dim=1)
        mask = torch.zeros(allowed.shape, dtype=self._dtype).masked_fill_(~allowed, torch.finfo(self._dtype).min)
        out = self._model(
            input_ids=torch.tensor([branches.ids], device=self._device),
            attention_mask=mask[None, None].to(self._device),
            position_ids=torch.tensor([branches.positions], device=self._device),
            use_cache=True,
            **hf_cache.given(self._model, state.cache),
        )
        return state, out.logits[0]


def open_network(folder: Path, dtype: torch.dtype, device: torch.device, *, ranges: Ranges | None = None) -> Network:
    """Load the checkpoint in `folder`: with `llama` beside this file where that computes it, else with transformers.

    With the `ranges` of this very checkpoint the former multiplies in eight bits what it can; the latter never does.

    Raises:
        ModelError: the folder holds no causal language model, or a damaged one.
    """
    from auditor.engines.language_model import llama

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
