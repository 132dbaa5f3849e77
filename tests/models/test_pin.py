"""The manifest pins our own weights as they are, and leaves everybody else's alone."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from auditor.engines.weights.manifest import manifest_file
from models.train.pin import pinned

OTHERS = """# a comment
schema = 1

[[model]]
name = "theirs"
package = "some-package"

[[model.files]]
path = "weights.bin"
sha256 = "00"
bytes = 1
"""
OURS = """
[[model]]
name = "ours"
version = "1"

[[model.files]]
path = "weights.bin"
sha256 = "00"
bytes = 1

[[model.files]]
path = "deep/numbers.json"
sha256 = ""
bytes = 0
"""


def test_our_own_files_are_pinned_as_they_are(tmp_path: Path) -> None:
    """Hash and size of each file under the model's folder; the other entries stay, comments included."""
    (tmp_path / "ours" / "deep").mkdir(parents=True)
    (tmp_path / "ours" / "weights.bin").write_bytes(b"w" * 12_345)
    (tmp_path / "ours" / "deep" / "numbers.json").write_bytes(b"{}")
    written = pinned(OTHERS + OURS, tmp_path)
    assert written.startswith(OTHERS)
    first, second = tomllib.loads(written)["model"][1]["files"]
    assert first == {"path": "weights.bin", "sha256": hashlib.sha256(b"w" * 12_345).hexdigest(), "bytes": 12_345}
    assert second == {"path": "deep/numbers.json", "sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2}


def test_the_repository_is_pinned_as_it_is() -> None:
    """Our own weights were pinned after they were last fitted (`python -m models.train.pin`)."""
    file = manifest_file()
    assert pinned(file.read_text(encoding="utf-8"), file.parent) == file.read_text(encoding="utf-8")
