"""Fit the judge: mechanism thresholds, how suspect a word is, and what that is worth as a probability.

    python -m models.train.collect --data ../shared/data --out DIR        # an hour, resumable
    python -m models.train.fit_detector --out DIR                         # minutes; writes models/judge/judge.json

The quality estimator reads what was collected, with its sources and without. Everything that is reported is
cross-fitted: of each document by a model that has not seen its story, nor the quality estimator the text. What ships is
fitted on all of it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from auditor.detection import features, prefilter
from auditor.detection.boosted_trees import Forest
from auditor.detection.calibration import Knots, Profile
from auditor.detection.detector import Place, Reading, places, winners
from auditor.detection.features import NAMES
from auditor.repairs import REPAIRS, noisy_channel
from auditor.values import Repair, Span
from models.train.collect import FLOORS, NARROW_FLOOR, Collected, read
from models.train.documents import SEED
from models.train.feature_tables import FOLDS, Table, tabulate
from models.train.fit_trees import crossed, grow
from models.train.report_detector import report

FALSE_ALARMS_A_MECHANISM = 0.5  # per 1,000 words of clean news without headlines
FALSE_ALARMS_IN_ALL = 2.5  # per 1,000 words of clean news: sets the default bar, with room below 3
BINS = 12  # of a calibration's knots
SEEN = 0.97  # share of the errors that the wide mechanisms tell, in each kind of text, that a first look keeps
SILENCE = 0.25
"""What it counts against a rule that a rater of a translation let its place pass. Of the words that one rater of zh-en
news marks, another marks four in ten; and what the rules know (a calque, a figure in a foreign form) readers of the
source forgive. On clean news every alarm of a rule counts in full."""
RATED = frozenset({"zh-en", "damaged", "clean"})
"""Whose marks calibrate what is told: news, a third of it without an error."""


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quality-estimator", type=Path, default=None)
    parser.add_argument("--judge", type=Path, default=Path(__file__).parents[1] / "judge" / "judge.json")
    parser.add_argument("--ablations", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    collected = list(read(arguments.out / "repairs.jsonl"))
    thresholds = fit_thresholds([item for item in collected if item.labelled.origin in {"clean", "plain"}])
    used = [_valued(item, thresholds) for item in collected if item.labelled.origin != "plain"]
    tables = list(tabulate(used, arguments.quality_estimator))
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
                replace(
                    repair, value_nats=noisy_channel.evidence(repair.candidate, repair.gain_nats, repair.meaning_nats)
                )
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
        if noisy_channel.is_reached(repair.candidate, repair.gain_nats, threshold):
            found = noisy_channel.evidence(repair.candidate, repair.gain_nats, repair.meaning_nats)
            kept.append(replace(repair, value_nats=found - noisy_channel.PRIOR_WEIGHT * threshold))
    return replace(item, repairs=tuple(kept))


# --- fitting -------------------------------------------------------------------------------------------------------


Copied = tuple[str, str, str, str]
"""A story, which sources it was read with, the words of a place and the mechanism that would change them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A table with the raw probability of each of its words, and the profile that gave it: neither saw its story."""

    table: Table
    raw: tuple[float, ...]
    profile: Profile
    copies: Mapping[Copied | None, int] = field(default_factory=dict)
    """How many translations of its story have the same repair of the same words."""

    def places(self) -> list[Place]:
        """Return what may be told."""
        reading = Reading.whole(self.table.measurements, self.table.repairs, self.profile)
        return places(reading, self.raw, with_marks=True)

    def verdict(self, place: Place) -> tuple[float, float]:
        """Return the chance that a place is an error, by those who judged it, and what that counts.

        Ten translations of a story that all say "talents" are one case of it, not ten.
        """
        share, weight = self.label(place.span), self.table.weight / self.copies.get(self.copied(place), 1)
        if self.table.collected.labelled.origin == "clean" or "rules" not in place.described:
            return share, weight
        heard = share + SILENCE * (1 - share)
        return share / heard, weight * heard

    def copied(self, place: Place) -> Copied | None:
        """Return what tells a place to mend from all that are not its copies in other translations of the story."""
        if place.winner is None:
            return None
        words = place.span.of(self.table.measurements.document.text).casefold()
        return self.table.collected.labelled.story, self.table.sources, words, place.winner.candidate.mechanism

    def label(self, span: Span) -> float:
        """Return the share of the raters who marked a place."""
        return self.table.collected.labelled.share(span)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The profile, and every table as it looks to one that has not seen its story."""

    profile: Profile
    told: tuple[Told, ...]


def fit(tables: Sequence[Table], thresholds: dict[str, float], *, columns: Sequence[str] = NAMES) -> Fitted:
    """Fit the first look, then the judge on what it lets through."""
    fitting = [table for table in tables if table.sources != "shuffled"]
    first = [name for name in columns if any(name in features.GROUPS[group] for group in prefilter.GROUPS)]
    chances = crossed(tables, fitting, first)
    bar = _glance_bar(_judge(tables, thresholds, columns).told, chances)
    seen = [_sparing(table, own, bar) for table, own in zip(tables, chances, strict=True)]
    fitted = _judge(seen, thresholds, columns)
    return replace(fitted, profile=replace(fitted.profile, glance=grow(fitting, first), glance_bar=bar))


def _glance_bar(told: Sequence[Told], chances: Sequence[Sequence[float]]) -> float:
    """Return the bar of a first look that keeps nearly all the errors that the wide mechanisms tell without one."""
    kept: dict[str, list[tuple[float, float]]] = defaultdict(list)  # a first look's chance, the raters' share
    for each, own in zip(told, chances, strict=True):
        words = each.table.measurements.document.words
        for place in each.places() if each.table.sources == "none" else ():
            is_told = place.probability >= each.profile.minimum_probability
            if is_told and place.winner and place.winner.candidate.mechanism in noisy_channel.WIDE:
                inside = features.covered(words, place.span)
                near = own[max(0, inside.start - 1) : inside.stop + 1]
                kept[each.table.collected.labelled.origin].append((max(near, default=1.0), each.label(place.span)))
    return min((_keeping(SEEN, errors) for errors in kept.values()), default=0.0)


def _keeping(share: float, errors: Sequence[tuple[float, float]]) -> float:
    """Return the highest bar that so large a share of the (chance, weight) reaches."""
    allowed = (1 - share) * sum(weight for _, weight in errors)
    missed = 0.0
    for chance, weight in sorted(errors):
        missed += weight
        if missed > allowed:
            return chance
    return 1.0


def _sparing(table: Table, chances: Sequence[float], bar: float) -> Table:
    """Return the table without what is not asked for where a first look leaves no doubt."""
    sentences = table.measurements.document.sentences
    doubted = prefilter.at_bar(chances, bar, table.measurements, sentences)
    by_candidate = {id(repair.candidate): repair for repair in table.repairs}
    candidates = prefilter.worth_pricing([repair.candidate for repair in table.repairs], sentences, doubted)
    repairs = tuple(by_candidate[id(candidate)] for candidate in candidates)
    gone = {sentence.span.start for sentence in prefilter.in_doubt(sentences, doubted)}
    back = {start: trip for start, trip in table.measurements.back.items() if start in gone}
    measurements = replace(table.measurements, back=back)
    rows = np.array(features.describe(measurements, repairs, sentences), dtype=float)
    return replace(table, measurements=measurements, repairs=repairs, rows=rows)


def _judge(tables: Sequence[Table], thresholds: dict[str, float], columns: Sequence[str]) -> Fitted:
    """Fit the forest, on its cross-fitted probabilities the weights, on theirs the calibrations and the bar."""
    fitting = [table for table in tables if table.sources != "shuffled"]
    bare = Profile.bare(thresholds)
    raw = crossed(tables, fitting, columns)
    blind = [Told(table, own, bare) for table, own in zip(tables, raw, strict=True)]
    copies = Counter(each.copied(place) for each in blind for place in each.places() if place.winner)
    blind = [replace(each, copies=copies) for each in blind]
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


def _by_word(told: Sequence[Told]) -> Iterator[tuple[float, float, float]]:
    for each in told:
        for probability, share in zip(each.raw, each.table.labels, strict=True):
            yield probability, share, each.table.weight


def _by_place(told: Told, *, mended: bool) -> Iterator[tuple[float, float, float]]:
    for place in told.places():
        if (place.winner is not None) == mended:
            yield place.raw, *told.verdict(place)


def _knots(points: Sequence[tuple[float, float, float]]) -> Knots:
    """Fit a monotone map on bins of raw probabilities, narrow at the top.

    Bins that come out level are one knot, at their middle: a step in a fitted map is an accident of the sample. Source:
    Oron and Flournoy (2017), Centered Isotonic Regression.
    """
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
    levels = [(y, [at for at, other in enumerate(smooth) if other == y]) for y in sorted(set(smooth))]
    centred = [(float(np.average(np.take(xs, at), weights=np.take(sizes, at))), float(y)) for y, at in levels]
    # A twentieth of the line itself, so that no two probabilities fall together and the bar can stand between them.
    return tuple((x, 0.95 * y + 0.05 * x) for x, y in centred)


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
            "command": "python -m models.train.collect && python -m models.train.fit_detector",
            "seed": str(SEED),
            "data": "clean_news.parquet and damaged copies of it; dev rows of mlqe_{ro,et,ru}-en.parquet (CC0-1.0); "
            "wmt_mqm_zh-en.parquet, newstest2020 and newstest2021 (Apache-2.0)",
            "split": "nothing that the quality estimator was fitted on; reported by cross-fitting over stories",
            "words": ", ".join(f"{origin} {count}" for origin, count in words.items()),
            "measured": json.dumps(measured),
        },
        "glance_bar": round(profile.glance_bar, 5),
        "glance": _stored(profile.glance),
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
