"""Probes of single pairs: what they are shown of a text, which of them answers, and damaged files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from auditor import segment
from auditor.engines.causal_lm import CausalLM
from auditor.engines.pair_probes import MARKED, WEIGHTS, PairProbes, held, open_pair_probes
from auditor.errors import ModelError
from auditor.values import Span
from tests.engines.small_probe import LAYERS, WIDTH, make_pair_probes
from tests.small_models import SENTENCES, make_causal_lm


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> CausalLM:
    folder = make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")
    return CausalLM(folder, name="tiny", precision="float32", watch=LAYERS)


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> PairProbes:
    return open_pair_probes(make_pair_probes(tmp_path_factory.mktemp("models") / "pairs", "et-en", "ro-en"))


def _words(text: str) -> list[Span]:
    return [word.span for word in segment.document(text, name="x").words]


def test_each_word_and_the_end_are_known_by_the_text_up_to_there(model: CausalLM) -> None:
    """Cut the text behind a word, and read what the network holds at the last token."""
    text = SENTENCES[0] + "  "
    words = _words(text)
    states = held(model, text, words)

    assert states.shape == (len(words) + 1, len(LAYERS), WIDTH)
    for end, shown in zip([word.end for word in words] + [len(SENTENCES[0])], states, strict=True):
        *_, seen = model._network.read([0, *model.encode(text[:end])], keep=1, watch=LAYERS)
        torch.testing.assert_close(shown, seen[0], atol=1e-4, rtol=0)


def test_a_text_of_several_passages_is_shown_whole(model: CausalLM) -> None:
    """No word is lost where a passage ends; the first passage holds the same whatever follows it."""
    text = " ".join(SENTENCES * 12)
    words = _words(text)
    states = held(model, text, words)
    first, *rest = list(model.read(text, [Span(0, len(text))]))
    inside = [word for word in words if word.end <= first.span.end]

    assert rest
    assert len(states) == len(words) + 1
    torch.testing.assert_close(states[: len(inside)], first.states(inside))


def test_of_no_text_there_is_nothing(model: CausalLM) -> None:
    assert len(held(model, "", [])) == 0


def test_each_pair_is_answered_by_its_own(probes: PairProbes) -> None:
    """A pair of its own by its probe, others by all of them, and raters' marks by theirs whatever the pair."""
    torch.manual_seed(1)
    states = torch.randn(7, len(LAYERS), WIDTH)
    answers = {pair: probes.hear(states, pair=pair, marked=False) for pair in ("et-en", "ro-en", "ps-en", "km-en")}
    own = [answers["et-en"], answers["ro-en"]]

    assert answers["ps-en"] == answers["km-en"]
    assert own[0] != own[1]
    assert answers["ps-en"].score == pytest.approx(sum(each.score for each in own) / 2)
    assert answers["ps-en"].official[3] == pytest.approx(sum(each.official[3] for each in own) / 2)
    assert probes.hear(states, pair="et-en", marked=True) == probes.hear(states, pair="zh-en", marked=True)
    assert probes.hear(states, pair="et-en", marked=True) not in answers.values()
    assert {len(each.words) for each in answers.values()} == {len(each.official) for each in answers.values()} == {7}


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    """Missing, without raters' marks, or cut short."""
    with pytest.raises(ModelError, match="missing"):
        open_pair_probes(tmp_path)
    file = make_pair_probes(tmp_path, "et-en") / WEIGHTS
    kept = {name: tensor for name, tensor in load_file(file).items() if not name.startswith(f"{MARKED}.")}
    save_file(kept, file, {"layers": "0,1"})
    with pytest.raises(ModelError, match="corrupt"):
        open_pair_probes(tmp_path)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ModelError, match="corrupt"):
        open_pair_probes(tmp_path)
