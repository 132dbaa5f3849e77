"""Fit the detector: mechanism thresholds, how likely a word is wrong, and what that is worth as a probability.

    python -m models.train.collect --data ../shared/data --out DIR        # an hour, resumable
    python -m models.train.fit_detector --out DIR                         # minutes; writes detector/detector.json
    python -m models.train.fit_score --out DIR --data ../shared/data      # seconds; writes score/score.json

The quality estimator reads what was collected, with its sources and without. Everything that is reported is
cross-fitted: of each document by a model that has not seen its story, nor the quality estimator the text. What ships is
fitted on all of it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from auditor.detection import features, prefilter
from auditor.detection.boosted_trees import BoostedTrees
from auditor.detection.calibration import CalibrationCurve
from auditor.detection.candidate_spans import overlapping_groups
from auditor.detection.features import NAMES
from auditor.detection.parameters import Curves, DetectorParameters
from auditor.repairs import REPAIRS, noisy_channel
from auditor.repairs.traits import traits_of
from auditor.values import Repair
from models.train import collect, paragraph_rows
from models.train.collect import FLOORS, NARROW_FLOOR, Collected, read
from models.train.cross_fitted import Copied, CrossFitted
from models.train.documents import SEED
from models.train.feature_tables import FOLDS, Table, tabulate
from models.train.fit_trees import cross_fitted, grow
from models.train.report_detector import report

FALSE_ALARMS_A_MECHANISM = 0.5  # per 1,000 words of clean news without headlines
FALSE_ALARMS_IN_ALL = 2.5  # per 1,000 words of clean news: sets the default threshold, with room below 3
ALARMS_WITH_DOUBTS = 8.0  # of findings and doubts together
BINS = 12  # of a calibration curve's knots
SEEN = 0.97
"""Share of the errors that are found, not by rule, in each kind of text, that the prefilter keeps."""
RATED = frozenset({"zh-en", "damaged", "planted", "clean"})
"""Whose marks calibrate what is reported: news, a third of it without an error."""


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quality-estimator", type=Path, default=None)
    parser.add_argument("--file", type=Path, default=Path(__file__).parents[1] / "detector" / "detector.json")
    parser.add_argument("--keep", type=Path, help="the detector whose thresholds the documents were collected with")
    parser.add_argument("--ablations", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    collected = list(read(arguments.out / "repairs.jsonl"))
    kept = collect.thresholds(arguments.keep) if arguments.keep else {}
    thresholds = fit_thresholds([item for item in collected if item.labelled.origin in {"clean", "plain"}], kept)
    tables = tables_of(collected, thresholds, arguments.quality_estimator)
    fitted = fit(tables, thresholds)
    paragraph_rows.write(fitted.documents, arguments.out / paragraph_rows.FILE)
    measured = report(fitted.documents)
    write(fitted.parameters, collected, measured, arguments.file)  # lest an interruption cost it
    if arguments.ablations:
        measured["without"] = {group: ablate(tables, thresholds, group) for group in features.GROUPS}
    print(json.dumps(measured, indent=1))
    write(fitted.parameters, collected, measured, arguments.file)


def tables_of(collected: Sequence[Collected], thresholds: dict[str, float], estimator: Path | None) -> list[Table]:
    """Return what is known of each word of the documents, those apart that serve for the thresholds alone."""
    used = [_valued(item, thresholds) for item in collected if item.labelled.origin != "plain"]
    return list(tabulate(used, estimator))


# --- what is known of each word ------------------------------------------------------------------------------------


def fit_thresholds(clean: Sequence[Collected], kept: Mapping[str, float]) -> dict[str, float]:
    """Return, a mechanism, the evidence at which it alone raises half a false alarm a 1,000 words, headlines apart."""
    fitted: dict[str, float] = {}
    for mechanism in REPAIRS:
        if not traits_of(mechanism).is_counted:
            fitted[mechanism] = kept[mechanism] if mechanism in kept else fit_threshold(clean, mechanism)
    return fitted


def fit_threshold(clean: Sequence[Collected], mechanism: str) -> float:
    """Return the evidence at which a mechanism alone raises half a false alarm a 1,000 words, headlines apart."""
    allowed = int(FALSE_ALARMS_A_MECHANISM * sum(item.words for item in clean) / 1000)
    evidences: list[float] = []
    for item in clean:
        own: list[Repair] = []
        for repair in item.repairs:
            if repair.candidate.mechanism == mechanism and not _in_title(repair, item):
                found = noisy_channel.evidence(repair.candidate, repair.gain_nats, repair.meaning_nats)
                own.append(replace(repair, value_nats=found))
        evidences += [best.value_nats for best, _ in overlapping_groups(own)]
    floor = FLOORS.get(mechanism, NARROW_FLOOR)
    evidences.sort(reverse=True)
    return max(floor, evidences[allowed]) if len(evidences) > allowed else floor


def _in_title(repair: Repair, item: Collected) -> bool:
    return any(start <= repair.candidate.span.start < end for start, end in item.labelled.titles)


def _valued(item: Collected, thresholds: dict[str, float]) -> Collected:
    kept = []
    for repair in item.repairs:
        threshold = thresholds[repair.candidate.mechanism]
        if noisy_channel.is_reached(repair.candidate, repair.gain_nats, threshold):
            found = noisy_channel.evidence(repair.candidate, repair.gain_nats, repair.meaning_nats)
            kept.append(replace(repair, value_nats=found - noisy_channel.PRIOR_WEIGHT * threshold))
    return replace(item, repairs=tuple(kept))


# --- fitting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fitted:
    """The parameters, and every table as it looks to some that have not seen its story."""

    parameters: DetectorParameters
    documents: tuple[CrossFitted, ...]


def fit(tables: Sequence[Table], thresholds: dict[str, float], *, columns: Sequence[str] = NAMES) -> Fitted:
    """Fit the prefilter, then the detector on what it lets through."""
    fitting = [table for table in tables if table.sources != "shuffled"]
    early: set[str] = set()
    for group in prefilter.GROUPS:
        early.update(features.GROUPS[group])
    first = [name for name in columns if name in early]
    chances = cross_fitted(tables, fitting, first)
    threshold = _prefilter_threshold(_fit_unfiltered(tables, thresholds, columns).documents, chances)
    filtered = [_prefiltered(table, own, threshold) for table, own in zip(tables, chances, strict=True)]
    fitted = _fit_unfiltered(filtered, thresholds, columns)
    parameters = replace(fitted.parameters, prefilter_trees=grow(fitting, first), prefilter_threshold=threshold)
    return replace(fitted, parameters=parameters)


def _prefilter_threshold(documents: Sequence[CrossFitted], chances: Sequence[Sequence[float]]) -> float:
    """Return the threshold that keeps nearly all that is rightly reported, not by rule, without a prefilter."""
    reported: dict[str, list[tuple[float, float]]] = defaultdict(list)  # the prefilter's chance, the raters' share
    for each, own in zip(documents, chances, strict=True):
        words, origin = each.table.measurements.document.words, each.table.collected.labelled.origin
        for place in each.candidate_spans() if each.table.sources == "none" else ():
            is_rule = place.repair and not traits_of(place.repair.candidate.mechanism).is_model_proposed
            if place.probability >= each.parameters.minimum_probability and not is_rule:
                inside = features.affected_words(words, place.span)
                chance = max(own[inside.start : inside.stop], default=1.0)
                reported[origin].append((chance, each.label(place.span)))
    return min((_keeping(SEEN, errors) for errors in reported.values()), default=0.0)


def _keeping(share: float, errors: Sequence[tuple[float, float]]) -> float:
    """Return the highest threshold that so large a share of the (chance, weight) reaches."""
    allowed = (1 - share) * sum(weight for _, weight in errors)
    missed = 0.0
    for chance, weight in sorted(errors):
        missed += weight
        if missed > allowed:
            return chance
    return 1.0


def _prefiltered(table: Table, chances: Sequence[float], threshold: float) -> Table:
    """Return the table without what is not asked for where the prefilter leaves no doubt."""
    sentences = table.measurements.document.sentences
    look = prefilter.at_threshold(chances, threshold, table.measurements, sentences)
    selected = set(prefilter.select_candidates([repair.candidate for repair in table.repairs], sentences, look.words))
    repairs = tuple(repair for repair in table.repairs if repair.candidate in selected)
    translated = {sentence.span.start for sentence in look.sentences}
    back = {start: trip for start, trip in table.measurements.back.items() if start in translated}
    measurements = replace(table.measurements, back=back)
    rows = np.array(features.of_words(measurements, repairs, sentences), dtype=float)
    return replace(table, measurements=measurements, repairs=repairs, rows=rows)


def _fit_unfiltered(tables: Sequence[Table], thresholds: dict[str, float], columns: Sequence[str]) -> Fitted:
    """Fit the trees, on their cross-fitted probabilities the weights, on theirs the curves and the threshold."""
    fitting = [table for table in tables if table.sources != "shuffled"]
    bare = DetectorParameters(thresholds)
    uncalibrated = cross_fitted(tables, fitting, columns)
    blind = [CrossFitted(table, own, bare) for table, own in zip(tables, uncalibrated, strict=True)]
    copies: Counter[Copied | None] = Counter()
    for each in blind:
        copies.update(each.copied(span) for span in each.candidate_spans() if span.repair)
    blind = [replace(each, copies=copies) for each in blind]
    groups: list[Group] = []
    for each in blind:
        if each.table.sources != "shuffled":
            groups += _groups(each)
    by_fold: list[DetectorParameters] = []
    for fold in range(FOLDS):
        others = [group for group in groups if group.fold != fold]
        by_fold.append(replace(bare, repair_weights=_weights(others)))
    parameters = replace(bare, trees=grow(fitting, columns), repair_weights=_weights(groups))
    documents = [replace(each, parameters=by_fold[each.table.fold]) for each in blind]
    rated = _rated(documents)
    curves = _curves(rated)
    translated = _curves([each for each in rated if each.table.collected.labelled.origin != "clean"])

    def calibrated(plain: DetectorParameters) -> DetectorParameters:
        return replace(plain, curves=curves, translated=translated)

    parameters = calibrated(parameters)
    documents = [replace(each, parameters=calibrated(each.parameters)) for each in documents]
    threshold = _threshold(documents, FALSE_ALARMS_IN_ALL)
    doubtful = _threshold(documents, ALARMS_WITH_DOUBTS)
    final: list[CrossFitted] = []
    for each in documents:
        own = replace(each.parameters, minimum_probability=threshold, doubtful_probability=doubtful)
        final.append(replace(each, parameters=own))
    parameters = replace(parameters, minimum_probability=threshold, doubtful_probability=doubtful)
    return Fitted(parameters, tuple(final))


def _curves(documents: Sequence[CrossFitted]) -> Curves:
    return Curves(
        _curve(list(_by_word(documents))),
        _curve(list(_by_span(documents, repaired=True))),
        _curve(list(_by_span(documents, repaired=False))),
    )


def _rated(documents: Sequence[CrossFitted]) -> list[CrossFitted]:
    rated: list[CrossFitted] = []
    for each in documents:
        if each.table.collected.labelled.origin in RATED and each.table.sources != "shuffled":
            rated.append(each)
    return rated


@dataclass(frozen=True, slots=True)
class Group:
    """A group of repairs: what is known of it, the share of raters who marked its place, its weight, its fold."""

    described: dict[str, float]
    label: float
    weight: float
    fold: int


def _groups(each: CrossFitted) -> Iterator[Group]:
    for place in each.candidate_spans():
        if place.repair:
            yield Group(dict(place.described), *each.verdict(place), each.table.fold)


def _weights(groups: Sequence[Group]) -> dict[str, float]:
    """Fit the log-odds of a place that a repair would change; without a repair there are none."""
    if not groups:
        return {}
    described: set[str] = set()
    for group in groups:
        described.update(group.described)
    names = sorted(described)
    matrix = np.zeros((len(groups), len(names)))
    for row, group in zip(matrix, groups, strict=True):
        row[:] = [group.described.get(name, 0.0) for name in names]
    labels = np.array([group.label for group in groups])
    weights = np.array([group.weight for group in groups])
    both = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    shares = np.concatenate([weights * labels, weights * (1 - labels)])
    model = LogisticRegression(C=1.0, max_iter=4000).fit(np.vstack([matrix, matrix]), both, shares)
    return {"intercept": float(model.intercept_[0])} | dict(zip(names, map(float, model.coef_[0]), strict=True))


def _by_word(documents: Sequence[CrossFitted]) -> Iterator[tuple[float, float, float]]:
    for each in documents:
        for probability, share in zip(each.uncalibrated, each.table.labels, strict=True):
            yield probability, share, each.table.weight


def _by_span(documents: Sequence[CrossFitted], *, repaired: bool) -> Iterator[tuple[float, float, float]]:
    for each in documents:
        for span in each.candidate_spans():
            if (span.repair is not None) == repaired:
                yield span.uncalibrated, *each.verdict(span)


def _curve(points: Sequence[tuple[float, float, float]]) -> CalibrationCurve:
    """Fit a monotone map on bins of (uncalibrated probability, share of raters, weight), narrow at the top.

    Bins that come out level are one knot, at their middle: a step in a fitted map is an accident of the sample. Source:
    Oron and Flournoy (2017), Centered Isotonic Regression.
    """
    if not points:
        return CalibrationCurve()
    uncalibrated, labels, weights = (np.array(column) for column in zip(*points, strict=True))
    order = np.argsort(uncalibrated, kind="stable")
    shares = 1 - np.geomspace(1.0, max(30 / len(uncalibrated), 0.002), BINS)  # of all points, below each bin
    edges = [int(share * len(uncalibrated)) for share in shares[1:]]
    bins = [part for part in np.split(order, edges) if len(part)]
    xs = [float(np.average(uncalibrated[part], weights=weights[part])) for part in bins]
    ys = [float(np.average(labels[part], weights=weights[part])) for part in bins]
    sizes = [float(weights[part].sum()) for part in bins]
    smooth = IsotonicRegression(y_min=0.005, y_max=0.99).fit(xs, ys, sample_weight=sizes).predict(xs)
    knots: list[tuple[float, float]] = []
    for y in sorted(set(smooth.tolist())):
        level = np.flatnonzero(smooth == y)
        x = float(np.average(np.take(xs, level), weights=np.take(sizes, level)))
        # A twentieth of the line itself, so that no two probabilities fall together and a threshold can stand between.
        knots.append((x, 0.95 * y + 0.05 * x))
    return CalibrationCurve(tuple(knots))


def _threshold(documents: Sequence[CrossFitted], alarms: float) -> float:
    """Return the lowest probability at which clean news has so many alarms per 1,000 words, and no more."""
    clean = [each for each in documents if each.table.collected.labelled.origin == "clean"]
    words = sum(len(each.uncalibrated) for each in clean)
    found: list[float] = []
    for each in clean:
        found += [span.probability for span in each.candidate_spans()]
    found.sort(reverse=True)
    allowed = int(alarms * words / 1000)
    return found[allowed] + 1e-6 if len(found) > allowed else 0.0


def ablate(tables: Sequence[Table], thresholds: dict[str, float], group: str) -> dict[str, object]:
    """Fit again without one group of columns (without the repairs: only tagged spans are left) and measure."""
    columns = [name for name in NAMES if name not in features.GROUPS[group]]
    if group == "repairs":
        tables = [replace(table, repairs=()) for table in tables]
    fitted = fit(tables, thresholds, columns=columns)
    return report(fitted.documents)


# --- the file ------------------------------------------------------------------------------------------------------


def write(
    parameters: DetectorParameters, collected: Sequence[Collected], measured: dict[str, object], file: Path
) -> None:
    """Write what was fitted."""
    words: Counter[str] = Counter()
    for item in collected:
        words[item.labelled.origin] += item.words
    content = {
        "thresholds": {name: round(value, 3) for name, value in sorted(parameters.thresholds.items())},
        "minimum_probability": round(parameters.minimum_probability, 3),
        "doubtful_probability": round(parameters.doubtful_probability, 3),
        "repair_weights": {name: round(value, 4) for name, value in sorted(parameters.repair_weights.items())},
        "curves": _stored_curves(parameters.curves),
        "translated": _stored_curves(parameters.translated),
        "provenance": {
            "command": "python -m models.train.collect && python -m models.train.fit_detector",
            "seed": str(SEED),
            "data": "clean_news.parquet and damaged copies of it; dev rows of mlqe_{ro,et,ru}-en.parquet (CC0-1.0); "
            "wmt_mqm_zh-en.parquet, newstest2020 and newstest2021 (Apache-2.0)",
            "split": "nothing that the quality estimator was fitted on; reported by cross-fitting over stories",
            "words": ", ".join(f"{origin} {count}" for origin, count in sorted(words.items())),
            "measured": json.dumps(measured),
        },
        "prefilter_threshold": round(parameters.prefilter_threshold, 5),
        "prefilter_trees": _stored(parameters.prefilter_trees),
        "trees": _stored(parameters.trees),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False) + "\n")


def _stored_curves(curves: Curves) -> dict[str, object]:
    return {"word": _knots(curves.word), "repair": _knots(curves.repair), "tag": _knots(curves.tag)}


def _knots(curve: CalibrationCurve) -> list[list[float]]:
    return [[round(x, 5), round(y, 4)] for x, y in curve.knots]


def _stored(boosted: BoostedTrees) -> dict[str, object]:
    trees: list[dict[str, object]] = []
    for tree in boosted.trees:
        numbers = {"cut": [round(cut, 5) for cut in tree.cut], "value": [round(value, 5) for value in tree.value]}
        shape = {"column": tree.column, "missing_left": tree.missing_left, "left": tree.left, "right": tree.right}
        trees.append({**shape, **numbers})
    return {"columns": boosted.columns, "start": round(boosted.start, 5), "trees": trees}


if __name__ == "__main__":
    main()
