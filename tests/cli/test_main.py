"""The program as a whole: exit codes, and what goes to which stream."""

from __future__ import annotations

import click
import pytest

import auditor
from auditor import cli
from auditor.cli import main


def test_help_says_what_the_commands_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Help is for standard output and a success."""
    assert main(["--help"]) == 0
    assert " Audit each FILE, or standard input" in capsys.readouterr().out


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    """One number, in one place."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"auditor, version {auditor.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "error: unknown command 'chek'. Did you mean 'check'? Choose from: "),
        (["check"], "error: Missing argument 'FILE...'. (see: auditor check --help)\n"),
        (["check", "--form", "x"], "error: No such option '--form'"),
        (["check", "--fail-under", "101", "a.txt"], "error: Invalid value for '--fail-under': 101"),
        (["check", "--only", "gramar", "a.txt"], "error: Invalid value for '--only': 'gramar' is not one of"),
        (["check", "--penalty", "major", "a.txt"], "error: Invalid value for '--penalty': 'major' is not of the form"),
        (["check", "-", "-"], "error: standard input (-) can be read only once.\n"),
    ],
)
def test_usage_errors_are_one_sentence_and_exit_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Click would exit with 1 or 2 and print its usage; a wrong command line is always 2 and one sentence."""
    code = main(arguments)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was audited, so the code says so."""
    assert main([]) == 2
    assert "Usage: auditor" in capsys.readouterr().err


def test_an_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is no verdict on the text."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    command = click.Command("wait", callback=interrupted)
    monkeypatch.setattr(cli.cli, "get_command", lambda *_: command)

    assert main(["wait"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"
