"""Options, and the file that gives their defaults."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.cli.options import Options, batch_options
from auditor.values import Kind

FILE = """
min-confidence = 0.7
ignore = ["punctuation"]
fail-under = 60
terms = "terms.toml"
[penalties]
minor = 0.5
[back-translation]
en-fr = "m1"
fr-en = "m2"
"""


def _chosen(*arguments: str) -> Options:
    """Return what a command with these arguments is given."""
    given: list[Options] = []

    @click.command()
    @batch_options
    def command(*, options: Options) -> int:
        given.append(options)
        return 0

    CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
    return given[0]


def test_a_file_gives_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest configuration file counts, and its paths are relative to it."""
    (tmp_path / ".auditor.toml").write_text(FILE)
    (tmp_path / "terms.toml").write_text('never = ["Troika"]')
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")

    options = _chosen()

    assert (options.min_confidence, options.fail_under, options.ignore) == (0.7, 60.0, ("punctuation",))
    assert options.settings.back_translation == {"en-fr": "m1", "fr-en": "m2"}
    assert options.policy.terms.never == ("Troika",)
    assert options.settings.penalties == {"minor": 0.5}


def test_the_command_line_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed replaces what is written; another file can be named."""
    (tmp_path / "other.toml").write_text(FILE)
    monkeypatch.chdir(tmp_path)

    options = _chosen("--config", "other.toml", "--min-confidence", "0.2", "--ignore", "name")

    assert (options.min_confidence, options.fail_under) == (0.2, 60.0)
    assert options.settings.ignore == {Kind.NAME}


def test_an_unknown_key_is_one_sentence_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The nearest key is offered."""
    (tmp_path / ".auditor.toml").write_text("min-confidenc = 1")
    monkeypatch.chdir(tmp_path)

    assert main(["check", "story.txt"]) == 2
    assert "unknown setting 'min-confidenc'. Did you mean 'min-confidence'?" in capsys.readouterr().err


def test_a_baseline_is_written_with_a_reason_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is accepted in silence."""
    assert main(["check", "story.txt", "--write-baseline", "b.json"]) == 2
    assert capsys.readouterr().err == (
        "error: --write-baseline needs a --reason, such as --reason 'read by an editor'.\n"
    )


def test_models_remember_unless_told_not_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default on the command line; a file or `--no-cache` turns it off, `--cache` on again."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "off.toml").write_text("cache = false")

    assert [
        _chosen(*arguments).settings.cache
        for arguments in ((), ("--no-cache",), ("--config", "off.toml"), ("--config", "off.toml", "--cache"))
    ] == [True, False, False, True]


@pytest.mark.parametrize(
    ("written", "arguments", "message"),
    [
        ('format = "htm"', ["check", "story.txt"], "'--format': 'htm' is not one of"),
        ('engine = "spark"', ["batch", ".", "--out", "out"], "'--engine': 'spark' is not one of"),
        ('engine = "ray"\nformat = "html"', ["diff", "old.json", "new.json"], "old.json does not exist"),
    ],
)
def test_options_of_one_command_have_defaults_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    written: str,
    arguments: list[str],
    message: str,
) -> None:
    """The command that has the option takes the default, and checks it; the others do not care."""
    (tmp_path / ".auditor.toml").write_text(written)
    monkeypatch.chdir(tmp_path)

    assert main(arguments) == 2
    assert message in capsys.readouterr().err
