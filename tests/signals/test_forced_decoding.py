"""Forced decoding: a number a word where the source is known and can be read, and only there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.engines import factory
from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.engines.translation.round_trip import PivotBackTranslator
from auditor.protocols import BackTranslator
from auditor.signals import forced_decoding
from auditor.signals.quality_estimation import with_source
from auditor.text import segmentation
from auditor.values import Document, Settings
from tests.engines.small_marian import ENGLISH, FRENCH, save_small_marian


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> PivotBackTranslator:
    """Two small checkpoints, out to French and home."""
    hub: Path = tmp_path_factory.mktemp("hub")
    out = MarianTranslator(save_small_marian(hub / "out"), pair=("en", "fr"))
    home = MarianTranslator(save_small_marian(hub / "home", pair=("fr", "en")), pair=("fr", "en"))
    return PivotBackTranslator(out, home)


def _story(*sources: str, language: str = "fr") -> Document:
    """Return a story of one paragraph a source."""
    plain = segmentation.document("\n\n".join(ENGLISH[: len(sources)]), name="story.txt")
    return replace(with_source(plain, sources), source_language=language)


def test_every_word_with_a_source_has_a_number(translator: PivotBackTranslator) -> None:
    """One surprisal a word, none below zero, in the order of the document's words; and what would stand there else."""
    story = _story(*FRENCH[:2])

    forced = forced_decoding.force(story, story.sentences, translator)

    assert list(forced) == [sentence.span.start for sentence in story.sentences]
    assert [len(forced[one.span.start].alternatives) for one in story.sentences] == [
        len(one.words) for one in story.sentences
    ]
    surprisals = forced_decoding.by_word(story, forced)
    assert list(surprisals) == [word.span.start for word in story.words]
    assert all(value >= 0 for value in surprisals.values())


def test_a_sentence_is_scored_alike_wherever_it_stands(translator: PivotBackTranslator) -> None:
    """The other sentences, asked together or not, change nothing but rounding."""
    story = _story(*FRENCH[:2])
    last = story.sentences[-1]

    together = forced_decoding.force(story, story.sentences, translator)[last.span.start]
    alone = forced_decoding.force(story, [last], translator)[last.span.start]

    assert together.log_probs == pytest.approx(alone.log_probs, abs=1e-4)


@pytest.mark.parametrize("language", ["pt", None])
def test_another_language_is_not_forced(translator: PivotBackTranslator, language: str | None) -> None:
    """A model is never asked about a source that it cannot read."""
    story = replace(_story(*FRENCH[:2]), source_language=language)

    assert forced_decoding.force(story, story.sentences, translator) == {}


def test_a_source_too_long_for_the_model_is_left_out(translator: PivotBackTranslator) -> None:
    """It is not cut in silence."""
    story = _story("le pont " * 5000, FRENCH[1])

    assert list(forced_decoding.force(story, story.sentences, translator)) == [story.sentences[-1].span.start]


@pytest.fixture(scope="module")
def embedded() -> BackTranslator:
    return factory.load_back_translator(Settings())


@pytest.mark.weights
def test_what_the_source_does_not_say_surprises(embedded: BackTranslator) -> None:
    """A wrong figure costs nats and the right one is offered; with another source every word costs more."""
    plain = segmentation.document("The fire killed 41 people and destroyed the old market.", name="story.txt")
    own = replace(with_source(plain, ["O incêndio matou 14 pessoas e destruiu o mercado velho."]), source_language="pt")
    other = replace(with_source(plain, ["A ministra prometeu baixar os impostos em março."]), source_language="pt")

    forced = forced_decoding.force(own, own.sentences, embedded)
    surprisals = forced_decoding.by_word(own, forced)

    wrong = plain.text.index("41")
    assert max(surprisals, key=lambda start: surprisals[start]) == wrong
    assert "14" in forced[0].alternatives[[word.text for word in plain.words].index("41")]
    shuffled = forced_decoding.force(other, other.sentences, embedded)
    assert sum(forced_decoding.by_word(other, shuffled).values()) > 2 * sum(surprisals.values())
    assert (forced[0].is_of_its_source, shuffled[0].is_of_its_source) == (True, False)
