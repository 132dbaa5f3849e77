"""Boosted trees as arrays."""

from __future__ import annotations

import math
import random

import pytest

from auditor.detection.boosted_trees import LEAF, NO_TREES, BoostedTrees, Tree

DEEP = Tree(
    column=(1, 0, -1, -1, -1),
    cut=(5.0, -1.0, 0.0, 0.0, 0.0),
    missing_left=(True, False, False, False, False),
    left=(1, 3, 0, 0, 0),
    right=(2, 4, 0, 0, 0),
    value=(0.0, 0.0, 2.0, -1.0, 1.0),
)


@pytest.mark.parametrize(
    ("row", "log_odds"),
    [((0.0, 6.0), 2.0), ((-2.0, 5.0), -1.0), ((0.0, 5.0), 1.0), ((math.nan, math.nan), 1.0), ((-1.0, math.nan), -1.0)],
)
def test_a_tree_sends_each_row_to_its_leaf(row: tuple[float, float], log_odds: float) -> None:
    """At most the cut goes left; what is not known goes where the tree learned to send it."""
    twice = BoostedTrees(("b", "a"), 0.25, (DEEP, DEEP))

    (probability,) = twice.probabilities([row[::-1]], ("a", "b"))

    assert _log_odds(probability) == pytest.approx(0.25 + 2 * log_odds)


@pytest.mark.parametrize("leaves", [1, 2, 8, 9, 40, 64])
def test_all_trees_at_once_are_what_each_is_alone(leaves: int) -> None:
    """Whatever their shape; a cut at infinity parts what is missing from everything else."""
    source = random.Random(leaves)  # noqa: S311 (no secret)
    trees = [_grown(source, leaves), _grown(source, max(1, leaves // 2)), _grown(source, leaves)]
    rows = [[source.choice([math.nan, source.gauss(0, 1)]) for _ in range(3)] for _ in range(50)]

    found = BoostedTrees(("a", "b", "c"), -0.5, tuple(trees)).probabilities(rows, ("a", "b", "c"))

    for row, probability in zip(rows, found, strict=True):
        assert _log_odds(probability) == pytest.approx(-0.5 + sum(_walked(tree, row) for tree in trees))


def test_no_trees_know_nothing() -> None:
    """Every row is as likely as the start says."""
    assert NO_TREES.probabilities([(1.0,), (2.0,)], ("a",)) == (0.5, 0.5)
    assert NO_TREES.probabilities([], ("a",)) == ()


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _grown(source: random.Random, leaves: int) -> Tree:
    """Grow a tree of some shape by splitting one leaf after another."""
    nodes: list[tuple[int, float, bool, int, int, float]] = [(LEAF, 0.0, False, 0, 0, source.uniform(-1, 1))]
    for _ in range(leaves - 1):
        at = source.choice([number for number, node in enumerate(nodes) if node[0] == LEAF])
        cut = source.choice([math.inf, source.gauss(0, 1), source.gauss(0, 1)])
        nodes[at] = (source.randrange(3), cut, source.random() < 0.5, len(nodes), len(nodes) + 1, 0.0)
        nodes += [(LEAF, 0.0, False, 0, 0, source.uniform(-1, 1)) for _ in range(2)]
    return Tree(*zip(*nodes, strict=True))


def _walked(tree: Tree, row: list[float]) -> float:
    node = 0
    while tree.column[node] != LEAF:
        seen = row[tree.column[node]]
        goes_left = tree.missing_left[node] if math.isnan(seen) else seen <= tree.cut[node]
        node = tree.left[node] if goes_left else tree.right[node]
    return tree.value[node]
