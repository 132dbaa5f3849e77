"""A point of the curve: word MCC at the best threshold and Spearman, on a few development rows a language.

Small samples and a threshold chosen on the same rows: good for seeing whether fitting still helps, not for a claim.
`auditor evaluate` makes the claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from scipy.stats import spearmanr
from sklearn.metrics import matthews_corrcoef

from auditor.engines.quality_estimation.estimator import SubwordBatcher
from auditor.engines.quality_estimation.network import Batch, QualityNetwork, Side
from models.train.examples import Example


def measure(
    network: QualityNetwork, subwords: SubwordBatcher, held: Mapping[str, Sequence[Example]], device: str
) -> dict[str, tuple[float, float]]:
    """Return (word MCC, sentence Spearman) a language."""
    return {language: _language(network, subwords, examples, device) for language, examples in held.items()}


def _language(
    network: QualityNetwork, subwords: SubwordBatcher, examples: Sequence[Example], device: str
) -> tuple[float, float]:
    probabilities: list[float] = []
    wrong: list[bool] = []
    scores: list[tuple[float, float]] = []
    for start in range(0, len(examples), 20):
        part = sorted(examples, key=lambda example: len(example.pair.target))[start : start + 20]
        batch = subwords.batch([example.pair for example in part])
        with torch.inference_mode(), torch.autocast(device.split(":")[0], torch.bfloat16):
            outputs = network(_move(batch, device))
        marked = 1 - outputs.marked.softmax(-1)[..., 0]
        edited = outputs.edited.sigmoid()[..., 1]
        for row, example in enumerate(part):
            gold = example.edited or example.marked or ()
            judged = edited if example.edited else marked
            probabilities.extend(judged[row, : len(gold)].tolist())
            # Either way the last number is what counts: changed or after a gap, or the share of major errors.
            wrong.extend(word[1] > 0.5 if example.edited else word[0] < 0.5 for word in gold)
            score = example.assessment if example.edited else example.mqm
            scores.append((float(outputs.scores[row, 0 if example.edited else 1]), score or 0.0))
    values = torch.tensor(probabilities)
    cuts = values.quantile(torch.linspace(0.3, 0.98, 18)).tolist()
    best = max(float(matthews_corrcoef(wrong, (values >= cut).tolist())) for cut in cuts)
    return round(best, 3), round(float(spearmanr(*zip(*scores, strict=True)).statistic), 3)


def _move(batch: Batch, device: str) -> Batch:
    def side(each: Side) -> Side:
        return Side(each.ids.to(device), each.mask.to(device))

    return Batch(side(batch.target), side(batch.source), batch.pool.to(device), batch.has_source.to(device))
