"""What the quality estimator says of a document lies on the document's own words."""

from __future__ import annotations

import pytest

from auditor.engines.quality_estimation.estimator import EncoderQualityEstimator, load_estimator
from auditor.engines.weights import convert_e5
from auditor.signals import quality_estimation
from auditor.text import segmentation
from auditor.values import Document
from tests.engines import small_encoder as small

TEXT = "The bridge was closed. The old one was, too.\nNobody was hurt."


@pytest.fixture(scope="module")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> EncoderQualityEstimator:
    """A small quality estimator."""
    folder = tmp_path_factory.mktemp("encoder")
    small.write_file(folder / "e5-small-q4.bin", small.make_tensors())
    convert_e5.convert(folder / "e5-small-q4.bin", folder / "encoder")
    small.make_estimator(folder / "encoder", folder / "quality-estimator")
    return load_estimator(folder / "encoder", folder / "quality-estimator", precision="float32")


def _marked(document: Document, estimator: EncoderQualityEstimator) -> list[float]:
    """Return the chance that a rater would mark each word of the document."""
    estimates = quality_estimation.estimate(document, document.sentences, estimator)
    return [value for estimate in estimates.values() for value in estimate.marked]


def test_every_word_has_a_probability(estimator: EncoderQualityEstimator) -> None:
    """One number a word of the document, each between 0 and 1."""
    document = segmentation.document(TEXT, name="news.txt")

    values = _marked(document, estimator)

    assert len(document.words) == len(values)
    assert all(0 <= value <= 1 for value in values)


def test_a_sentence_is_judged_alike_wherever_it_stands(estimator: EncoderQualityEstimator) -> None:
    """The quality estimator sees one sentence at a time, so its place in the document changes nothing."""
    first = _marked(segmentation.document("Nobody was hurt.", name="a"), estimator)
    last = _marked(segmentation.document(TEXT, name="b"), estimator)

    assert first == pytest.approx(last[-3:], abs=1e-5)


def test_sources_reach_their_paragraphs(estimator: EncoderQualityEstimator) -> None:
    """Giving the second paragraph another source changes its numbers, and leaves the first as it was."""
    document = segmentation.document(TEXT, name="news.txt")
    one = _marked(quality_estimation.with_source(document, ["a ponte", "a ponte"]), estimator)
    other = _marked(quality_estimation.with_source(document, ["a ponte", "桥 桥"]), estimator)

    assert one[:-3] == pytest.approx(other[:-3], abs=1e-5)
    assert one[-3:] != pytest.approx(other[-3:], abs=1e-5)


def test_sources_must_match_the_paragraphs(estimator: EncoderQualityEstimator) -> None:
    """A source too few is refused, never dropped in silence."""
    with pytest.raises(ValueError, match="shorter"):
        quality_estimation.with_source(segmentation.document(TEXT, name="news.txt"), ["a ponte"])
