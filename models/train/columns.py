"""How well single numbers tell the wrong words: each column of the detector; quality estimator and probe together.

    python -m models.train.columns --out DIR     # what `models.train.collect` wrote; minutes

Words of documents that nothing was fitted on but the detector, read without sources; a word that half of the raters
marked is wrong. Average precision, with the middle 95 % over resampled stories.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auditor.detection.features import NAMES
from auditor.evaluation import measures
from models.train.collect import Collected, read
from models.train.documents import SEED
from models.train.feature_tables import Table, tabulate

SUMS = {"tagged + probed": ("tagged", "probed")}
RESAMPLES = 200


def main() -> None:
    """Print a line a column and origin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    collected: list[Collected] = []
    for item in read(arguments.out / "repairs.jsonl"):
        if item.labelled.origin not in {"plain", "clean"}:
            collected.append(item)
    groups: dict[str, list[Table]] = defaultdict(list)
    for table in tabulate(collected, None):
        if table.sources == "none":
            groups[table.collected.labelled.origin].append(table)
    for origin, tables in sorted(groups.items()):
        for name in (*NAMES, *SUMS):
            point, (low, high) = precision(tables, SUMS.get(name, (name,)))
            print(f"{origin:8} {name:16} {point:.3f} ({low:.3f}–{high:.3f})", flush=True)


def precision(tables: Sequence[Table], columns: Sequence[str]) -> tuple[float, tuple[float, float]]:
    """Return the average precision of the columns' sum as a sign of a wrong word, and its interval by story.

    A number that was not measured ranks below all others.
    """
    places = [NAMES.index(column) for column in columns]
    values = np.nan_to_num(np.concatenate([table.rows[:, places].sum(axis=1) for table in tables]), nan=-1e9)
    wrong = np.concatenate([table.labels >= 0.5 for table in tables])
    stories = sorted({table.collected.labelled.story for table in tables})
    owners = np.concatenate(
        [np.full(len(table.labels), stories.index(table.collected.labelled.story)) for table in tables]
    )
    resamples = measures.bootstrap_counts(len(stories), count=RESAMPLES, seed=SEED)
    spread = [measures.average_precision(wrong, values, weights[owners]) for weights in resamples]
    return measures.average_precision(wrong, values, np.ones(len(values))), measures.interval(spread)


if __name__ == "__main__":
    main()
