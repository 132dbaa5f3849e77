"""Rescore the repairs of labelled documents, the slow half of fitting the detector.

    python -m models.train.collect --data ../shared/data --out DIR     # an hour, resumable

Every document is examined with the thresholds at their floors, or with `--keep FILE` at those of an earlier fit, which
is three times as quick and leaves them as they are; what was measured goes to a line of
`DIR/repairs.jsonl`, which `models.train.fit_detector` reads. The quality estimator is not asked here: it is quick, and
refitted often. The probe is, with the language model: after it was refitted, collect anew.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType

from auditor.detection.parameters import DetectorParameters
from auditor.pipeline import Auditor
from auditor.repairs import REPAIRS
from auditor.repairs.traits import traits_of
from auditor.signals.quality_estimation import with_source
from auditor.text import document_context, segmentation
from auditor.values import (
    BackTranslation,
    Candidate,
    Kind,
    Measurements,
    PostEdits,
    Repair,
    Settings,
    Severity,
    Span,
)
from models.train.documents import SEED, Labelled, labelled, planted

FLOORS = {
    "wrong-function-words": 4.0,
    "extra-function-words": 4.0,
    "word-order": 2.5,
    "inflections": 3.0,
    "shared-pivot": 3.5,
    "round-trip": 5.0,
    "unlikely-words": 9.0,
    "post-edits": 0.5,
    "repetitions": -8.0,
    "split-sentences": -1.0,
    "names": -4.0,
    "lost-quotation-marks": -40.0,
    "source-numbers": -40.0,
    "source-names": -12.0,
    "source-negation": -20.0,
}
"""Nats below which a repair is not even collected: high for mechanisms that try many words, below zero for rules that
are right whatever the language model thinks of them; 0.3 for the others."""
NARROW_FLOOR = 0.3


@dataclass(frozen=True, slots=True)
class Collected:
    """A labelled document with what was measured of it; the repairs have no value yet."""

    labelled: Labelled
    measurements: Measurements
    repairs: tuple[Repair, ...]

    @property
    def words(self) -> int:
        """How many words the document has."""
        return len(self.labelled.document.words)


def main() -> None:
    """Examine every document that is not in the file yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=6_000, help="of each source of errors")
    parser.add_argument("--clean-words", type=int, default=20_000, help="of clean news for the thresholds")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--keep", type=Path, help="a detector whose thresholds stay")
    parser.add_argument("--planted", type=Path, help="what models.train.planted wrote")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "repairs.jsonl"
    done = {json.loads(line)["name"] for line in file.open()} if file.exists() else set()
    settings = Settings(threads=arguments.threads, quality_estimator="none")
    kept = thresholds(arguments.keep) if arguments.keep else {}
    auditor = Auditor(settings, parameters=floor_parameters(kept))
    documents = list(labelled(arguments.data, words=arguments.words, clean_words=arguments.clean_words))
    documents += planted(arguments.planted) if arguments.planted else ()
    random.Random(SEED).shuffle(documents)  # noqa: S311 (what is done so far has something of everything)
    todo = [item for item in documents if item.name not in done]
    for number, item in enumerate(todo, start=1):
        measurements, repairs = auditor.examine(item.document)
        with file.open("a") as stream:
            stream.write(json.dumps(_line(item, measurements, repairs)) + "\n")
        print(f"{number}/{len(todo)} {item.name}: {len(repairs)} repairs", flush=True)


def floor_parameters(kept: Mapping[str, float] = MappingProxyType({})) -> DetectorParameters:
    """Return parameters under which every mechanism without a threshold that is kept reports nearly all it finds.

    Counted rules are no part of the fit.
    """
    floors = {name: FLOORS.get(name, NARROW_FLOOR) for name in REPAIRS if not traits_of(name).is_counted}
    return DetectorParameters(floors | dict(kept))


def thresholds(file: Path) -> dict[str, float]:
    """Return the thresholds of a detector that was fitted before."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return {str(name): float(value) for name, value in content["thresholds"].items()}


def _line(item: Labelled, measurements: Measurements, repairs: Sequence[Repair]) -> dict[str, object]:
    return {
        "name": item.name,
        "origin": item.origin,
        "story": item.story,
        "text": item.document.text,
        "sources": [paragraph.sentences[0].source for paragraph in item.document.paragraphs],
        "titles": item.titles,
        "errors": item.errors,
        "surprisals": _rounded(measurements.surprisals),
        "entropies": _rounded(measurements.entropies),
        "probed": _rounded_rows(measurements.probed),
        "back": {start: asdict(back) for start, back in measurements.back.items()},
        "post_edits": {start: asdict(edits) for start, edits in measurements.post_edits.items()},
        "repairs": [_repair(repair) for repair in repairs],
    }


def _rounded(values: Mapping[int, float]) -> dict[int, float]:
    return {start: round(value, 3) for start, value in values.items()}


def _rounded_rows(rows: Mapping[int, Sequence[float]]) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for start, values in rows.items():
        found[start] = [round(value, 5) for value in values]
    return found


def _repair(repair: Repair) -> dict[str, object]:
    return {**asdict(repair.candidate), "gain": repair.gain_nats, "meaning": repair.meaning_nats}


def read(file: Path) -> Iterator[Collected]:
    """Read what was collected."""
    for line in file.open():
        row = json.loads(line)
        document = segmentation.document(row["text"], name=row["name"])
        if any(row["sources"]):
            document = with_source(document, row["sources"])
        item = Labelled(
            row["name"],
            row["origin"],
            row["story"],
            document,
            *(tuple(map(tuple, row[k])) for k in ("errors", "titles")),
        )
        measurements = Measurements(
            document,
            document_context.measure(document),
            {int(start): value for start, value in row["surprisals"].items()},
            entropies={int(start): value for start, value in row["entropies"].items()},
            back={int(start): _back(back) for start, back in row["back"].items()},
            probed={int(start): tuple(values) for start, values in row["probed"].items()},
            post_edits={int(start): PostEdits.of(edits) for start, edits in row["post_edits"].items()},
        )
        yield Collected(item, measurements, tuple(_restored(repair) for repair in row["repairs"]))


def _back(fields: Mapping[str, object]) -> BackTranslation:
    back = BackTranslation(**fields)  # type: ignore[arg-type]
    return replace(back, log_probs=tuple(back.log_probs), alternatives=tuple(map(tuple, back.alternatives)))


def _restored(item: Mapping[str, object]) -> Repair:
    fields = dict(item)
    gain, meaning, span = fields.pop("gain"), fields.pop("meaning"), fields.pop("span")
    fields["evidence"] = tuple(fields.get("evidence", ()))  # type: ignore[arg-type]
    kind, severity = Kind(str(fields.pop("kind"))), Severity(str(fields.pop("severity")))
    candidate = Candidate(span=Span(**span), kind=kind, severity=severity, **fields)  # type: ignore[arg-type]
    return Repair(candidate, float(str(gain)), None if meaning is None else float(str(meaning)), 0.0)


if __name__ == "__main__":
    main()
