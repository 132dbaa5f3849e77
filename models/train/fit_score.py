"""Fit the score: what a paragraph's suspicion costs, and the chance that a paragraph is free of errors.

    python -m models.train.fit_score --out DIR --data ../shared/data      # writes score/score.json

Reads the paragraphs that `models.train.fit_detector` wrote to DIR; where it wrote none, or with `--again`, they are
made of `DIR/repairs.jsonl` as it makes them, in minutes. The gold are raters' penalties of zh-en news, planted damage
and clean news, development documents alone. What is reported is cross-fitted by story; what ships is fitted on all.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import spearmanr

from auditor.evaluation import measures
from auditor.scoring import HALF_RATE, PRIOR_WORDS, SOUND, SUREST, ScoreParameters
from auditor.values import SURELY_SOUND
from models.train import collect, fit_detector, paragraph_rows
from models.train.documents import SEED
from models.train.feature_tables import FOLDS
from models.train.paragraph_rows import ParagraphRow

Floats = NDArray[np.float64]

DAMAGE = 3.0
"""Points of a planted error, which nobody rated: what raters' marks of zh-en news count on average."""
ORIGINS = ("zh-en", "damaged", "clean")
"""What is fitted on; each counts the same in all, so that a third of it is sound."""
MARKS = "wmt_mqm_zh-en.parquet"
SOUND_WORDS = 0.95
"""Share of the words of clean news whose suspicion stays below the floor."""
WEIGHT_START = (0.02,)  # where the searches begin
SOUND_START = (0.05, 0.002, 0.002, 0.1, 0.001)
RESAMPLES = 300


@dataclass(frozen=True, slots=True)
class Gold:
    """A paragraph with its penalty points, and the share of raters who found it free of errors."""

    row: ParagraphRow
    penalty: float
    sound: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The numbers of `auditor.scoring.ScoreParameters`."""

    weight: float
    floor: float
    sound: tuple[float, ...]

    def rests(self, gold: Sequence[Gold]) -> Floats:
        """Return the rest of each paragraph, in points."""
        parameters = ScoreParameters(self.weight, self.floor)
        return np.array([parameters.rest(each.row.suspicions) for each in gold])


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="make the paragraphs again")
    parser.add_argument("--quality-estimator", type=Path, default=None)
    parser.add_argument("--keep", type=Path, help="the detector whose thresholds the documents were collected with")
    parser.add_argument("--file", type=Path, default=Path(__file__).parents[1] / "score" / "score.json")
    arguments = parser.parse_args()
    file = arguments.out / paragraph_rows.FILE
    if arguments.again or not file.exists():
        make_paragraphs(arguments.out, arguments.keep, arguments.quality_estimator)
    gold = judged(paragraph_rows.read(file), penalties(arguments.data / "qe" / MARKS))
    fitted = fit(gold)
    measured = report(gold, cross_fitted(gold))
    print(json.dumps(measured, indent=1))
    write(fitted, gold, measured, arguments.file)


def make_paragraphs(folder: Path, keep: Path | None, estimator: Path | None) -> None:
    """Cross-fit the detector on what was collected in a folder, and write the paragraphs as it sees them."""
    collected = list(collect.read(folder / "repairs.jsonl"))
    kept = collect.thresholds(keep) if keep else {}
    clean = [item for item in collected if item.labelled.origin in {"clean", "plain"}]
    thresholds = fit_detector.fit_thresholds(clean, kept)
    fitted = fit_detector.fit(fit_detector.tables_of(collected, thresholds, estimator), thresholds)
    paragraph_rows.write(fitted.documents, folder / paragraph_rows.FILE)


# --- gold ----------------------------------------------------------------------------------------------------------


def penalties(file: Path) -> dict[tuple[str, str], list[list[float]]]:
    """Return, by document and system of the rated news, the raters' penalty points of each segment, in order."""
    table = pq.read_table(file, columns=["doc_id", "system", "seg_id", "score_raw", "origin"])
    by_text: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in table.to_pylist():
        if "newstest" in (row["origin"] or "") and row["score_raw"] is not None:
            by_text[row["doc_id"], row["system"]][row["seg_id"]].append(-row["score_raw"])
    found: dict[tuple[str, str], list[list[float]]] = {}
    for text, segments in by_text.items():
        found[text] = [segments[name] for name in sorted(segments, key=_numbered)]
    return found


def _numbered(segment: str) -> tuple[int, str]:
    return len(segment), segment


def judged(rows: Sequence[ParagraphRow], marks: Mapping[tuple[str, str], list[list[float]]]) -> list[Gold]:
    """Give the paragraphs their gold.

    Those of other origins are left out, and texts whose paragraphs are not the segments that were rated.
    """
    gold: list[Gold] = []
    for row in rows:
        if row.origin in {"clean", "damaged"}:
            gold.append(Gold(row, DAMAGE * row.errors, float(row.errors == 0)))
        elif row.origin == "zh-en":
            _, story, system = row.document.split("/")
            segments = marks.get((story, system), [])
            if len(segments) == row.paragraphs:  # a line break inside a segment makes two paragraphs of it
                raters = segments[row.number]
                gold.append(Gold(row, float(np.mean(raters)), float(np.mean([points == 0 for points in raters]))))
    return gold


# --- fitting -------------------------------------------------------------------------------------------------------


def fit(gold: Sequence[Gold]) -> Fit:
    """Fit the points by least squares of the scores, then the chances by likelihood; nothing is below zero."""
    words, points = _column(gold, _words), _column(gold, _points)
    floor = _floor(gold)
    beyond = Fit(1.0, floor, ()).rests(gold)
    shares = _shares(gold)
    wanted = _scored(np.array([each.penalty for each in gold]), words)

    def distance(numbers: Floats) -> float:
        ours = _scored(points + numbers[0] * beyond, words)
        return float((shares * (ours - wanted) ** 2).sum())

    weight = float(_searched(distance, WEIGHT_START)[0])
    counted, found = _counted(gold, weight * beyond), _found(gold)
    sound = np.array([each.sound for each in gold])

    def surprise(numbers: Floats) -> float:
        chances = _chances(numbers, counted, found)
        return float(-(shares * (sound * np.log(chances) + (1 - sound) * np.log(1 - chances))).sum())

    return Fit(weight, floor, tuple(_searched(surprise, SOUND_START).tolist()))


def _counted(gold: Sequence[Gold], rests: Floats) -> Floats:
    """Return what the chance of no error rests on, (paragraphs, `auditor.scoring.SOUND`)."""
    words = _column(gold, _words)
    return np.stack(
        [np.ones(len(gold)), words, _column(gold, _suspicion), rests, words * _column(gold, _of_document)], axis=1
    )


def _found(gold: Sequence[Gold]) -> Floats:
    """Return, a paragraph, minus the log of the chance of no error by its findings."""
    return np.array([sum(-math.log(1 - min(SUREST, chance)) for chance in each.row.chances) for each in gold])


def _floor(gold: Sequence[Gold]) -> float:
    """Return the suspicion (percent) that nearly all words of clean news stay below."""
    percents: list[float] = []
    for each in gold:
        if each.row.origin == "clean":
            percents += each.row.suspicions
    return float(np.quantile(percents, SOUND_WORDS))


def cross_fitted(gold: Sequence[Gold]) -> dict[int, Fit]:
    """Return, a fold of the stories, what is fitted on the others."""
    by_fold: dict[int, Fit] = {}
    for fold in range(FOLDS):
        by_fold[fold] = fit([each for each in gold if each.row.fold != fold])
    return by_fold


def _searched(loss: Callable[[Floats], float], start: Sequence[float]) -> Floats:
    options = {"maxiter": 1000, "xatol": 1e-5, "fatol": 1e-7}
    bounds = [(0.0, None)] * len(start)
    found: Floats = minimize(loss, np.array(start), method="Nelder-Mead", bounds=bounds, options=options).x
    return found


def _scored(points: Floats, words: Floats) -> Floats:
    """Return the scores of paragraphs that stand alone."""
    scores: Floats = 100 * 2 ** (-100 * points / (words + PRIOR_WORDS) / HALF_RATE)
    return scores


def _chances(numbers: Sequence[float] | Floats, counted: Floats, found: Floats) -> Floats:
    """Return the chances of no error, never quite 0 or 1."""
    chances: Floats = np.exp(-(counted @ np.array(numbers) + found))
    return np.clip(chances, 1e-6, 1 - 1e-6)


def _shares(gold: Sequence[Gold]) -> Floats:
    """Return what each paragraph counts: those of each origin the same in all."""
    counts: dict[str, int] = defaultdict(int)
    for each in gold:
        counts[each.row.origin] += 1
    return np.array([1 / (len(counts) * counts[each.row.origin]) for each in gold])


def _column(gold: Sequence[Gold], of: Callable[[ParagraphRow], float]) -> Floats:
    return np.array([of(each.row) for each in gold], dtype=np.float64)


def _words(row: ParagraphRow) -> float:
    return row.words


def _points(row: ParagraphRow) -> float:
    return row.points


def _suspicion(row: ParagraphRow) -> float:
    return sum(row.suspicions)


def _of_document(row: ParagraphRow) -> float:
    return row.of_document


def _surprisal(row: ParagraphRow) -> float:
    return row.surprisal


# --- what it is worth ----------------------------------------------------------------------------------------------


def report(gold: Sequence[Gold], by_fold: Mapping[int, Fit]) -> dict[str, object]:
    """Measure the scores before and after, and surprisal alone, each by what has not seen the story."""
    without = [each for each in gold if each.row.sources == "none"]
    measured: dict[str, object] = {}
    for name, chosen in (("no source", without), ("source", [each for each in gold if each.row.sources == "given"])):
        if chosen:
            measured[name] = _measured(chosen, by_fold)
    return measured


def _measured(gold: Sequence[Gold], by_fold: Mapping[int, Fit]) -> dict[str, object]:
    words, points = _column(gold, _words), _column(gold, _points)
    rests, chances = _blind(gold, by_fold)
    ranks = {
        "findings alone": -_scored(points, words),
        "with the rest": -_scored(points + rests, words),
        "chance of no error": -chances,
        "surprisal": _column(gold, _surprisal),
    }
    sound = np.array([each.sound for each in gold])
    error = measures.calibration_error(1 - sound, 1 - chances, _shares(gold))
    measured: dict[str, object] = {"paragraphs": len(gold), "calibration error, origins alike": round(error, 3)}
    for name, suspicious in ranks.items():
        measured[name] = _ranking(gold, suspicious)
    for origin in ORIGINS:
        inside = np.array([each.row.origin == origin for each in gold])
        if inside.any():
            measured[origin] = _of_origin(gold, inside, (points, rests, chances, words))
    return measured


def _blind(gold: Sequence[Gold], by_fold: Mapping[int, Fit]) -> tuple[Floats, Floats]:
    """Return the rests and chances of the paragraphs by what has not seen their stories."""
    rests, chances = np.zeros(len(gold)), np.zeros(len(gold))
    for at, each in enumerate(gold):
        own = by_fold[each.row.fold]
        rests[at] = own.rests([each])[0]
        chances[at] = _chances(own.sound, _counted([each], rests[at : at + 1]), _found([each]))[0]
    return rests, chances


def _ranking(gold: Sequence[Gold], suspicious: Floats) -> dict[str, object]:
    """Return Spearman with the penalty a word, and the AUC of damaged paragraphs against sound twins."""
    rates = np.array([each.penalty / each.row.words for each in gold])
    stories = list(dict.fromkeys(each.row.story for each in gold))
    unit = np.array([stories.index(each.row.story) for each in gold])
    groups = {"all": np.ones(len(gold), dtype=bool)}
    groups |= {origin: np.array([each.row.origin == origin for each in gold]) for origin in ORIGINS[:2]}
    damaged = np.array([each.row.origin == "damaged" and each.penalty > 0 for each in gold])
    told = damaged | np.array([each.row.origin == "clean" for each in gold])
    resamples = measures.bootstrap_counts(len(stories), count=RESAMPLES, seed=SEED)
    found: dict[str, object] = {}
    for name, inside in groups.items():

        def spearman(weights: Floats, inside: NDArray[np.bool_] = inside) -> float:
            at = np.repeat(np.flatnonzero(inside), weights[unit[inside]].astype(int))
            return float(spearmanr(rates[at], suspicious[at]).statistic)

        found[f"Spearman {name}"] = _with_interval(spearman, resamples)

    def auc(weights: Floats) -> float:
        return measures.auc(damaged[told], suspicious[told], weights[unit[told]])

    found["AUC damaged against sound"] = _with_interval(auc, resamples)
    return found


def _with_interval(measure: Callable[[Floats], float], resamples: Floats) -> list[float]:
    """Return a measure with the middle 95 % of its bootstrap by story."""
    low, high = measures.interval([measure(weights) for weights in resamples])
    return [round(value, 3) for value in (measure(np.ones(resamples.shape[1])), low, high)]


def _of_origin(
    gold: Sequence[Gold], inside: NDArray[np.bool_], columns: tuple[Floats, Floats, Floats, Floats]
) -> dict[str, object]:
    points, rests, chances, words = (column[inside] for column in columns)
    sound = np.array([each.sound for each in gold])[inside]
    unread = (chances >= SURELY_SOUND) & (points == 0)
    return {
        "mean score, findings alone": round(float(_scored(points, words).mean()), 1),
        "mean score": round(float(_scored(points + rests, words).mean()), 1),
        "sound": round(float(sound.mean()), 3),
        "mean chance of no error": round(float(chances.mean()), 3),
        "calibration error of that": round(measures.calibration_error(1 - sound, 1 - chances, np.ones(len(sound))), 3),
        "may be left unread": round(float(unread.mean()), 3),
        "sound of these": round(float(sound[unread].mean()), 3) if unread.any() else None,
    }


# --- the file ------------------------------------------------------------------------------------------------------


def write(fitted: Fit, gold: Sequence[Gold], measured: Mapping[str, object], file: Path) -> None:
    """Write what was fitted."""
    content = {
        "weight": round(fitted.weight, 6),
        "floor": round(fitted.floor, 2),
        "sound": {name: round(value, 6) for name, value in zip(SOUND, fitted.sound, strict=True)},
        "provenance": {
            "command": "python -m models.train.collect && python -m models.train.fit_detector && "
            "python -m models.train.fit_score",
            "data": "clean_news.parquet and damaged copies of it; wmt_mqm_zh-en.parquet, newstest2020 and newstest2021 "
            "(Apache-2.0); development documents",
            "split": "reported by cross-fitting over stories, of the detector and of the score",
            "paragraphs": str(len(gold)),
            "measured": json.dumps(measured),
        },
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
