"""Boosted trees, as arrays: what was fitted elsewhere, read here with numpy alone."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEAF = -1
"""The column of a node that ends the walk."""
_GREATEST = sys.float_info.max  # stands for a cut at infinity, which parts what is lost from the rest


@dataclass(frozen=True, slots=True)
class Tree:
    """A decision tree as arrays, one item a node; the first node is the root.

    A row goes `left` where its `column` is at most `cut`, or where it is NaN and `lost_left` says so; a node whose
    column is `LEAF` ends the walk with `value` (log-odds).
    """

    column: tuple[int, ...]
    cut: tuple[float, ...]
    lost_left: tuple[bool, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class Forest:
    """Boosted trees over the named columns, of at most 64 leaves each; `start` is the log-odds before any tree."""

    columns: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]

    def probabilities(self, rows: Sequence[Sequence[float]], names: Sequence[str]) -> tuple[float, ...]:
        """Return the raw probability, 0-1, of each row whose columns are called `names`."""
        import numpy as np

        if not rows:
            return ()
        matrix = np.asarray(rows, dtype=float)[:, [names.index(column) for column in self.columns]]
        sums = np.add.reduce(self._grove.leaves(matrix), axis=0, initial=self.start)
        return tuple((1 / (1 + np.exp(-sums))).tolist())

    @functools.cached_property
    def _grove(self) -> _Grove:
        return _Grove(self.trees, len(self.columns))


NO_TREES = Forest((), 0.0, ())
"""Knows nothing: everything is as likely as not."""


class _Grove:
    """All trees walked at once, without a walk: five times as fast as one after another.

    Every node is compared with every row; where a row goes right, the leaves to the left of that node are ruled out,
    and the first leaf of a tree that is left is the row's (Lucchese et al. 2015, "QuickScorer").
    """

    def __init__(self, trees: Sequence[Tree], columns: int) -> None:
        import numpy as np

        grown = [_grown(tree) for tree in trees]
        nodes = [node for splits, _ in grown for node in splits]
        most = max((len(values) for _, values in grown), default=1)
        leaves = np.min_scalar_type(2**most - 1)
        self._starts = np.cumsum([0, *(len(splits) for splits, _ in grown)])[:-1]
        # A row's columns stand there twice: with what is lost as less than every cut, and as more.
        self._columns = np.array([column + (0 if lost_left else columns) for column, _, lost_left, _ in nodes], int)
        self._cuts = np.array([min(cut, _GREATEST) for _, cut, _, _ in nodes])[:, None]
        self._right = np.array([2**most - 1 - left for *_, left in nodes], leaves)[:, None]
        self._all = np.array(2**most - 1, leaves)
        self._values = np.array([[*values, *[0.0] * (most - len(values))] for _, values in grown])

    def leaves(self, rows: np.ndarray) -> np.ndarray:
        """Return each tree's value for each of the rows (words, columns), as (trees, words)."""
        import numpy as np

        if not len(self._values):
            return np.zeros((0, len(rows)))
        lost = np.isnan(rows)
        known = np.concatenate([np.where(lost, -np.inf, rows), np.where(lost, np.inf, rows)], axis=1).T
        possible = np.where(known[self._columns] > self._cuts, self._right, self._all)
        left = np.bitwise_and.reduceat(possible, self._starts, axis=0)
        first = np.log2((left & -left).astype(float)).astype(int)
        return np.take_along_axis(self._values, first, axis=1)


def _grown(tree: Tree) -> tuple[list[tuple[int, float, bool, int]], list[float]]:
    """Return a tree's nodes as (column, cut, where what is lost goes, bits of the leaves to its left), and its leaves.

    A tree of one leaf has a node that sends everything to it.
    """
    nodes: list[tuple[int, float, bool, int]] = []
    values: list[float] = []

    def bits(node: int) -> int:
        if tree.column[node] == LEAF:
            values.append(tree.value[node])
            return 1 << (len(values) - 1)
        left = bits(tree.left[node])
        nodes.append((tree.column[node], tree.cut[node], tree.lost_left[node], left))
        return left | bits(tree.right[node])

    bits(0)
    return nodes or [(0, _GREATEST, True, 0)], values
