"""The report for a terminal."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.reports import terminal
from auditor.values import Audit
from tests.reports.audits import audits
from tests.reports.golden import golden

_STYLE = regex.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize(("name", "color"), [("terminal.txt", False), ("terminal.ansi", True)])
def test_golden(audit: Audit, name: str, color: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """The report is what a person last looked at."""
    written = terminal.render(audit, color=color)

    assert golden(name, written) == written


@settings(max_examples=50)  # each draws a whole audit
@given(audits(), st.integers(1, 200), st.booleans())
def test_hostile_text_drives_no_terminal(audit: Audit, width: int, color: bool) -> None:  # noqa: FBT001
    """Whatever the document holds, only our own styles reach the terminal, and lines keep to the width."""
    written = _STYLE.sub("", terminal.render(audit, width=width, color=color).decode()) if color else (
        terminal.render(audit, width=width, color=color).decode()
    )  # fmt: skip

    assert [letter for letter in written if (ord(letter) < 32 or 127 <= ord(letter) < 160) and letter != "\n"] == []


def test_without_colour_nothing_is_lost(audit: Audit) -> None:
    """Every finding's words, first suggestion and message can be read without colour, at any width."""
    written = " ".join(terminal.render(audit, width=40).decode().split())

    for finding in audit.findings:
        assert " ".join(finding.message.split()) in written
    assert "[sensible](1)" in written
    assert "[We are ready to listen [at](4) the unions,](3)" in written
    assert "sensible → sensitive, or touchy (0.93, mistranslation, major, costs 13.0 points)" in written
    assert "\x1b" not in written


def test_the_environment_changes_nothing(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same audit gives the same bytes whatever COLUMNS, TERM and NO_COLOR say."""
    expected = terminal.render(audit, width=70, color=True)
    for name, value in {"COLUMNS": "33", "TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)

    assert expected == terminal.render(audit, width=70, color=True)
