"""What a causal language model's logits say: how likely, how unsure, which rank; a few rows at a time.

Logits are (rows, vocabulary): each row what a token predicts to follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

_ROWS = 8  # rows of (rows, vocabulary) float32 at once: what stays in the cache is ten times faster than memory


def normalisers(logits: Tensor) -> Tensor:
    """Return the logarithm of the sum of each row's exponentials, float32 (rows,)."""
    return torch.cat([normaliser for normaliser, *_ in _read_off(logits)])


def measure(logits: Tensor, own: Sequence[int]) -> tuple[Tensor, list[float], list[float], list[int]]:
    """Return each row's normaliser and, for the rows that predict `own`: log-probabilities, entropies and ranks."""
    targets = torch.tensor(own, device=logits.device)
    picked = logits[: len(own)].gather(1, targets[:, None]).float()
    before, entropies, ranks = [], [], []
    for mine, (normaliser, rows, shares) in zip(picked.split(_ROWS), _read_off(logits[: len(own)]), strict=True):
        before.append(normaliser)
        entropies.append(normaliser - torch.linalg.vecdot(shares, rows))
        ranks.append(torch.sub(rows, mine, out=shares).sign_().clamp_(min=0).sum(-1))
    known = torch.cat([*before, normalisers(logits[len(own) :])])
    log_probs = picked[:, 0] - known[: len(own)]
    return known, log_probs.tolist(), torch.cat(entropies).tolist(), torch.cat(ranks).long().tolist()


def _read_off(logits: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield the normalisers of a few rows, these rows in float32 and their shares, in rooms that the next overwrite.

    New rooms for every few rows cost four times what is done in them: the system makes each of their pages anew.
    """
    room, other = torch.empty(2, _ROWS, logits.shape[-1], device=logits.device)
    for part in logits.split(_ROWS):
        rows = room[: len(part)].copy_(part)
        shares = torch.softmax(rows, -1, out=other[: len(part)])
        yield rows.amax(-1) - shares.amax(-1).log(), rows, shares  # the highest logit less its own log-share
