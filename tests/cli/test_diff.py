"""`auditor diff`: what became of the findings."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from auditor import scoring
from auditor.cli import main
from auditor.reports import json as report
from auditor.text import segmentation
from auditor.values import Audit, Finding, Span
from tests.reports.audits import audits
from tests.reports.golden import golden


@pytest.fixture
def edited(audit: Audit) -> Audit:
    """The audit after an edit: a lead put in front, “sensible” mended, “of of” still there, a new finding."""
    text = "A new lead.\n\n" + audit.document.text.replace("sensible", "sensitive")
    document = segmentation.document(text, name=audit.document.name)
    moved = [_moved(finding, audit.document.text, text) for finding in audit.findings[1:]]
    start = text.index("complains")
    new = replace(moved[0], span=Span(start, start + 9), suggestions=("complained",))
    score, interval, paragraphs = scoring.score(document, [*moved, new])
    return Audit(document, score, interval, paragraphs, audit.signature)


def _moved(finding: Finding, old: str, new: str) -> Finding:
    words = finding.span.of(old)
    start = new.index(words, finding.span.start)
    return replace(finding, span=Span(start, start + len(words)))


def _write(path: Path, audit: Audit) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(report.render(audit))
    return str(path)


def test_an_edit_elsewhere_moves_nothing(
    tmp_path: Path, audit: Audit, edited: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was mended is fixed, what came is new, and all that only moved is unchanged."""
    code = main(["diff", _write(tmp_path / "old.json", audit), _write(tmp_path / "new.json", edited)])

    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert "1 fixed, 1 new, 5 unchanged" in out
    assert "  - mistranslation: “sensible” → sensitive, or touchy (93%)\n" in out
    assert "  + grammar: “complains” → complained (99%)\n" in out


@pytest.mark.parametrize(("names", "code"), [(("old", "new"), 1), (("old", "old"), 0)])
def test_a_new_finding_can_fail(tmp_path: Path, audit: Audit, edited: Audit, names: tuple[str, str], code: int) -> None:
    """In a check before publishing, only what is new counts."""
    files = {"old": _write(tmp_path / "old.json", audit), "new": _write(tmp_path / "new.json", edited)}

    assert code == main(["diff", *(files[name] for name in names), "--fail-on-new", "-o", str(tmp_path / "out")])


def test_folders_are_compared_story_by_story(
    tmp_path: Path, audit: Audit, edited: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stories of two batches are put together by name; one that is on one side only counts whole."""
    gone = replace(audit, document=replace(audit.document, name="gone.txt"))
    _write(tmp_path / "old" / "stories" / "a.json", audit)
    _write(tmp_path / "old" / "stories" / "b.json", gone)
    _write(tmp_path / "new" / "stories" / "c.json", edited)

    code = main(["diff", str(tmp_path / "old"), str(tmp_path / "new"), "-f", "json"])

    stories = {story["document"]: story for story in json.loads(capsys.readouterr().out)["stories"]}
    counts = {name: [len(story[part]) for part in ("fixed", "new", "unchanged")] for name, story in stories.items()}
    assert (code, counts) == (0, {"ferry.txt": [1, 1, 5], "gone.txt": [6, 0, 0]})
    assert stories["gone.txt"]["new_score"] is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("mon/ferry.txt", "tue/ferry.txt"), ("mon.jsonl#7", "tue.jsonl#7"), ("/desk/mon/a/f.txt", "/desk/tue/a/f.txt")],
)
def test_stories_from_another_folder_are_the_same(
    tmp_path: Path, audit: Audit, edited: Audit, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    """Where no name is on both sides, the folder or table that all lay in does not count."""
    _write(tmp_path / "old" / "stories" / "a.json", replace(audit, document=replace(audit.document, name=old)))
    _write(tmp_path / "new" / "stories" / "b.json", replace(edited, document=replace(edited.document, name=new)))

    main(["diff", str(tmp_path / "old"), str(tmp_path / "new")])

    assert "1 fixed, 1 new, 5 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_golden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, audit: Audit, edited: Audit, form: str) -> None:
    """The comparison is what a person last looked at."""
    monkeypatch.chdir(tmp_path)

    main(["diff", _write(Path("old.json"), audit), _write(Path("new.json"), edited), "-f", form, "-o", "out"])

    written = Path("out").read_bytes()
    assert golden(f"diff.{'txt' if form == 'terminal' else form}", written) == written


@settings(max_examples=25)  # each writes two files
@given(audits())
def test_hostile_text_drives_no_terminal(audit: Audit) -> None:
    """Whatever the texts, each line is one finding, without control characters."""
    empty = replace(audit, paragraphs=tuple(replace(part, findings=()) for part in audit.paragraphs))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        main(["diff", _write(Path(folder) / "a.json", audit), _write(Path(folder) / "b.json", empty), "-o", str(out)])
        written = out.read_text(encoding="utf-8")

    assert len(audit.findings) == written.count("\n") - 1
    assert [character for character in written if character < " " and character != "\n"] == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("no.json a.json", "no.json does not exist"),
        ("bad.json a.json", "bad.json: this is not a JSON report of auditor"),
        (". a.json", "must both be reports or both be folders"),
        (". .", ". holds no reports of `auditor batch`; name its --out folder."),
    ],
)
def test_what_cannot_be_compared_is_one_sentence_and_exit_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    audit: Audit,
    capsys: pytest.CaptureFixture[str],
    names: str,
    message: str,
) -> None:
    """The message says which side, and why."""
    monkeypatch.chdir(tmp_path)
    _write(Path("a.json"), audit)
    Path("bad.json").write_text("{}")

    code = main(["diff", *names.split()])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert message in err
