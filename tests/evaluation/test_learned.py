"""What was fitted, as systems to evaluate: which answer is given to which gold, by which model, how two are added."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import Watch
from auditor.engines.language_model.probe import open_probe
from auditor.engines.pair_probes import Heard, open_pair_probes
from auditor.engines.quality_estimation.estimator import Encoder
from auditor.errors import SettingsError
from auditor.evaluation import learned
from auditor.evaluation.systems import Options, Request
from auditor.protocols import Pair
from auditor.values import Judgement, Kind, Settings, Span
from tests.engines.small_probe import LAYERS, READ, make_pair_probes, make_probe
from tests.evaluation import rows as made
from tests.small_models import make_causal_lm


@dataclass(frozen=True, slots=True)
class Undecided:
    """A detector that gives each word even odds, and the sentence a score of 1."""

    name: str = "undecided"

    def read(self, pairs: Sequence[Pair]) -> list[tuple[Judgement, Tensor]]:
        return [self._read(len(pair.words), len(pair.source or "")) for pair in pairs]

    def _read(self, count: int, seed: int) -> tuple[Judgement, Tensor]:
        even, quarter = (0.5,) * count, (0.25,) * count
        states = torch.randn(count + 1, READ, generator=torch.Generator().manual_seed(seed))
        return Judgement(quarter, quarter, 0.5, even, even, 0.5, (Kind.GRAMMAR,) * count, 1.0, 1.0), states


@pytest.fixture
def together(tmp_path: Path) -> learned.Together:
    probes = open_pair_probes(make_pair_probes(tmp_path / "pairs", "pt-en", "et-en"))
    model = CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", watch=Watch(LAYERS))
    return learned.Together(cast("Encoder", Undecided()), model, probes)


def _heard(together: learned.Together, request: Request) -> list[Heard]:
    (reading,) = together.read([request])
    return learned.voices(request, reading, together.probes)


@pytest.mark.parametrize(
    ("source", "pair", "convention", "count"),
    [
        ("fonte", "pt-en", learned.POST_EDITED, 4),
        (None, "pt-en", learned.POST_EDITED, 2),
        ("fonte", "et-en", learned.POST_EDITED, 4),
        ("fonte", "km-en", learned.POST_EDITED, 3),
        (None, "km-en", learned.POST_EDITED, 2),
        ("fonte", "pt-en", "mqm", 2),
        (None, "pt-en", "mqm", 2),
    ],
)
def test_log_odds_of_all_voices_are_added(
    together: learned.Together, tmp_path: Path, source: str | None, pair: str, convention: str, count: int
) -> None:
    """Beside even odds only the probes speak, as loud as the blend of the case says; so do the scores."""
    row = replace(made.row(tmp_path), pair=pair, score_type=convention)
    request = Request(row, source)
    (found,) = together.predict([request])
    encoder, *heard = _heard(together, request)
    blend = learned.BLENDS[learned.case(request, together.probes)]

    _, *weights, bias = blend.pairs.get(pair, (*blend.words, blend.bias))

    assert len(blend.words) == len(blend.scores) == len(heard) + 1 == len(weights) + 1 == count
    assert set(encoder.official) == {0.0}
    assert len(found.words) == len(row.words) == len(found.official) - 1
    for chances, said in (
        (found.words, [each.words[:-1] for each in heard]),
        (found.official, [each.official for each in heard]),
    ):
        odds = [math.log(chance / (1 - chance)) for chance in chances]
        sums = [bias + sum(map(operator.mul, weights, column)) for column in zip(*said, strict=True)]
        assert odds == pytest.approx(sums, abs=1e-4)
    scores = [encoder.score, *(each.score for each in heard)]
    assert found.score == pytest.approx(sum(map(operator.mul, blend.scores, scores)))


def test_the_pair_and_the_gold_choose_who_is_heard(together: learned.Together, tmp_path: Path) -> None:
    """Another pair, or raters' marks, are other questions; only where the source is known does it change an answer."""
    row = replace(made.row(tmp_path), score_type=learned.POST_EDITED)
    own, other, marked = (
        _heard(together, Request(each, None))[1]
        for each in (row, replace(row, pair="km-en"), replace(row, score_type="mqm"))
    )
    _, alone, both, others = _heard(together, Request(row, "fonte"))

    assert own != other != marked != own
    assert alone == own
    assert [alone, both, others] != _heard(together, Request(row, "outra fonte"))[1:]
    assert alone == _heard(together, Request(row, "outra fonte"))[1]


def test_no_text_is_left_to_the_encoder(together: learned.Together, tmp_path: Path) -> None:
    row = replace(made.row(tmp_path), target="", words=(), tags=(), official=(False,))
    (found,) = together.predict([Request(row, None)])

    assert (found.words, found.official, found.score) == ((), (0.5,), 1.0)


def test_the_detector_is_named_by_all_its_parts(together: learned.Together) -> None:
    """Other weights of any part are another system, with predictions of its own."""
    encoder, model, probes = together.name.split("+")

    assert (encoder, probes) == ("undecided", together.probes.name)
    assert model.startswith("tiny")


@pytest.fixture
def system(tmp_path: Path) -> learned.Probed:
    probe = open_probe(make_probe(tmp_path / "probe"))
    return learned.Probed(CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", watch=Watch.of(probe)))


def test_each_gold_is_answered_in_its_own_terms(system: learned.Probed, tmp_path: Path) -> None:
    """A rater's marks and a post-editor's changes are two questions; the better a sentence, the higher its score."""
    row = made.row(tmp_path)
    marked, edited = system.predict([Request(row, None), Request(replace(row, score_type="da_z_mean"), "fonte")])

    assert len(marked.words) == len(row.words) == len(marked.official) - 1
    assert marked.words != edited.words
    assert marked.score == pytest.approx(-sum(marked.words) / len(marked.words))
    assert "+probe-" in system.name


def test_a_text_longer_than_a_passage_is_answered_to_its_end(system: learned.Probed, tmp_path: Path) -> None:
    """No word goes unanswered."""
    target = "The minister said so. " * 200
    words = tuple(Span(at, at + 3) for at in range(0, len(target), len("The minister said so. ")))
    (found,) = system.predict([Request(replace(made.row(tmp_path), target=target, words=words), None)])

    assert len(found.words) == 200
    assert min(found.words) > 0


def test_there_is_a_probe_for_the_embedded_model_alone() -> None:
    with pytest.raises(SettingsError, match="embedded"):
        learned.open_probe(Options(Settings(fluency_model="elsewhere"), seed=1))


@pytest.mark.weights
def test_the_embedded_probe_doubts_what_no_one_would_write(tmp_path: Path) -> None:
    """Of "the hell meet the leaders" it doubts "hell" more than any word of a sound sentence."""
    system = learned.open_probe(Options(Settings(), seed=1))
    texts = ("He flew to New Delhi, where the hell meet the leaders.", "He flew to New Delhi to meet the leaders.")
    requests = []
    for text in texts:
        starts = [at for at, letter in enumerate(text) if at == 0 or text[at - 1] == " "]
        words = tuple(Span(start, (text + " ").index(" ", start)) for start in starts)
        requests.append(Request(replace(made.row(tmp_path), target=text, words=words), None))
    wrong, right = system.predict(requests)

    assert max(wrong.words) == wrong.words[texts[0].split().index("hell")]
    assert max(wrong.words) > max(right.words)
