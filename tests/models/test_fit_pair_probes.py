"""The recipes of the pairs' probes: what is read, that fitting finds what is there, and how they are blended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import Watch
from auditor.engines.pair_probes import Heard, open_pair_probes
from auditor.protocols import Pair
from auditor.values import Span
from models.train import fit_blend, fit_pair_probes, fit_probe
from models.train.examples import POST_EDITED, Corpus, Example
from tests.engines.small_probe import LAYERS, WIDTH
from tests.evaluation import rows as made
from tests.small_models import SENTENCES, make_causal_lm


def _example(language: str, *, number: int) -> Example:
    text = SENTENCES[number % len(SENTENCES)]
    words = tuple(Span(at, at + 1) for at in range(0, len(text), 4))
    if language == "zh-en":
        marked = ((0.75, 0.25, 0.0), *((1.0, 0.0, 0.0),) * len(words))
        return Example(language, Pair(text, words, "源"), marked=marked, mqm=0.5)
    edited = ((1.0, 1.0), *((0.0, 0.0),) * (len(words) - 1), (0.0, 1.0))
    return Example(language, Pair(text, words, "allikas"), edited=edited, assessment=-0.5)


def _rows(seed: int, *, sentences: int) -> fit_pair_probes.Rows:
    """Make sentences of ten words and an end whose first number tells what is wrong, and whose sum their score."""
    chance = torch.Generator().manual_seed(seed)
    states = torch.randn(11 * sentences, len(LAYERS) * WIDTH, generator=chance)
    wrong = (states[:, 0] > 1).float()
    scores = -wrong.view(sentences, 11).sum(1)
    return fit_pair_probes.Rows(states.half(), torch.stack([wrong, wrong], 1), torch.tensor([11] * sentences), scores)


def test_labels_are_those_of_the_gold() -> None:
    """A changed word and the end with a gap; a rater's mark as the share of raters, twice; each its own score."""
    edited, marked = _example("et-en", number=0), _example("zh-en", number=0)
    found, sizes, scores = fit_pair_probes.labels([edited, marked])

    assert sizes.tolist() == [len(edited.pair.words) + 1, len(marked.pair.words) + 1]
    assert found[0].tolist() == [1, 1]
    assert found[int(sizes[0]) - 1].tolist() == [0, 1]
    assert found[int(sizes[0])].tolist() == [0.25, 0.25]
    assert scores.tolist() == [-0.5, 0.5]


def test_fitting_finds_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong words of sentences not seen are more suspect than right ones, and bad sentences score lower."""
    monkeypatch.setattr(fit_probe, "WARM_UP", 10)
    network = fit_pair_probes.fit(_rows(1, sentences=600), passes=8, seed=1)
    other = _rows(2, sentences=60)
    with torch.inference_mode():
        answers, scores = network.judge(other.states.float().view(60, 11, -1), [11] * 60)
    wrong = other.labels[:, 0].bool()

    for answer in answers.flatten(0, 1).T:
        assert answer[wrong].mean() > answer[~wrong].mean() + 1
    assert np.corrcoef(scores, other.scores)[0, 1] > 0.5


def test_the_source_is_used_and_can_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the encoder's numbers tell is found by them; without them the rest still tells what it can."""
    monkeypatch.setattr(fit_probe, "WARM_UP", 10)
    rows = _rows(1, sentences=600)
    told = rows.labels[:, :1] - 0.5
    shown = replace(rows, states=torch.cat([rows.states, told.half()], dim=1))
    network = fit_pair_probes.fit(shown, passes=8, seed=1, sourced=1)
    wrong = rows.labels.view(600, 11, 2)[..., 0].bool()
    gaps = []
    for read in (told, torch.zeros_like(told)):
        inputs = torch.cat([rows.states.float(), read], dim=1).view(600, 11, -1)
        with torch.inference_mode():
            answers = network.judge(inputs, [11] * 600)[0][..., 0]
        gaps.append(float(answers[wrong].mean() - answers[~wrong].mean()))

    assert gaps[0] > gaps[1] + 1
    assert gaps[1] > 1


def test_an_interrupted_run_reads_only_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shards read everything once; the run that fits reads nothing again, and what it writes loads.

    What raters marked is not read with its source: no network is fitted on it.
    """
    edited = tuple(_example(pair, number=number) for pair in POST_EDITED for number in range(7))
    corpus = Corpus(edited, tuple(_example("zh-en", number=number) for number in range(7)), ())
    model = CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", watch=Watch(LAYERS))
    read: list[str] = []
    plain = fit_pair_probes.read

    def count(examples: Sequence[Example], model: CausalLM) -> fit_pair_probes.Rows:
        read.append(examples[0].language)
        return plain(examples, model)

    def read_both(examples: Sequence[Example], encoder: object) -> torch.Tensor:
        read.append(f"{examples[0].language} with its source")
        return torch.zeros(sum(len(example.pair.words) + 1 for example in examples), 6)

    monkeypatch.setattr(fit_pair_probes, "read", count)
    monkeypatch.setattr(fit_pair_probes, "read_both", read_both)
    monkeypatch.setattr(fit_pair_probes, "open_embedded", lambda _: None)
    monkeypatch.setattr(fit_pair_probes, "PARCEL", 4)
    monkeypatch.setattr(fit_pair_probes, "LAYERS", LAYERS)
    monkeypatch.setattr(fit_pair_probes, "read_corpus", lambda _: corpus)
    monkeypatch.setattr(fit_pair_probes, "CausalLM", lambda *_, **__: model)
    monkeypatch.setattr("models.train.fit_pair_probes.weights.path", lambda _: tmp_path)
    command = ["pairs", "--data", "x", "--out", str(tmp_path / "out"), "--weights", str(tmp_path / "weights")]
    for shard in ("0/2", "1/2", ""):
        monkeypatch.setattr("sys.argv", [*command, "--shard", shard])
        fit_pair_probes.main()

    both = [f"{pair} with its source" for pair in POST_EDITED]
    assert sorted(read) == sorted(2 * (*POST_EDITED, "zh-en", *both))
    probes = open_pair_probes(tmp_path / "weights")
    assert probes.layers == LAYERS
    assert set(probes._alone) == set(probes._sourced) == set(POST_EDITED)


def test_the_blend_is_the_likeliest() -> None:
    """Labels drawn with known weights give these weights back."""
    chance = np.random.default_rng(1)
    columns = np.concatenate([chance.normal(size=(20_000, 2)), np.ones((20_000, 1))], axis=1)
    odds = columns @ np.array([0.7, 0.3, -0.5])
    wrong = (chance.random(20_000) < 1 / (1 + np.exp(-odds))).astype(float)

    assert fit_blend.logistic(columns, wrong, penalised=0) == pytest.approx((0.7, 0.3, -0.5), abs=0.05)


def test_what_is_penalised_stays_near_nothing_until_the_rows_insist() -> None:
    """Of two columns that say the same the free one is heard; a few rows move a weight less than many."""
    chance = np.random.default_rng(3)
    column = chance.normal(size=(20_000, 1))
    wrong = (chance.random(20_000) < 1 / (1 + np.exp(-column[:, 0]))).astype(float)
    free, held = fit_blend.logistic(np.concatenate([column, column], axis=1), wrong, penalised=1)
    (few,), (many,) = (fit_blend.logistic(column[:count], wrong[:count], penalised=1) for count in (100, 20_000))

    assert (free, held) == pytest.approx((1, 0), abs=0.05)
    assert 0 < few < 0.5
    assert many == pytest.approx(1, abs=0.1)


def test_voices_are_blended_as_the_gold_was_made(tmp_path: Path) -> None:
    """Of two voices that one counts which tags and scores were drawn from; a pair with more errors is moved up."""
    chance = np.random.default_rng(2)
    row = made.row(tmp_path)
    said = []
    for pair, bias in 400 * (("one", -1.0), ("two", 1.0)):
        odds, noise = chance.normal(size=(2, len(row.words) + 1)) * 2
        tags = tuple(bool(tag) for tag in chance.random(len(odds)) < 1 / (1 + np.exp(-odds - bias)))
        voices = [Heard((), tuple(noise), float(noise[0])), Heard((), tuple(odds), float(odds[0]))]
        said.append(fit_blend.Said(voices, replace(row, pair=pair, official=tags, score=0.5 * float(odds[0]))))
    found = fit_blend.fit(said, apart=False)

    assert found.pairs == {}
    assert found.words == pytest.approx((0, 1), abs=0.15)
    assert found.bias == pytest.approx(0, abs=0.15)
    assert found.scores == pytest.approx((0, 0.5), abs=0.01)


def test_a_pair_may_hear_its_own_voice(tmp_path: Path) -> None:
    """Where each pair's gold was drawn from another voice, each has other weights, and all together stand between."""
    chance = np.random.default_rng(4)
    row = made.row(tmp_path)
    said = []
    for pair, voice, bias in 800 * (("one", 0, -1.0), ("two", 1, 1.0)):
        odds = chance.normal(size=(2, len(row.words) + 1)) * 2
        tags = tuple(bool(tag) for tag in chance.random(odds.shape[1]) < 1 / (1 + np.exp(-odds[voice] - bias)))
        voices = [Heard((), tuple(each), 0.0) for each in odds]
        said.append(fit_blend.Said(voices, replace(row, pair=pair, official=tags, score=0.0)))
    found = fit_blend.fit(said, apart=True)

    assert found.pairs["one"] == pytest.approx((1, 0, -1), abs=0.25)
    assert found.pairs["two"] == pytest.approx((0, 1, 1), abs=0.25)
    assert found.words == pytest.approx((0.5, 0.5), abs=0.15)
