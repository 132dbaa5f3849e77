"""`auditor check`: bad input, missing models, reports and codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.reports import REPORTS
from auditor.reports import json as report

_STORY = resources.files("auditor.samples").joinpath("night_trains.txt").read_bytes()


def _missing(path: Path) -> None:
    del path


_BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (_missing, "does not exist; check the spelling of the path."),
    "directory": (lambda path: path.mkdir(), "is a directory; name the files in it, such as"),
    "empty": (lambda path: path.write_bytes(b""), "is empty; there is nothing to audit."),
    "binary": (lambda path: path.write_bytes(b"\x7fELF\x02\x01\x00\x00"), "is a binary file, not text"),
    "undecodable": (
        lambda path: path.write_bytes(b"the \x81\x8d\xff"),
        "cannot be decoded: byte 4 (0x81) is not UTF-8",
    ),
    "one endless line": (lambda path: path.write_bytes(b"word " * 1_000_000), "has a line of 4,999,999 characters"),
    "only punctuation": (lambda path: path.write_bytes(b"-- ... !!!\n"), "has no words, only figures, punctuation"),
    "not English": (
        lambda path: path.write_text("Der Minister sagte, dass die Gespräche nicht vor dem Herbst beginnen.", "utf-8"),
        "does not look like English; what is audited is English copy, translated from another language.",
    ),
}


@pytest.mark.parametrize("what", _BAD)
def test_bad_input_is_one_sentence_and_exit_2(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be audited is named, with the reason, in one sentence; there is no report, and no model is needed."""
    make, message = _BAD[what]
    make(tmp_path / "story.txt")
    monkeypatch.chdir(tmp_path)

    code = main(["check", "story.txt"])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("error: story.txt ")
    assert message in err
    assert err.count("\n") == 1


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """The sample story as a file."""
    path = tmp_path / "story.txt"
    path.write_bytes(_STORY)
    return path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "nowhere/report.txt"], "error: the folder nowhere does not exist; make it first.\n"),
        (["second.txt", "-o", "report.txt"], "error: report.txt is no folder, and several reports need one;"),
        (["second.txt", "-o", "nowhere/reports"], "error: the folder nowhere/reports cannot be made: No such file"),
        (["second.txt", "-f", "html"], "error: several html reports need a folder: --output FOLDER.\n"),
        (["./story.txt", "-f", "html", "-o", "."], "error: two of the files have the same name"),
        (["--back-translation", "en-fr"], "error: Invalid value for '--back-translation': 'en-fr' is not of the form"),
    ],
)
def test_what_cannot_work_is_said_before_the_work_begins(
    arguments: list[str], message: str, story: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for an audit whose report has no place to go."""
    monkeypatch.chdir(story.parent)
    monkeypatch.setenv("AUDITOR_MODELS", str(story.parent / "no-models"))

    code = main(["check", "story.txt", *arguments])

    assert (code, capsys.readouterr().err.startswith(message)) == (2, True)


@pytest.mark.parametrize("arguments", [[], ["--fluency-model", "no-such-folder"]])
def test_missing_models_are_one_sentence_and_exit_2(
    arguments: list[str], story: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence says which command to run, or to give the path of a folder."""
    monkeypatch.setenv("AUDITOR_MODELS", str(story.parent / "no-models"))
    monkeypatch.setenv("HF_HUB_CACHE", str(story.parent / "no-cache"))

    code = main(["check", str(story), *arguments])

    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "auditor models fetch" in err or "give the path of a folder" in err


@pytest.mark.weights
@pytest.mark.parametrize("arguments", [["--fluency-model"], ["--back-translation"]])
def test_damaged_models_are_one_sentence_and_exit_2(
    arguments: list[str], story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of rubbish in a model's role is an error of the user's, not a traceback."""
    folder = story.parent / "rubbish"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"\x00" * 64)
    value = str(folder) if arguments == ["--fluency-model"] else f"en-fr={folder},fr-en={folder}"

    code = main(["check", str(story), *arguments, value])

    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")


@pytest.mark.weights
def test_one_bad_file_does_not_stop_the_others(
    story: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The bad one is reported, the others are audited, and the code is 2."""
    short = story.parent / "short.txt"
    short.write_bytes(_STORY.split(b"\n\n")[1])
    monkeypatch.chdir(story.parent)

    code = main(["check", "missing.txt", "short.txt", "--format", "json", "--quiet"])

    out, err = capsysbinary.readouterr()
    assert (code, err) == (2, b"error: missing.txt does not exist; check the spelling of the path.\n")
    assert report.parse(out).document.name == "short.txt"


@pytest.mark.weights
def test_the_bar_decides_between_0_and_1(story: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A broken story is below 99 and above 0, and the report is the same."""
    story.write_bytes(_STORY.split(b"\n\n")[3])

    assert main(["check", str(story), "--fail-under", "0", "-f", "json"]) == 0
    passed = capsysbinary.readouterr().out
    assert main(["check", str(story), "--fail-under", "99", "-f", "json"]) == 1
    assert passed == capsysbinary.readouterr().out
    assert "the the" in [finding["text"] for finding in json.loads(passed)["paragraphs"][0]["findings"]]


@pytest.mark.weights
def test_doubts_decide_nothing_and_can_be_left_out(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """By an option or the configuration file; findings and scores stay what they were."""
    story.write_bytes(_STORY.split(b"\n\n")[3])
    monkeypatch.chdir(tmp_path)

    assert main(["check", str(story), "-f", "json"]) == 0
    told = report.parse(capsysbinary.readouterr().out)
    assert main(["check", str(story), "-f", "json", "--no-doubts"]) == 0
    bare = report.parse(capsysbinary.readouterr().out)
    (tmp_path / ".auditor.toml").write_text("doubts = false")
    assert main(["check", str(story), "-f", "json"]) == 0

    assert told.doubts
    assert bare.doubts == ()
    assert bare == told.without_doubts()
    assert report.parse(capsysbinary.readouterr().out) == bare


@pytest.mark.weights
@pytest.mark.skipif(not Path("/dev/full").exists() or sys.platform == "win32", reason="no device that is always full")
def test_a_full_disk_is_one_sentence_and_exit_2(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was audited and could not be written is no success."""
    story.write_bytes(_STORY.split(b"\n\n")[0])

    code = main(["check", str(story), "--output", "/dev/full", "--quiet"])

    err = capsys.readouterr().err
    assert (code, err) == (2, "error: the report cannot be written to /dev/full: No space left on device.\n")


@pytest.mark.weights
def test_a_folder_is_made_for_several_reports(
    story: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody has to make it first; each report is called after its story."""
    monkeypatch.chdir(story.parent)
    Path("second.txt").write_text("The ministers met on Monday to talk about the water.", encoding="utf-8")

    code = main(["check", "story.txt", "second.txt", "-f", "json", "-o", "reports", "-q"])

    assert (code, sorted(path.name for path in Path("reports").iterdir())) == (0, ["second.txt.json", "story.txt.json"])
    assert capsys.readouterr().out == ""


@pytest.mark.weights
@pytest.mark.parametrize("form", list(REPORTS))
def test_every_report_is_written_of_plain_text(form: str, story: Path) -> None:
    """Those that can make use of the file that was audited do without one of their own sort."""
    short = story.parent / "short.txt"
    short.write_bytes(b"Thousands joined the the march.")

    code = main(["check", str(short), "--format", form, "--output", str(story.parent), "--quiet"])

    (written,) = story.parent.glob("short.txt.*")
    assert (code, written.name) == (0, f"short.txt{REPORTS.load(form).SUFFIX}")
    assert written.stat().st_size > 0
