"""Boosted trees over the words' numbers, fitted with scikit-learn and written out as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from auditor.detection.boosted_trees import BoostedTrees, Tree
from auditor.detection.features import NAMES
from models.train.documents import SEED
from models.train.feature_tables import FOLDS, Table

RISING = frozenset({"tagged", "major", "edited", "proposed", "unlikely", "wrong", "changed", "rated"})
"""Columns of which more never makes a word less suspect."""


def cross_fitted(tables: Sequence[Table], fitting: Sequence[Table], columns: Sequence[str]) -> list[tuple[float, ...]]:
    """Return, a table, its words' uncalibrated probabilities, by trees fitted on the other stories of `fitting`."""
    by_fold: list[BoostedTrees] = []
    for fold in range(FOLDS):
        others = [table for table in fitting if table.fold != fold]
        by_fold.append(grow(others, columns))
    return [by_fold[table.fold].probabilities(table.rows.tolist(), NAMES) for table in tables]


def grow(tables: Sequence[Table], columns: Sequence[str]) -> BoostedTrees:
    """Fit boosted trees; a word that half of the raters marked counts half as an error, half as none."""
    places_ = [NAMES.index(column) for column in columns]
    rows = np.concatenate([table.rows for table in tables])[:, places_]
    labels = np.concatenate([table.labels for table in tables])
    weights = np.concatenate([np.full(len(table.labels), table.weight) for table in tables])
    model = HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=120,
        max_leaf_nodes=8,
        min_samples_leaf=60,
        l2_regularization=5.0,
        monotonic_cst=[int(column in RISING) for column in columns],
        early_stopping=False,
        random_state=SEED,
    )
    both = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    shares = np.concatenate([weights * labels, weights * (1 - labels)])
    model.fit(np.vstack([rows, rows])[shares > 0], both[shares > 0], sample_weight=shares[shares > 0])
    trees = tuple(_tree(stage[0].nodes) for stage in model._predictors)  # scikit-learn has no public way to read them
    boosted = BoostedTrees(tuple(columns), float(model._baseline_prediction.ravel()[0]), trees)
    ours = boosted.probabilities(rows[:500].tolist(), columns)
    if not np.allclose(ours, model.predict_proba(rows[:500])[:, 1], atol=1e-6):
        raise RuntimeError("the exported trees differ from those that were fitted: scikit-learn has changed")
    return boosted


def _tree(nodes: np.ndarray) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        column=tuple(np.where(leaf, -1, nodes["feature_idx"]).astype(int).tolist()),
        cut=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        missing_left=tuple(nodes["missing_go_to_left"].astype(bool).tolist()),
        left=tuple(nodes["left"].astype(int).tolist()),
        right=tuple(nodes["right"].astype(int).tolist()),
        value=tuple(np.where(leaf, nodes["value"], 0.0).tolist()),
    )
