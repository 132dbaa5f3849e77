"""What the quality estimator is asked for, as one number to make small."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from auditor.engines.quality_estimation.network import CLASS_WEIGHTS, Batch, Outputs, QualityNetwork, Side
from models.train.examples import Example

SCORE, KIND, CONTRAST = 0.3, 0.05, 0.15
"""Weights beside the word losses, which weigh 1."""
MARGIN = 0.5
SWAPPED_SHARE = 12
"""One of so many pairs is also read with another pair's source."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a batch with masks of what is known.

    `marked` (batch, words, 3), `edited` (batch, words, 2), `kinds` (batch, words, 12), `scores` (batch, 2); the masks
    have the same shapes less the last axis, `edited_known` and `scores_known` all axes.
    """

    marked: Tensor
    marked_known: Tensor
    edited: Tensor
    edited_known: Tensor
    kinds: Tensor
    scores: Tensor
    scores_known: Tensor


def labels(examples: Sequence[Example], words: int) -> Labels:
    """Lay the examples' labels out as tensors with `words` columns."""
    count = len(examples)
    made = Labels(
        torch.zeros(count, words, 3),
        torch.zeros(count, words, dtype=torch.bool),
        torch.zeros(count, words, 2),
        torch.zeros(count, words, 2, dtype=torch.bool),
        torch.zeros(count, words, 12),
        torch.zeros(count, 2),
        torch.zeros(count, 2, dtype=torch.bool),
    )
    for row, example in enumerate(examples):
        length = len(example.pair.words) + 1
        if example.marked is not None:
            made.marked[row, :length] = torch.tensor(example.marked)
            made.marked_known[row, :length] = True
        if example.edited is not None:
            made.edited[row, :length] = torch.tensor(example.edited)
            made.edited_known[row, :length] = True
            made.edited_known[row, length - 1, 0] = False  # the end is no word that could be changed
        if example.kinds is not None:
            made.kinds[row, :length] = torch.tensor(example.kinds)
        for column, score in enumerate((example.assessment, example.mqm)):
            if score is not None:
                made.scores[row, column] = score
                made.scores_known[row, column] = True
    return made


def loss(
    network: QualityNetwork, batch: Batch, examples: Sequence[Example], chance: random.Random
) -> dict[str, Tensor]:
    """Run the network and return the parts of the loss, already weighed; their sum is to be made small."""
    target, source = network.read(batch.target), network.read(batch.source)
    outputs = network.join(batch, target, source)
    gold = labels(examples, batch.pool.shape[1])
    parts = {
        "marked": _marked(outputs, gold),
        "edited": _edited(outputs, gold),
        "kind": KIND * _kind(outputs, gold),
        "score": SCORE * _score(outputs, gold),
    }
    swapped = _swaps(examples, chance)
    if swapped:
        rows, partners = (torch.tensor(side) for side in zip(*swapped, strict=True))
        other = Batch(
            Side(batch.target.ids[rows], batch.target.mask[rows]),
            Side(batch.source.ids[partners], batch.source.mask[partners]),
            batch.pool[rows],
            batch.has_source[rows],
        )
        wrong = network.join(other, target[rows], source[partners])
        parts["contrast"] = CONTRAST * _contrast(outputs, wrong, rows, batch.pool)
    return parts


def _marked(outputs: Outputs, gold: Labels) -> Tensor:
    losses = -(gold.marked * torch.tensor(CLASS_WEIGHTS) * outputs.marked.log_softmax(-1)).sum(-1)
    return _average(losses, gold.marked_known)


def _edited(outputs: Outputs, gold: Labels) -> Tensor:
    losses = functional.binary_cross_entropy_with_logits(outputs.edited, gold.edited, reduction="none")
    return _average(losses, gold.edited_known)


def _kind(outputs: Outputs, gold: Labels) -> Tensor:
    losses = -(gold.kinds * outputs.kinds.log_softmax(-1)).sum(-1)
    return losses.sum() / gold.kinds.sum().clamp_min(1)


def _score(outputs: Outputs, gold: Labels) -> Tensor:
    losses = functional.smooth_l1_loss(outputs.scores, gold.scores, reduction="none")
    return _average(losses, gold.scores_known)


def _average(losses: Tensor, known: Tensor) -> Tensor:
    return (losses * known).sum() / known.sum().clamp_min(1)


def _swaps(examples: Sequence[Example], chance: random.Random) -> list[tuple[int, int]]:
    """Choose pairs and, for each, another pair of the same language with a source of its own."""
    having = [row for row, example in enumerate(examples) if example.pair.source]
    swaps: list[tuple[int, int]] = []
    for row in chance.sample(having, len(having) // SWAPPED_SHARE):
        one = examples[row]
        partners: list[int] = []
        for at in having:
            if examples[at].language == one.language and examples[at].pair.source != one.pair.source:
                partners.append(at)
        if partners:
            swaps.append((row, chance.choice(partners)))
    return swaps


def _contrast(right: Outputs, wrong: Outputs, rows: Tensor, pool: Tensor) -> Tensor:
    """Ask that a wrong source lowers both scores and raises the probability of an error a word."""
    scores = functional.softplus(wrong.scores - right.scores[rows] + MARGIN).mean()
    real = pool[rows].sum(-1) > 0
    before = right.edited[rows].sigmoid()[..., 0], 1 - right.marked[rows].softmax(-1)[..., 0]
    after = wrong.edited.sigmoid()[..., 0], 1 - wrong.marked.softmax(-1)[..., 0]
    words = sum(
        functional.relu(_rows(b, real) - _rows(a, real) + MARGIN / 2).mean() for b, a in zip(before, after, strict=True)
    )
    return scores + words


def _rows(values: Tensor, real: Tensor) -> Tensor:
    return (values * real).sum(1) / real.sum(1).clamp_min(1)
