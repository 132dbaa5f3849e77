"""Words of a round trip that stand in a sound sentence are marked where they stand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.engines.factory import load_back_translator, load_language_model
from auditor.protocols import Pair
from auditor.values import Settings
from models.train.examples import Corpus, Example, tokens
from models.train.mixture import epoch
from models.train.resampled import COST, damage, differences, read_resampled

TEXT = "The summit in Brussels ended on Friday without a deal."


def test_only_words_that_came_back_as_others_are_tried() -> None:
    """Case, punctuation, lost and added words do not count; a capital is kept."""
    edits = differences("Shares fell. The lawyer of a friend left.", "Actions fell; the advocate of a friend has gone.")

    assert [(edit.span.start, edit.span.end, edit.replacement) for edit in edits] == [
        (0, 6, "Actions"),
        (17, 23, "advocate"),
        (36, 40, "has gone"),
    ]


def test_what_was_written_is_read_as_labels(tmp_path: Path) -> None:
    """The wrong words are marked, the others are not; sentences without damage leave nothing."""
    text = TEXT.replace("summit", "dome")
    record = {"language": "en", "text": text, "start": 4, "end": 8, "source": None}
    (tmp_path / "made.jsonl").write_text("{}\n" + json.dumps(record) + "\n")

    (example,) = read_resampled(tmp_path / "made.jsonl")

    wrong = [word.of(text) for word, flag in zip(tokens(text), example.marked or (), strict=False) if flag[0] == 0]
    assert wrong == ["dome"]
    assert example.edited is None
    assert example.pair.source is None


def test_without_the_flag_an_epoch_is_what_it_was() -> None:
    """Resampled sentences are added at the end; all else follows from the seed alone."""
    words = tokens(TEXT)
    clean = Example("en", Pair(TEXT, words), marked=((1.0, 0.0, 0.0),) * (len(words) + 1))
    corpus = Corpus((clean,) * 20, (), (clean,) * 5)
    plain = epoch(corpus, seed=1, number=0)

    assert [*plain, clean] == epoch(replace(corpus, resampled=(clean,)), seed=1, number=0)


@pytest.mark.weights
def test_the_students_damage_what_the_reader_objects_to() -> None:
    """A damaged sentence differs from the sound one in its marked words alone, and reads much the worse."""
    texts = (TEXT, "He pretends to attend the library after his training, said the patient lawyer.")
    examples = [Example("en", Pair(text, tokens(text))) for text in texts]
    settings = Settings(threads=1)

    found = damage(examples, load_back_translator(settings), load_language_model(settings), seed=1)

    assert COST > 0
    for text, each in zip(texts, found, strict=True):
        if each is not None:
            assert each.text.startswith(text[: each.span.start])
            assert each.text.endswith(text[len(text) - (len(each.text) - each.span.end) :])
            assert each.text != text
