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
    found = back_translation.translate_back(story, story.sentences, back_translator)

    assert [story.text[start:].split("\n")[0] for start in found] == [ENGLISH[0], ENGLISH[1]]
    assert [trip.pivot for trip in found.values()] == [FRENCH[0], FRENCH[1]]
    assert [len(trip.log_probs) for trip in found.values()] == [len(ENGLISH[0].split()), len(ENGLISH[1].split())]


def test_the_batch_changes_no_number(back_translator: PivotBackTranslator, story: Document) -> None:
    """One sentence at a time gives what all at once give."""
    whole = back_translation.translate_back(story, story.sentences, back_translator)
    single = back_translation.translate_back(story, story.sentences, back_translator, batch=1)

    assert single.keys() == whole.keys()
    for start, trip in whole.items():
        assert single[start].log_probs == pytest.approx(trip.log_probs, abs=1e-4)
