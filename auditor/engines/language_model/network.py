"""What a causal language model's network must do for `edit_scoring`, whoever computes it.

Shapes: N tokens of a continuation tree, V vocabulary, D width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class ContinuationTree:
    """Continuations of a text from many of its positions, as nodes of a tree: those that begin alike share nodes.

    One item a node in each field; a node stands behind its ancestors.

    Attributes:
        ids: the token's number in the vocabulary.
        ancestors: the nodes before it in its continuation, counted over all nodes of all trees given so far.
        positions: the token's position in the text it continues.
        prefix_lengths: how many tokens of the text it attends to.
    """

    ids: tuple[int, ...]
    ancestors: tuple[tuple[int, ...], ...]
    positions: tuple[int, ...]
    prefix_lengths: tuple[int, ...]


class Network(Protocol):
    """A causal language model's network; its state holds the keys and values of the tokens read."""

    @property
    def name(self) -> str:
        """Who computes, for the signature: two implementations of one network differ by rounding."""

    def read(self, ids: Sequence[int], *, keep: int, hidden_layers: Sequence[int] = ()) -> tuple[Any, Tensor, Tensor]:
        """Read a text, its start token included.

        Args:
            ids: token numbers.
            keep: of how many tokens at the end the logits and hidden states are wanted.
            hidden_layers: layers whose output is wanted, counted from 0, rising.

        Returns:
            The state; logits (keep, V), what each token predicts to follow; hidden states (keep, hidden layers, D).
        """

    def extend(self, state: Any, tree: ContinuationTree) -> tuple[Any, Tensor]:  # noqa: ANN401
        """Read a tree of continuations; each node attends to its prefix of the text, its ancestors, and itself.

        Returns:
            The state with these nodes, which takes the place of the one given; logits (N, V).
        """


def tree_attention_mask(ancestors: Sequence[Sequence[int]], *, before: int) -> Tensor:
    """Return which nodes each new node attends to, bool (N, before + N); `before` nodes were read earlier."""
    attended = torch.zeros(len(ancestors), before + len(ancestors), dtype=torch.bool)
    for row, path in enumerate(ancestors):
        attended[row, [*path, before + row]] = True
    return attended
