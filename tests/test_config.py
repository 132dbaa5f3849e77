"""Defaults from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import config
from auditor.config import Config
from auditor.errors import SettingsError
from auditor.values import Assumption, Kind, Settings

FULL = """
min-confidence = 0.7
assume = "translated"
doubts = false
only = ["grammar", "name"]
ignore = ["punctuation"]
device = "cpu"
threads = 2
precision = "float32"
fluency-model = "models/lm"
fail-under = 60
cache = false
format = "html"
jobs = 3
engine = "ray"
terms = "house/terms.toml"
baseline = "baseline.json"
[back-translation]
en-fr = "m1"
fr-en = "m2"
[penalties]
minor = 0.5
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    """Settings are settings, the bar is the bar, and paths are relative to the file."""
    path = tmp_path / config.FILE
    path.write_text(FULL)

    assert config.load(path) == Config(
        settings=Settings(
            minimum_probability=0.7,
            assume=Assumption.TRANSLATED,
            only=frozenset({Kind.GRAMMAR, Kind.NAME}),
            ignore=frozenset({Kind.PUNCTUATION}),
            device="cpu",
            threads=2,
            precision="float32",
            fluency_model="models/lm",
            back_translation={"en-fr": "m1", "fr-en": "m2"},
            penalties={"minor": 0.5},
        ),
        fail_under=60.0,
        terms=tmp_path / "house" / "terms.toml",
        baseline=tmp_path / "baseline.json",
        cache=False,
        own={"doubts": False, "format": "html", "jobs": 3, "engine": "ray"},
        path=path,
    )


def test_models_beside_the_file_are_found_from_anywhere(tmp_path: Path) -> None:
    """A folder is meant where there is one; any other name is one of the cache."""
    (tmp_path / "models" / "lm").mkdir(parents=True)
    path = tmp_path / config.FILE
    path.write_text(FULL)

    chosen = config.load(path).settings

    assert chosen.fluency_model == str(tmp_path / "models" / "lm")
    assert chosen.back_translation["en-fr"] == "m1"


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    """A file of this folder goes before one above; a project file counts only with a table for us."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.auditor]\nthreads = 1\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nthreads = 2\n")

    assert config.find(inner) == (tmp_path / "pyproject.toml").resolve()
    (inner / config.FILE).write_text("threads = 3")
    assert config.find(inner) == (inner / config.FILE).resolve()
    assert config.load(tmp_path / "pyproject.toml").settings.threads == 1


def test_without_a_file_there_are_the_defaults() -> None:
    """No file is no error."""
    assert config.load(None) == Config()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("min-confidenc = 1", r"\.auditor\.toml: unknown setting 'min-confidenc'\. Did you mean 'min-confidence'\?"),
        ("min-confidence = 2", "min-confidence must be a number from 0 to 1, not 2"),
        ("fail-under = true", "fail-under must be a number from 0 to 100, not True"),
        ("threads = 0", "threads must be a whole number from 1, not 0"),
        ("only = 'grammar'", "only must be a list of names, not 'grammar'"),
        ("only = ['grammer']", "only: unknown kind 'grammer'. Did you mean 'grammar'"),
        ("assume = 'human'", "assume: unknown assumption 'human'"),
        ("doubts = 'no'", "doubts must be true or false, not 'no'"),
        ("device = 1", "device must be text, not 1"),
        ("penalties = 1", "penalties must be a table, not 1"),
        ("[penalties]\nminor = 'x'", "penalties.minor must be a number from 0 to 1000, not 'x'"),
        ("only = [", "is not valid TOML"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """Each mistake gets one sentence with the file, the key and the value."""
    path = tmp_path / config.FILE
    path.write_text(content)

    with pytest.raises(SettingsError, match=message):
        config.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that the user named must be there."""
    with pytest.raises(SettingsError, match=r"no\.toml cannot be read: No such file"):
        config.load(tmp_path / "no.toml")
