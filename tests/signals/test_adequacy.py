"""What the detector says of a document lies on the document's own words."""

from __future__ import annotations

import pytest

from auditor.engines.quality_estimation.estimator import Encoder, open_encoder
from auditor.engines.weights import convert_e5
from auditor.signals import adequacy
from auditor.text import segmentation
from tests.engines import small_encoder as small

TEXT = "The bridge was closed. The old one was, too.\nNobody was hurt."


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """A small detector."""
    folder = tmp_path_factory.mktemp("encoder")
    small.write_file(folder / "e5-small-q4.bin", small.make_tensors())
    convert_e5.convert(folder / "e5-small-q4.bin", folder / "encoder")
    small.make_detector(folder / "encoder", folder / "detector")
    return open_encoder(folder / "encoder", folder / "detector", precision="float32")


def test_every_word_has_a_probability(detector: Encoder) -> None:
    """One number a word of the document, each between 0 and 1."""
    document = segmentation.document(TEXT, name="news.txt")

    scores = adequacy.measure(document, detector)

    assert len(document.words) == len(scores.values)
    assert all(0 <= value <= 1 for value in scores.values)


def test_a_sentence_is_judged_alike_wherever_it_stands(detector: Encoder) -> None:
    """The detector sees one sentence at a time, so its place in the document changes nothing."""
    first = adequacy.measure(segmentation.document("Nobody was hurt.", name="a"), detector)
    last = adequacy.measure(segmentation.document(TEXT, name="b"), detector)

    assert first.values == pytest.approx(last.values[-3:], abs=1e-5)


def test_sources_reach_their_paragraphs(detector: Encoder) -> None:
    """Giving the second paragraph another source changes its numbers, and leaves the first as it was."""
    document = segmentation.document(TEXT, name="news.txt")
    one = adequacy.measure(adequacy.with_source(document, ["a ponte", "a ponte"]), detector)
    other = adequacy.measure(adequacy.with_source(document, ["a ponte", "桥 桥"]), detector)

    assert one.values[:-3] == pytest.approx(other.values[:-3], abs=1e-5)
    assert one.values[-3:] != pytest.approx(other.values[-3:], abs=1e-5)


def test_sources_must_match_the_paragraphs(detector: Encoder) -> None:
    """A source too few is refused, never dropped in silence."""
    with pytest.raises(ValueError, match="shorter"):
        adequacy.with_source(segmentation.document(TEXT, name="news.txt"), ["a ponte"])
