"""The network of any causal language model that transformers can load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from auditor.engines.kernels import hf_cache
from auditor.engines.language_model.network import ContinuationTree, tree_attention_mask
from auditor.errors import ModelError


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
    def read(self, ids: Sequence[int], *, keep: int, hidden_layers: Sequence[int] = ()) -> tuple[Any, Tensor, Tensor]:
        """Read a text; see `Network.read`. The last layer is seen behind its norm."""
        out = self._model(
            input_ids=torch.tensor([ids], device=self._device),
            use_cache=True,
            logits_to_keep=keep,
            output_hidden_states=bool(hidden_layers),
        )
        # The first of the hidden states is what goes into the first layer.
        width = self._model.config.hidden_size if hidden_layers else 0
        hidden_states = out.logits.new_empty(keep, len(hidden_layers), width)
        for place, layer in enumerate(hidden_layers):
            hidden_states[:, place] = out.hidden_states[layer + 1][0, -keep:]
        return _HubState(hf_cache.returned(out), len(ids)), out.logits[0, -keep:], hidden_states

    @torch.inference_mode()
    def extend(self, state: _HubState, tree: ContinuationTree) -> tuple[_HubState, Tensor]:
        """Read a continuation tree; see `Network.extend`."""
        prefix = torch.arange(state.text)[None, :] < torch.tensor(tree.prefix_lengths)[:, None]
        known = state.cache.get_seq_length() - state.text
        allowed = torch.cat([prefix, tree_attention_mask(tree.ancestors, before=known)], dim=1)
        mask = torch.zeros(allowed.shape, dtype=self._dtype).masked_fill_(~allowed, torch.finfo(self._dtype).min)
        out = self._model(
            input_ids=torch.tensor([tree.ids], device=self._device),
            attention_mask=mask[None, None].to(self._device),
            position_ids=torch.tensor([tree.positions], device=self._device),
            use_cache=True,
            **hf_cache.given(self._model, state.cache),
        )
        return state, out.logits[0]
