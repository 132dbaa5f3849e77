"""The post-editor's network: MPNet-base without its last layer, and what it says of each word.

Layers below `FROZEN` are MPNet-base's own; those above, and the heads, were fitted to undo damage in English news
(`models/train/post_editor.py`). Attention adds a number for the distance of two places. The state of the first subword
of a word becomes: the log-odds that the word is kept; if it is not, a distribution over nothing and every whole word of
the vocabulary; which function word is missing before it; and how likely a post-editor changes and a rater marks it.

Source: Song et al. (2020), "MPNet"; Omelianchuk et al. (2020), "GECToR", for tagging edits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from auditor.engines.kernels.encoder_layers import EncoderLayer, run_layers
from auditor.engines.post_editing.file_format import LAST, Sizes

BEGIN, PAD, END = 0, 1, 2
FARTHEST = 128
"""Subwords from which all distances count alike."""
MISSING = (
    "the", "a", "an", "of", "to", "in", "on", "for", "at", "with", "by", "from", "that", "as", "and", "it", "is", "was",
    "are", "were", "be", "been", "have", "has", "had", "not", "his", "their", "its", "he", "they", "who", "which",
    "will", "would", "there", "or", "about", "up", "out", "into", "all", "more", "this", "said",
)  # fmt: skip
"""Words that are named when they are missing; the class before them is "none", the one behind them "another"."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the network says of some words.

    `kept` (words,): log-odds. `replacements` (words, best): log P(replacement | the word is wrong), the likeliest
    first, and their numbers, of which 0 is nothing, in `numbers` (words, best). `missing` (words, classes):
    log-probabilities. `judged` (words, 2): log-odds that a post-editor changes and that a rater marks it.
    """

    kept: Tensor
    replacements: Tensor
    numbers: Tensor
    missing: Tensor
    judged: Tensor


class PostEditorNetwork(nn.Module):
    """Reads windows of subwords; says something of some of them."""

    def __init__(self, sizes: Sizes, vocabulary: Sequence[int]) -> None:
        """Take the numbers of the subwords that are whole words, which may stand in the place of a wrong one."""
        super().__init__()
        width = sizes.width
        self.words = nn.Parameter(torch.empty(sizes.vocabulary, width), requires_grad=False)
        self.positions = nn.Parameter(torch.empty(sizes.positions, width), requires_grad=False)
        self.distances = nn.Parameter(torch.empty(sizes.buckets, sizes.heads), requires_grad=False)
        self.norm = nn.LayerNorm(width, eps=sizes.epsilon)
        self.layers = nn.ModuleList(EncoderLayer(sizes) for _ in range(LAST))
        self.transform = nn.Linear(width, width)
        self.restoring_norm = nn.LayerNorm(width)
        self.restoring_bias = nn.Parameter(torch.zeros(len(vocabulary)))
        self.deleting = nn.Linear(width, 1)
        self.keeping = nn.Linear(width, 1)
        self.missing = nn.Linear(width, len(MISSING) + 2)
        self.judging = nn.Linear(width, 2)
        self.vocabulary: Tensor
        self.register_buffer("vocabulary", torch.tensor(vocabulary), persistent=False)

    def states(self, ids: Tensor) -> Tensor:
        """Return the states of subwords (windows, time), padded by `PAD`: (windows, time, width)."""
        mask = ids != PAD
        time = ids.shape[1]
        # As RoBERTa, MPNet counts places from behind the number of the padding.
        embedded = functional.embedding(ids, self.words).float() + self.positions[PAD + 1 : PAD + 1 + time].float()
        relative = self.distances[distance_buckets(time, len(self.distances))].permute(2, 0, 1)  # (heads, time, time)
        return run_layers(self.layers, self.norm(embedded), mask, relative=relative)

    def outputs(self, states: Tensor, *, best: int) -> Outputs:
        """Say of words, by the states of their first subwords (words, width), what is in `Outputs`."""
        wanted = self.restoring_norm(functional.gelu(self.transform(states)))
        replacing = wanted.to(self.words.dtype) @ self.restoring_words.T
        logits = torch.cat([self.deleting(states), replacing.float() + self.restoring_bias], 1)
        replacements, numbers = logits.log_softmax(1).topk(min(best, logits.shape[1]), dim=1)
        missing = self.missing(states).log_softmax(1)
        return Outputs(self.keeping(states).squeeze(1), replacements, numbers, missing, self.judging(states))

    def ready(self, dtype: torch.dtype) -> None:
        """Keep the matrices in the type that they are multiplied in; nothing is fitted from here on."""
        self.eval().requires_grad_(requires_grad=False)
        for layer in self.layers:
            for linear in (layer.qkv, layer.out, layer.up, layer.down):
                linear.to(dtype)
        self.words.data = self.words.data.to(dtype)
        self.restoring_words = self.words[self.vocabulary]


def distance_buckets(time: int, buckets: int) -> Tensor:
    """Return the bucket of the distance between each two places, (time, time).

    Half of them is for what stands behind; of each half the first half are single steps, the others grow like the
    logarithm up to `FARTHEST`, as in T5.
    """
    places = torch.arange(time)
    distance = places[:, None] - places[None, :]  # of the place that attends from the one attended to
    half = buckets // 2
    steps = distance.abs()
    single = half // 2
    grown = torch.log(steps.clamp_min(1).float() / single) / math.log(FARTHEST / single) * (half - single)
    far = (single + grown.long()).clamp_max(half - 1)
    return torch.where(distance < 0, half, 0) + torch.where(steps < single, steps, far)
