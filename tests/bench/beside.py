"""An earlier commit beside this one: its code, an environment of its own, the same packages and weights.

The environment sees the packages that are installed here, so that nothing is downloaded twice; the weights are links to
those that are fetched here, and what the commit needs beyond them it fetches itself.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.engines.weights.installed import models_home

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Build:
    """A version that can be run: the Python of its environment, where its code lies, and its variables."""

    name: str
    python: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def variables(self, cache: Path) -> dict[str, str]:
        """Return the environment of a program of this version that keeps its results in `cache`."""
        code = {"PYTHONPATH": str(self.folder), "AUDITOR_CACHE": str(cache / self.name)}
        return {**os.environ, **self.environment, **code}


def here() -> Build:
    """Return the version of this working tree."""
    return Build("here", sys.executable, ROOT)


def build(commit: str, folder: Path) -> Build:
    """Lay out a commit in `folder`, which is empty, with an environment of its own.

    Raises:
        subprocess.CalledProcessError: there is no such commit, or it cannot fetch the weights that it needs.
    """
    packed = subprocess.run(
        ["git", "archive", "--format=tar", commit],  # noqa: S607 (the user's git)
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    code = folder / "code"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(code, filter="data")
    venv.create(folder / "environment", symlinks=True, with_pip=False)
    python = folder / "environment" / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([str(python), "-c", asked], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    Path(site, "installed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    models = folder / "models"
    shutil.copytree(models_home(), models, copy_function=_link)
    found = Build("there", str(python), code, {"AUDITOR_MODELS": str(models)})
    fetch = [found.python, "-m", "auditor", "models", "fetch"]
    subprocess.run(fetch, env=found.variables(folder), stdout=subprocess.DEVNULL, check=True)
    return found


def _link(source: str, target: str) -> None:
    """Give a file a second name, or copy it to another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
