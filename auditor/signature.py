"""What changes a number, by name: the one registry that signatures and the keys of the cache are made from.

Equal signatures, equal numbers. So whatever could change one stands here, and what cannot stands here, too: a setting,
a library or a module that is in neither list raises, and whoever adds it says where it belongs.

Source: the `Signature` of sacreBLEU's metrics (Post 2018, "A Call for Clarity in Reporting BLEU Scores").
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import platform
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from auditor.values import Assumption, Settings

SETTINGS = frozenset({"minimum_probability", "assume", "mechanisms", "only", "ignore", "penalties"})
"""The settings that a signature tells as they are."""
SETTINGS_OF_ENGINES = frozenset(
    {"device", "precision", "fluency_model", "back_translation", "quality_estimator", "post_editor"}
)
"""The settings that it tells by the names of the engines that they choose, and of the arithmetic."""
SILENT_SETTINGS = frozenset({"threads", "cache"})
_SETTINGS = SETTINGS | SETTINGS_OF_ENGINES | SILENT_SETTINGS

ENGINE_LIBRARIES = frozenset({"numpy", "sentencepiece", "tokenizers", "torch", "transformers"})
"""The libraries that decide what an engine answers."""
LIBRARIES = ENGINE_LIBRARIES | {"lemminflect", "nupunkt", "rapidfuzz", "regex", "sacrebleu"}
"""The libraries that decide a number: how words are cut, inflected and compared, what an engine answers."""
READER_LIBRARIES = frozenset({"lxml", "markdown-it-py", "python-docx", "translate-toolkit"})
"""The libraries that decide what is read from a file; a format whose library is missing is not read."""
SILENT_LIBRARIES = frozenset(
    {"click", "datasets", "filelock", "gguf", "openpyxl", "pip", "platformdirs", "pyarrow", "rich", "safetensors"}
)
"""The libraries that carry numbers and change none; the models' files have hashes of their own."""

ENGINE_MODULES = frozenset({"concurrency", "engines", "protocols", "values"})
"""The modules and packages that decide what an engine answers."""
MODULES = ENGINE_MODULES | {
    "alignment",
    "cache",
    "detection",
    "pipeline",
    "readers",
    "registry",
    "repairs",
    "review",
    "scoring",
    "signals",
    "text",
    "workflow",
}
"""The modules and packages that decide a number, with the tables of rules among them."""
SILENT_MODULES = frozenset(
    {
        "__init__",
        "__main__",
        "atomic_write",
        "batch",
        "cli",
        "config",
        "corrections",
        "errors",
        "evaluation",
        "py",  # py.typed
        "reports",
        "samples",
        "signature",
        "version",
    }
)
_PACKAGE = Path(__file__).parent
_DIGITS = 8  # hexadecimal, of each digest in a signature


def chosen(settings: Settings) -> dict[str, str]:
    """Return the settings that are told as they are, by the names of the signature; defaults of lists are left out.

    Raises:
        LookupError: a setting is in no list of this module.
    """
    _check("setting", (field.name for field in dataclasses.fields(settings)), _SETTINGS)
    told = {}
    if settings.assume is not Assumption.UNKNOWN:
        told["assume"] = settings.assume.value
    if settings.mechanisms is not None:
        told["mechanisms"] = "+".join(sorted(settings.mechanisms))
    for name, kinds in (("only", settings.only), ("ignore", settings.ignore)):
        if kinds:
            told[name] = "+".join(sorted(kinds))
    if settings.penalties:
        told["penalties"] = "+".join(f"{name}={weight:g}" for name, weight in sorted(settings.penalties.items()))
    return told


def libraries(names: Iterable[str] = LIBRARIES | READER_LIBRARIES) -> dict[str, str]:
    """Return the versions of libraries, by name; "none" where one that reads a format is not installed.

    Raises:
        LookupError: another one is not installed, or has no version.
    """
    return {name: _version(name) for name in sorted(names)}


@functools.cache
def code(modules: frozenset[str] = MODULES) -> str:
    """Return a digest of all files of these modules and packages, tables and all: what they hold, not when.

    Raises:
        LookupError: a module of the package is in no list of this module.
    """
    _check("module", (entry.name.partition(".")[0] for entry in _entries()), MODULES | SILENT_MODULES)
    digest = hashlib.sha256()
    for file in _files(modules):
        digest.update(f"{file.relative_to(_PACKAGE).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def rules() -> dict[str, str]:
    """Return what decides numbers beside models and settings, in full: the code, the language, each library."""
    return {"code": code()[:_DIGITS], "python": ".".join(platform.python_version_tuple()[:2]), **libraries()}


def short_rules() -> dict[str, str]:
    """Return `rules` as a signature tells them: the code's digest, and one of all versions."""
    versions = {name: value for name, value in rules().items() if name != "code"}
    return {"code": code()[:_DIGITS], "libraries": digest_of(versions)}


def digest_of(told: Mapping[str, str]) -> str:
    """Return the digest of names and values that stands in a signature."""
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:_DIGITS]


def joined(told: Mapping[str, str]) -> str:
    """Write a signature: `name:value` fields joined by bars."""
    return "|".join(f"{name}:{value}" for name, value in told.items())


def _check(noun: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise LookupError(f"the {noun} '{name}' is in no list of auditor/signature.py: can it change a number?")


def _entries() -> list[Path]:
    """Return what lies in the package, but for the weights of an installed wheel, which the engines' names tell."""
    return [entry for entry in sorted(_PACKAGE.iterdir()) if not entry.name.startswith((".", "__pycache__", "_models"))]


def _files(modules: Collection[str]) -> list[Path]:
    found = []
    for entry in _entries():
        if entry.name.partition(".")[0] in modules:
            found += [entry] if entry.is_file() else [file for file in entry.rglob("*") if file.is_file()]
    return sorted(file for file in found if file.suffix != ".pyc")


@functools.cache
def _version(library: str) -> str:
    try:
        found = version(library)
    except PackageNotFoundError as error:
        if library in READER_LIBRARIES:
            return "none"
        raise LookupError(f"{library} is not installed, so no signature can tell its version") from error
    return found
