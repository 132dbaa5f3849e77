"""Fit the judge: mechanism thresholds, how suspect a word is, and what that is worth as a probability.

    python -m models.train.collect --data ../shared/data --out DIR        # an hour, resumable
    python -m models.train.judge --out DIR                                # minutes; writes models/judge/judge.json

The detector reads what was collected, with its sources and without. Everything that is reported is cross-fitted: of
each document by a model that has not seen its story, nor the detector the text. What ships is fitted on all of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from auditor import features
from auditor.engines.encoder import open_embedded
from auditor.features import NAMES
from auditor.judge import Place, Reading, places, winners
from auditor.profile import Forest, Knots, Profile, Tree
from auditor.repairs import REPAIRS, rank
from auditor.signals import adequacy
from auditor.values import Document, Measurements, Repair, Settings, Span
from models.train.collect import FLOORS, NARROW_FLOOR, Collected, read
from models.train.documents import SEED
from models.train.judged import report

FOLDS = 5
FALSE_ALARMS_A_MECHANISM = 0.5  # per 1,000 words of clean news without headlines
FALSE_ALARMS_IN_ALL = 2.75  # per 1,000 words of clean news: sets the default bar
BINS = 12  # of a calibration's knots
RISING = frozenset({"marked", "major", "edited", "wide", "unlikely"})
"""Columns of which more never makes a word less suspect."""
SHARES = {"zh-en": 1.5, "damaged": 1.5, "et-en": 0.3, "ro-en": 0.3, "ru-en": 0.05}
"""What a word of each origin counts for the trees: raters' marks of news are what is asked; a post-editor's changes are
a wider question, and their text is no news (that of ru-en is proverbs and forum posts)."""
CLEAN = 0.5
"""What all words of clean news count, as a share of all others: a third of what is audited is sound."""
SILENCE = 0.25
"""What it counts against a rule that a rater of a translation let its place pass. Of the words that one rater of zh-en
news marks, another marks four in ten; and what the rules know (a calque, a figure in a foreign form) readers of the
source forgive. On clean news every alarm of a rule counts in full."""
RATED = frozenset({"zh-en", "damaged", "clean"})
"""Whose marks calibrate what is told: news, a third of it without an error."""


@dataclass(frozen=True, slots=True)
class Table:
    """A document's words as numbers: `rows` (words, columns), `labels` (words,): the share of raters who marked each.

    `weight` is what each of its words counts. `sources` are "given", "none", or "shuffled": those of other paragraphs,
    which are only measured, never fitted on.
    """

    collected: Collected
    measurements: Measurements
    repairs: tuple[Repair, ...]
    rows: np.ndarray
    labels: np.ndarray
    weight: float
    sources: str

    @property
    def fold(self) -> int:
        """Which fifth its story is in."""
        return int(hashlib.sha256(f"fold/{self.collected.labelled.story}".encode()).hexdigest(), 16) % FOLDS


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--detector", type=Path, default=None)
    parser.add_argument("--judge", type=Path, default=Path(__file__).parents[1] / "judge" / "judge.json")
    parser.add_argument("--ablations", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    collected = list(read(arguments.out / "repairs.jsonl"))
    thresholds = fit_thresholds([item for item in collected if item.labelled.origin in {"clean", "plain"}])
    used = [_valued(item, thresholds) for item in collected if item.labelled.origin != "plain"]
    tables = list(tabulate(used, arguments.detector))
    fitted = fit(tables, thresholds)
    measured = report(fitted.told)
    write(fitted.profile, collected, measured, arguments.judge)  # lest an interruption cost it
    if arguments.ablations:
        measured["without"] = {group: ablate(tables, thresholds, group) for group in features.GROUPS}
    print(json.dumps(measured, indent=1))
    write(fitted.profile, collected, measured, arguments.judge)


# --- what is known of each word ------------------------------------------------------------------------------------


def fit_thresholds(clean: Sequence[Collected]) -> dict[str, float]:
    """Return, a mechanism, the evidence at which it alone raises half a false alarm a 1,000 words, headlines apart."""
    allowed = int(FALSE_ALARMS_A_MECHANISM * sum(item.words for item in clean) / 1000)
    thresholds = {}
    for mechanism in REPAIRS:
        evidences: list[float] = []
        for item in clean:
            own = [
                replace(repair, value_nats=rank.evidence(repair.gain_nats, repair.meaning_nats))
                for repair in item.repairs
                if repair.candidate.mechanism == mechanism and not _in_title(repair, item)
            ]
            evidences += [winner.value_nats for winner, _ in winners(own)]
        floor = FLOORS.get(mechanism, NARROW_FLOOR)
        evidences.sort(reverse=True)
        thresholds[mechanism] = max(floor, evidences[allowed]) if len(evidences) > allowed else floor
    return thresholds


def _in_title(repair: Repair, item: Collected) -> bool:
    return any(start <= repair.candidate.span.start < end for start, end in item.labelled.titles)


def _valued(item: Collected, thresholds: dict[str, float]) -> Collected:
    kept = []
    for repair in item.repairs:
        threshold = thresholds[repair.candidate.mechanism]
        if repair.gain_nats >= rank.reach(threshold):
            value = rank.evidence(repair.gain_nats, repair.meaning_nats) - rank.PRIOR_WEIGHT * threshold
            kept.append(replace(repair, value_nats=value))
    return replace(item, repairs=tuple(kept))


def tabulate(collected: Sequence[Collected], detector: Path | None) -> Iterator[Table]:
    """Yield a table for each version of each document."""
    network = open_embedded(Settings(), detector=detector)
    clean = sum(item.words for item in collected if item.labelled.origin == "clean")
    other = sum(item.words * SHARES.get(item.labelled.origin, 0.0) for item in collected)
    for item in collected:
        weight = CLEAN * other / clean if item.labelled.origin == "clean" else SHARES[item.labelled.origin]
        for sources, document in versions(item.labelled.document).items():
            judgements = adequacy.judge(document, network)
            measurements = replace(item.measurements, judgements=judgements)
            rows = np.array(features.describe(measurements, item.repairs, document.sentences), dtype=float)
            labels = np.array([label(word.span, item) for word in document.words])
            yield Table(item, measurements, item.repairs, rows, labels, weight, sources)


def versions(document: Document) -> dict[str, Document]:
    """Return the document as if its sources were lost and, where it has some, with them and with each other's."""
    alone = {"none": adequacy.without_source(document)}
    if not any(sentence.source for sentence in document.sentences):
        return alone
    sources = [next((s.source or "" for s in paragraph.sentences), "") for paragraph in document.paragraphs]
    return {**alone, "given": document, "shuffled": adequacy.with_source(document, [*sources[1:], sources[0]])}


def label(span: Span, item: Collected) -> float:
    """Return the share of the raters who marked a place, 0-1."""
    return min(1.0, sum(share for start, end, share in item.labelled.errors if start < span.end and span.start < end))


# --- fitting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A table with the raw probability of each of its words, and the profile that gave it: neither saw its story."""

    table: Table
    raw: tuple[float, ...]
    profile: Profile

    def places(self) -> list[Place]:
        """Return what may be told."""
        reading = Reading.whole(self.table.measurements, self.table.repairs, self.profile)
        return places(reading, self.raw, with_marks=True)

    def verdict(self, place: Place) -> tuple[float, float]:
        """Return the chance that a place is an error, by those who judged it, and what that counts."""
        share, weight = self.label(place.span), self.table.weight
        if self.table.collected.labelled.origin == "clean" or "rules" not in place.described:
            return share, weight
        heard = share + SILENCE * (1 - share)
        return share / heard, weight * heard

    def label(self, span: Span) -> float:
        """Return the share of the raters who marked a place."""
        return label(span, self.table.collected)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The profile, and every table as it looks to one that has not seen its story."""

    profile: Profile
    told: tuple[Told, ...]


def fit(tables: Sequence[Table], thresholds: dict[str, float], *, columns: Sequence[str] = NAMES) -> Fitted:
    """Fit the forest, on its cross-fitted probabilities the weights, on theirs the calibrations and the bar."""
    fitting = [table for table in tables if table.sources != "shuffled"]
    raw: dict[int, tuple[float, ...]] = {}
    for fold in range(FOLDS):
        forest = grow([table for table in fitting if table.fold != fold], columns)
        raw |= {
            number: forest.probabilities(table.rows.tolist(), NAMES)
            for number, table in enumerate(tables)
            if table.fold == fold
        }
    bare = Profile.bare(thresholds)
    blind = [Told(table, raw[number], bare) for number, table in enumerate(tables)]
    groups = [group for told in blind if told.table.sources != "shuffled" for group in _groups(told)]
    by_fold = {
        fold: replace(bare, weights=_weights([group for group in groups if group.fold != fold]))
        for fold in range(FOLDS)
    }
    profile = replace(bare, forest=grow(fitting, columns), weights=_weights(groups))
    told = [replace(each, profile=by_fold[each.table.fold]) for each in blind]
    words = _knots(list(_by_word(_rated(told))))
    repairs = _knots([point for each in _rated(told) for point in _by_place(each, mended=True)])
    marks = _knots([point for each in _rated(told) for point in _by_place(each, mended=False)])

    def calibrated(raw: Profile) -> Profile:
        return replace(raw, words=words, repairs=repairs, marks=marks)

    profile = calibrated(profile)
    told = [replace(each, profile=calibrated(each.profile)) for each in told]
    bar = _bar(told)
    told = [replace(each, profile=replace(each.profile, minimum_probability=bar)) for each in told]
    return Fitted(replace(profile, minimum_probability=bar), tuple(told))


def _rated(told: Sequence[Told]) -> list[Told]:
    return [each for each in told if each.table.collected.labelled.origin in RATED and each.table.sources != "shuffled"]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of repairs: what is known of it, the share of raters who marked its place, its weight, its fold."""

    described: dict[str, float]
    label: float
    weight: float
    fold: int


def _groups(told: Told) -> Iterator[Group]:
    for place in told.places():
        if place.winner:
            yield Group(dict(place.described), *told.verdict(place), told.table.fold)


def _weights(groups: Sequence[Group]) -> dict[str, float]:
    """Fit the log-odds of a place that a repair would change; without a repair there are none."""
    if not groups:
        return {}
    names = sorted({name for group in groups for name in group.described})
    matrix = np.array([[group.described.get(name, 0.0) for name in names] for group in groups])
    labels, weights = (np.array([getattr(group, name) for group in groups]) for name in ("label", "weight"))
    both = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    shares = np.concatenate([weights * labels, weights * (1 - labels)])
    model = LogisticRegression(C=1.0, max_iter=4000).fit(np.vstack([matrix, matrix]), both, shares)
    return {"intercept": float(model.intercept_[0])} | dict(zip(names, map(float, model.coef_[0]), strict=True))


def grow(tables: Sequence[Table], columns: Sequence[str]) -> Forest:
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
    forest = Forest(tuple(columns), float(model._baseline_prediction.ravel()[0]), trees)
    ours = forest.probabilities(rows[:500].tolist(), columns)
    if not np.allclose(ours, model.predict_proba(rows[:500])[:, 1], atol=1e-6):
        raise RuntimeError("the exported trees differ from those that were fitted: scikit-learn has changed")
    return forest


def _tree(nodes: np.ndarray) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        column=tuple(np.where(leaf, -1, nodes["feature_idx"]).astype(int).tolist()),
        cut=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        lost_left=tuple(nodes["missing_go_to_left"].astype(bool).tolist()),
        left=tuple(nodes["left"].astype(int).tolist()),
        right=tuple(nodes["right"].astype(int).tolist()),
        value=tuple(np.where(leaf, nodes["value"], 0.0).tolist()),
    )


def _by_word(told: Sequence[Told]) -> Iterator[tuple[float, float, float]]:
    for each in told:
        for probability, share in zip(each.raw, each.table.labels, strict=True):
            yield probability, share, each.table.weight


def _by_place(told: Told, *, mended: bool) -> Iterator[tuple[float, float, float]]:
    for place in told.places():
        if (place.winner is not None) == mended:
            yield place.raw, *told.verdict(place)


def _knots(points: Sequence[tuple[float, float, float]]) -> Knots:
    """Fit a monotone map on bins of raw probabilities, narrow at the top; the bins' means are its knots."""
    if not points:
        return ()
    raw, labels, weights = (np.array(column) for column in zip(*points, strict=True))
    order = np.argsort(raw, kind="stable")
    shares = 1 - np.geomspace(1.0, max(30 / len(raw), 0.002), BINS)  # of all points, below each bin
    bins = [part for part in np.split(order, [int(share * len(raw)) for share in shares[1:]]) if len(part)]
    xs = [float(np.average(raw[part], weights=weights[part])) for part in bins]
    ys = [float(np.average(labels[part], weights=weights[part])) for part in bins]
    sizes = [float(weights[part].sum()) for part in bins]
    smooth = IsotonicRegression(y_min=0.005, y_max=0.99).fit(xs, ys, sample_weight=sizes).predict(xs)
    # A twentieth of the line itself, so that no two probabilities fall together and the bar can stand between them.
    return tuple((x, 0.95 * float(y) + 0.05 * x) for x, y in zip(xs, smooth, strict=True))


def _bar(told: Sequence[Told]) -> float:
    """Return the lowest probability at which clean news keeps to the false alarms allowed."""
    clean = [each for each in told if each.table.collected.labelled.origin == "clean"]
    words = sum(len(each.raw) for each in clean)
    found = sorted((place.probability for each in clean for place in each.places()), reverse=True)
    allowed = int(FALSE_ALARMS_IN_ALL * words / 1000)
    return found[allowed] + 1e-6 if len(found) > allowed else 0.0


def ablate(tables: Sequence[Table], thresholds: dict[str, float], group: str) -> dict[str, object]:
    """Fit again without one group of columns (without the repairs: only marks are told) and measure."""
    columns = [name for name in NAMES if name not in features.GROUPS[group]]
    if group == "repairs":
        tables = [replace(table, repairs=()) for table in tables]
    fitted = fit(tables, thresholds, columns=columns)
    return report(fitted.told)


# --- the file ------------------------------------------------------------------------------------------------------


def write(profile: Profile, collected: Sequence[Collected], measured: dict[str, object], file: Path) -> None:
    """Write what was fitted."""
    origins = sorted({item.labelled.origin for item in collected})
    words = {origin: sum(item.words for item in collected if item.labelled.origin == origin) for origin in origins}
    content = {
        "thresholds": {name: round(value, 3) for name, value in sorted(profile.thresholds.items())},
        "minimum_probability": round(profile.minimum_probability, 3),
        "weights": {name: round(value, 4) for name, value in sorted(profile.weights.items())},
        "words": _pairs(profile.words),
        "repairs": _pairs(profile.repairs),
        "marks": _pairs(profile.marks),
        "provenance": {
            "command": "python -m models.train.collect && python -m models.train.judge",
            "seed": str(SEED),
            "data": "clean_news.parquet and damaged copies of it; dev rows of mlqe_{ro,et,ru}-en.parquet (CC0-1.0); "
            "wmt_mqm_zh-en.parquet, newstest2020 and newstest2021 (Apache-2.0)",
            "split": "nothing that the detector was fitted on; reported by cross-fitting over stories",
            "words": ", ".join(f"{origin} {count}" for origin, count in words.items()),
            "measured": json.dumps(measured),
        },
        "forest": _stored(profile.forest),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False) + "\n")


def _pairs(knots: Knots) -> list[list[float]]:
    return [[round(x, 5), round(y, 4)] for x, y in knots]


def _stored(forest: Forest) -> dict[str, object]:
    trees = [
        {
            "column": tree.column,
            "cut": [round(cut, 5) for cut in tree.cut],
            "lost_left": tree.lost_left,
            "left": tree.left,
            "right": tree.right,
            "value": [round(value, 5) for value in tree.value],
        }
        for tree in forest.trees
    ]
    return {"columns": forest.columns, "start": round(forest.start, 5), "trees": trees}


if __name__ == "__main__":
    main()
