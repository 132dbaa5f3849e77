"""Greedy translation with a Firefox student: one batch, each sentence within its own shortlist.

Shapes: B unfinished sentences, D width, U subwords of the union of their shortlists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from auditor.engines.kernels.quantized_linear import Linear
from auditor.engines.translation.firefox.network import Memory, Network, States
from auditor.engines.translation.forced_decoding import Ids
from auditor.engines.translation.output_layer import FORBIDDEN

_COMPACT = 0.8  # finished sentences leave the batch when fewer than this share are unfinished: leaving copies the rest
_REGATHER = 0.7  # unused subwords leave the output layer when fewer than this share are used


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Which target subwords each source subword suggests: the list of subword p is ids[offsets[p] : offsets[p + 1]]."""

    offsets: Tensor
    ids: Tensor
    first: int

    def of(self, source: Ids) -> Tensor:
        """Return the subwords that a translation of `source` may use."""
        lists = [self.ids[self.offsets[subword] : self.offsets[subword + 1]] for subword in set(source)]
        return torch.cat([torch.arange(self.first), *lists])


@dataclass(frozen=True, slots=True)
class Choices:
    """The output layer over the union of a batch's shortlists; `barred` (B, U) is 0 in a sentence's own.

    Elsewhere it is `FORBIDDEN`. One multiplication for the union is faster than one for each sentence's own subwords.
    """

    ids: Tensor
    linear: Linear  # (…, D) -> (…, U), its own bias included
    barred: Tensor

    @classmethod
    def of(cls, network: Network, allowed: Sequence[Tensor] | None, *, batch: int) -> Choices:
        """Gather the subwords that any sentence may use; `allowed` None allows all."""
        permitted = torch.zeros(batch, len(network.bias), dtype=torch.bool)
        for row, subwords in enumerate(allowed or ()):
            permitted[row, subwords] = True
        if allowed is None:
            permitted[:] = True
        ids = permitted.any(0).nonzero().squeeze(1)
        device = network.bias.device
        barred = torch.zeros(batch, len(ids)).masked_fill_(~permitted[:, ids], FORBIDDEN).to(device)
        return cls(ids.to(device), network.subwords.select(ids.to(device)), barred)

    def logits(self, hidden: Tensor) -> Tensor:
        """Return (B, U)."""
        return self.linear(hidden).add_(self.barred)  # a tenth of the time of filling in

    def rows(self, kept: Tensor) -> Choices:
        """Keep some sentences, and only the subwords that these may use."""
        barred = self.barred[kept]
        used = (barred == 0).any(0).nonzero().squeeze(1)
        if len(used) > _REGATHER * len(self.ids):
            return Choices(self.ids, self.linear, barred)
        return Choices(self.ids[used], self.linear.select(used), barred[:, used])


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A greedy translation, its end symbol included if it came to one.

    `log_probs` are over the sentence's shortlist; empty unless asked.
    """

    ids: tuple[int, ...]
    log_probs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    """The sentences still at work; `rows` are their places in the whole batch, `open` is False for finished ones."""

    rows: Tensor
    open: Tensor
    limits: Tensor
    previous: Tensor  # (B, 1)
    memory: Memory
    choices: Choices
    states: States

    def compacted(self) -> _Batch:
        if not 0 < self.open.sum() < _COMPACT * len(self.open):
            return self
        kept = self.open.nonzero().squeeze(1)
        return _Batch(
            rows=self.rows[kept],
            open=self.open[kept],
            limits=self.limits[kept],
            previous=self.previous[kept],
            memory=self.memory.rows(kept),
            choices=self.choices.rows(kept),
            states=tuple(state[kept] for state in self.states),
        )


@dataclass(frozen=True, slots=True)
class _Column:
    """One step's subwords, with their log-probabilities if asked."""

    rows: Tensor
    picked: Tensor
    log_probs: Tensor | None


def search(
    network: Network, memory: Memory, choices: Choices, limits: Sequence[int], *, end: int, scored: bool
) -> list[Hypothesis]:
    """Take the most likely subword, step by step, until the end symbol or `limits` subwords."""
    batch = _start(network, memory, choices, limits)
    columns: list[_Column] = []
    for step in range(max(limits)):
        x = network.inputs(batch.previous, torch.full_like(batch.previous, step))
        hidden, states = network.decode(batch.memory, x, batch.states)
        logits = batch.choices.logits(hidden[:, 0])
        best = logits.max(dim=1)
        picked = batch.choices.ids[best.indices]
        columns.append(_Column(batch.rows, picked, best.values - logits.logsumexp(1) if scored else None))
        still_open = batch.open & (picked != end) & (batch.limits > step + 1)
        if not still_open.any():
            break
        batch = replace(batch, open=still_open, previous=picked.unsqueeze(1), states=states).compacted()
    return _hypotheses(columns, limits, end)


def _start(network: Network, memory: Memory, choices: Choices, limits: Sequence[int]) -> _Batch:
    device, count = network.bias.device, len(limits)
    zeros = torch.zeros(count, 1, network.positions.shape[1], device=device)
    return _Batch(
        rows=torch.arange(count, device=device),
        open=torch.ones(count, dtype=torch.bool, device=device),
        limits=torch.tensor(limits, device=device),
        previous=torch.full((count, 1), -1, device=device),
        memory=memory,
        choices=choices,
        states=tuple(zeros for _ in network.decoder),
    )


def _hypotheses(columns: Sequence[_Column], limits: Sequence[int], end: int) -> list[Hypothesis]:
    """Collect each sentence's subwords up to its end symbol or its limit: finished ones stay in a batch for a while."""
    ids: list[list[int]] = [[] for _ in limits]
    log_probs: list[list[float]] = [[] for _ in limits]
    for column in columns:
        values = [] if column.log_probs is None else column.log_probs.tolist()
        for place, (row, subword) in enumerate(zip(column.rows.tolist(), column.picked.tolist(), strict=True)):
            if len(ids[row]) < limits[row] and end not in ids[row][-1:]:
                ids[row].append(subword)
                log_probs[row].extend(values[place : place + 1])
    return [Hypothesis(tuple(subwords), tuple(values)) for subwords, values in zip(ids, log_probs, strict=True)]
