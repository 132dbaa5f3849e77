"""Fit the judge: mechanism thresholds and the probability map, from labelled translations and clean news.

    python -m models.train.judge collect --data ../shared/data --out DIR     # prices repairs; hours, resumable
    python -m models.train.judge fit --out DIR                               # seconds; writes models/judge/judge.json
    python -m models.train.judge alarms --data ../shared/data --out DIR   # minutes; false alarms, kept apart

`collect` audits documents with every threshold at its floor and writes each document's priced repairs, with what the
gold says of their place, to a line of `DIR/repairs.jsonl`. `fit` reads that file. Documents are kept apart by
`auditor.evaluation.gold.is_development`: only the other four fifths are fitted on; the rest is measured.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from auditor import segment
from auditor.audit import Auditor
from auditor.evaluation import gold
from auditor.judge import features, winners
from auditor.profile import Profile
from auditor.repairs import REPAIRS, rank
from auditor.values import Candidate, Document, Kind, Knowledge, Measurements, Repair, Settings, Severity, Span
from models.train import corruptions

SEED = 20261124
FLOORS = {
    "wrong-function-words": 4.0,
    "extra-function-words": 4.0,
    "missing-function-words": 3.5,
    "word-order": 2.5,
    "inflections": 3.0,
    "shared-pivot": 3.5,
    "round-trip": 5.0,
    "unlikely-words": 9.0,
    "repetitions": -8.0,
    "split-sentences": -1.0,
    "names": -4.0,
    "lost-quotation-marks": -40.0,
    "source-numbers": -40.0,
    "source-names": -4.0,
    "source-negation": -20.0,
}
"""Nats below which a repair is not even collected: high for mechanisms that try many words, below zero for rules that
are right whatever the language model thinks of them; 0.3 for the others."""
NARROW_FLOOR = 0.3
FALSE_ALARMS_A_MECHANISM = 0.5  # per 1,000 words of clean news without headlines
FALSE_ALARMS_IN_ALL = 3.5  # per 1,000 words of clean news: sets the default bar
BINS = (0.25, 0.45, 0.6, 0.7, 0.8, 0.87, 0.93, 0.97)  # of the groups, by probability; what is told is at the top
LONGEST = 2_000  # words of a document: one collection of proverbs would outweigh all others
DAMAGED_SHARE = 0.12  # of the sentences of the damaged copies
DAMAGES = (
    corruptions.lose_apostrophe,
    corruptions.lose_quotation_marks,
    corruptions.split_sentence,
    corruptions.swap_small_word,
    corruptions.change_inflection,
    corruptions.reorder,
    corruptions.repeat,
)
PAIRS = ("ro-en", "et-en", "ru-en")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with what the gold says: `errors` are (start, end, share of the raters who marked it)."""

    name: str
    origin: str
    development: bool
    document: Document
    errors: tuple[tuple[int, int, float], ...]
    titles: tuple[tuple[int, int], ...] = ()


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("--data", type=Path, required=True)
    collecting.add_argument("--out", type=Path, required=True)
    collecting.add_argument("--clean-words", type=int, default=40_000)
    collecting.add_argument(
        "--labelled-words", type=int, default=12_000, help="of each source of labelled translations"
    )
    collecting.add_argument("--mechanisms", default=",".join(REPAIRS))
    collecting.add_argument("--threads", type=int, default=None)
    fitting = commands.add_parser("fit")
    fitting.add_argument("--out", type=Path, required=True)
    fitting.add_argument("--judge", type=Path, default=Path(__file__).parents[1] / "judge" / "judge.json")
    alarming = commands.add_parser("alarms")
    alarming.add_argument("--data", type=Path, required=True)
    alarming.add_argument("--out", type=Path, required=True)
    alarming.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.command == "collect":
        collect(arguments)
    elif arguments.command == "alarms":
        count_alarms(arguments)
    else:
        fit(arguments.out / "repairs.jsonl", arguments.judge)


# --- documents -----------------------------------------------------------------------------------------------------


def labelled(data: Path, *, clean_words: int, labelled_words: int) -> Iterator[Labelled]:
    """Yield the documents to learn from, in a seeded order, each source up to its number of words."""
    fitting = [item for item in clean_documents(data / "clean_news.parquet") if not item.development]
    sources: list[tuple[Iterable[Labelled], int]] = [(fitting, clean_words)]
    sources += [((damaged(item) for item in fitting), labelled_words)]
    sources += [(post_edited(data / "qe" / f"mlqe_{pair}.parquet"), labelled_words) for pair in PAIRS]
    sources += [(marked(data / "qe" / "wmt_mqm_zh-en.parquet"), labelled_words)]
    for documents, limit in sources:
        chosen = sorted(documents, key=lambda item: item.name)
        random.Random(SEED).shuffle(chosen)  # noqa: S311 (a seeded order, not a secret)
        taken = 0
        for item in chosen:
            if taken < limit and len(item.document.words) <= LONGEST:
                taken += len(item.document.words)
                yield item


def clean_documents(file: Path) -> Iterator[Labelled]:
    """Yield each clean document, its segments as paragraphs."""
    for name, group in groupby(gold.read_clean(file), key=lambda row: row.document):
        rows = list(group)
        text, starts = _join([row.text for row in rows])
        titles = tuple((at, at + len(row.text)) for row, at in zip(rows, starts, strict=True) if row.is_title)
        yield Labelled(name, "clean", gold.is_development(name), segment.document(text, name=name), (), titles)


def damaged(item: Labelled) -> Labelled:
    """Break every eighth sentence of a clean document, about, as translation breaks it; what it touched is an error."""
    chance = random.Random(f"{SEED}/{item.name}")  # noqa: S311
    text, errors, at, parts = item.document.text, [], 0, []
    for sentence in item.document.sentences:
        parts.append(text[at : sentence.span.start])
        own, at = sentence.span.of(text), sentence.span.end
        hit = corruptions.damage(own, chance, DAMAGES) if chance.random() < DAMAGED_SHARE else None
        if hit is not None:
            start = sum(map(len, parts))
            errors.append((start + hit.span.start, start + max(hit.span.end, hit.span.start + 1), 1.0))
            own = hit.text
        parts.append(own)
    name = f"damaged/{item.name}"
    broken = "".join([*parts, text[at:]])
    return Labelled(name, "damaged", item.development, segment.document(broken, name=name), tuple(errors))


def post_edited(file: Path) -> Iterator[Labelled]:
    """Yield the MLQE translations of each article as one document; a changed word is an error."""
    rows: dict[str, list[gold.GoldRow]] = defaultdict(list)
    for row in gold.read_rows(file):
        if row.official and row.words:
            rows[row.document].append(row)
    for name, group in rows.items():
        text, starts = _join([row.target for row in group])
        errors = []
        for row, at in zip(group, starts, strict=True):
            tags = zip(row.words, row.official or (), strict=False)
            errors += [(at + word.start, at + word.end, 1.0) for word, bad in tags if bad]
        key = f"{group[0].pair}/{name}"
        yield Labelled(key, group[0].pair, gold.is_development(name), segment.document(text, name=key), tuple(errors))


def marked(file: Path) -> Iterator[Labelled]:
    """Yield the zh-en news translations of each system, its segments as paragraphs, with every rater's marks."""
    rows: dict[tuple[str, str], dict[str, list[gold.GoldRow]]] = defaultdict(lambda: defaultdict(list))
    for row in gold.read_rows(file, split="train"):
        human = row.system.lower().startswith(("human", "ref"))
        if "newstest" in row.origin and row.errors is not None and not human:
            rows[row.document, row.system][row.segment].append(row)
    for (name, system), segments in rows.items():
        ordered = [segments[key] for key in sorted(segments, key=lambda key: (len(key), key))]
        text, starts = _join([group[0].target for group in ordered])
        errors = []
        for group, at in zip(ordered, starts, strict=True):
            for row in group:
                for error in row.errors or ():
                    end = max(error.span.end, error.span.start + 1)
                    errors.append((at + error.span.start, at + end, 1.0 / len(group)))
        key = f"zh-en/{name}/{system}"
        yield Labelled(key, "zh-en", gold.is_development(name), segment.document(text, name=key), tuple(errors))


def _join(parts: Sequence[str]) -> tuple[str, list[int]]:
    starts, at = [], 0
    for part in parts:
        starts.append(at)
        at += len(part) + 2
    return "\n\n".join(parts), starts


# --- collect -------------------------------------------------------------------------------------------------------


def collect(arguments: argparse.Namespace) -> None:
    """Price the repairs of every document that is not in the file yet."""
    mechanisms = tuple(arguments.mechanisms.split(","))
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "repairs.jsonl"
    done = {json.loads(line)["name"] for line in file.open()} if file.exists() else set()
    floors = {name: FLOORS.get(name, NARROW_FLOOR) for name in REPAIRS}
    auditor = Auditor(Settings(mechanisms=mechanisms, threads=arguments.threads), profile=_floor_profile(floors))
    documents = labelled(arguments.data, clean_words=arguments.clean_words, labelled_words=arguments.labelled_words)
    todo = [item for item in documents if item.name not in done]
    random.Random(SEED).shuffle(todo)  # noqa: S311
    for number, item in enumerate(todo, start=1):
        measurements, repairs = auditor.examine(item.document)
        with file.open("a") as stream:
            stream.write(json.dumps(_line(item, measurements, repairs)) + "\n")
        print(f"{number}/{len(todo)} {item.name}: {len(repairs)} repairs", flush=True)


def _floor_profile(floors: Mapping[str, float]) -> Profile:
    return Profile(floors, {}, (), 0.0, {}, "floor")


def _line(item: Labelled, measurements: Measurements, repairs: Sequence[Repair]) -> dict[str, object]:
    spans = [repair.candidate.span for repair in repairs]
    near = {start: round(value, 3) for start, value in measurements.surprisals.items() if _covered(start, spans)}
    return {
        "name": item.name,
        "origin": item.origin,
        "development": item.development,
        "words": len(item.document.words),
        "text": item.document.text,
        "titles": item.titles,
        "errors": item.errors,
        "names": dict(measurements.knowledge.names),
        "quotations": [(quotation.start, quotation.end) for quotation in measurements.knowledge.quotations],
        "surprisals": near,
        "repairs": [_repair(repair) for repair in repairs],
    }


def _covered(start: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= start < span.end for span in spans)


def _repair(repair: Repair) -> dict[str, object]:
    candidate = asdict(repair.candidate)
    span = candidate.pop("span")
    return {
        **candidate,
        "start": span["start"],
        "end": span["end"],
        "gain": repair.gain_nats,
        "meaning": repair.meaning_nats,
    }


def count_alarms(arguments: argparse.Namespace) -> None:
    """Audit the clean development documents with the default settings; every finding is a false alarm."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    auditor = Auditor(Settings(threads=arguments.threads))
    documents = [item for item in clean_documents(arguments.data / "clean_news.parquet") if item.development]
    words, alarms = [], []
    with (arguments.out / "alarms.txt").open("w", encoding="utf-8") as stream:
        for item in documents:
            found = auditor.audit(item.document).findings
            words.append(len(item.document.words))
            alarms.append(len(found))
            for finding in found:
                quoted = finding.span.of(item.document.text)
                stream.write(
                    f"{item.name}\t{finding.mechanism}\t{finding.probability:.2f}\t{quoted}\t{finding.suggestions}\n"
                )
            low, high = _interval(np.array(alarms), np.array(words))
            rate = 1000 * sum(alarms) / sum(words)
            print(
                f"{len(words)}/{len(documents)}: {rate:.2f} per 1,000 of {sum(words)} words ({low:.2f}-{high:.2f})",
                flush=True,
            )
    print(auditor.signature)


def _interval(counts: np.ndarray, words: np.ndarray) -> tuple[float, float]:
    """Return the 95 % bootstrap interval, by document, of the rate per 1,000 words."""
    picks = np.random.default_rng(SEED).integers(0, len(counts), (2000, len(counts)))
    low, high = np.percentile(1000 * counts[picks].sum(1) / words[picks].sum(1), [2.5, 97.5])
    return float(low), float(high)


# --- fit -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Collected:
    """A line of the collected file, as values again."""

    name: str
    origin: str
    development: bool
    words: int
    measurements: Measurements
    repairs: tuple[Repair, ...]
    errors: tuple[tuple[int, int, float], ...]
    titles: tuple[tuple[int, int], ...]


def read_collected(file: Path) -> Iterator[Collected]:
    """Read what `collect` wrote."""
    for line in file.open():
        row = json.loads(line)
        document = Document(row["name"], "en", row["text"], ())
        quotations = tuple(Span(*pair) for pair in row["quotations"])
        surprisals = {int(start): value for start, value in row["surprisals"].items()}
        measurements = Measurements(document, Knowledge(row["names"], {}, quotations), surprisals)
        repairs = tuple(_restored(item) for item in row["repairs"])
        errors = tuple((start, end, share) for start, end, share in row["errors"])
        titles = tuple((start, end) for start, end in row["titles"])
        yield Collected(
            row["name"], row["origin"], row["development"], row["words"], measurements, repairs, errors, titles
        )


def _restored(item: Mapping[str, object]) -> Repair:
    fields = dict(item)
    gain, meaning = fields.pop("gain"), fields.pop("meaning")
    span = Span(int(str(fields.pop("start"))), int(str(fields.pop("end"))))
    kind, severity = Kind(str(fields.pop("kind"))), Severity(str(fields.pop("severity")))
    candidate = Candidate(span=span, kind=kind, severity=severity, **fields)  # type: ignore[arg-type]
    return Repair(candidate, float(str(gain)), None if meaning is None else float(str(meaning)), 0.0)


def fit(collected: Path, judge: Path) -> None:
    """Fit thresholds, probability map and default bar; write them, and print what they do on documents kept apart."""
    rows = [row for row in read_collected(collected) if row.words <= LONGEST]
    clean = [row for row in rows if row.origin == "clean" and not row.development]
    thresholds = fit_thresholds(clean)
    rows = [_valued(row, thresholds) for row in rows]
    examples = _examples([row for row in rows if not row.development])
    names = sorted({name for example in examples for name in example.features})
    raw = _out_of_fold(examples, names)
    weights = _logistic(examples, names)
    knots = _isotonic(raw, examples)
    profile = Profile(thresholds, weights, knots, 0.0, {}, "fitted")
    clean_words = sum(row.words for row in clean)
    bar = _bar([row for row in rows if row.origin == "clean" and not row.development], profile, clean_words)
    profile = replace(profile, minimum_probability=bar)
    measured = {
        part: measure([row for row in rows if row.development == (part == "development")], profile)
        for part in ("fitting", "development")
    }
    judge.parent.mkdir(parents=True, exist_ok=True)
    provenance = {
        "command": "python -m models.train.judge collect && python -m models.train.judge fit",
        "seed": str(SEED),
        "data": "clean_news.parquet and damaged copies of it; mlqe_{ro,et,ru}-en.parquet (CC0-1.0); "
        "wmt_mqm_zh-en.parquet, newstest2020 and newstest2021 (Apache-2.0)",
        "split": "documents whose name's SHA-256 is 0 modulo 5 are kept for measuring",
        "words": ", ".join(
            f"{origin} {sum(r.words for r in rows if r.origin == origin and not r.development)}"
            for origin in sorted({r.origin for r in rows})
        ),
        "measured": json.dumps(measured["development"]),
    }
    content = {
        "thresholds": {name: round(value, 3) for name, value in sorted(thresholds.items())},
        "weights": {name: round(value, 4) for name, value in sorted(weights.items())},
        "knots": [[round(x, 4), round(y, 4)] for x, y in knots],
        "minimum_probability": round(bar, 3),
        "provenance": provenance,
    }
    judge.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    print(
        json.dumps(
            {
                "thresholds": content["thresholds"],
                "bar": bar,
                "knots": content["knots"],
                "weights": content["weights"],
                **measured,
            },
            indent=1,
        )
    )


def fit_thresholds(clean: Sequence[Collected]) -> dict[str, float]:
    """Return, a mechanism, the evidence at which it alone raises half a false alarm a 1,000 words, headlines apart."""
    words = sum(row.words for row in clean)
    allowed = int(FALSE_ALARMS_A_MECHANISM * words / 1000)
    evidences: dict[str, list[float]] = defaultdict(list)
    for row in clean:
        for mechanism in REPAIRS:
            own = tuple(
                replace(repair, value_nats=rank.evidence(repair.gain_nats, repair.meaning_nats))
                for repair in row.repairs
                if repair.candidate.mechanism == mechanism and not _in_title(repair, row)
            )
            evidences[mechanism] += [winner.value_nats for winner, _ in winners(own)]
    thresholds = {}
    for mechanism in REPAIRS:
        ordered = sorted(evidences[mechanism], reverse=True)
        floor = FLOORS.get(mechanism, NARROW_FLOOR)
        thresholds[mechanism] = max(floor, ordered[allowed]) if len(ordered) > allowed else floor
    return thresholds


@dataclass(frozen=True, slots=True)
class Example:
    """A group of repairs: its features, the share of raters who marked its place, and its weight."""

    document: str
    features: Mapping[str, float]
    label: float
    weight: float


def _in_title(repair: Repair, row: Collected) -> bool:
    return any(start <= repair.candidate.span.start < end for start, end in row.titles)


def _valued(row: Collected, thresholds: Mapping[str, float]) -> Collected:
    kept = []
    for repair in row.repairs:
        threshold = thresholds[repair.candidate.mechanism]
        if repair.gain_nats >= rank.SLACK * threshold:
            value = rank.evidence(repair.gain_nats, repair.meaning_nats) - rank.PRIOR_WEIGHT * threshold
            kept.append(replace(repair, value_nats=value))
    return replace(row, repairs=tuple(kept))


def _label(span: Span, row: Collected) -> float:
    return min(1.0, sum(share for start, end, share in row.errors if start < span.end and span.start < end))


def _examples(rows: Sequence[Collected]) -> list[Example]:
    """Describe every group of repairs; clean news weighs as many words as all translations together."""
    clean = sum(row.words for row in rows if row.origin == "clean")
    other = sum(row.words for row in rows if row.origin != "clean")
    found = []
    for row in rows:
        weight = other / clean if row.origin == "clean" and clean else 1.0
        for winner, rivals in winners(row.repairs):
            described = features(winner, rivals, row.measurements)
            found.append(Example(row.name, described, _label(winner.candidate.span, row), weight))
    return found


def _matrix(examples: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    return np.array([[example.features.get(name, 0.0) for name in names] for example in examples])


def _fitted(examples: Sequence[Example], names: Sequence[str]) -> LogisticRegression:
    matrix = _matrix(examples, names)
    labels = np.array([example.label for example in examples])
    weights = np.array([example.weight for example in examples])
    model = LogisticRegression(C=1.0, max_iter=2000)
    both = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    return model.fit(np.vstack([matrix, matrix]), both, np.concatenate([weights * labels, weights * (1 - labels)]))


def _logistic(examples: Sequence[Example], names: Sequence[str]) -> dict[str, float]:
    model = _fitted(examples, names)
    return {"intercept": float(model.intercept_[0])} | dict(zip(names, map(float, model.coef_[0]), strict=True))


def _out_of_fold(examples: Sequence[Example], names: Sequence[str], folds: int = 5) -> np.ndarray:
    """Return each example's raw probability by a model that has not seen its document."""
    documents = sorted({example.document for example in examples})
    random.Random(SEED).shuffle(documents)  # noqa: S311
    fold = {document: number % folds for number, document in enumerate(documents)}
    raw = np.zeros(len(examples))
    for number in range(folds):
        held = [i for i, example in enumerate(examples) if fold[example.document] == number]
        model = _fitted([example for example in examples if fold[example.document] != number], names)
        raw[held] = model.predict_proba(_matrix([examples[i] for i in held], names))[:, 1]
    return raw


def _isotonic(raw: np.ndarray, examples: Sequence[Example]) -> tuple[tuple[float, float], ...]:
    """Fit a monotone map on bins of the out-of-fold probabilities, narrow at the top; the bins' means are its knots."""
    labels = np.array([example.label for example in examples])
    weights = np.array([example.weight for example in examples])
    bins = np.split(np.argsort(raw), [int(share * len(raw)) for share in BINS])
    xs = [float(np.average(raw[b], weights=weights[b])) for b in bins]
    ys = [float(np.average(labels[b], weights=weights[b])) for b in bins]
    sizes = [float(weights[b].sum()) for b in bins]
    smooth = IsotonicRegression(y_min=0.01, y_max=0.99).fit(xs, ys, sample_weight=sizes).predict(xs)
    # A tenth of the line itself, so that no two probabilities fall together and the bar can stand between them.
    return tuple((x, 0.9 * float(y) + 0.1 * x) for x, y in zip(xs, smooth, strict=True))


def _bar(clean: Sequence[Collected], profile: Profile, words: int) -> float:
    """Return the lowest probability at which all mechanisms together keep to the false alarms allowed."""
    told = sorted((p for row in clean for _, p in _told(row, profile)), reverse=True)
    allowed = int(FALSE_ALARMS_IN_ALL * words / 1000)
    return told[allowed] + 1e-6 if len(told) > allowed else 0.0


def _told(row: Collected, profile: Profile) -> list[tuple[Repair, float]]:
    groups = winners(row.repairs)
    return [(winner, profile.probability(features(winner, rivals, row.measurements))) for winner, rivals in groups]


def measure(rows: Sequence[Collected], profile: Profile) -> dict[str, object]:
    """Measure the default bar: false alarms (95 % bootstrap interval by document), precision, recall, calibration."""
    report: dict[str, object] = {}
    for origin in sorted({row.origin for row in rows}):
        part = [row for row in rows if row.origin == origin]
        words = np.array([row.words for row in part])
        told = [[(w, p) for w, p in _told(row, profile) if p >= profile.minimum_probability] for row in part]
        counts = np.array([len(found) for found in told])
        if origin == "clean":
            low, high = _interval(counts, words)
            report[origin] = {
                "words": int(words.sum()),
                "per_1000": round(1000 * counts.sum() / words.sum(), 2),
                "interval": [round(low, 2), round(high, 2)],
            }
            continue
        labels = [_label(w.candidate.span, row) for row, found in zip(part, told, strict=True) for w, _ in found]
        hit, of = _recall(part, told)
        report[origin] = {
            "words": int(words.sum()),
            "findings": int(counts.sum()),
            "precision": round(float(np.mean(labels or [0])), 3),
            "hit": hit,
            "errors": of,
        }
    report["calibration"] = _calibration(rows, profile)
    report["mechanisms"] = _by_mechanism(rows, profile)
    return report


def _recall(rows: Sequence[Collected], told: Sequence[Sequence[tuple[Repair, float]]]) -> tuple[int, int]:
    hit = of = 0
    for row, found in zip(rows, told, strict=True):
        spans = [winner.candidate.span for winner, _ in found]
        of += len(row.errors)
        hit += sum(any(s.start < end and start < s.end for s in spans) for start, end, _ in row.errors)
    return hit, of


def _calibration(rows: Sequence[Collected], profile: Profile) -> dict[str, float]:
    """Return the expected calibration error of all groups, clean news weighing as much as translations."""
    examples = _examples(rows)
    raw = np.array([profile.probability(example.features) for example in examples])
    labels = np.array([example.label for example in examples])
    weights = np.array([example.weight for example in examples])
    error = 0.0
    for members in np.array_split(np.argsort(raw), 10):
        gap = abs(
            np.average(raw[members], weights=weights[members]) - np.average(labels[members], weights=weights[members])
        )
        error += gap * weights[members].sum() / weights.sum()
    return {"expected_calibration_error": round(float(error), 4), "groups": float(len(examples))}


def _by_mechanism(rows: Sequence[Collected], profile: Profile) -> dict[str, str]:
    clean: dict[str, int] = defaultdict(int)
    translated: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for winner, probability in _told(row, profile):
            if probability >= profile.minimum_probability:
                mechanism = winner.candidate.mechanism
                if row.origin == "clean":
                    clean[mechanism] += 1
                else:
                    translated[mechanism].append(_label(winner.candidate.span, row))
    return {
        name: f"{clean[name]} on clean news; {len(found)} on translations, precision {np.mean(found or [0]):.2f}"
        for name in REPAIRS
        for found in [translated[name]]
    }


if __name__ == "__main__":
    main()
