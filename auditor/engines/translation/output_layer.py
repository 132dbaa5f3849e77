"""The output layer of a translation model: scores over a vocabulary too large to hold for a whole batch.

Shapes: N rows (target positions of a batch, packed), D width, V vocabulary.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from auditor.engines.kernels.quantized_linear import Linear

FORBIDDEN = -1e9  # the bias of a subword that is never written; finite, so that a share of 0 times a logit is 0
_ROWS = 512  # rows whose logits stand in memory at once
_SLICE = 4000  # output subwords at once: 512 rows of them (8 MB) stay in the processor's cache, a quarter faster


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of given subwords: each (N), and the `top_*` subwords of each row, best first, (N, best)."""

    log_probs: Tensor
    entropies: Tensor
    ranks: Tensor
    top_log_probs: Tensor
    top_ids: Tensor

    @classmethod
    def joined(cls, parts: Sequence[Scored]) -> Scored:
        """Put rows after rows, in main memory."""
        columns: list[Tensor] = []
        for field in fields(cls):
            column = torch.cat([getattr(part, field.name) for part in parts])
            columns.append(column.cpu())
        return cls(*columns)


class OutputLayer:
    """Logits, float32, of each of `size` subwords; a bias of `FORBIDDEN` keeps a subword out."""

    def __init__(self, linear: Linear, size: int) -> None:
        """Take what makes the logits of the whole vocabulary of a row, (N, D) -> (N, V)."""
        self._linear, self._size = linear, size

    def score(self, hidden: Tensor, given: Tensor, *, best: int) -> Scored:
        """Score the subwords `given` (N) at the rows `hidden` (N, D) against the whole vocabulary."""
        pairs = zip(hidden.split(_ROWS), given.split(_ROWS), strict=True)
        return Scored.joined([self._score_rows(rows, subwords, best) for rows, subwords in pairs])

    def first_choice(self, hidden: Tensor) -> Tensor:
        """Return the most likely subword of each row, (N)."""
        return torch.cat([self._first_choice_rows(rows) for rows in hidden.split(_ROWS)])

    def _first_choice_rows(self, hidden: Tensor) -> Tensor:
        tops = [(part(hidden).max(dim=1), start) for start, part in self._parts]
        values = torch.stack([top.values for top, _ in tops])  # (slices, N)
        ids = torch.stack([top.indices + start for top, start in tops])
        return ids.gather(0, values.argmax(0, keepdim=True)).squeeze(0)

    def _score_rows(self, hidden: Tensor, given: Tensor, best: int) -> Scored:
        own = self._linear.gather(hidden, given)
        scratch = hidden.new_empty(hidden.shape[0] * _SLICE)
        slices = [_measure(part(hidden), given - start, own, best, scratch, start) for start, part in self._parts]
        return _merge(slices, own, best)

    @functools.cached_property
    def _parts(self) -> list[tuple[int, Linear]]:
        """The first subword of each part of the vocabulary, and what makes its logits."""
        starts = range(0, self._size, _SLICE)
        return [(start, self._linear.select(slice(start, start + _SLICE))) for start in starts]


@dataclass(frozen=True, slots=True)
class _Slice:
    """What a part of the vocabulary adds: log of its mass, mean logit, subwords above the given one, top subwords."""

    log_mass: Tensor
    mean: Tensor
    above: Tensor
    top_logits: Tensor
    top_ids: Tensor


def _measure(logits: Tensor, given: Tensor, own: Tensor, best: int, scratch: Tensor, start: int) -> _Slice:
    """Measure `logits` (N, part of V); `given` counts from the part's first subword, `start` is that subword."""
    rows = ((given >= 0) & (given < logits.shape[1])).nonzero().squeeze(1)
    logits[rows, given[rows]] = own[rows]  # so that rounding never puts a subword above itself
    top = logits.topk(min(best, logits.shape[1]), dim=1)
    room = scratch[: logits.numel()].view_as(logits)
    above = torch.sub(logits, own.unsqueeze(1), out=room).sign_().clamp_(min=0).sum(1)
    shares = torch.softmax(logits, dim=1, out=room)
    return _Slice(
        log_mass=logits.amax(1) - shares.amax(1).log(),  # the highest logit less its own log-share
        mean=torch.linalg.vecdot(shares, logits),
        above=above,
        top_logits=top.values,
        top_ids=top.indices + start,
    )


def _merge(slices: Sequence[_Slice], own: Tensor, best: int) -> Scored:
    masses = torch.stack([part.log_mass for part in slices])  # (slices, N)
    whole = masses.logsumexp(0)
    means = torch.stack([part.mean for part in slices])
    logits = torch.cat([part.top_logits for part in slices], dim=1)
    top = logits.topk(min(best, logits.shape[1]), dim=1)
    return Scored(
        log_probs=(own - whole).clamp_max(0.0),
        entropies=(whole - ((masses - whole).exp() * means).sum(0)).clamp_min(0.0),
        ranks=torch.stack([part.above for part in slices]).sum(0).long(),
        top_log_probs=top.values - whole.unsqueeze(1),
        top_ids=torch.cat([part.top_ids for part in slices], dim=1).gather(1, top.indices),
    )
