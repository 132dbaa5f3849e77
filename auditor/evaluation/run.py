"""The evaluation: systems × sources × data sets, predicted once, measured with intervals, shown as one table."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from auditor import __version__
from auditor.errors import InputError
from auditor.evaluation.data_sets import DataSet, Sample, data_sets
from auditor.evaluation.estimates import unit
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.results import Result, measure
from auditor.evaluation.systems import WHOLE, At, Options, Prediction, Request, SourceUse, System, open_system

CHUNK = 100
"""Texts between two writes: what an interruption may cost."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be evaluated.

    `sample` is taken of each set, as whole documents if one of the systems reads these. `resamples` is how many the
    intervals rest on. `threshold` takes the place of each system's own; it changes no prediction.
    """

    files: tuple[Path, ...]
    systems: tuple[str, ...]
    sources: tuple[SourceUse, ...]
    out: Path
    options: Options
    sample: Sample = field(default_factory=Sample)
    resamples: int = 1000
    threshold: float | None = None


def evaluate(plan: Plan, progress: Progress) -> list[Result]:
    """Evaluate all of the plan; predictions made by an earlier, interrupted run of the same plan are used again.

    Raises:
        InputError: a file is missing or of another schema.
        ModelError: a model is missing or damaged.
    """
    whole = plan.sample.whole or not WHOLE.isdisjoint(plan.systems)
    sets: list[DataSet] = []
    for file in plan.files:
        sets += data_sets(file, replace(plan.sample, whole=whole))
    try:
        plan.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write to {plan.out} ({error.strerror}); choose another folder with --out") from error
    results: list[Result] = []
    for name in plan.systems:
        system = open_system(name, plan.options)
        system = system if plan.threshold is None else At(system, plan.threshold)
        for use in plan.sources:
            results += [_evaluate(plan, name, system, use, chosen, progress) for chosen in sets]
            write(results, plan.out / "results.json")
    return results


def _evaluate(plan: Plan, name: str, system: System, use: SourceUse, chosen: DataSet, progress: Progress) -> Result:
    requests = _requests(chosen.rows, use, plan.options.seed)
    label = f"{name}, source {use}, {chosen.name}"
    chunks = _chunks(requests, whole=name in WHOLE)
    cache = _cache(plan, name, system, use, chosen)
    predictions = list(_predict(system, chunks, cache, lambda n: progress(label, n, len(requests))))
    signature = _signature(plan, name, system, use, chosen)
    return measure(
        chosen,
        predictions,
        system,
        signature=signature,
        names=(name, use),
        bootstrap=(plan.resamples, plan.options.seed),
    )


def _signature(plan: Plan, name: str, system: System, use: SourceUse, chosen: DataSet) -> str:
    fields = {
        "gold": chosen.name,
        "rows": len(chosen.rows),
        "documents": len({row.document for row in chosen.rows}),
        "sample": chosen.sample,
        "digest": _digest(chosen),
        "system": f"{name} {system.name}".replace("|", ";"),
        "source": use,
        "threshold": "none" if system.threshold is None else f"{system.threshold:g}",
        "bs": plan.resamples,
        "by": unit(chosen.rows),
        "seed": plan.options.seed,
        "version": __version__,
    }
    return "|".join(f"{key}:{value}" for key, value in fields.items())


def _digest(chosen: DataSet) -> str:
    """Return twelve digits that another text, label or order changes."""
    content = hashlib.sha256()
    for row in chosen.rows:
        content.update(f"{row}\0".encode())
    return content.hexdigest()[:12]


def _requests(rows: Sequence[GoldRow], use: SourceUse, seed: int) -> list[Request]:
    """Give each row its source, none, or that of another row."""
    if use is SourceUse.GIVEN:
        return [Request(row, row.source or None) for row in rows]
    if use is SourceUse.NONE:
        return [Request(row, None) for row in rows]
    sources = list(dict.fromkeys(row.source for row in rows))
    if len(sources) == 1 and sources[0]:
        raise InputError(
            "all rows have the same source, so there is no other to give them; leave --source shuffled out"
        )
    shuffled = sources.copy()
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (not for cryptography)
    # A shuffle may leave a source in its place; moving on by one until none is settles it.
    other = {source: _another(source, shuffled, at) for at, source in enumerate(sources)}
    return [Request(row, other[row.source] or None) for row in rows]


def _another(source: str, shuffled: Sequence[str], at: int) -> str:
    found = shuffled[at]
    return shuffled[(at + 1) % len(shuffled)] if found == source else found


def _cache(plan: Plan, name: str, system: System, use: SourceUse, chosen: DataSet) -> Path:
    # Neither the bootstrap nor the threshold changes a prediction, so they are no part of the key.
    parts = (chosen.name, _digest(chosen), name, system.name, use.value, str(plan.options.seed), __version__)
    key = hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
    return plan.out / "predictions" / f"{key}.jsonl"


def _predict(
    system: System, chunks: Sequence[Sequence[Request]], cache: Path, progress: Callable[[int], None]
) -> Iterator[Prediction]:
    """Yield a prediction a request, from the cache as far as its whole chunks go; each chunk is written when done."""
    kept = _read(cache, [len(chunk) for chunk in chunks])
    yield from kept
    at = 0
    with cache.open("a", encoding="utf-8") as lines:
        for chunk in chunks:
            at += len(chunk)
            if at > len(kept):
                made = system.predict(chunk)
                lines.write("".join(json.dumps(asdict(prediction)) + "\n" for prediction in made))
                lines.flush()
                yield from made
            progress(at)


def _chunks(requests: Sequence[Request], *, whole: bool) -> list[Sequence[Request]]:
    """Cut the requests into chunks that never part the raters of a translation, or with `whole` a document."""
    chunks: list[Sequence[Request]] = []
    start = 0
    for at in range(1, len(requests) + 1):
        if at < len(requests) and (at - start < (1 if whole else CHUNK) or _belong(requests, at, whole=whole)):
            continue
        chunks.append(requests[start:at])
        start = at
    return [chunk for chunk in chunks if chunk]


def _belong(requests: Sequence[Request], at: int, *, whole: bool) -> bool:
    """Tell whether a request must be judged together with the one before it."""
    one, two = requests[at - 1].row, requests[at].row
    if (one.document, one.system) != (two.document, two.system):
        return False
    return whole or (one.segment, one.target) == (two.segment, two.target)


def _read(cache: Path, sizes: Sequence[int]) -> list[Prediction]:
    """Read the whole chunks of a cache; what an interruption cut short is cut off.

    Raises:
        InputError: what is there was not written by an evaluation.
    """
    cache.parent.mkdir(exist_ok=True)
    lines = cache.read_text(encoding="utf-8").splitlines(keepends=True) if cache.exists() else []
    whole = len(lines) if not lines or lines[-1].endswith("\n") else len(lines) - 1
    kept = max((end for end in itertools.accumulate(sizes, initial=0) if end <= whole), default=0)
    if kept != len(lines):
        cache.write_text("".join(lines[:kept]), encoding="utf-8")
    try:
        return [Prediction.of(json.loads(line)) for line in lines[:kept]]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{cache} is damaged ({error}); delete it and run the evaluation again") from error


def write(results: Sequence[Result], file: Path) -> None:
    """Write the results as JSON: `schema_version`, and a record a cell with each measure's value and interval."""
    content = {"schema_version": 2, "results": [result.record() for result in results]}
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
