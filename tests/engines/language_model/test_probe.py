"""The probe: what it is shown, what it answers, and damaged files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import WEIGHTS, Probe, ProbeNetwork, load_probe, rms_normalised
from auditor.errors import ModelError
from auditor.text import segmentation
from auditor.values import Span
from tests.engines.small_probe import LAYERS, WIDTH, make_probe
from tests.small_models import SENTENCES, make_causal_lm

TEXT = "\n\n".join(SENTENCES)


class RecordingProbe(Probe):
    """A probe that keeps what it is shown."""

    def __init__(self) -> None:
        super().__init__(ProbeNetwork(len(LAYERS) * WIDTH), layers=LAYERS, name="recorder")
        self.shown: list[tuple[Tensor, list[int]]] = []

    def answer(self, states: Tensor, sentences: Sequence[int]) -> list[tuple[float, ...]]:
        self.shown.append((states, list(sentences)))
        return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    return load_probe(make_probe(tmp_path_factory.mktemp("models") / "probe"))


def _words(text: str) -> list[list[Span]]:
    return [[word.span for word in sentence.words] for sentence in segmentation.document(text, name="x").sentences]


def _units(text: str) -> list[Span]:
    return [sentence.span for sentence in segmentation.document(text, name="x").sentences]


def test_a_word_is_known_by_the_last_of_its_tokens(folder: Path) -> None:
    """Cut the text behind a word: what the network holds at its last token is what the probe was shown of the word."""
    recorder = RecordingProbe()
    model = CausalLM(folder, name="tiny", precision="float32", hook=HiddenStateHook.for_probe(recorder))
    (passage,) = model.read(SENTENCES[0], _units(SENTENCES[0]))
    (words,) = _words(SENTENCES[0])
    passage.probe([words])
    ((states, sizes),) = recorder.shown

    assert sizes == [len(words)]
    for word, shown in zip(words, states, strict=True):
        ids = [0, *model.encode(SENTENCES[0][: word.end])]
        *_, seen = model._network.read(ids, keep=1, hidden_layers=LAYERS)
        torch.testing.assert_close(shown, seen[0], atol=1e-4, rtol=0)


def test_every_passage_of_a_long_text_is_shown_its_own_words(folder: Path) -> None:
    """Words come in order, each once, though passages have context before them."""
    recorder = RecordingProbe()
    model = CausalLM(folder, name="tiny", precision="float32", hook=HiddenStateHook.for_probe(recorder))
    text = "\n\n".join(SENTENCES * 12)
    words = [word for sentence in _words(text) for word in sentence]
    asked = 0
    for passage in model.read(text, _units(text)):
        inside = [word for word in words if passage.span.contains(word)]
        passage.probe([inside])
        asked += len(inside)

    assert len(recorder.shown) > 1
    assert asked == len(words) == sum(len(states) for states, _ in recorder.shown)


def test_answers_do_not_depend_on_the_sentences_beside(probe: Probe) -> None:
    """A sentence alone and among longer ones: the same chances, each between 0 and 1."""
    torch.manual_seed(3)
    states = torch.randn(20, len(LAYERS), WIDTH)
    together = probe.answer(states, [3, 12, 5])

    alone = [*probe.answer(states[:3], [3]), *probe.answer(states[15:], [5])]
    torch.testing.assert_close(torch.tensor([*together[:3], *together[15:]]), torch.tensor(alone), atol=1e-6, rtol=0)
    assert all(0 <= chance <= 1 for word in together for chance in word)
    assert len(set(together)) == 20


def test_answers_look_at_the_words_beside(probe: Probe) -> None:
    """Another last word changes what is said of the first."""
    torch.manual_seed(3)
    states = torch.randn(6, len(LAYERS), WIDTH)
    other = torch.cat([states[:5], -states[5:]])

    assert probe.answer(states, [6])[0] != probe.answer(other, [6])[0]


def test_the_size_of_states_means_nothing(probe: Probe) -> None:
    """Layers differ in scale; each is brought to a mean square of 1."""
    torch.manual_seed(3)
    states = torch.randn(4, len(LAYERS), WIDTH)

    assert rms_normalised(states).pow(2).mean(-1).flatten().tolist() == pytest.approx([1.0] * 8, abs=1e-4)
    assert probe.answer(states, [4])[0] == pytest.approx(probe.answer(100 * states, [4])[0], abs=1e-4)


def test_nothing_is_said_without_words_or_without_a_probe(probe: Probe, folder: Path) -> None:
    (passage,) = CausalLM(folder, name="tiny").read(TEXT[:60], [Span(0, 60)])

    assert probe.answer(torch.zeros(0, len(LAYERS), WIDTH), []) == []
    assert passage.probe([[Span(0, 3)]]) == []


def test_the_name_tells_the_weights(probe: Probe, folder: Path) -> None:
    """Two probes never share a signature: the name ends in their hash."""
    model = CausalLM(folder, name="tiny", hook=HiddenStateHook.for_probe(probe))

    assert model.name.endswith(f"+{probe.name}")
    assert probe.name.startswith("probe-")
    assert "probe" not in CausalLM(folder, name="tiny").name


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        load_probe(tmp_path)
    make_probe(tmp_path)
    file = tmp_path / WEIGHTS
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ModelError, match="corrupt"):
        load_probe(tmp_path)
