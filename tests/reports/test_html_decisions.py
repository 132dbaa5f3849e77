"""Deciding on the page of the HTML report, by keyboard alone; `check` and `fix` take what it writes."""

from __future__ import annotations

import html
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor import workflow
from auditor.cli import main
from auditor.reports import html as page
from auditor.reports import json as report
from auditor.review import apply
from auditor.review.apply import Policy
from auditor.text import segmentation
from auditor.values import Audit, Finding, Kind, ParagraphAudit, Severity, Span
from auditor.workflow import Story
from tests.reports.browser import ENTER, ESCAPE, TAB, browser, needs_browser

_FILLER = "The ministers met in the town hall and spoke about the price of bread and the state of the roads. " * 2
_PARAGRAPHS = 60


def _long_audit() -> Audit:
    """Return an audit of 3,000 words with 60 findings, one a paragraph, code points beyond 16 bits among them."""
    text = "\n\n".join(
        f"{_FILLER}In village{number} 🎺 the sensible\nquestion{number} was put to them again."
        for number in range(_PARAGRAPHS)
    )
    document = segmentation.document(f"{text}\n", name="desk/long.txt")
    paragraphs: list[ParagraphAudit] = []
    for number, paragraph in enumerate(document.paragraphs):
        start = document.text.find("sensible", paragraph.span.start, paragraph.span.end)
        findings: tuple[Finding, ...] = ()
        if start >= 0:
            span = Span(start, start + len("sensible"))
            finding = Finding(
                span, Kind.MISTRANSLATION, Severity.MAJOR, 0.9, "false-friends", "“sensible” may be wrong"
            )
            findings = (replace(finding, suggestions=("sensitive", "touchy"), in_quotation=number == 0),)
        paragraphs.append(ParagraphAudit(paragraph.span, 50.0, (40.0, 60.0), findings))
    return Audit(document, 50.0, (40.0, 60.0), tuple(paragraphs), "auditor:test")


def _data(audit: Audit) -> Any:  # noqa: ANN401 (JSON)
    match = re.search(r' data-audit="([^"]*)"', page.render(audit).decode())
    assert match
    return json.loads(html.unescape(match[1]))


def test_the_page_holds_the_audit(audit: Audit) -> None:
    """Every code point of the text, and each finding with its place and what each suggestion changes."""
    data = _data(audit)

    assert (data["document"], data["text"]) == ("ferry.txt", audit.document.text)
    assert [data["text"][one["start"] : one["end"]] for one in data["findings"]] == [
        one["words"] for one in data["findings"]
    ]
    of_of = data["findings"][4]
    assert [choice["wording"] for choice in of_of["choices"]] == ["of", ""]
    assert [[audit.document.text[a:b], put] for a, b, put in of_of["choices"][1]["edits"]] == [["of of ", ""]]
    assert [one["quoted"] for one in data["findings"]] == [False] * 5 + [True]


def test_where_nothing_is_found_nothing_is_decided(audit: Audit) -> None:
    """No controls, no data."""
    clean = replace(audit, paragraphs=tuple(replace(one, findings=()) for one in audit.paragraphs))

    assert b'id="desk"' not in page.render(clean)


@needs_browser
def test_sixty_findings_by_keyboard_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Accept, choose, dismiss and type, each fifteen times; the file does the same in `fix`, and `check` takes it."""
    audit = _long_audit()
    assert len(audit.findings) == _PARAGRAPHS
    assert len(audit.document.words) >= 3_000
    (tmp_path / "long.html").write_bytes(page.render(audit))
    with browser(tmp_path) as session:
        session.open(tmp_path / "long.html")
        session.press("n")
        assert session.run("return document.activeElement.dataset.findings") == "1"
        assert session.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
        for number in range(_PARAGRAPHS):
            session.press(("a", "2", f"dit is so{ENTER}", f"tfair & <b>{ENTER}")[number % 4])
            if not number:
                assert "inside a quotation" in session.run("return document.querySelector('.said').textContent")
                session.press("a")  # asked once more
        assert session.run("return document.querySelector('.said').textContent").startswith("60 of 60 decided.")
        session.press("u2c")
        copied = session.run("return document.querySelector('.corrected').value")
        session.press("s")
        downloaded = tmp_path / "long.txt.decisions.json"
        for _ in range(600):
            if downloaded.exists():
                break
            time.sleep(0.1)

    wordings = [("sensitive", "touchy", "sensible", "fair & <b>")[number % 4] for number in range(_PARAGRAPHS)]
    wordings[-1] = "touchy"  # the last one was undone, and decided otherwise
    expected = audit.document.text
    for wording in wordings:
        expected = expected.replace("the sensible\n", f"the {wording}\0\n", 1)
    expected = expected.replace("\0", "")
    assert copied == expected

    monkeypatch.chdir(tmp_path)
    (tmp_path / "long.txt").write_text(audit.document.text, encoding="utf-8")
    assert main(["fix", "long.txt", "--decisions", str(downloaded)]) == 0
    assert (tmp_path / "long.corrected.txt").read_text(encoding="utf-8") == expected

    def audited(story: Story, auditor: object, policy: Policy, watcher: object) -> Audit:
        del auditor, watcher
        kept = apply.review(workflow.read(story), audit.findings, policy).findings
        paragraphs = [
            replace(part, findings=tuple(finding for finding in part.findings if finding in kept))
            for part in audit.paragraphs
        ]
        return replace(audit, paragraphs=tuple(paragraphs))

    monkeypatch.setattr(workflow, "audit", audited)
    capsysbinary.readouterr()
    assert main(["check", "long.txt", "--baseline", str(downloaded), "--format", "json"]) == 0
    left = report.parse(capsysbinary.readouterr().out).findings
    assert [finding.span for finding in left] == [
        finding.span for number, finding in enumerate(audit.findings) if number % 4 != 2
    ]


@needs_browser
def test_rivals_escape_fields_and_the_switch_of_the_keys(audit: Audit, tmp_path: Path) -> None:
    """Words that are changed already are not changed twice; nothing is dismissed without a reason."""
    (tmp_path / "a.html").write_bytes(page.render(audit))
    with browser(tmp_path, width=500) as session:
        session.open(tmp_path / "a.html")

        def said() -> str:
            return str(session.run("return document.querySelector('.said').textContent"))

        session.press("nn" + "n" + "a")  # the third finding, which the fourth lies in
        assert session.run("return document.querySelector('.about').textContent").startswith("4 of 6: “at”")
        session.press("a")
        assert said() == "Those words are changed by finding 3 already; undo that first."
        session.press(f"d{ENTER}")
        assert said() == "Say why it is no error."
        session.press(f"x{ESCAPE}?")
        assert session.run("return document.activeElement.tagName") == "MARK"
        assert session.run("return document.querySelector('#desk details').open")
        tips = "return getComputedStyle(document.activeElement.querySelector('.tip')).display"
        assert session.run(tips) == "block"
        session.run("document.querySelector('[name=keys]').focus()")
        session.press(f" {TAB}n")
        assert session.run("return document.querySelector('.about').textContent").startswith("4 of 6: “at”")


@needs_browser
def test_without_scripts_the_page_is_a_report(audit: Audit, tmp_path: Path) -> None:
    """No control is shown that does nothing; what there is to say stands in the margin, beside its line."""
    written = page.render(audit).decode()
    without = re.sub(r"<script>.*?</script>", "", written, flags=re.DOTALL)
    (tmp_path / "a.html").write_text(without, encoding="utf-8")
    with browser(tmp_path) as session:
        session.open(tmp_path / "a.html")
        places = session.run(
            "return Array.from(document.querySelectorAll('.side'), side => [side.getBoundingClientRect().top,"
            "side.nextElementSibling.getClientRects()[0].top, side.getBoundingClientRect().left,"
            "document.querySelector('.story').getBoundingClientRect().right])"
        )
        desk = session.run("return getComputedStyle(document.getElementById('desk')).display")

    assert desk == "none"
    assert len(places) == len(audit.findings) + len(audit.doubts)
    assert all(left > right for _, _, left, right in places)
    assert abs(places[0][0] - places[0][1]) < 30  # pixels, one line
