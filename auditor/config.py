"""Defaults for a project: `.auditor.toml`, or `[tool.auditor]` in `pyproject.toml`, of this folder or one above it.

Keys are the long options without their hyphens in front ("min-confidence"), but "penalties" is a table of them; the
command line goes before the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.errors import SettingsError, UnknownNameError
from auditor.values import Assumption, Kind, Settings

FILE = ".auditor.toml"
PROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file says; `path` is None when there is no file, paths inside it are relative to it.

    `own` has the defaults of options that only some commands have, by their names.
    """

    settings: Settings = field(default_factory=Settings)
    fail_under: float | None = None
    terms: Path | None = None
    baseline: Path | None = None
    cache: bool | None = None
    own: Mapping[str, str | int] = field(default_factory=dict)
    path: Path | None = None


def find(folder: Path) -> Path | None:
    """Return the nearest configuration file of `folder` and the folders above it."""
    for candidate in (folder.resolve(), *folder.resolve().parents):
        own, project = candidate / FILE, candidate / PROJECT
        if own.is_file():
            return own
        if project.is_file() and "auditor" in _toml(project).get("tool", {}):
            return project
    return None


def load(path: Path | None) -> Config:
    """Read a configuration file; None gives the built-in defaults.

    Raises:
        SettingsError: the file cannot be read, a key is unknown, or a value makes no sense.
    """
    if path is None:
        return Config()
    content = _toml(path)
    table = content.get("tool", {}).get("auditor", {}) if path.name == PROJECT else content
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise SettingsError(f"{path}: {UnknownNameError('setting', key, _KEYS)}")
        values[key] = _KEYS[key](value, f"{path}: {key}")
    chosen = {key.replace("-", "_"): value for key, value in values.items() if key not in _OUTSIDE}
    if "fluency_model" in chosen:
        chosen["fluency_model"] = _placed(path, chosen["fluency_model"])
    if "back_translation" in chosen:
        chosen["back_translation"] = {pair: _placed(path, name) for pair, name in chosen["back_translation"].items()}
    if "min_confidence" in chosen:
        chosen["minimum_probability"] = chosen.pop("min_confidence")
    return Config(
        settings=Settings(**chosen),
        fail_under=values.get("fail-under"),
        terms=path.parent / values["terms"] if "terms" in values else None,
        baseline=path.parent / values["baseline"] if "baseline" in values else None,
        own={key: values[key] for key in _OWN if key in values},
        cache=values.get("cache"),
        path=path,
    )


def _placed(path: Path, name: str) -> str:
    """Return the model's folder, where it lies beside the file; else the name, as of the cache."""
    folder = path.parent / name
    return str(folder) if name and folder.is_dir() else name


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error


def _number(low: float, high: float) -> Callable[[object, str], float]:
    def check(value: object, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise SettingsError(f"{where} must be a number from {low:g} to {high:g}, not {value!r}.")
        return float(value)

    return check


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingsError(f"{where} must be a whole number from 1, not {value!r}.")
    return value


def _switch(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{where} must be true or false, not {value!r}.")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{where} must be text, not {value!r}.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{where} must be a list of names, not {value!r}.")
    return tuple(value)


def _kinds(value: object, where: str) -> frozenset[Kind]:
    names = _texts(value, where)
    known = [kind.value for kind in Kind]
    for name in names:
        if name not in known:
            raise SettingsError(f"{where}: {UnknownNameError('kind', name, known)}")
    return frozenset(Kind(name) for name in names)


def _assumption(value: object, where: str) -> Assumption:
    known = [assumption.value for assumption in Assumption]
    if value not in known:
        raise SettingsError(f"{where}: {UnknownNameError('assumption', _text(value, where), known)}")
    return Assumption(value)


def _mapping(check: Callable[[object, str], Any]) -> Callable[[object, str], Mapping[str, Any]]:
    def check_all(value: object, where: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise SettingsError(f"{where} must be a table, not {value!r}.")
        return {name: check(item, f"{where}.{name}") for name, item in value.items()}

    return check_all


_KEYS: Mapping[str, Callable[[object, str], Any]] = {
    "assume": _assumption,
    "back-translation": _mapping(_text),
    "baseline": _text,
    "cache": _switch,
    "device": _text,
    "doubts": _switch,
    "engine": _text,
    "fail-under": _number(0, 100),
    "fluency-model": _text,
    "format": _text,
    "ignore": _kinds,
    "jobs": _count,
    "min-confidence": _number(0, 1),
    "only": _kinds,
    "penalties": _mapping(_number(0, 1000)),
    "precision": _text,
    "terms": _text,
    "threads": _count,
}
_OWN = ("doubts", "engine", "format", "jobs")
_OUTSIDE = frozenset({"fail-under", "terms", "baseline", "cache", *_OWN})
