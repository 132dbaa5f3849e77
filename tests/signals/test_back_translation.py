from pathlib import Path

import pytest

from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.engines.translation.round_trip import PivotBackTranslator
from auditor.signals import back_translation
from auditor.text import segmentation
from auditor.values import Document
from tests.engines.small_marian import ENGLISH, FRENCH, save_small_marian


@pytest.fixture(scope="module")
def back_translator(tmp_path_factory: pytest.TempPathFactory) -> PivotBackTranslator:
    """Two small checkpoints, out to French and home."""
    hub: Path = tmp_path_factory.mktemp("hub")
    out = MarianTranslator(save_small_marian(hub / "out"), pair=("en", "fr"))
    return PivotBackTranslator(
        out, MarianTranslator(save_small_marian(hub / "home", pair=("fr", "en")), pair=("fr", "en"))
    )


@pytest.fixture(scope="module")
def story() -> Document:
    """Three paragraphs; the second has no word."""
    return segmentation.document(f"{ENGLISH[0]}\n\n***\n\n{ENGLISH[1]}\n", name="story.txt")


def test_each_sentence_with_words_is_measured_at_its_start(
    back_translator: PivotBackTranslator, story: Document
) -> None:
    """Keys are offsets of the document, values have one number a word."""
    found = back_translation.measure(story, back_translator)

    assert [story.text[start:].split("\n")[0] for start in found] == [ENGLISH[0], ENGLISH[1]]
    assert [trip.pivot for trip in found.values()] == [FRENCH[0], FRENCH[1]]
    assert [len(trip.log_probs) for trip in found.values()] == [len(ENGLISH[0].split()), len(ENGLISH[1].split())]


def test_the_batch_changes_no_number(back_translator: PivotBackTranslator, story: Document) -> None:
    """One sentence at a time gives what all at once give."""
    whole = back_translation.measure(story, back_translator)
    single = back_translation.measure(story, back_translator, batch=1)

    assert single.keys() == whole.keys()
    for start, trip in whole.items():
        assert single[start].log_probs == pytest.approx(trip.log_probs, abs=1e-4)


def test_scores_are_surprisals_in_the_order_of_the_words(back_translator: PivotBackTranslator, story: Document) -> None:
    """Minus the log-probability of each word of the document, in nats; a word nobody measured has 0."""
    found = back_translation.measure(story, back_translator)
    scores = back_translation.word_scores(story, found)
    expected = [-log_prob for trip in found.values() for log_prob in trip.log_probs]

    assert (scores.signal, scores.unit) == ("back-translation", "nats")
    assert len(scores.values) == len(story.words)
    assert [value for value in scores.values if value] == pytest.approx(expected)
    assert back_translation.word_scores(story, {}).values == (0.0,) * len(story.words)
