"""A wheel installed outside the checkout: what is in it, and that it audits."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from auditor.engines.weights.installed import models_home

_ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(_ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, cwd=folder)
    return next(folder.glob("auditor-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of an environment that holds the wheel, and of this one's libraries what it depends on."""
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip())
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    # Behind what is installed there; the .pth files of this environment, an editable install among them, are not read.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.with_name("auditor")


def _run(program: Path, *arguments: str, models: str = "") -> subprocess.CompletedProcess[str]:
    """Run the installed program in an empty folder, with nothing of ours in its surroundings."""
    ours = ("AUDITOR_", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    chosen = {"AUDITOR_MODELS": models} if models else {}
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=program.parent,
        env={**kept, **chosen, "AUDITOR_CACHE": str(program.parents[1] / "cache")},
    )


def test_the_wheel_holds_the_package_and_the_fitted_numbers_and_no_recipe(wheel: Path) -> None:
    """What an audit needs is in it; what only a checkout can run is not."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    folders = {name.split("/")[0] for name in names}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"auditor"}
    assert "auditor/_models/manifest.toml" in names
    assert not [name for name in names if "/train/" in name or name.startswith(("tests", "models", "findings"))]


def test_it_says_how_to_fetch_what_it_lacks(installed: Path) -> None:
    """Without the models an audit ends with the command that brings them."""
    result = _run(installed, "demo", models=str(installed.parents[1] / "nothing"))

    assert result.returncode == 2
    assert "auditor models fetch" in result.stderr


@pytest.mark.weights
def test_it_audits_the_sample_story(installed: Path) -> None:
    """`auditor demo` prints the report of the package that was installed, not of the checkout."""
    result = _run(installed, "demo", models=str(models_home()))

    assert result.returncode == 0, result.stderr
    assert "score" in result.stdout.splitlines()[1]


@pytest.mark.weights
def test_it_finds_the_models_that_were_fetched(installed: Path) -> None:
    """Those of a default audit are present, by the manifest in the wheel."""
    result = _run(installed, "models", "list", models=str(models_home()))

    states = [line.split()[-2] for line in result.stdout.splitlines()[1:]]
    assert result.returncode == 0
    assert set(states) == {"present"}
