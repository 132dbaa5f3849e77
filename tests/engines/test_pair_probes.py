"""Probes of single pairs: what they are shown of a text, which of them answers, and damaged files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import Watch
from auditor.engines.language_model.probe import normed
from auditor.engines.pair_probes import MARKED, SOURCED, WEIGHTS, PairProbes, held, open_pair_probes
from auditor.errors import ModelError
from auditor.text import segmentation
from auditor.values import Span
from tests.engines.small_probe import LAYERS, READ, WIDTH, make_pair_probes
from tests.small_models import SENTENCES, make_causal_lm


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> CausalLM:
    folder = make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")
    return CausalLM(folder, name="tiny", precision="float32", watch=Watch(LAYERS))


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> PairProbes:
    return open_pair_probes(make_pair_probes(tmp_path_factory.mktemp("models") / "pairs", "et-en", "ro-en"))


def _words(text: str) -> list[Span]:
    return [word.span for word in segmentation.document(text, name="x").words]


def test_each_word_and_the_end_are_known_by_the_text_up_to_there(model: CausalLM) -> None:
    """Cut the text behind a word, and read what the network holds at the last token."""
    text = SENTENCES[0] + "  "
    words = _words(text)
    states = held(model, text, words)[:, :-4].unflatten(1, (len(LAYERS), WIDTH))

    assert len(states) == len(words) + 1
    for end, shown in zip([word.end for word in words] + [len(SENTENCES[0])], states, strict=True):
        *_, seen = model._network.read([0, *model.encode(text[:end])], keep=1, watch=LAYERS)
        torch.testing.assert_close(shown, normed(seen[0]), atol=1e-4, rtol=0)


def test_how_each_word_was_read_is_known(model: CausalLM) -> None:
    """Surprisals add up to the text's; entropy and rank are those of a word's first token; the end has none of it."""
    text = SENTENCES[0]
    words = [Span(*found.span()) for found in re.finditer(r"\S+", text)]
    (passage,) = model.read(text, [Span(0, len(text))])
    scores = passage.scores([*words, Span(len(text), len(text))])
    tokens = passage.tokens
    starts = [next(at for at, span in enumerate(tokens.spans) if span.end > word.start) for word in words]

    assert float(scores[:, 0].sum()) == pytest.approx(-sum(tokens.log_probs), rel=1e-4)
    assert scores[:-1, 1].tolist() == pytest.approx([tokens.entropies[at] for at in starts], rel=1e-4)
    assert scores[:-1, 2].expm1().tolist() == pytest.approx([tokens.ranks[at] for at in starts], rel=1e-4)
    assert int(scores[:, 3].sum()) == len(tokens.spans)
    assert scores[-1].tolist() == [0, 0, 0, 0]


def test_a_text_of_several_passages_is_shown_whole(model: CausalLM) -> None:
    """No word is lost where a passage ends; the first passage holds the same whatever follows it."""
    text = " ".join(SENTENCES * 12)
    words = _words(text)
    states = held(model, text, words)
    first, *rest = list(model.read(text, [Span(0, len(text))]))
    inside = [word for word in words if word.end <= first.span.end]

    assert rest
    assert len(states) == len(words) + 1
    shown = states[: len(inside), :-4].unflatten(1, (len(LAYERS), WIDTH))
    torch.testing.assert_close(shown, normed(first.states(inside)))


def test_of_no_text_there_is_nothing(model: CausalLM) -> None:
    assert len(held(model, "", [])) == 0


def _told(words: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    return torch.randn(words, len(LAYERS) * WIDTH + 4), torch.randn(words, READ)


def test_each_pair_is_answered_by_its_own(probes: PairProbes) -> None:
    """A pair of its own by its probe, others by all of them, and raters' marks by theirs whatever the pair."""
    told, _ = _told(7)
    answers = {pair: probes.hear(told, pair=pair)[0] for pair in ("et-en", "ro-en", "ps-en", "km-en")}
    own = [answers["et-en"], answers["ro-en"]]

    assert answers["ps-en"] == answers["km-en"]
    assert own[0] != own[1]
    assert answers["ps-en"].score == pytest.approx(sum(each.score for each in own) / 2)
    assert answers["ps-en"].official[3] == pytest.approx(sum(each.official[3] for each in own) / 2)
    assert probes.hear_marked(told) not in answers.values()
    assert {len(each.words) for each in answers.values()} == {len(each.official) for each in answers.values()} == {7}


def test_with_the_source_other_pairs_are_heard_apart(probes: PairProbes) -> None:
    """First the translation alone, then both sides, then what the others say; a pair not known has no others."""
    told, read = _told(7)
    et, ro = (probes.hear(told, pair=pair, read=read) for pair in ("et-en", "ro-en"))
    unknown = probes.hear(told, pair="ps-en", read=read)

    assert et[0] == probes.hear(told, pair="et-en")[0]
    assert (et[1], et[2]) == (ro[2], ro[1])
    assert len(unknown) == 2
    assert unknown[1].official[3] == pytest.approx((et[1].official[3] + ro[1].official[3]) / 2)
    assert probes.hear(told, pair="et-en", read=-read)[1] != et[1]


def test_a_pair_can_be_left_out(probes: PairProbes) -> None:
    """Then it is answered as one that is not known; the marks' probe stays."""
    told, read = _told(5)
    less = probes.without("et-en")

    assert probes.knows("et-en")
    assert not less.knows("et-en")
    assert less.hear(told, pair="et-en", read=read) == probes.hear(told, pair="ro-en", read=read)[:2]
    assert less.hear_marked(told) == probes.hear_marked(told)


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    """Missing, without raters' marks or one of a pair's two networks, or cut short."""
    with pytest.raises(ModelError, match="missing"):
        open_pair_probes(tmp_path)
    file = make_pair_probes(tmp_path, "et-en") / WEIGHTS
    whole = {name: tensor.clone() for name, tensor in load_file(file).items()}
    for missing in (MARKED, "et-en", "et-en" + SOURCED):
        kept = {name: tensor for name, tensor in whole.items() if not name.startswith(f"{missing}.")}
        save_file(kept, file, {"layers": "0,1"})
        with pytest.raises(ModelError, match="corrupt"):
            open_pair_probes(tmp_path)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ModelError, match="corrupt"):
        open_pair_probes(tmp_path)
