"""The probe's signal: each word once, by the passage it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import load_probe
from auditor.engines.on_demand import EnginesOnDemand
from auditor.protocols import Excerpt
from auditor.signals import probe
from auditor.text import document_context, segmentation
from auditor.values import Document, Measurements, Settings
from tests.engines.small_probe import make_probe
from tests.small_models import SENTENCES, make_causal_lm

TEXT = "\n\n".join(SENTENCES * 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def model(folder: Path) -> CausalLM:
    return CausalLM(
        make_causal_lm(folder / "tiny"),
        name="tiny",
        hook=HiddenStateHook.for_probe(load_probe(make_probe(folder / "probe"))),
    )


def _excerpts(document: Document, model: CausalLM) -> Iterator[Excerpt]:
    for passage in model.read(document.text, [sentence.span for sentence in document.sentences]):
        yield Excerpt(passage, document.sentences, lambda _: None)


def _probed(document: Document, model: CausalLM) -> list[Mapping[int, tuple[float, ...]]]:
    """Return what the probe says of each passage."""
    context = Measurements(document, document_context.measure(document))
    engines = EnginesOnDemand(Settings(), lambda *_: None)
    return [probe.measure(excerpt, context, engines).probed for excerpt in _excerpts(document, model)]


def test_every_word_is_measured_in_its_own_passage(model: CausalLM) -> None:
    """Passages tile the text, and so do their words."""
    document = segmentation.document(TEXT, name="x")

    found = _probed(document, model)

    assert len(found) > 1
    assert [start for part in found for start in part] == [word.span.start for word in document.words]
    assert len({chances for part in found for chances in part.values()}) > 5


def test_a_model_without_a_probe_suspects_nothing(folder: Path, model: CausalLM) -> None:
    """Another language model than the embedded one has none."""
    document = segmentation.document(SENTENCES[0], name="x")

    assert _probed(document, CausalLM(folder / "tiny", name="tiny")) == [{}]
    assert _probed(document, model) != [{}]
