"""`auditor fix`: questions and answers, what is written and what never is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import workflow
from auditor.cli import main
from auditor.review import apply, baseline
from auditor.review.apply import Policy
from auditor.values import Audit
from auditor.workflow import Story

Run = Callable[..., int]


@pytest.fixture
def run(audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in a folder with the story, some lines as its input, on an audit put together by hand."""

    def audited(story: Story, auditor: object, policy: Policy, watcher: object) -> Audit:
        del auditor, watcher
        document = workflow.read(story)
        assert document.text == audit.document.text
        kept = apply.review(document, audit.findings, policy).findings
        paragraphs = tuple(
            replace(part, findings=tuple(finding for finding in part.findings if finding in kept))
            for part in audit.paragraphs
        )
        return replace(audit, document=document, paragraphs=paragraphs)

    def runs(*arguments: str, typed: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["fix", *arguments])

    monkeypatch.setattr(workflow, "audit", audited)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ferry.txt").write_text(audit.document.text, encoding="utf-8")
    return runs


def _text(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


def test_an_editor_goes_through_the_story(run: Run, audit: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    """Accept, choose, type, dismiss, skip, each once; what was accepted before is told; then the copy is written."""
    text = audit.document.text
    typed = "a\nt the mayors will pay\nd she is quoted\ns\n2\ns\nw\n"

    code = run("ferry.txt", typed=typed)

    out, err = capsys.readouterr()
    expected = text.replace("sensible", "sensitive").replace("shell pay", "the mayors will pay").replace(" of of", "")
    assert code == 0
    assert _text("ferry.corrected.txt") == expected
    assert _text("ferry.txt") == text
    assert "hear a rather [sensible]" in out
    assert "  1  sensitive\n  2  touchy\n" in out
    assert "The back-translation" in out
    assert "accept, 1-2, type, dismiss, skip, undo, write, quit (writes nothing), ? > " in out
    assert "That was the last one. Next: ferry.corrected.txt is written.\n" in out
    assert err == (
        "ferry.corrected.txt: 3 corrections written.\n"
        "ferry.baseline.json: 1 finding is dismissed; check takes it as --baseline.\n"
    )


def test_dismissals_are_a_baseline_of_the_story_and_its_copy(run: Run) -> None:
    """They are added to the baseline that is there, and hold for both names."""
    Path("ours.json").write_bytes(baseline.dump(()))

    run("ferry.txt", "--write-baseline", "ours.json", typed="d the tape says so\na\nw\n")
    run("ferry.txt", "--write-baseline", "ours.json", "-o", "second.txt", typed="s\nd so they say\nw\n")

    accepted = baseline.load(Path("ours.json"))
    assert [(item.document, item.fingerprint.text, item.reason) for item in accepted] == [
        ("ferry.corrected.txt", "sensible", "the tape says so"),
        ("ferry.txt", "shell pay", "so they say"),
        ("ferry.txt", "sensible", "the tape says so"),
        ("second.txt", "shell pay", "so they say"),
    ]
    run("ferry.txt", "--baseline", "ours.json", "-o", "third.txt", typed="a\nw\n")
    assert "at the unions,”" in _text("third.txt")  # the first finding that is left


@pytest.mark.parametrize("typed", ["a\nq\n", "a\n", "a\na\nd no\nquit\n", ""])
def test_quitting_writes_nothing(typed: str, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether by q or because the input ends, whatever was decided."""
    code = run("ferry.txt", typed=typed)

    assert (code, capsys.readouterr().err) == (0, "nothing is written.\n")
    assert [path.name for path in Path.cwd().iterdir()] == ["ferry.txt"]


def test_an_interruption_writes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As everywhere: one word, and exit code 130."""

    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt(prompt)

    monkeypatch.setattr("builtins.input", interrupted)

    assert (run("ferry.txt"), capsys.readouterr().err.strip()) == (130, "interrupted")
    assert [path.name for path in Path.cwd().iterdir()] == ["ferry.txt"]


def test_undo_takes_back_what_was_decided(run: Run, audit: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    """One decision after the other, also from the end, and past what was overtaken by a correction."""
    run("ferry.txt", typed="u\na\nu\n2\ns\na\nu\ns\na\nw\n")

    out = capsys.readouterr().out
    text = audit.document.text
    assert "There is nothing to take back." in out
    assert "4 of 6: “at” lies in what you changed (“We are ready to listen at the unions,”); left." in out
    assert _text("ferry.corrected.txt") == text.replace("sensible", "touchy").replace("listen at", "listen to")


def test_a_quotation_is_changed_only_after_a_second_question(run: Run, audit: Audit) -> None:
    """A "no" leads back to the first one."""
    run("ferry.txt", "--kind", "awkward", typed="t no one\nn\nt no one\ny\nw\n")

    assert _text("ferry.corrected.txt") == audit.document.text.replace("nobody", "no one")


def test_what_makes_no_sense_is_explained(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A number without a suggestion, an empty line, a question mark; an empty reason or wording decides nothing."""
    run("ferry.txt", typed="7\n\n?\nd\n\nt\n\nt sensible\nq\n")

    out = capsys.readouterr().out
    assert out.count('write "" to take the words out') == 3
    assert out.count("accept, 1-2,") == 7
    assert "That is what stands there; s leaves it." in out


def test_without_questions(run: Run, audit: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    """What is likely enough is taken; quotations and rivals are left, each in a sentence."""
    code = run("ferry.txt", "--accept-above", "0.5", "-o", "out.txt")

    assert code == 0
    assert "“We are ready to listen at the unions,” she said. Prices of tickets rose." in _text("out.txt")
    assert capsys.readouterr().err == (
        "“at” is left as it is: it overlaps another correction.\n"
        "“nobody” is left as it is: it stands inside a quotation, and the tape decides.\n"
        "out.txt: 4 corrections written.\n"
    )
    run("ferry.txt", "--accept-above", "0.5", "--kind", "mistranslation", "-o", "out.txt")
    assert _text("out.txt") == audit.document.text.replace("sensible", "sensitive")


def test_a_dry_run_prints_a_diff_and_writes_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """As `patch` takes it."""
    code = run("ferry.txt", "--accept-above", "0.9", "--kind", "mistranslation", "--dry-run")

    assert code == 0
    assert [path.name for path in Path.cwd().iterdir()] == ["ferry.txt"]
    assert capsys.readouterr().out == (
        "--- ferry.txt\n+++ ferry.corrected.txt\n@@ -1,6 +1,6 @@\n Ferry talks resume\n \n"
        "-The ministers will meet on Thursday to hear a rather sensible operator, and in May shell pay the mayors.\n"
        "+The ministers will meet on Thursday to hear a rather sensitive operator, and in May shell pay the mayors.\n"
        " We are ready to listen at the unions, she said. Prices of of tickets rose.\n \n"
        " The boats carry 8,000 people <each> week & “nobody” complains.\n"
    )


def test_the_story_is_never_written_over_unasked(run: Run, audit: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is a copy that is there already; --in-place asks for it."""
    Path("ferry.corrected.txt").write_text("An earlier copy.")

    assert run("ferry.txt", "--accept-above", "0.9") == 2
    assert capsys.readouterr().err.startswith("error: ferry.corrected.txt exists; name it with --output to write over")
    assert run("ferry.txt", "-o", "./ferry.txt") == 2
    assert capsys.readouterr().err == "error: ferry.txt is the story itself; say --in-place to write over it.\n"
    assert run("ferry.txt", "-o", "nowhere/a.txt") == 2
    assert run("ferry.txt", "--in-place", "-o", "a.txt") == 2
    assert (_text("ferry.txt"), _text("ferry.corrected.txt")) == (audit.document.text, "An earlier copy.")

    assert run("ferry.txt", "--accept-above", "0.98", "--in-place") == 0
    assert _text("ferry.txt") == audit.document.text.replace("shell", "she’ll")


def test_what_cannot_be_fixed_is_one_sentence(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A table, another language, a file that is not there, a story on standard input that cannot answer."""
    Path("a.csv").write_text("text\nThe talks were sensible, he said.\n")
    Path("de.txt").write_text("Der Minister sagte, dass die Gespräche nicht vor dem Herbst beginnen.", "utf-8")

    for name, message in (
        ("a.csv", "a.csv is a file that fix cannot write; it writes"),
        ("de.txt", "de.txt does not look like English;"),
        ("none.txt", "none.txt does not exist; check the spelling of the path."),
        ("-", "standard input holds the story and cannot answer; use --accept-above or --decisions."),
    ):
        assert run(name) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"error: {message}")
        assert err.count("\n") == 1


def _decide(**changes: object) -> str:
    entry = {"document": "ferry.txt", "kind": "grammar", "text": "of of", "words": "of of", "start": 186}
    entry |= {"before": "prices", "after": "tickets rose", "wording": "of", **changes}
    dismissed = {"document": "ferry.txt", "kind": "awkward", "text": "nobody", "before": "people each week"}
    dismissed |= {"after": "complains", "reason": "he said so"}
    content = {"schema_version": 1, "accepted": [dismissed], "corrections": [entry]}
    Path("decisions.json").write_text(json.dumps(content), encoding="utf-8")
    return "decisions.json"


def test_decisions_are_done_without_an_audit(
    run: Run, audit: Audit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No model is asked; dismissals go into the baseline, for the copy, too."""
    monkeypatch.setattr(workflow, "audit", None)

    code = run("ferry.txt", "--decisions", _decide())

    assert (code, capsys.readouterr().err.splitlines()[0]) == (0, "ferry.corrected.txt: 1 correction written.")
    assert _text("ferry.corrected.txt") == audit.document.text.replace("of of", "of")
    accepted = baseline.load(Path("ferry.baseline.json"))
    assert [item.document for item in accepted] == ["ferry.corrected.txt", "ferry.txt"]


def test_decisions_about_a_changed_story_are_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The words are named, the rest is done, and the exit code is 1; about another story, nothing is, and it is 2."""
    code = run("ferry.txt", "--decisions", _decide(before="costs"))
    err = capsys.readouterr().err
    assert code == 1
    assert err.startswith("“of of” does not stand where it was corrected any more; the story was changed, and it is")
    assert not Path("ferry.corrected.txt").exists()

    Path("other.txt").write_text("The talks were sensible, he said.")
    assert run("other.txt", "--decisions", "decisions.json") == 2
    assert capsys.readouterr().err == "error: no decision is about other.txt; they are about ferry.txt.\n"


def test_decisions_go_before_what_is_likely(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A wording that was chosen wins over the first suggestion, and what was dismissed is not taken."""
    name = _decide(wording="for")
    content = json.loads(_text(name))
    content["accepted"] = [
        {"document": "ferry.txt", "kind": "grammar", "text": "shell pay", "before": "and in may", "after": "the mayors"}
        | {"reason": "a company"}
    ]
    Path(name).write_text(json.dumps(content))

    run("ferry.txt", "--decisions", name, "--accept-above", "0.5")

    copy = _text("ferry.corrected.txt")
    assert "Prices for tickets" in copy
    assert "in May shell pay the mayors" in copy
    assert "sensitive operator" in copy
    assert "“of of” is left as it is: it overlaps another correction." in capsys.readouterr().err
