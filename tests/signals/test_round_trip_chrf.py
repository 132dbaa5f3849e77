"""The chrF of a sentence's round trip is sacreBLEU's own."""

from __future__ import annotations

import pytest
import sacrebleu

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.on_demand import EnginesOnDemand
from auditor.protocols import Excerpt, Passage
from auditor.signals import round_trip_chrf
from auditor.text import document_context, segmentation
from auditor.values import BackTranslation, Measurements, Per, Settings
from tests.small_models import make_causal_lm

TEXT = "The ministers met a sensible leader. Nobody was hurt. The talks go on."
HOME = ("The ministers met an assertive leader.", "Nobody was hurt.")


@pytest.fixture(scope="module")
def passage(tmp_path_factory: pytest.TempPathFactory) -> Passage:
    """Of a small language model; the signal asks it nothing."""
    model = CausalLM(make_causal_lm(tmp_path_factory.mktemp("models") / "tiny"), name="tiny")
    return next(model.read(TEXT, [sentence.span for sentence in segmentation.document(TEXT, name="a").sentences]))


def test_each_sentence_with_a_round_trip_has_a_number(passage: Passage) -> None:
    """100 for what came home as it was, less for what did not, nothing for what stayed at home."""
    document = segmentation.document(TEXT, name="a.txt")
    starts = [sentence.span.start for sentence in document.sentences]
    trips = {start: BackTranslation("", home, (), ()) for start, home in zip(starts, HOME, strict=False)}
    context = Measurements(document, document_context.measure(document), back=trips)
    excerpt = Excerpt(passage, document.sentences, lambda _: None)

    measured = round_trip_chrf.measure(excerpt, context, EnginesOnDemand(Settings(), lambda *_: None))

    numbers = measured.numbers["round-trip-chrf"]
    expected = sacrebleu.sentence_chrf(HOME[0], [document.sentences[0].span.of(TEXT)]).score
    assert numbers.per is Per.SENTENCE
    assert numbers.values == {starts[0]: expected, starts[1]: 100.0}
    assert 50 < expected < 100


def test_without_a_round_trip_there_is_no_number(passage: Passage) -> None:
    """And sacreBLEU is not asked."""
    document = segmentation.document(TEXT, name="a.txt")
    context = Measurements(document, document_context.measure(document))
    excerpt = Excerpt(passage, document.sentences, lambda _: None)

    assert round_trip_chrf.measure(excerpt, context, EnginesOnDemand(Settings(), lambda *_: None)) is context
