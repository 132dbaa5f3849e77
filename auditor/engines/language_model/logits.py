"""Log-probabilities, entropies and ranks from a causal language model's logits, a few rows at a time.

Shapes: logits (rows, vocabulary); each row is what a token predicts to follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

_CHUNK_ROWS = 8  # rows of (rows, vocabulary) float32 at once: what stays in the cache is ten times faster than memory


def log_normalisers(logits: Tensor) -> Tensor:
    """Return the log-sum-exp of each row, float32 (rows,)."""
    return torch.cat([normaliser for normaliser, *_ in _softmax_chunks(logits)])


def measure(logits: Tensor, own: Sequence[int]) -> tuple[Tensor, list[float], list[float], list[int]]:
    """Return each row's log-normaliser and, for the first rows, log-probability, entropy and rank of each of `own`."""
    targets = torch.tensor(own, device=logits.device)
    gathered = logits[: len(own)].gather(1, targets[:, None]).float()
    before, entropies, ranks = [], [], []
    for mine, (normaliser, rows, shares) in zip(
        gathered.split(_CHUNK_ROWS), _softmax_chunks(logits[: len(own)]), strict=True
    ):
        before.append(normaliser)
        entropies.append(normaliser - torch.linalg.vecdot(shares, rows))
        ranks.append(torch.sub(rows, mine, out=shares).sign_().clamp_(min=0).sum(-1))
    known = torch.cat([*before, log_normalisers(logits[len(own) :])])
    log_probs = gathered[:, 0] - known[: len(own)]
    return known, log_probs.tolist(), torch.cat(entropies).tolist(), torch.cat(ranks).long().tolist()


def _softmax_chunks(logits: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield log-normalisers of a few rows, these rows in float32 and their softmax, in buffers that the next overwrite.

    New buffers for every few rows cost four times what is done in them: the system makes each of their pages anew.
    """
    buffer, other = torch.empty(2, _CHUNK_ROWS, logits.shape[-1], device=logits.device)
    for part in logits.split(_CHUNK_ROWS):
        rows = buffer[: len(part)].copy_(part)
        shares = torch.softmax(rows, -1, out=other[: len(part)])
        yield rows.amax(-1) - shares.amax(-1).log(), rows, shares  # the highest logit less its own log-share
