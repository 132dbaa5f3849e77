"""Stories with planted errors: what is broken is labelled, what costs little is left as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.protocols import Edit
from auditor.values import Span
from models.train import documents
from models.train.noise.texts import Native
from models.train.planted import APERTIUM, Breaker, read_trips

_SENTENCE = "The minister signed the accord in Rome on Monday."
_STORY = Native("story", "news", (_SENTENCE,) * 30)


@dataclass(frozen=True)
class _Passage:
    span: Span
    cost: float

    def rescore(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        return [-self.cost * (following > 0)] * len(edits)


@dataclass(frozen=True)
class _Reader:
    """A language model for which every edit costs the same."""

    cost: float

    def read(self, text: str, units: Sequence[Span]) -> Iterator[_Passage]:
        assert units[-1].end <= len(text)
        yield _Passage(Span(0, len(text)), self.cost)


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """Round trips of every sentence, by each of the makers."""
    for through in APERTIUM:
        after = _SENTENCE.replace("accord", "chord")
        lines = [{"document": "story", "number": number, "after": after} for number in range(30)]
        (tmp_path / f"dev_apertium_{through}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def _broken(noise: Path, cost: float) -> dict[str, Any]:
    model: Any = _Reader(cost)
    return Breaker(read_trips(noise), {"NOUN": {"minister": ("pastor",)}}, {"sign": ("firmar",)}, model).broken(_STORY)


def test_some_sentences_are_broken_and_each_error_is_labelled(noise: Path, tmp_path: Path) -> None:
    """By several makers; what the labels cover is all that differs."""
    record = _broken(noise, cost=9.0)
    file = tmp_path / "planted.jsonl"
    file.write_text(json.dumps(record) + "\n")

    (story,) = documents.planted(file)

    words = {record["text"][start:end] for start, end, _ in record["errors"]}
    broken = [line for line in record["text"].split(". ") if line.rstrip(".") != _SENTENCE.rstrip(".")]
    assert 3 <= len(broken) <= 20
    assert len(broken) == len({record["text"].count(". ", 0, start) for start, _, _ in record["errors"]})
    assert {"chord", "pastor"} <= words
    assert (story.origin, story.story, len(story.errors)) == ("planted", "story", len(record["errors"]))


def test_what_costs_little_may_be_sound(noise: Path) -> None:
    """A synonym is no error."""
    assert _broken(noise, cost=2.0)["errors"] == []
