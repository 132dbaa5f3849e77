"""The evaluation: systems × sources × data sets, predicted once, measured with intervals, told as one table."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from auditor import __version__
from auditor.errors import InputError
from auditor.evaluation.gold import GoldRow, is_development, read_clean, read_rows
from auditor.evaluation.results import Result, measure
from auditor.evaluation.systems import Options, Prediction, Request, SourceUse, System, open_system
from auditor.segment import document
from auditor.values import Span

CHUNK = 100
"""Texts between two writes: what an interruption may cost."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class DataSet:
    """Rows of one kind under one name; clean sets have no errors at all."""

    name: str
    rows: tuple[GoldRow, ...]
    is_clean: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be evaluated."""

    files: tuple[Path, ...]
    systems: tuple[str, ...]
    sources: tuple[SourceUse, ...]
    out: Path
    options: Options
    rows: int | None = None
    bootstrap: int = 1000


def evaluate(plan: Plan, progress: Progress) -> list[Result]:
    """Evaluate all of the plan; predictions made by an earlier, interrupted run of the same plan are used again.

    Raises:
        InputError: a file is missing or of another schema.
        ModelError: a model is missing or damaged.
    """
    sets = [chosen for file in plan.files for chosen in data_sets(file, rows=plan.rows)]
    plan.out.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    for name in plan.systems:
        system = open_system(name, plan.options)
        for use in plan.sources:
            results += [_evaluate(plan, name, system, use, chosen, progress) for chosen in sets]
            write(results, plan.out / "results.json")
    return results


def _evaluate(plan: Plan, name: str, system: System, use: SourceUse, chosen: DataSet, progress: Progress) -> Result:
    requests = _requests(chosen.rows, use, plan.options.seed)
    label = f"{name}, source {use}, {chosen.name}"
    predictions = list(
        _predict(system, requests, _cache(plan, system, use, chosen), lambda n: progress(label, n, len(requests)))
    )
    signature = _signature(plan, system, use, chosen)
    return measure(
        chosen, predictions, system, signature=signature, names=(name, use), draws=(plan.bootstrap, plan.options.seed)
    )


def _signature(plan: Plan, system: System, use: SourceUse, chosen: DataSet) -> str:
    fields = {
        "gold": chosen.name,
        "rows": len(chosen.rows),
        "documents": len({row.document for row in chosen.rows}),
        "digest": _digest(row.id + row.target for row in chosen.rows),
        "system": system.name,
        "source": use,
        "threshold": "none" if system.threshold is None else f"{system.threshold:g}",
        "bs": plan.bootstrap,
        "seed": plan.options.seed,
        "version": __version__,
    }
    return "|".join(f"{key}:{value}" for key, value in fields.items())


def _digest(parts: Iterator[str]) -> str:
    content = hashlib.sha256()
    for part in parts:
        content.update(part.encode() + b"\0")
    return content.hexdigest()[:12]


def data_sets(file: Path, *, rows: int | None = None) -> Iterator[DataSet]:
    """Yield what of a file may be measured on, a set an origin: its dev rows, and marked rows of development documents.

    `rows` takes about that many, evenly spread, all translations of a source together. A file of clean news gives one
    set, of its development documents.
    """
    try:
        groups: dict[str, list[GoldRow]] = defaultdict(list)
        for row in read_rows(file):
            held_out = row.errors is not None and is_development(row.document)
            if row.split != "train" or held_out:
                groups[f"{row.pair} {row.origin.split('/')[-1] or file.stem}"].append(row)
    except InputError:
        clean = [each for each in read_clean(file) if is_development(each.document)]
        parts = tuple(
            part for segment in clean for part in _clean_rows(segment.document, segment.segment, segment.text)
        )
        yield DataSet(f"clean {file.stem}", _thinned(parts, rows), is_clean=True)
        return
    for name, members in groups.items():
        yield DataSet(name, _thinned(members, rows))


def _thinned(rows: Sequence[GoldRow], count: int | None) -> tuple[GoldRow, ...]:
    groups: dict[tuple[str, str, str], list[GoldRow]] = defaultdict(list)
    for row in rows:
        groups[row.document, row.segment, row.source].append(row)
    step = 1 if count is None else max(1, round(len(rows) / count))
    return tuple(row for group in list(groups.values())[::step] for row in group)


def _clean_rows(name: str, number: int, text: str) -> Iterator[GoldRow]:
    """Yield the sentences of a clean paragraph as rows without an error."""
    for part, sentence in enumerate(document(text, name=name).sentences):
        start = sentence.span.start
        words = tuple(Span(word.span.start - start, word.span.end - start) for word in sentence.words)
        yield GoldRow(
            id=f"{name}-{number}-{part}",
            pair="en",
            document=name,
            segment=f"{number}-{part}",
            system="",
            source="",
            target=sentence.span.of(text),
            words=words,
            tags=(False,) * len(words),
            official=(False,) * (len(words) + 1),
            errors=(),
            score=None,
            score_type="mqm",
            raw_score=None,
            raw_score_type="",
            rater="",
            split="dev",
            origin="clean",
            licence="",
        )


def _requests(rows: Sequence[GoldRow], use: SourceUse, seed: int) -> list[Request]:
    """Give each row its source, none, or that of another row."""
    if use is SourceUse.GIVEN:
        return [Request(row, row.source or None) for row in rows]
    if use is SourceUse.NONE:
        return [Request(row, None) for row in rows]
    sources = list(dict.fromkeys(row.source for row in rows))
    shuffled = sources.copy()
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (not for cryptography)
    # A shuffle may leave a source in its place; moving on by one until none is settles it.
    other = {source: _another(source, shuffled, at) for at, source in enumerate(sources)}
    return [Request(row, other[row.source] or None) for row in rows]


def _another(source: str, shuffled: Sequence[str], at: int) -> str:
    found = shuffled[at]
    return shuffled[(at + 1) % len(shuffled)] if found == source else found


def _cache(plan: Plan, system: System, use: SourceUse, chosen: DataSet) -> Path:
    # What the measures are made of changes no prediction, so it is no part of the key.
    rows = _digest(row.id + row.target for row in chosen.rows)
    parts = (chosen.name, rows, system.name, use.value, str(plan.options.seed), __version__)
    key = hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
    return plan.out / "predictions" / f"{key}.jsonl"


def _predict(
    system: System, requests: Sequence[Request], cache: Path, progress: Callable[[int], None]
) -> Iterator[Prediction]:
    """Yield a prediction a request, from the cache as far as it goes; each chunk is written when it is done."""
    done = _read(cache)
    yield from done
    cache.parent.mkdir(exist_ok=True)
    at = len(done)
    progress(at)
    with cache.open("a", encoding="utf-8") as lines:
        for chunk in _chunks(requests[at:]):
            made = system.predict(chunk)
            lines.write("".join(json.dumps(asdict(prediction)) + "\n" for prediction in made))
            lines.flush()
            at += len(chunk)
            progress(at)
            yield from made


def _chunks(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    """Yield about a hundred requests at a time, never parting the raters of one translation."""
    start = 0
    for at in range(1, len(requests)):
        same = requests[at].row.target == requests[at - 1].row.target
        if at - start >= CHUNK and not same:
            yield requests[start:at]
            start = at
    if start < len(requests):
        yield requests[start:]


def _read(cache: Path) -> list[Prediction]:
    """Read the whole lines of a cache; a line cut short by an interruption is cut off."""
    if not cache.exists():
        return []
    text = cache.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        cache.write_text(whole, encoding="utf-8")
    records = [json.loads(line) for line in whole.splitlines()]
    return [Prediction(tuple(r["words"]), tuple(r["official"]), tuple(r["major"]), r["score"]) for r in records]


def write(results: Sequence[Result], file: Path) -> None:
    """Write the results as JSON: `schema_version`, and a record a cell with each measure's value and interval."""
    content = {"schema_version": 1, "results": [result.record() for result in results]}
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
