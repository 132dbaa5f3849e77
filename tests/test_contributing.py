"""What CONTRIBUTING.md points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_TEXT = (_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_PATHS = sorted(set(re.findall(r"`((?:auditor|models|tests|findings)/[\w./*]*)`", _TEXT)))
_TARGETS = sorted(set(re.findall(r"\bmake (\w+)\b", _TEXT)) - {"sure"})


@pytest.mark.parametrize("path", _PATHS)
def test_every_place_it_names_is_there(path: str) -> None:
    """A file, a folder or a pattern that a newcomer is sent to."""
    assert list(_ROOT.glob(path.rstrip("/")))


@pytest.mark.parametrize("target", _TARGETS)
def test_every_command_it_names_is_there(target: str) -> None:
    """`make` knows it."""
    assert re.search(rf"^{target}:", (_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_room_of_the_picture_is_there() -> None:
    """Packages and modules that the picture draws stand under `auditor`, and none is left out."""
    picture = _TEXT.split("```text\n")[1].split("```")[0]
    drawn = set(re.findall(r"\b([a-z_]+/|[a-z_]+\.py)", picture))
    rooms = {f"{path.name}/" for path in (_ROOT / "auditor").iterdir() if (path / "__init__.py").is_file()}
    files = {path.name for path in (_ROOT / "auditor").glob("*.py") if not path.name.startswith("__")}

    assert drawn - {"language_model/", "translation/", "quality_estimation/", "kernels/", "weights/"} <= rooms | files
    assert rooms | files <= drawn | {"samples/", "atomic_write.py"}
