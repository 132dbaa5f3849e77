"""The probe's recipe: what is read, what is left out, and that fitting finds what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import OUTPUTS, load_probe
from auditor.evaluation import gold
from auditor.text import segmentation
from models.train import fit_probe, states
from models.train.documents import Labelled
from models.train.examples import POST_EDITED
from tests.engines.small_probe import LAYERS, WIDTH
from tests.small_models import SENTENCES, make_causal_lm


def _document(seed: int, *, origin: str = "zh-en") -> states.Sentences:
    """Make a document in which the first number of a word's state tells whether it is wrong, more or less."""
    chance = torch.Generator().manual_seed(seed)
    held = torch.randn(120, len(LAYERS), WIDTH, generator=chance)
    labels = (held[:, 0, 0] + 0.5 * torch.randn(120, generator=chance) > 1).float()
    return states.Sentences(origin, held.half(), labels, torch.tensor([20] * 6))


def test_fitting_finds_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few passes wrong words of documents that were not seen are more suspect than right ones."""
    monkeypatch.setattr(fit_probe, "WARM_UP", 10)
    network = fit_probe.fit(fit_probe.gather([_document(seed) for seed in range(100)]), passes=8, seed=1)
    other = fit_probe.gather([_document(99)])
    held, labels, lengths, _ = other.batch(range(6))

    with torch.inference_mode():
        marked = network(held, lengths)[..., OUTPUTS.index("marked")]

    assert marked[labels == 1].mean() > marked[labels == 0].mean() + 1


def test_each_kind_of_label_teaches_its_own_output() -> None:
    """A post-editor's changes say nothing of what raters mark."""
    corpus = fit_probe.gather([_document(1), _document(2, origin="ro-en")])
    *_, outputs = corpus.batch([0, 6])

    assert [OUTPUTS[number] for number in outputs.tolist()] == ["marked", "edited"]
    assert corpus.words() == {"zh-en": 120, "ro-en": 120}


def test_fitting_is_seeded() -> None:
    """The same seed, the same weights; another seed, others."""
    corpus = fit_probe.gather([_document(seed) for seed in range(4)])
    one, same, other = (fit_probe.fit(corpus, passes=1, seed=seed).narrow.weight for seed in (1, 1, 2))

    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_what_is_written_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a document to weights that load: states of each word, with its label, in the order of the text."""
    model = CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", hook=HiddenStateHook(LAYERS))
    document = segmentation.document("\n\n".join(SENTENCES * 6), name="x")
    first = document.words[1].span
    item = Labelled("x", "zh-en", "x", document, ((first.start, first.end, 0.4),))

    tensors = states._tensors(item, states.read(document, model))
    (tmp_path / "states").mkdir()
    save_file(tensors, tmp_path / "states" / "0.safetensors", {"origin": "zh-en"})
    (loaded,) = states.load(tmp_path / "states")
    monkeypatch.setattr(
        "sys.argv", ["probe", "--states", str(tmp_path / "states"), "--out", str(tmp_path / "out"), "--passes", "1"]
    )
    monkeypatch.setattr(fit_probe, "LAYERS", LAYERS)
    fit_probe.main()

    assert len(loaded.states) == len(document.words)
    assert loaded.labels.nonzero().flatten().tolist() == [1]
    assert loaded.labels[1] == pytest.approx(0.4)
    assert load_probe(tmp_path / "out").layers == LAYERS


def test_nothing_is_read_that_is_kept_apart(few_data: Path) -> None:
    """Neither development documents nor the articles' dev rows."""
    chosen = states.selected(few_data, marked_words=2000, edited_words=500)
    dev = {row.target for row in gold.read_rows(few_data / "qe" / "mlqe_ro-en.parquet", split="dev")}

    assert {item.origin for item in chosen} == {"zh-en", "plain", "damaged", *POST_EDITED}
    assert not [item.story for item in chosen if item.origin in {"zh-en", "plain"} and gold.is_development(item.story)]
    assert not [item.name for item in chosen if item.origin == "ro-en" and dev & set(item.document.text.split("\n\n"))]
