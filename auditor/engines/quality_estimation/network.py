"""The quality estimator's network: a BERT encoder that reads a translation and, where there is one, its source.

Layers 1-6 read the two apart; how well their tokens match then becomes a few numbers a token; layers 7-12 read both
together. From there a number a word and a number a sentence. Plain batched matrix products are used on purpose: at a
head width of 32 the fused attention's backward pass is slower.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from auditor import concurrency
from auditor.engines.kernels.encoder_layers import EncoderLayer, run_layers
from auditor.engines.kernels.padding import pad_to
from auditor.engines.quality_estimation.file_format import BLOCK, Sizes

SEPARATE_LAYERS = 6
"""Layers that read translation and source apart."""
MATCH_FEATURES = 6
"""Numbers a token that say how well it is matched on the other side."""
TEMPERATURE = 0.05
MARKED, EDITED, KINDS = 3, 2, 12
DROPOUT = 0.1
"""Share of what a fitted layer adds that is left out at random while fitting."""
CLASS_WEIGHTS = (1.0, 2.0, 2.0)
"""What no, minor and major error weighed in fitting: marked errors are rare (13 %), and CometKiwi weighs them six times
as much. A weighed cross-entropy is least at weight times probability, so dividing by the weights gives probabilities.
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a batch: subword ids and which of them are real. Shapes: (batch, subwords), bool for `mask`."""

    ids: Tensor
    mask: Tensor

    def to(self, device: torch.device) -> Side:
        """Return the side on a device."""
        return Side(self.ids.to(device), self.mask.to(device))


@dataclass(frozen=True, slots=True)
class Batch:
    """Translations, their sources (only beginning and end marks where there is none), and the words.

    `pool` (batch, words, subwords of the translation) averages the subwords of a word; rows of absent words are zero.
    `has_source` (batch,) is bool.
    """

    target: Side
    source: Side
    pool: Tensor
    has_source: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(self.target.to(device), self.source.to(device), self.pool.to(device), self.has_source.to(device))


@dataclass(frozen=True, slots=True)
class Outputs:
    """Logits a word and scores a sentence.

    `marked` (batch, words, 3): no, minor, major error in the eyes of a rater who marks errors; `edited` (batch, words,
    2): changed by a post-editor, and changed or followed on by a gap (WMT22's way); `kinds` (batch, words, 12): which
    kind of error if it is one. `scores` (batch, 2): direct assessment and MQM, each standardised, higher is better.
    """

    marked: Tensor
    edited: Tensor
    kinds: Tensor
    scores: Tensor

    def to(self, device: torch.device) -> Outputs:
        """Return the outputs on a device."""
        return Outputs(*(part.to(device) for part in (self.marked, self.edited, self.kinds, self.scores)))


class Embeddings(nn.Module):
    """Frozen word embeddings as small integers with scales, plus positions."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width = sizes.width
        self.integers: Tensor
        self.scales: Tensor
        # Without numbers, as they come from a file: 96 million zeros would take as long as all the rest of the network.
        self.register_buffer("integers", torch.empty(sizes.vocabulary, width, dtype=torch.int8), persistent=False)
        scales = torch.empty(sizes.vocabulary, width // BLOCK, dtype=torch.float16)
        self.register_buffer("scales", scales, persistent=False)
        self.positions = nn.Parameter(torch.zeros(sizes.positions, width), requires_grad=False)
        self.norm = nn.LayerNorm(width, eps=sizes.epsilon)

    def forward(self, ids: Tensor) -> Tensor:
        """Return embeddings (batch, subwords, width)."""
        blocks = self.integers[ids].view(*ids.shape, -1, BLOCK).float()  # (batch, subwords, blocks, 32)
        words = (blocks * self.scales[ids].float().unsqueeze(-1)).flatten(-2)  # (batch, subwords, width)
        embedded: Tensor = self.norm(words + self.positions[: ids.shape[1]])
        return embedded


class QualityNetwork(nn.Module):
    """Reads a batch, returns logits a word and scores a sentence."""

    def __init__(self, sizes: Sizes, *, frozen: int = 3) -> None:
        super().__init__()
        width = sizes.width
        self.frozen = frozen
        self.embeddings = Embeddings(sizes)
        self.layers = nn.ModuleList(
            EncoderLayer(sizes, dropout=DROPOUT if number >= frozen else 0.0) for number in range(sizes.layers)
        )
        # What all tokens share is no sign of a match: it is taken off before comparing.
        self.centre = nn.Parameter(torch.zeros(width))
        self.match = nn.Linear(MATCH_FEATURES, width)
        self.sides = nn.Parameter(torch.zeros(2, width))
        self.marked = nn.Linear(width, MARKED)
        self.edited = nn.Linear(width, EDITED)
        self.kinds = nn.Linear(width, KINDS)
        self.sentence = nn.Sequential(nn.Linear(2 * width + MATCH_FEATURES + 4, 256), nn.Tanh(), nn.Linear(256, 2))
        nn.init.zeros_(self.match.weight)
        nn.init.zeros_(self.match.bias)
        for parameter in (*self.embeddings.parameters(), *self.layers[:frozen].parameters()):
            parameter.requires_grad = False

    def read(self, side: Side) -> Tensor:
        """Read one side by itself; return (batch, subwords, width)."""
        with torch.no_grad():
            x = run_layers(self.layers[: self.frozen], self.embeddings(side.ids), side.mask)
        return run_layers(self.layers[self.frozen : SEPARATE_LAYERS], x, side.mask)

    def forward(self, batch: Batch) -> Outputs:
        """Read both sides apart, then together."""
        return self.join(batch, self.read(batch.target), self.read(batch.source))

    def join(self, batch: Batch, target: Tensor, source: Tensor) -> Outputs:
        """Read translation and source together, without a gap between them, given what `read` returned for each."""
        with concurrency.one_thread():
            match_target, match_source = self.compare(batch, target, source)
            x = torch.cat(
                [
                    target + self.match(match_target) + self.sides[0],
                    source + self.match(match_source) + self.sides[1],
                ],
                dim=1,
            )  # (batch, subwords of both, width)
        width = target.shape[1]
        lengths = torch.stack([batch.target.mask.sum(1), (batch.source.mask & batch.has_source[:, None]).sum(1)], dim=1)
        origins, mask = _joint_positions(lengths, width)
        x = x.gather(1, origins[..., None].expand(-1, -1, x.shape[-1]))  # (batch, longest pair, width)
        x = run_layers(self.layers[SEPARATE_LAYERS:], x, mask)
        back = lengths[:, :1] + torch.arange(source.shape[1], device=x.device)
        back = back.clamp_max(x.shape[1] - 1)  # beyond a source stands nothing that its mask shows
        other = x.gather(1, back[..., None].expand(-1, -1, x.shape[-1]))  # (batch, subwords of the source, width)
        own = pad_to(x, max(width, x.shape[1]), dim=-2)[:, :width]  # (batch, subwords of the translation, width)
        with torch.autocast(x.device.type, enabled=False), concurrency.one_thread():
            return self.heads(batch, own.float(), other.float(), match_target)

    def compare(self, batch: Batch, target: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """Return how well each subword is matched on the other side, (batch, subwords, 6) for each side."""
        if not bool(batch.has_source.any()):
            nothing = (*target.shape[:2], MATCH_FEATURES), (*source.shape[:2], MATCH_FEATURES)
            return target.new_zeros(nothing[0]), source.new_zeros(nothing[1])
        left = functional.normalize(target.float() - self.centre, dim=-1)
        right = functional.normalize(source.float() - self.centre, dim=-1)
        with torch.autocast(left.device.type, enabled=False):  # bfloat16 would blur the differences that count
            similarity = left @ right.transpose(1, 2)  # (batch, target, source)
        present = batch.has_source[:, None, None].float()
        return (
            _match(similarity, batch.source.mask) * present,
            _match(similarity.transpose(1, 2), batch.target.mask) * present,
        )

    def heads(self, batch: Batch, target: Tensor, source: Tensor, features: Tensor) -> Outputs:
        """Judge from what the last layer made of each side, and how well the translation's subwords were matched."""
        words = batch.pool @ target  # (batch, words, width)
        marked, edited = self.marked(words), self.edited(words)
        real = (batch.pool.sum(-1) > 0).float()  # (batch, words)
        present = batch.has_source[:, None].float()
        sentence = torch.cat(
            [
                _mean(target, batch.target.mask),
                _mean(source, batch.source.mask) * present,
                _mean(features, batch.target.mask),
                _average(1 - marked.softmax(-1)[..., 0], real),
                _average(edited.sigmoid()[..., 1], real),
                present,
                real.sum(-1, keepdim=True).log1p() / 4,
            ],
            dim=-1,
        )
        return Outputs(marked, edited, self.kinds(words), self.sentence(sentence))


def _joint_positions(lengths: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Say where the subwords of translation and source come from when one follows the other without a gap.

    `lengths` has those of both sides, (batch, 2); the source begins `width` places behind the translation's beginning.

    Returns:
        Places and which of them are real, both (batch, longest pair).
    """
    targets, sources = lengths[:, :1], lengths[:, 1:]
    steps = torch.arange(int(lengths.sum(1).max()), device=lengths.device)
    places = torch.where(steps < targets, steps, steps - targets + width)
    mask = steps < targets + sources
    return places.where(mask, 0), mask


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    weights = mask.float()
    return (x * weights[..., None]).sum(1) / weights.sum(1, keepdim=True)


def _average(values: Tensor, real: Tensor) -> Tensor:
    return (values * real).sum(1, keepdim=True) / real.sum(1, keepdim=True).clamp_min(1)


def _match(similarity: Tensor, mask: Tensor) -> Tensor:
    """Say of each row how well a column matches it: similarity (batch, rows, columns), mask (batch, columns).

    The numbers: best; best less second best; soft best; mean; how far the best column prefers another row; whether it
    prefers none.
    """
    hidden = similarity.masked_fill(~mask[:, None], -1.0)
    two = hidden.topk(min(2, hidden.shape[-1]), dim=-1)
    best = two.values[..., 0]
    gap = best - two.values[..., -1]
    logits = similarity.masked_fill(~mask[:, None], -1e4) / TEMPERATURE
    soft = logits.logsumexp(-1) * TEMPERATURE
    count = mask.sum(-1).float()[:, None].clamp_min(1)
    mean = (similarity * mask[:, None]).sum(-1) / count
    favourite = similarity.amax(1).gather(1, two.indices[..., 0])  # (batch, rows)
    return torch.stack([best, gap, soft, mean, favourite - best, (favourite <= best).float()], dim=-1)
