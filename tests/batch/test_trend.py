"""The trend over runs."""

from __future__ import annotations

from pathlib import Path

from auditor.batch import trend
from tests.batch.test_overview import _summary


def test_a_run_is_summed_up_over_words() -> None:
    """The score is the mean over words, findings are per thousand of them."""
    run = trend.measure("Mon", [_summary("a", 40.0, {"name": 3}), _summary("b", 60.0)], failed=1)

    assert (run.stories, run.failed, run.words, run.findings) == (2, 1, 2000, 3)
    assert (run.score, run.per_thousand, run.kinds) == (50.0, 1.5, {"name": 3})


def test_a_label_stands_once_in_the_history(tmp_path: Path) -> None:
    """A run that is repeated takes its own place; another is added."""
    first, again, other = (
        trend.measure(label, [_summary("a")], failed=n) for n, label in enumerate(["Mon", "Mon", "Tue"])
    )

    trend.record(tmp_path, first)
    trend.record(tmp_path, again)

    assert trend.record(tmp_path, other) == [again, other] == trend.load(tmp_path)


def test_a_broken_history_is_begun_anew(tmp_path: Path) -> None:
    """The trend is a comfort; it must never stop a night's run."""
    (tmp_path / trend.FILE).write_text("{")

    assert trend.load(tmp_path) == []
