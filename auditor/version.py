"""The version of the package, as signatures and reports name it; it is written in `pyproject.toml` alone."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path


def _version() -> str:
    """Return what the checkout's project file says, else what was installed.

    An editable install remembers the version of the day on which it was made.
    """
    project = Path(__file__).parents[1] / "pyproject.toml"
    if project.is_file():
        table = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {})
        if table.get("name") == "auditor":
            return str(table["version"])
    return version("auditor")


__version__ = _version()
