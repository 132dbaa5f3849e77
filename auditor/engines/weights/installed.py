"""The embedded models on disk: where they are, whether they are whole, and what names them in a signature.

A model is a folder under `models_home()`, made once by its converter, with a `made.json` that records the hash of
everything it was made from and of everything it is. `auditor.engines.weights.fetch` makes the folders.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any

from auditor.engines.weights.manifest import ModelEntry, WeightFile, chosen, entry, manifest_file
from auditor.errors import ModelError

RECORD = "made.json"


class State(StrEnum):
    """What is found where a model should be."""

    PRESENT = "present"
    MISSING = "missing"
    OUTDATED = "outdated"
    CORRUPT = "corrupt"


def models_home() -> Path:
    """Return the folder that holds the models; it need not exist.

    `$AUDITOR_MODELS` if set; inside a virtual environment a folder of the environment, so that deleting it deletes
    them; else the user's data folder.
    """
    if value := os.environ.get("AUDITOR_MODELS"):
        return Path(value).expanduser()
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix) / "share" / "auditor" / "models"
    import platformdirs

    return Path(platformdirs.user_data_path("auditor", appauthor=False)) / "models"


def model_folder(name: str) -> Path:
    """Return the folder of the model `name`, ready to be loaded; sizes are checked, hashes are not (see `verify`).

    Raises:
        ModelError: the model is missing, cut short, or made from another version; the message says what to run.
        UnknownNameError: the manifest has no such model.
    """
    model = entry(name)
    if (found := state(name)) is not State.PRESENT:
        raise ModelError(complaint(model, found))
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
        if not record["recipe"].items() >= recipe(model).items():
            return State.OUTDATED
        files = _outputs(record)
    whole = all(_is_whole(folder / file.path, file, deep=deep) for file in files)
    return State.PRESENT if whole else State.CORRUPT


def verify(names: Sequence[str] = ()) -> None:
    """Hash every file of the models `names`, or of all that are here.

    Raises:
        ModelError: at least one model is corrupt, outdated, or (if it was named) missing; the message lists each.
    """
    states = {model.name: state(model.name, deep=True) for model in chosen(names, default=False)}
    excused = {State.PRESENT} if names else {State.PRESENT, State.MISSING}
    if bad := [complaint(entry(name), found) for name, found in states.items() if found not in excused]:
        raise ModelError("\n".join(bad))


def fingerprint(name: str) -> str:
    """Return 12 hexadecimal digits that change whenever a byte of the loaded files does, for an audit's signature."""
    model = entry(name)
    record = None if model.shipped else _record(model_folder(name))
    files = model.files if record is None else _outputs(record)
    lines = "\n".join(sorted(f"{file.path} {file.sha256}" for file in files))
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


def expected_folder(name: str) -> Path:
    """Return where the model `name` is or would be."""
    return _folder(entry(name))


def _folder(model: ModelEntry) -> Path:
    return (manifest_file().parent if model.shipped else models_home()) / model.name


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


def recipe(model: ModelEntry) -> dict[str, Any]:
    """Return what decides the result: sources, version of the converter, options; a change makes a folder outdated.

    Where the converter's code stands decides nothing.
    """
    return {
        "source": model.source,
        "input": [asdict(file) for file in model.files],
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


def complaint(model: ModelEntry, found: State) -> str:
    """Say what is wrong with a model and what to run."""
    said = {
        State.MISSING: f"is not in {models_home()}",
        State.OUTDATED: f"in {models_home()} was made from another version than this auditor uses",
        State.CORRUPT: f"in {_folder(model).parent} is damaged: its files are not what was installed",
    }
    remedy = "install auditor again" if model.shipped else f"run: auditor models fetch {model.name}"
    return f"model '{model.name}' {said[found]}; {remedy}"
