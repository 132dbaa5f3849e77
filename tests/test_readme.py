"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from auditor import config
from auditor.reports import json as report
from auditor.review import terminology

_ROOT = Path(__file__).parents[1]
_README = _ROOT / "README.md"
_TEXT = _README.read_text(encoding="utf-8")
_COMMANDS = re.findall(r"^\$ (.+)$", _TEXT, re.MULTILINE)
_PYTHON = re.findall(r"^```python\n(.*?)^```", _TEXT, re.MULTILINE | re.DOTALL)
_TOML = dict(re.findall(r"^```toml\n# (\S+)\n(.*?)^```", _TEXT, re.MULTILINE | re.DOTALL))
_MODELS = re.compile(r"auditor (?:check|batch|diff|fix) ")  # of `diff`, what it compares
_DEMO = re.compile(r"(?<=<!-- demo -->\n```text\n)(.*?)(?=```\n<!-- /demo -->)", re.DOTALL)
_SHOWN_PARAGRAPHS = 3


_ORIGINAL = """\
Um deslizamento de terras soterrou a antiga linha, e durante muito tempo nem a província nem os
bancos quiseram pagar uma nova. A obra foi realizada por uma pequena empresa do litoral. Os seus
engenheiros assentaram 60 quilómetros de carris e repararam 14 pontes em três verões, enquanto a
estrada continuava aberta aos camiões.

A província comprou doze carruagens-cama a uma companhia que já não as queria e mandou-as pintar
de verde. O horário actual deixa espaço para duas paragens, uma na antiga escola de minas e outra
no lago. Um bilhete especial para famílias custa tanto como um depósito de combustível.

«Eu adormecia com esse apito, e agora os meus filhos também vão adormecer», disse Markovic à
multidão antes de as portas se fecharem. Agradeceu aos trabalhadores que tinham passado as férias
nos túneis.
"""
"""What the sample story might have been translated from."""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with two stories, one with its source, one more in a folder, terms, and the program on the path."""
    paragraphs = resources.files("auditor.samples").joinpath("night_trains.txt").read_bytes().split(b"\n\n")
    (tmp_path / "story.txt").write_bytes(b"\n\n".join(paragraphs[2:5]))
    (tmp_path / "original.txt").write_text(_ORIGINAL, encoding="utf-8")
    (tmp_path / "second.txt").write_bytes(paragraphs[1])
    (tmp_path / "terms.toml").write_text(_TOML["terms.toml"])
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "short.txt").write_text("Thousands joined the the march in Kiev.")
    (tmp_path / "reports").mkdir()
    program = tmp_path / "bin" / "auditor"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m auditor "$@"\n')
    program.chmod(0o755)
    return tmp_path


def _run(command: str, desk: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(desk / "bin"), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(_ROOT)}
    return subprocess.run(  # noqa: S602 (the README's own commands, pipes included)
        command, shell=True, cwd=desk, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("target", re.findall(r"^    make (\w+)", _TEXT, re.MULTILINE))
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_two_commands_exist(target: str) -> None:
    """`make` knows what the README tells a newcomer to type; running them here would run these tests again."""
    command = ["make", "--dry-run", target]
    result = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)

    assert (result.returncode, bool(result.stdout)) == (0, True)


@pytest.mark.parametrize("command", [command for command in _COMMANDS if not _MODELS.search(command)])
def test_commands_without_models_run(command: str, desk: Path) -> None:
    """Explaining and listing need no models."""
    result = _run(command, desk)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout


@pytest.mark.weights
def test_commands_with_models_run(desk: Path) -> None:
    """Each command leaves with an honest code and writes where the README says."""
    codes = {command: _run(command, desk).returncode for command in _COMMANDS if _MODELS.search(command)}

    failed = {
        command: code for command, code in codes.items() if code not in ((0, 1) if "--fail-under" in command else (0,))
    }
    assert failed == {}
    assert (desk / "story.html").read_bytes().startswith(b"<!doctype html>")
    assert report.parse((desk / "story.json").read_bytes()).document.name == "standard input"
    assert sorted(path.name for path in (desk / "reports").iterdir()) == [
        "second.txt.json",
        "story.txt.docx",
        "story.txt.json",
    ]
    assert b"Trend" not in (desk / "tuesday" / "index.html").read_bytes()  # each folder has a history of its own
    assert len(list((desk / "tuesday" / "stories").glob("*.html"))) == 2


def test_configuration_examples_are_read(tmp_path: Path) -> None:
    """The files that the README shows are what their readers take."""
    for name, content in _TOML.items():
        (tmp_path / name).write_text(content)

    chosen = config.load(config.find(tmp_path))

    assert chosen.settings.minimum_probability == 0.5
    assert chosen.terms is not None
    assert terminology.load(chosen.terms).always == {"Kiev": "Kyiv"}


@pytest.mark.weights
def test_python_examples_run(desk: Path) -> None:
    """The examples run one after the other, as one reads them, and find what they are about."""
    program = desk / "examples.py"
    program.write_text("\n".join(_PYTHON), encoding="utf-8")

    result = _run(f'"{sys.executable}" examples.py', desk)

    assert (result.returncode, result.stderr) == (0, "")
    assert "realized" in result.stdout.splitlines()[0]


@pytest.mark.weights
def test_the_report_shown_is_the_report(desk: Path) -> None:
    """The README shows the beginning of the real report; figures may differ a little from processor to processor."""
    result = _run("auditor demo", desk)
    assert (result.returncode, result.stderr) == (0, "")
    beginning = f"\n¶ {_SHOWN_PARAGRAPHS + 1} "
    real = result.stdout[: result.stdout.index(beginning)]
    if os.environ.get("AUDITOR_GOLDEN"):
        _README.write_text(_DEMO.sub(lambda _: real, _TEXT), encoding="utf-8")

    shown = _DEMO.search(_README.read_text(encoding="utf-8"))
    assert shown is not None
    assert _without_figures(shown[1]) == _without_figures(real)


def _without_figures(text: str) -> str:
    return re.sub(r"[\d.]+|[█░]+", "#", text)


def test_every_link_leads_somewhere() -> None:
    """Relative links are files of the repository."""
    prose = _DEMO.sub("", _TEXT)  # the report marks findings as [words](1)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", prose)

    assert [link for link in links if not (_ROOT / link).exists()] == []
    assert links
