"""`auditor batch`: many stories on the command line."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from auditor.cli import main

_STORY = resources.files("auditor.samples").joinpath("night_trains.txt").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.txt"], "error: nothing.txt does not exist; check the spelling of the path."),
        (["."], "error: . holds no story; name files, folders of"),
        ([".", "--column", "txt=a"], "error: unknown role of a column 'txt'. Did you mean 'text'?"),
        ([".", "--terms", "no.toml"], "error: the terms file no.toml cannot be read"),
        ([".", "--source", "no"], "error: --source no is no folder; name the folder that holds the sources"),
        ([".", "--jobs", "0"], "Invalid value for '--jobs'"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_exit_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    """Mistakes are said before any model is loaded."""
    monkeypatch.chdir(tmp_path)

    code = main(["batch", *arguments, "--out", "out"])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.weights
def test_a_folder_is_audited_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Good stories are audited, a bad one is reported, and the exit code says so; a second run does nothing again."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "story.txt").write_bytes(_STORY)
    (folder / "empty.txt").write_bytes(b"")

    first = main(["batch", str(folder), "--out", str(out), "--label", "Mon"])
    told = capsys.readouterr().err
    (folder / "empty.txt").unlink()
    second = main(["batch", str(folder), "--out", str(out), "--label", "Tue", "--fail-under", "100"])
    again = capsys.readouterr().err

    assert (first, second) == (2, 1)
    assert "empty.txt is empty; there is nothing to audit." in told
    assert "1 story audited (1 of them now), 1 failed, 0 below the threshold" in told
    assert "1 story audited (0 of them now), 0 failed, 1 below the threshold" in again
    assert b"Trend over 2 runs" in (out / "index.html").read_bytes()
