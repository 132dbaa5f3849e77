"""Fit how the encoder and the probes of language pairs are added: a few numbers, printed.

    python -m models.train.fit_blend --data ../shared/data     # a quarter of an hour

Development rows are read: of the pairs with post-edits, and of marked news. The log-odds of all voices are added by
logistic regression, their scores by least squares; of a pair that nothing was fitted on by what the probes of the other
pairs say of each of these. A pair that probes were fitted on has weights of its own, held near those of all by a
penalty. From 1 to 100 it makes no difference of more than .001 nats a word (each half of the rows told by the other);
without such weights ro-en has a word MCC of .58 instead of .59. What is printed goes into
`auditor.evaluation.learned.BLENDS`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from auditor.engines import factory
from auditor.engines.pair_probes import Heard
from auditor.evaluation import gold
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.learned import Blend, Case, Together, case, voices
from auditor.evaluation.systems import Request
from auditor.values import Settings
from models.train.examples import MARKED, POST_EDITED

PENALTY = 30.0
"""Of the square of what a pair's weights differ from those of all, in nats of the rows' likelihood."""


@dataclass(frozen=True, slots=True)
class Said:
    """What all voices say of one row, and the row."""

    heard: Sequence[Heard]
    row: GoldRow


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1000, help="of each pair")
    arguments = parser.parse_args()
    system = Together(*factory.open_listeners(Settings(cache=False)))
    groups = [list(islice(_edited(arguments.data, pair), arguments.rows)) for pair in POST_EDITED]
    news = list(_marked(arguments.data))
    groups.append(news[:: max(1, len(news) // (2 * arguments.rows))])
    said: dict[Case, list[Said]] = {}
    for rows in groups:
        for kind, each in listen(system, rows):
            said.setdefault(kind, []).append(each)
    for kind, all_said in said.items():
        print(f"Case.{kind.name}: {fit(all_said, apart=kind in {Case.FITTED, Case.FITTED_ALONE})},", flush=True)


def listen(system: Together, rows: Sequence[GoldRow]) -> Iterator[tuple[Case, Said]]:
    """Yield what is said of each row with its source and without, by all probes and by those of other pairs."""
    measurable = [row for row in rows if row.official and row.words]
    requests = [Request(row, source) for row in measurable for source in (row.source or None, None)]
    for request, reading in zip(requests, system.read(requests), strict=True):
        pair = request.row.pair
        for probes in (system.probes, system.probes.without(pair)) if pair in POST_EDITED else (system.probes,):
            yield case(request, probes), Said(voices(request, reading, probes), request.row)


def fit(said: Sequence[Said], *, apart: bool) -> Blend:
    """Return the numbers that suit what was said best; pairs differ in how much is wrong, so each has its own bias.

    `apart` fits each pair's own weights, too.
    """
    pairs = sorted({each.row.pair for each in said})
    odds = np.array([column for each in said for column in zip(*(voice.official for voice in each.heard), strict=True)])
    wrong = np.array([tag for each in said for tag in each.row.official or ()], dtype=np.float64)
    places = np.repeat([pairs.index(each.row.pair) for each in said], [len(each.row.official or ()) for each in said])
    whose = np.eye(len(pairs))[places]
    own = (odds[:, None, :] * whose[:, :, None]).reshape(len(odds), -1) if apart else odds[:, :0]
    found = logistic(np.concatenate([odds, whose, own], axis=1), wrong, penalised=own.shape[1])
    words, biases, changes = np.split(np.array(found), [odds.shape[1], odds.shape[1] + len(pairs)])
    judged = [each for each in said if each.row.score is not None]
    scores = np.array([[voice.score for voice in each.heard] for each in judged])
    gold_scores = np.array([each.row.score for each in judged], dtype=np.float64)
    shares = np.linalg.lstsq(scores, gold_scores, rcond=None)[0]
    weights = words + changes.reshape(len(pairs), -1) if apart else ()
    return Blend(
        _rounded(words),
        round(float(np.mean(biases)), 2),
        _rounded(shares),
        {pair: _rounded([*row, bias]) for pair, row, bias in zip(pairs, weights, biases, strict=True)} if apart else {},
    )


def _rounded(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(each), 2) for each in numbers)


def logistic(columns: NDArray[np.float64], wrong: NDArray[np.float64], *, penalised: int) -> tuple[float, ...]:
    """Return the weights of the columns that make the gold likeliest, by L-BFGS; the last so many are held near 0."""
    x, y = torch.tensor(columns), torch.tensor(wrong)
    numbers = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    optimiser = torch.optim.LBFGS([numbers], max_iter=150, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        found = torch.nn.functional.binary_cross_entropy_with_logits(x @ numbers, y)
        found = found + PENALTY / len(y) * numbers[len(numbers) - penalised :].square().sum()
        found.backward()
        return found

    optimiser.step(loss)
    return tuple(numbers.tolist())


def _edited(data: Path, pair: str) -> Iterator[GoldRow]:
    return gold.read_rows(data / "qe" / f"mlqe_{pair}.parquet", split="dev")


def _marked(data: Path) -> Iterator[GoldRow]:
    rows = gold.read_rows(data / "qe" / f"wmt_mqm_{MARKED}.parquet", split="train", measurable=True)
    return (row for row in rows if "newstest" in row.origin)


if __name__ == "__main__":
    main()
