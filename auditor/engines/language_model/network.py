"""What a causal language model's network must do for a reader, whoever computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor


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
