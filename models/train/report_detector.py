"""What the detector does with documents that it was not fitted on: false alarms, precision, recall, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import average_precision_score, matthews_corrcoef

from auditor.detection.candidate_spans import CandidateSpan
from auditor.evaluation import measures
from auditor.repairs import REPAIRS
from auditor.signals.quality_estimation import SIGNAL
from models.train.cross_fitted import CrossFitted
from models.train.documents import SEED


def report(documents: Sequence[CrossFitted]) -> dict[str, object]:
    """Measure each origin, with its sources and without, at the default threshold."""
    groups: dict[str, list[CrossFitted]] = defaultdict(list)
    for each in documents:
        sources = "" if each.table.sources == "none" else f", sources {each.table.sources}"
        groups[each.table.collected.labelled.origin + sources].append(each)
    measured: dict[str, object] = {"threshold": round(documents[0].parameters.minimum_probability, 3)}
    mechanisms: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for name, members in sorted(groups.items()):
        found = [_reported(each) for each in members]
        if name == "clean":
            measured[name] = alarms(found, [len(each.uncalibrated) for each in members])
        else:
            measured[name] = _translated(members, found)
        for each, spans in zip(members, found, strict=True):
            for span in spans:
                mechanism = span.repair.candidate.mechanism if span.repair else SIGNAL
                if each.table.sources != "shuffled":
                    mechanisms[mechanism].append((name == "clean", each.label(span.span)))
    measured["mechanisms"] = {name: _of_mechanism(mechanisms[name]) for name in (*REPAIRS, SIGNAL)}
    return measured


def _of_mechanism(reported: Sequence[tuple[bool, float]]) -> dict[str, object]:
    """Count what a mechanism reports, given of each finding whether its text is clean, and the share of the raters."""
    shares = [share for is_clean, share in reported if not is_clean]
    precision = round(float(np.mean(shares or [0.0])), 2)
    return {"clean": len(reported) - len(shares), "translated": len(shares), "precision": precision}


def alarms(found: Sequence[Sequence[object]], words: Sequence[int]) -> dict[str, object]:
    """Count what is reported of clean news, a 1,000 words, with its 95 % bootstrap interval by document."""
    counts, sizes = np.array([len(each) for each in found]), np.array(words)
    resamples = measures.bootstrap_counts(len(counts), count=2000, seed=SEED)
    low, high = measures.interval((1000 * (resamples @ counts) / (resamples @ sizes)).tolist())
    rate = 1000 * counts.sum() / sizes.sum()
    return {
        "words": int(sizes.sum()),
        "alarms": round(float(rate), 2),
        "interval": [round(low, 2), round(high, 2)],
    }


def _reported(each: CrossFitted) -> list[CandidateSpan]:
    threshold = each.parameters.minimum_probability
    return [span for span in each.candidate_spans() if span.probability >= threshold]


def _translated(members: Sequence[CrossFitted], found: Sequence[Sequence[CandidateSpan]]) -> dict[str, object]:
    hit = of = 0.0
    precise: list[float] = []
    chances: list[float] = []
    probabilities: list[float] = []
    for each, spans in zip(members, found, strict=True):
        precise += [each.label(span.span) for span in spans]
        chances += [span.probability for span in spans]
        probabilities += [each.parameters.curves.word(value) for value in each.uncalibrated]
        for start, end, share in each.table.collected.labelled.errors:
            of += share
            hit += share * any(span.span.start < end and start < span.span.end for span in spans)
    labels = np.concatenate([each.table.labels for each in members])
    by_word = np.array(probabilities)
    return {
        "words": len(labels),
        "findings": len(precise),
        "precision": round(float(np.mean(precise or [0.0])), 3),
        "recall": round(float(hit / max(of, 1e-9)), 3),
        "average_precision": round(float(average_precision_score(labels >= 0.5, by_word)), 3),
        "mcc": round(max(_mcc(labels >= 0.5, by_word, threshold) for threshold in np.linspace(0.05, 0.8, 16)), 3),
        "word_calibration_error": _calibration_error(by_word, labels),
        "finding_calibration_error": _calibration_error(np.array(chances), np.array(precise)),
    }


def _mcc(labels: np.ndarray, probabilities: np.ndarray, threshold: float) -> float:
    return float(matthews_corrcoef(labels, probabilities >= threshold))


def _calibration_error(probabilities: np.ndarray, shares: np.ndarray) -> float:
    """Return the expected calibration error, a word or place that half of the raters marked counting half."""
    return round(measures.calibration_error(shares, probabilities, np.ones(len(shares))), 3)
