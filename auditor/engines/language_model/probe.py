"""A probe of a language model's hidden states: how likely a word is wrong, beyond how likely the model found it.

Reading a text costs a forward pass in any case. A small network over a few layers' hidden states at the last token of
each word, fitted on human judgements, says at almost no further cost how likely a rater would mark the word.

Source: Alain and Bengio (2016), "Understanding intermediate layers using linear classifier probes"; Azaria and Mitchell
(2023), "The Internal State of an LLM Knows When It's Lying".

Shapes: N words in all, L layers, D width of the language model; B sentences, W words of the longest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from auditor import concurrency
from auditor.engines.kernels import weights_file

WEIGHTS = "probe.safetensors"
OUTPUTS = ("marked", "edited")
"""What is asked of a word: would a rater mark it, would a post-editor change it."""


class ProbeNetwork(nn.Module):
    """Narrow, look left and right along the sentence, and answer."""

    def __init__(self, width: int, *, narrow: int = 160, memory: int = 96, dropout: float = 0.2) -> None:
        """Take states of `width` numbers a word (L * D)."""
        super().__init__()
        self.narrow = nn.Linear(width, narrow)
        self.along = nn.GRU(narrow, memory, bidirectional=True, batch_first=True)
        self.answers = nn.Linear(2 * memory + narrow, len(OUTPUTS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return log-odds, (B, W, outputs), of states (B, W, L * D); what stands behind a sentence's end is nothing."""
        narrowed = self.dropout(functional.gelu(self.narrow(self.dropout(states))))
        packed = nn.utils.rnn.pack_padded_sequence(narrowed, list(lengths), batch_first=True, enforce_sorted=False)
        along, _ = nn.utils.rnn.pad_packed_sequence(
            self.along(packed)[0], batch_first=True, total_length=states.shape[1]
        )
        traces = torch.cat([along, narrowed], dim=-1)  # (B, W, 2 * memory + narrow)
        answers: Tensor = self.answers(self.dropout(traces))
        return answers


class Probe:
    """A probe, loaded and ready; it computes in main memory, as it is too small for another device to pay."""

    def __init__(self, network: ProbeNetwork, *, layers: Sequence[int], name: str) -> None:
        """Take a fitted network that reads what comes out of `layers`, counted from 0."""
        self.layers = tuple(layers)
        self.name = name
        self._network = network.eval()

    @torch.inference_mode()
    def answer(self, states: Tensor, sentences: Sequence[int]) -> list[tuple[float, ...]]:
        """Return the probability (0-1) of each of `OUTPUTS` for each word.

        Args:
            states: (N, L, D), words of the sentences one after another.
            sentences: how many words each has, none of them 0.
        """
        if not sentences:
            return []
        words = rms_normalised(states.cpu()).flatten(1)
        padded = nn.utils.rnn.pad_sequence(list(words.split(list(sentences))), batch_first=True)
        with concurrency.one_thread():
            answers = self._network(padded, sentences).sigmoid()
        rows = [row[:length] for row, length in zip(answers, sentences, strict=True)]
        return [tuple(word) for word in torch.cat(rows).tolist()]


def rms_normalised(states: Tensor) -> Tensor:
    """Return states in float32, each layer's scaled to a mean square of 1: they grow from layer to layer."""
    return functional.rms_norm(states.float(), states.shape[-1:], eps=1e-6)


def load_probe(folder: Path) -> Probe:
    """Load the probe in `folder`.

    Raises:
        ModelError: it is missing or damaged.
    """
    file = folder / WEIGHTS
    with weights_file.opened(file, remedy=weights_file.REINSTALL) as stored:
        layers = [int(layer) for layer in stored.metadata()["layers"].split(",")]
        network = _filled({name: tensor.float() for name, tensor in weights_file.tensors_of(stored).items()})
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return Probe(network, layers=layers, name=f"probe-{digest}")


def _filled(tensors: Mapping[str, Tensor]) -> ProbeNetwork:
    """Make a network as large as the tensors say, and fill it with them."""
    narrow, memory = tensors["narrow.weight"], tensors["along.weight_hh_l0"]
    network = ProbeNetwork(narrow.shape[1], narrow=len(narrow), memory=memory.shape[1])
    network.load_state_dict(tensors)
    return network
