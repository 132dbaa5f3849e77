"""How far a batch has come."""

from __future__ import annotations

import io
import sys

import pytest

from auditor.cli.story_bar import story_bar


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_tells_where_the_batch_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is drawn before anything is done, with an unknown rate, and names the story it was last told of."""
    screen = _Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")

    with story_bar(quiet=False) as advance:
        assert advance is not None
        advance(7, 9, "desk/[bold].txt")
        advance(8, 9, "desk/last.txt")

    drawn = screen.getvalue()
    assert "starting" in drawn
    assert "last.txt" in drawn
    assert "8/9" in drawn


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_is_drawn_where_there_is_no_terminal(quiet: bool, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 (a parameter of the test)
    """A log holds no bars, and a batch is told that there is nobody to tell."""
    with story_bar(quiet=quiet) as advance:
        assert advance is None

    assert capfd.readouterr() == ("", "")
