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
_GREATEST = sys.float_info.max  # stands for a cut at infinity, which parts what is missing from the rest


@dataclass(frozen=True, slots=True)
class Tree:
    """A decision tree as arrays, one item a node; the first node is the root.

    A row goes `left` where its `column` is at most `cut`, or where it is NaN and `missing_left` says so; a node whose
    column is `LEAF` ends the walk with `value` (log-odds).
    """

    column: tuple[int, ...]
    cut: tuple[float, ...]
    missing_left: tuple[bool, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class BoostedTrees:
    """Boosted trees over the named columns, of at most 64 leaves each; `start` is the log-odds before any tree."""

    columns: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]

    def probabilities(self, rows: Sequence[Sequence[float]], names: Sequence[str]) -> tuple[float, ...]:
        """Return the uncalibrated probability, 0-1, of each row whose columns are called `names`."""
        import numpy as np

        if not rows:
            return ()
        numbers = [names.index(column) for column in self.columns]
        matrix = np.asarray(rows, dtype=float)[:, numbers]  # (rows, columns)
        log_odds = np.add.reduce(self._scorer.leaves(matrix), axis=0, initial=self.start)  # (rows,)
        return tuple((1 / (1 + np.exp(-log_odds))).tolist())

    @functools.cached_property
    def _scorer(self) -> _QuickScorer:
        return _QuickScorer(self.trees, len(self.columns))


NO_TREES = BoostedTrees((), 0.0, ())
"""Knows nothing: everything is as likely as not."""


class _QuickScorer:
    """All trees walked at once, without a walk: five times as fast as one after another.

    Every node is compared with every row; where a row goes right, the leaves to the left of that node are ruled out,
    and the first leaf of a tree that is left is the row's (Lucchese et al. 2015, "QuickScorer").
    """

    def __init__(self, trees: Sequence[Tree], columns: int) -> None:
        import numpy as np

        nodes: list[_Split] = []
        starts: list[int] = []  # where each tree's nodes begin
        leaves: list[list[float]] = []
        for tree in trees:
            splits, values = _laid_out(tree)
            starts.append(len(nodes))
            nodes += splits
            leaves.append(values)
        most = max(map(len, leaves), default=1)
        every_leaf = 2**most - 1
        leaf_set = np.min_scalar_type(every_leaf)
        self._starts = np.array(starts, int)  # (trees,)
        # A row's columns stand there twice: with what is missing as less than every cut, and as more.
        self._columns = np.array([node.column + (0 if node.missing_left else columns) for node in nodes], int)
        self._cuts = np.array([min(node.cut, _GREATEST) for node in nodes])[:, None]
        self._right = np.array([every_leaf - node.left_leaves for node in nodes], leaf_set)[:, None]
        self._all = np.array(every_leaf, leaf_set)
        self._values = np.array([values + [0.0] * (most - len(values)) for values in leaves])  # (trees, most)

    def leaves(self, rows: np.ndarray) -> np.ndarray:
        """Return each tree's value for each of the rows (rows, columns), as (trees, rows)."""
        import numpy as np

        if not len(self._values):
            return np.zeros((0, len(rows)))
        missing = np.isnan(rows)
        known = np.concatenate([np.where(missing, -np.inf, rows), np.where(missing, np.inf, rows)], axis=1).T
        possible = np.where(known[self._columns] > self._cuts, self._right, self._all)  # (nodes, rows)
        left = np.bitwise_and.reduceat(possible, self._starts, axis=0)  # (trees, rows)
        first = np.log2((left & -left).astype(float)).astype(int)
        return np.take_along_axis(self._values, first, axis=1)


@dataclass(frozen=True, slots=True)
class _Split:
    """A node that parts rows; `left_leaves` has a bit set for each leaf of the tree to its left."""

    column: int
    cut: float
    missing_left: bool
    left_leaves: int


_NO_SPLIT = _Split(0, _GREATEST, missing_left=True, left_leaves=0)
"""Sends everything to the first leaf."""


def _laid_out(tree: Tree) -> tuple[list[_Split], list[float]]:
    """Return a tree's splits and the values of its leaves, from left to right."""
    splits: list[_Split] = []
    values: list[float] = []

    def leaves(node: int) -> int:
        """Return the set of leaves below a node, a bit each."""
        if tree.column[node] == LEAF:
            values.append(tree.value[node])
            return 1 << (len(values) - 1)
        left = leaves(tree.left[node])
        splits.append(_Split(tree.column[node], tree.cut[node], tree.missing_left[node], left))
        return left | leaves(tree.right[node])

    leaves(0)
    return splits or [_NO_SPLIT], values
