"""Progress on standard error."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from auditor.cli import progress
from auditor.cli.progress import Display


def test_nothing_is_drawn_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """A log holds no bars."""
    with Display(quiet=False, verbose=False) as display:
        display.report("reading", 1, 2)

    assert capfd.readouterr() == ("", "")


def test_stages_are_told_when_asked(capfd: pytest.CaptureFixture[str]) -> None:
    """One line a stage, in order, their sum, and the memory; nothing on standard output."""
    with Display(quiet=True, verbose=True) as display:
        display.report("translating", 0, 2)
        display.report("reading", 1, 2)
        display.report("reading", 2, 2)
        display.clear()

    out, err = capfd.readouterr()
    stages = [line.split(maxsplit=2)[2] for line in err.splitlines()]
    assert (out, stages[:5]) == ("", ["starting", "translating", "reading", "writing the report", "in all"])


class _Screen(io.StringIO):
    """A terminal that tells when something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "sensible" in text:
            self.written.set()
        return super().write(text)


def test_what_was_found_is_shown_below_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the last findings stand there until the report comes; no more than fit."""
    screen = _Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    with Display(quiet=False, verbose=False) as display:
        display.report("reading", 1, 2)
        due = display.is_due()
        display.show([*(f"¶ 1   early {number}" for number in range(20)), "¶ 2   sensible → sensitive (0.93)"])
        assert screen.written.wait(timeout=60)
        again = display.is_due()

    assert (due, again) == (True, False)
    assert "¶ 2   sensible → sensitive (0.93)" in screen.getvalue()
    assert "early 10" not in screen.getvalue()


def test_nothing_is_due_where_there_is_no_terminal() -> None:
    """A log gets no early findings, and nobody has to put them together."""
    with Display(quiet=False, verbose=False) as display:
        assert not display.is_due()
