"""The proof of a night's batch, with the rules alone: what `make night` does with the models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch import nightly

_NEWS = Path(__file__).parents[3] / "shared" / "data" / "clean_news.parquet"

pytestmark = pytest.mark.skipif(not _NEWS.exists(), reason="the data pack lies outside the repository")


def test_stories_are_news_and_damaged_copies(tmp_path: Path) -> None:
    """Every other story is the one before it, damaged; the same ones each time."""
    for folder in ("one", "two"):
        nightly.write_stories(_NEWS, tmp_path / folder, count=6, words=60)

    texts = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "one").iterdir())]
    assert len(texts) == 6
    assert nightly.tree(tmp_path / "one") == nightly.tree(tmp_path / "two")
    for sound, damaged in zip(texts[::2], texts[1::2], strict=True):
        assert len(set(sound.split()) & set(damaged.split())) > 10
    assert texts[::2] != texts[1::2]


def test_a_night_that_is_killed_five_times_leaves_the_bytes_of_a_quiet_one(tmp_path: Path) -> None:
    """Killed at random moments and resumed; the proof itself compares every file."""
    seen = nightly.prove(_NEWS, tmp_path / "proof", stories=24, words=60, jobs=1, rules=True)

    assert seen["files with the same bytes"] == 24 * 3 + 4
    kills = seen["stories done at each kill"]
    assert isinstance(kills, list)
    assert len(kills) == nightly.KILLS
