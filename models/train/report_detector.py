"""What the judge does with documents that it was not fitted on: false alarms, precision, recall, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score, matthews_corrcoef

from auditor.detection.calibration import calibrate
from auditor.evaluation import measures
from auditor.repairs import REPAIRS
from auditor.signals.quality_estimation import SIGNAL
from models.train.documents import SEED

if TYPE_CHECKING:
    from auditor.detection.detector import Place
    from models.train.fit_detector import Told


def report(told: Sequence[Told]) -> dict[str, object]:
    """Measure each origin, with its sources and without, at the default bar."""
    groups: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        sources = "" if each.table.sources == "none" else f", sources {each.table.sources}"
        groups[each.table.collected.labelled.origin + sources].append(each)
    measured: dict[str, object] = {"bar": round(told[0].profile.minimum_probability, 3)}
    mechanisms: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for name, members in sorted(groups.items()):
        found = [_told(each) for each in members]
        if name == "clean":
            measured[name] = alarms(found, [len(each.raw) for each in members])
        else:
            measured[name] = _translated(members, found)
        for each, places in zip(members, found, strict=True):
            for place, _ in places:
                mechanism = place.winner.candidate.mechanism if place.winner else SIGNAL
                if each.table.sources != "shuffled":
                    mechanisms[mechanism].append((name == "clean", each.label(place.span)))
    measured["mechanisms"] = {
        name: {
            "clean": sum(clean for clean, _ in mechanisms[name]),
            "translated": sum(not clean for clean, _ in mechanisms[name]),
            "precision": round(float(np.mean([share for clean, share in mechanisms[name] if not clean] or [0.0])), 2),
        }
        for name in (*REPAIRS, SIGNAL)
    }
    return measured


def alarms(found: Sequence[Sequence[object]], words: Sequence[int]) -> dict[str, object]:
    """Count what is told of clean news, a 1,000 words, with its 95 % bootstrap interval by document."""
    counts, sizes = np.array([len(each) for each in found]), np.array(words)
    drawn = measures.draws(len(counts), count=2000, seed=SEED)
    low, high = measures.interval((1000 * (drawn @ counts) / (drawn @ sizes)).tolist())
    rate = 1000 * counts.sum() / sizes.sum()
    return {
        "words": int(sizes.sum()),
        "alarms": round(float(rate), 2),
        "interval": [round(low, 2), round(high, 2)],
    }


def _told(each: Told) -> list[tuple[Place, float]]:
    bar = each.profile.minimum_probability
    return [(place, place.probability) for place in each.places() if place.probability >= bar]


def _translated(members: Sequence[Told], found: Sequence[Sequence[tuple[Place, float]]]) -> dict[str, object]:
    hit = of = 0.0
    precise: list[float] = []
    for each, told in zip(members, found, strict=True):
        precise += [each.label(place.span) for place, _ in told]
        for start, end, share in each.table.collected.labelled.errors:
            of += share
            hit += share * any(place.span.start < end and start < place.span.end for place, _ in told)
    probabilities = np.array([calibrate(each.profile.words, p) for each in members for p in each.raw])
    labels = np.concatenate([each.table.labels for each in members])
    chances = np.array([chance for told in found for _, chance in told])
    return {
        "words": len(labels),
        "findings": len(precise),
        "precision": round(float(np.mean(precise or [0.0])), 3),
        "recall": round(float(hit / max(of, 1e-9)), 3),
        "average_precision": round(float(average_precision_score(labels >= 0.5, probabilities)), 3),
        "mcc": round(max(_mcc(labels >= 0.5, probabilities, bar) for bar in np.linspace(0.05, 0.8, 16)), 3),
        "word_calibration_error": _calibration_error(probabilities, labels),
        "finding_calibration_error": _calibration_error(chances, np.array(precise)),
    }


def _mcc(labels: np.ndarray, probabilities: np.ndarray, bar: float) -> float:
    return float(matthews_corrcoef(labels, probabilities >= bar))


def _calibration_error(probabilities: np.ndarray, shares: np.ndarray) -> float:
    """Return the expected calibration error, a word or place that half of the raters marked counting half."""
    return round(measures.calibration_error(shares, probabilities, np.ones(len(shares))), 3)
