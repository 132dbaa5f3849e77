"""Reading is the network's own `forward`, sooner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from auditor.engines.quality_estimation import inference
from auditor.engines.quality_estimation.estimator import (
    FITTED_WEIGHTS,
    SubwordBatcher,
    load_estimator,
    load_network,
    load_tokenizer,
    overlay,
)
from auditor.engines.quality_estimation.network import CLASS_WEIGHTS
from auditor.engines.weights import convert_e5, installed
from auditor.engines.weights.manifest import manifest_file
from auditor.protocols import Pair
from auditor.values import QualityEstimate, Span
from tests.engines import small_encoder as small

TEXT = "the bridge was closed, again. The ponte was closing the old bridge"
WORDS = tuple(Span(start, end) for start, end in ((0, 3), (4, 10), (11, 14), (15, 21), (21, 22), (23, 28), (28, 29)))
PAIRS = (
    Pair(TEXT, WORDS, "a ponte fechada 桥"),
    Pair("the bridge was closed", WORDS[:4]),
    Pair("was", (Span(0, 3),), "a ponte fechada " * 9),
    Pair("the bridge", (Span(0, 3), Span(4, 10)), ""),
    Pair("", (), "a"),
    Pair(TEXT, WORDS, "桥"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small encoder, converted, with a quality estimator beside it."""
    folder = tmp_path_factory.mktemp("encoder")
    small.write_file(folder / "e5-small-q4.bin", small.make_tensors())
    convert_e5.convert(folder / "e5-small-q4.bin", folder / "encoder")
    small.make_estimator(folder / "encoder", folder / "quality-estimator")
    return folder


def _forward(encoder: Path, estimator: Path, pair: Pair, *, low: bool = False) -> NDArray[np.float32]:
    """What `forward` says of one pair alone, as probabilities: marked and edited, and the two scores."""
    network = load_network(encoder).eval()
    overlay(network, estimator / FITTED_WEIGHTS)
    batch = SubwordBatcher(load_tokenizer(encoder)).batch([pair])
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=low):
        outputs = network(batch)
    marked = (outputs.marked[0] - torch.tensor(CLASS_WEIGHTS).log()).softmax(-1)[:, 1:].sum(-1)
    parts = (marked, outputs.edited[0].sigmoid().flatten(), outputs.scores[0])
    return np.asarray(torch.cat(parts).numpy(), dtype=np.float32)


def _flat(judged: QualityEstimate) -> NDArray[np.float32]:
    edited = [number for both in zip(judged.edited, judged.edited_gaps, strict=True) for number in both]
    # The end of a sentence has no chance of its own of being changed, only of a gap before it.
    return np.array([*judged.marked, judged.marked_end, *edited, judged.edited_end, judged.assessment, judged.mqm])


def _comparable(numbers: NDArray[np.float32], words: int) -> NDArray[np.float32]:
    """Leave out the one number of `forward` that no estimate has."""
    return np.delete(numbers, words + 1 + 2 * words)


def test_reading_gives_what_the_network_gives(folder: Path) -> None:
    """Whatever stands in a batch, with sources and without, each pair gets the numbers of `forward` alone."""
    encoder = load_estimator(folder / "encoder", folder / "quality-estimator", precision="float32")

    for pair, judged in zip(PAIRS, encoder.estimate(PAIRS), strict=True):
        expected = _comparable(_forward(folder / "encoder", folder / "quality-estimator", pair), len(pair.words))
        assert expected == pytest.approx(_flat(judged), abs=1e-5)


def test_small_batches_and_windows_change_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many pairs are read at once is a question of time alone."""
    encoder = load_estimator(folder / "encoder", folder / "quality-estimator", precision="float32")
    before = [_flat(judged) for judged in encoder.estimate(PAIRS)]
    monkeypatch.setattr(inference, "BUDGET", 20)
    monkeypatch.setattr(inference, "WINDOW", 2)

    for one, two in zip(before, encoder.estimate(PAIRS), strict=True):
        assert one == pytest.approx(_flat(two), abs=1e-5)


def test_bfloat16_blurs_little(folder: Path) -> None:
    """In the low precision numbers move, by less than three hundredths."""
    exact, low = (
        load_estimator(folder / "encoder", folder / "quality-estimator", precision=precision).estimate(PAIRS)
        for precision in ("float32", "bfloat16")
    )
    apart = [abs(_flat(one)[:-2] - _flat(two)[:-2]).max() for one, two in zip(exact, low, strict=True)]

    assert 0 < max(apart) < 0.03


@pytest.mark.weights
def test_the_shipped_quality_estimator_reads_as_its_network_does() -> None:
    """With the real weights in bfloat16, reading and `forward` differ by rounding: half a hundredth on average."""
    pairs = [
        Pair("The minister said that hell attend the dome of Brussels.", (Span(4, 12), Span(23, 27), Span(39, 43))),
        Pair("They assist the meeting every year.", (Span(5, 11), Span(16, 23)), "Eles assistem à reunião todo ano."),
    ]
    encoder, estimator = installed.model_folder("multilingual-e5-small"), manifest_file().parent / "quality-estimator"
    low = bool(torch.cpu.get_capabilities().get("avx512_bf16", False))

    for pair, one in zip(pairs, load_estimator(encoder, estimator).estimate(pairs), strict=True):
        expected = _comparable(_forward(encoder, estimator, pair, low=low), len(pair.words))
        assert abs(expected - _flat(one)).mean() < 0.005
