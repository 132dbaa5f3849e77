"""The benchmark's arithmetic and its text; what it measures is measured by `make bench`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.text import segmentation
from tests.bench import against
from tests.bench.against import Bench, Sizes
from tests.bench.beside import Build
from tests.bench.story import edited, sound, story
from tests.bench.timing import Cost, Spread, interleaved, ratio


def test_a_ratio_is_the_median_of_rounds() -> None:
    """Each round is compared with itself: a machine that is busy for a while slows both sides."""
    slower = [Cost(wall=9.0, processor=seconds) for seconds in (2.0, 30.0, 4.0)]
    faster = [Cost(wall=1.0, processor=seconds) for seconds in (1.0, 10.0, 1.0)]

    assert ratio(slower, faster) == Spread(median=3.0, low=2.0, high=4.0)


def test_works_take_turns_after_a_warm_up() -> None:
    """Each is done once to warm up, then all in turn."""
    order: list[str] = []
    works = {name: (lambda name=name: order.append(name)) for name in "ab"}
    costs = interleaved(works, repeats=2)

    assert "".join(order) == "ababab"
    assert {name: len(found) for name, found in costs.items()} == {"a": 2, "b": 2}


@pytest.mark.parametrize("words", [200, 2_000])
def test_a_story_has_about_the_words_that_were_asked(words: int) -> None:
    """It is the same each time, in paragraphs, and no two are alike."""
    text = story(words)
    paragraphs = text.split("\n\n")

    assert words <= len(text.split()) <= words + 120
    assert story(words) == text != story(words, seed=2)
    assert len(set(paragraphs)) == len(paragraphs) > 2


def test_an_edit_changes_one_sentence() -> None:
    """One sentence in the middle has one word more; all others stand as they were."""
    before, after = (
        [sentence.span.of(text) for sentence in segmentation.document(text, name="x").sentences]
        for text in (story(900), edited(story(900)))
    )

    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_a_sound_story_has_no_broken_sentence() -> None:
    """It has the same sentences but for those that machine translation breaks."""
    assert re.search(r"depends of|shell open", story(3_000))
    assert not re.search(r"depends of|shell open|pronounce themselves|manifestations", sound(3_000))


def test_versions_take_turns_and_rounds_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who begins alternates, a round has one story; a ratio is the median over rounds of there by here."""
    order: list[tuple[str, int]] = []
    seconds = iter([1.0, 2.0, 30.0, 10.0, 1.0, 4.0])

    def row(bench: Bench) -> dict[str, float]:
        order.append((bench.build.name, bench.seed))
        return {"wall": next(seconds)}

    monkeypatch.setattr(against, "ROWS", {"warm": row})
    benches = [Bench(Build(name, "", tmp_path), tmp_path, Sizes(1, 1, 1)) for name in ("here", "there")]
    found = against._in_turns("warm", benches, 3)

    assert order == [("here", 0), ("there", 0), ("there", 1), ("here", 1), ("here", 2), ("there", 2)]
    assert against._ratios(found) == {"wall": 3.0}


def test_a_row_that_is_not_there_is_refused() -> None:
    """Before anything is built."""
    result = CliRunner().invoke(against.main, ["--rows", "warm,tepid"])

    assert result.exit_code == 2
    assert "there is no row 'tepid'" in result.output
