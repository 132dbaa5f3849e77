"""Fit how the encoder and the probes of language pairs are added: a few numbers, printed.

    python -m models.train.blend --data ../shared/data     # minutes

Logistic regression on the log-odds of both, over development rows: of the pairs with post-edits, and of marked news.
The probe's share of the score is the best of a grid, by the mean of Spearman's coefficients over the pairs. What is
printed goes into `auditor.evaluation.learned.BLENDS`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from auditor.engines import opening
from auditor.engines.pair_probes import Heard
from auditor.evaluation import gold
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.learned import Blend, Judged, Together, open_encoder
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.features import log_odds
from auditor.values import Settings
from models.train.examples import MARKED, POST_EDITED

SHARES = tuple(number / 20 for number in range(21))


def main() -> None:
    """Print a line for each of the four cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1000, help="of each pair")
    arguments = parser.parse_args()
    settings = Settings(cache=False)
    system = Together(open_encoder(Options(settings, seed=1)), *opening.open_listener(settings))
    edited = [list(islice(_edited(arguments.data, pair), arguments.rows)) for pair in POST_EDITED]
    news = list(_marked(arguments.data))
    marked = news[:: max(1, len(news) // (2 * arguments.rows))]
    for made, groups in ((True, edited), (False, [marked])):
        heard = [system.hear([Request(row, None) for row in rows]) for rows in groups]
        for known in (True, False):
            print(made, known, fit(system.encoder, groups, heard, known=known), flush=True)


def fit(
    encoder: Judged, groups: Sequence[Sequence[GoldRow]], heard: Sequence[Sequence[Heard | None]], *, known: bool
) -> Blend:
    """Return the numbers for rows of several pairs and what the probes say of them, with their sources or without."""
    first: list[float] = []
    second: list[float] = []
    wrong: list[bool] = []
    ranks: list[list[float]] = []
    for rows, all_said in zip(groups, heard, strict=True):
        judged = encoder.predict([Request(row, (row.source or None) if known else None) for row in rows])
        each = [item for item in zip(rows, judged, all_said, strict=True) if item[0].official]
        both = [(row, one, said) for row, one, said in each if said is not None]
        for row, one, said in both:
            first += [log_odds(chance) for chance in one.official]
            second += said.official
            wrong += row.official or ()
        ranks.append(_ranks([(row, one, said.score) for row, one, said in both]))
    bias, ours, theirs = logistic(np.array([first, second]).T, np.array(wrong, dtype=np.float64))
    best = SHARES[int(np.argmax(np.mean(ranks, axis=0)))]
    return Blend(round(ours, 2), round(theirs, 2), round(bias, 2), best)


def logistic(columns: NDArray[np.float64], wrong: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the bias and the weights that make the gold likeliest, by L-BFGS."""
    x, y = torch.tensor(columns), torch.tensor(wrong)
    numbers = torch.zeros(x.shape[1] + 1, dtype=x.dtype, requires_grad=True)
    optimiser = torch.optim.LBFGS([numbers], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        found = torch.nn.functional.binary_cross_entropy_with_logits(x @ numbers[1:] + numbers[0], y)
        found.backward()
        return found

    optimiser.step(loss)
    return tuple(numbers.tolist())


def _ranks(scored: Sequence[tuple[GoldRow, Prediction, float]]) -> list[float]:
    judged = [(row.score, one.score, said) for row, one, said in scored if row.score is not None]
    truth, encoder, probe = np.array(judged).T
    return [float(spearmanr(truth, (1 - share) * encoder + share * probe).statistic) for share in SHARES]


def _edited(data: Path, pair: str) -> Iterator[GoldRow]:
    return gold.read_rows(data / "qe" / f"mlqe_{pair}.parquet", split="dev")


def _marked(data: Path) -> Iterator[GoldRow]:
    rows = gold.read_rows(data / "qe" / f"wmt_mqm_{MARKED}.parquet", split="train", measurable=True)
    return (row for row in rows if "newstest" in row.origin)


if __name__ == "__main__":
    main()
