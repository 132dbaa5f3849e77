"""The score's recipe, on paragraphs of our own making."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest

from auditor import scoring
from models.train import fit_score, paragraph_rows
from models.train.fit_score import Gold
from models.train.paragraph_rows import ParagraphRow


def _row(origin: str, number: int, suspicions: tuple[float, ...], errors: float = 0.0) -> ParagraphRow:
    return ParagraphRow(
        document=f"{origin}/story{number % 10}/one",
        origin=origin,
        story=f"story{number % 10}",
        fold=number % 5,
        sources="none",
        number=number,
        paragraphs=1,
        suspicions=suspicions,
        of_document=sum(suspicions) / len(suspicions),
        points=0.0,
        chances=(),
        surprisal=4.0,
        errors=errors,
    )


def _gold() -> list[Gold]:
    """Clean paragraphs whose words are suspected by up to 5 %, and damaged ones with a word by 50 % for each error."""
    chance = random.Random(1)  # noqa: S311
    gold: list[Gold] = []
    for number in range(60):
        calm = tuple(chance.uniform(0, 5) for _ in range(40))
        errors = number % 3
        gold.append(Gold(_row("clean", number, calm), 0.0, 1.0))
        broken = (*calm[errors:], *(50.0 for _ in range(errors)))
        gold.append(Gold(_row("damaged", number, broken, errors), 3.0 * errors, float(errors == 0)))
    return gold


def test_the_fit_finds_what_suspicion_is_worth() -> None:
    """45 % beyond the floor are 3 points; what is sound has a better chance than what has two errors."""
    gold = _gold()
    fitted = fit_score.fit(gold)

    assert fitted.floor == pytest.approx(4.75, abs=0.25)
    assert fitted.weight == pytest.approx(3 / (50 - fitted.floor), rel=0.1)
    assert all(number >= 0 for number in fitted.sound)
    measured = fit_score.report(gold, fit_score.cross_fitted(gold))
    ranked = measured["no source"]
    assert isinstance(ranked, dict)
    assert ranked["with the rest"]["AUC damaged against sound"][0] > 0.95
    assert ranked["findings alone"]["AUC damaged against sound"][0] == 0.5


def test_what_is_written_is_what_the_score_reads(tmp_path: Path) -> None:
    """The file has the fitted numbers and where they come from."""
    fitted = fit_score.fit(_gold())
    fit_score.write(fitted, _gold(), {"measured": 1}, tmp_path / "score" / "score.json")
    read = scoring.load(tmp_path / "score" / "score.json")

    assert read.weight == pytest.approx(fitted.weight, abs=1e-6)
    assert read.floor == pytest.approx(fitted.floor, abs=0.01)
    assert tuple(read.sound) == scoring.SOUND
    assert "fit_score" in json.loads((tmp_path / "score" / "score.json").read_text())["provenance"]["command"]


def test_paragraphs_are_read_as_written(tmp_path: Path) -> None:
    """A line each."""
    row = _row("clean", 1, (0.5, 1.5))
    file = tmp_path / paragraph_rows.FILE
    file.write_text(json.dumps(asdict(row)) + "\n")

    assert paragraph_rows.read(file) == [row]
    assert row.words == 2


def test_raters_penalties_go_to_the_paragraphs_of_their_segments() -> None:
    """The mean of the raters, and the share that found nothing; other origins are left out."""
    rows = [_row("zh-en", 0, (1.0,)), _row("ro-en", 0, (1.0,)), _row("damaged", 0, (1.0,), 2.0)]
    (rated, damaged) = fit_score.judged(rows, {("story0", "one"): [[0.0, 6.0]]})

    assert not fit_score.judged(rows[:1], {("story0", "one"): [[0.0], [6.0]]})
    assert (rated.penalty, rated.sound) == (3.0, 0.5)
    assert (damaged.penalty, damaged.sound) == (2 * fit_score.DAMAGE, 0.0)
