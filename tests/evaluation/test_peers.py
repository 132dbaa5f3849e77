"""Peers: what they report becomes places, words and wordings of ours."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.errors import InputError
from auditor.evaluation.peers import Harper
from auditor.evaluation.systems import Options, Reported, Request, open_system
from auditor.values import Settings, Span
from tests.evaluation.rows import row


class _Linter:
    """Says of "the old" that "the" goes, or that "an" or "a" may be put behind it."""

    def lint(self, text: str, *, language: str) -> list[Any]:
        assert language == "plaintext"
        at = text.index("the old")
        return [SimpleNamespace(span=SimpleNamespace(start=at, end=at + 3), suggestions=["", "the an", "the a", "x"])]

    def apply_suggestion(self, text: str, lint: Any, suggestion: str) -> str:  # noqa: ANN401
        return text[: lint.span.start] + suggestion + text[lint.span.end :]


def test_what_harper_reports_is_flagged_with_its_wordings(tmp_path: Path) -> None:
    """The first three suggestions are what would stand in the place of the span."""
    judged = row(tmp_path)
    harper = Harper(_Linter())
    (said,) = harper.predict([Request(judged, None)])

    at = judged.target.index("the old")
    assert said.reported == (Reported(Span(at, at + 3), is_major=False, suggestions=("", "the an", "the a")),)
    assert sum(said.words) == 1.0
    assert said.words[judged.words.index(Span(at, at + 3))] == 1.0
    assert said.score == -1 / 8


def test_a_peer_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is needed until it is asked for."""
    monkeypatch.setitem(sys.modules, "harper", None)

    with pytest.raises(InputError, match=r"pip install 'auditor\[peers\]'"):
        open_system("harper", Options(Settings(), 1))


def test_harper_itself_finds_a_doubled_word(tmp_path: Path) -> None:
    """Where it is installed."""
    pytest.importorskip("harper")
    text = "This is a test of the the linter."
    judged = row(
        tmp_path, target=text, target_tokens=["the the"], token_starts=[18], token_ends=[25], word_tags=["BAD"],
        word_tags_wmt22=["BAD", "OK"], error_spans=[],
    )  # fmt: skip
    (said,) = open_system("harper", Options(Settings(), 1)).predict([Request(judged, None)])

    assert said.words == (1.0,)
    assert any("the" in place.suggestions for place in said.reported or ())
