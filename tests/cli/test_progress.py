"""Progress on standard error."""

from __future__ import annotations

import pytest

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
