"""The probe's signal: each word once, by the passage it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import Watch
from auditor.engines.language_model.probe import open_probe
from auditor.signals import probe
from auditor.text import segmentation
from tests.engines.small_probe import make_probe
from tests.small_models import SENTENCES, make_causal_lm

TEXT = "\n\n".join(SENTENCES * 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def model(folder: Path) -> CausalLM:
    return CausalLM(
        make_causal_lm(folder / "tiny"), name="tiny", watch=Watch.of(open_probe(make_probe(folder / "probe")))
    )


def test_every_word_is_measured_in_its_own_passage(model: CausalLM) -> None:
    """Passages tile the text, and so do their words."""
    document = segmentation.document(TEXT, name="x")
    found = [
        probe.by_word(passage, document.sentences)
        for passage in model.read(document.text, [sentence.span for sentence in document.sentences])
    ]

    assert len(found) > 1
    assert [start for part in found for start in part] == [word.span.start for word in document.words]
    assert probe.measure(document, model).values == tuple(v[0] for part in found for v in part.values())


def test_a_model_without_a_probe_suspects_nothing(folder: Path, model: CausalLM) -> None:
    """Another language model than the embedded one has none."""
    document = segmentation.document(SENTENCES[0], name="x")
    plain = CausalLM(folder / "tiny", name="tiny")

    assert set(probe.measure(document, plain).values) == {0.0}
    assert len(set(probe.measure(document, model).values)) > 5
