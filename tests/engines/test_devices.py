"""Device and precision are parameters of every engine: each computes where, and in what, it is told to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from auditor.engines.kernels import quantized_linear
from auditor.engines.kernels.activation_ranges import ActivationRanges, load_activation_ranges
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.checkpoint import load_network
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import load_probe
from auditor.engines.quality_estimation.estimator import load_estimator
from auditor.engines.translation.firefox.translator import FirefoxTranslator
from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.engines.weights import convert_e5
from auditor.protocols import Edit, LookAheadEstimate, Pair, Translator
from auditor.text import segmentation
from auditor.values import Span
from tests.engines import small_encoder
from tests.engines.accelerator import Accelerator
from tests.engines.small_marian import ENGLISH, FRENCH, save_small_marian
from tests.engines.small_probe import make_probe
from tests.engines.small_ranges import make_ranges
from tests.small_models import SENTENCES, make_causal_lm


@pytest.fixture
def accelerator() -> Iterator[str]:
    with Accelerator():
        yield Accelerator.DEVICE


def test_the_accelerator_is_strict(accelerator: str) -> None:
    """It would notice what a real one notices: a tensor that was left in main memory."""
    there, here = torch.ones(2, device=accelerator), torch.ones(2)

    assert (there.device.type, (there + 1).device.type, here.device.type) == (accelerator, accelerator, "cpu")
    assert here.to(there.device).device.type == accelerator
    assert torch.device(accelerator).type == torch.ones(1, device=torch.device(accelerator)).device.type == accelerator
    assert torch.nn.Linear(2, 2).to(accelerator).weight.device.type == accelerator
    assert there.cpu() is not there
    with pytest.raises(RuntimeError, match="two devices"):
        there + here
    with pytest.raises(RuntimeError, match="two devices"):
        torch.nn.Linear(2, 2).to(accelerator)(here)


def _everything(translator: Translator, sources: list[str], targets: list[str]) -> list[object]:
    return [
        translator.translate(sources),
        translator.examine(sources, targets, best=3),
        translator.force(sources, targets),
    ]


@pytest.fixture
def marian(tmp_path: Path) -> Path:
    return save_small_marian(tmp_path / "en-fr", rounds=40)


def test_a_marian_model_computes_where_it_is_told(marian: Path, accelerator: str) -> None:
    """Every tensor of translation, forced decoding, rivals and alignment is on the device; the numbers are the same."""
    found = [
        _everything(MarianTranslator(marian, pair=("en", "fr"), device=device), list(ENGLISH), list(FRENCH))
        for device in ("cpu", accelerator)
    ]

    (shape, numbers), (other_shape, others) = map(_numbers, found)
    assert shape == other_shape
    assert numbers == pytest.approx(others, abs=1e-5)


_NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")


def _numbers(found: object) -> tuple[str, list[float]]:
    """Return what was found with its fractions taken out, and these: their last digits are the library's affair."""
    written = repr(found)
    return _NUMBER.sub("#", written), [float(number) for number in _NUMBER.findall(written)]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return make_causal_lm(tmp_path / "tiny")


def _read(model: CausalLM) -> list[object]:
    text = " ".join(SENTENCES)
    found: list[object] = []
    for passage in model.read(text, [sentence.span for sentence in segmentation.document(text, name="x").sentences]):
        words = [word.span for word in segmentation.document(text, name="x").words if passage.span.contains(word.span)]
        edits = [Edit(word, "the") for word in words[:12]]
        look_ahead = LookAheadEstimate(kept_shares=(0.5, 1.0), new_token_nats=2.0)
        found += [
            passage.probe([words[:5], words[5:]]),
            passage.tokens,
            passage.predict([word.start for word in words], best=3),
        ]
        found += [passage.upper_bounds(edits, following=2), passage.rescore(edits, following=4)]
        found += [passage.estimate(edits, following=2, look_ahead=look_ahead, asked=asked) for asked in (0, 1)]
    return found


def test_the_language_model_computes_where_it_is_told(tiny: Path, accelerator: str) -> None:
    """Tokens, masks, positions, caches and logits are on the device; the numbers are the same."""
    probe = load_probe(make_probe(tiny.parent / "probe"))
    found = [
        _read(CausalLM(tiny, name="tiny", precision="float32", device=device, hook=HiddenStateHook.for_probe(probe)))
        for device in ("cpu", accelerator)
    ]

    assert found[0] == found[1]


READ = [0, *range(5, 65)]


@pytest.fixture
def ranges(tiny: Path) -> ActivationRanges:
    return load_activation_ranges(make_ranges(tiny, tiny.parent / "ranges", [READ]))


def test_the_language_model_computes_in_eight_bits_where_it_is_told(
    tiny: Path,
    ranges: ActivationRanges,  # told before there is an accelerator
    accelerator: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Matrices, their scales and what evens them out are on the device; the numbers are the same."""
    monkeypatch.setattr(quantized_linear, "has_int8_kernel", lambda: False)
    monkeypatch.setattr(quantized_linear, "_has_onednn", lambda: False)
    here, there = (
        load_network(tiny, torch.float32, torch.device(device), ranges=ranges).read(READ, keep=9)[1]
        for device in ("cpu", accelerator)
    )

    assert there.device.type == accelerator
    assert torch.equal(here, there.cpu())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_language_model_computes_in_what_it_is_told(tiny: Path, precision: str) -> None:
    """The precision that was asked for stands in the name."""
    assert f"/{precision}/" in f"{CausalLM(tiny, name='tiny', precision=precision).name}/"


def _pairs() -> list[Pair]:
    found = []
    for sentence in ENGLISH:
        (words,) = [part.words for part in segmentation.document(sentence, name="x").sentences]
        spans = tuple(Span(word.span.start, word.span.end) for word in words)
        found += [
            Pair(sentence, spans, source) for source in (None, "a ponte", "une phrase bien plus longue que les autres")
        ]
    return found


@pytest.fixture
def encoder(tmp_path: Path) -> tuple[Path, Path]:
    small_encoder.write_file(tmp_path / "e5-small-q4.bin", small_encoder.make_tensors())
    convert_e5.convert(tmp_path / "e5-small-q4.bin", tmp_path / "encoder")
    return tmp_path / "encoder", small_encoder.make_estimator(tmp_path / "encoder", tmp_path / "quality-estimator")


def test_the_quality_estimator_computes_where_it_is_told(encoder: tuple[Path, Path], accelerator: str) -> None:
    """Ids, masks, pooling and heads are on the device; the numbers are the same."""
    found = [
        load_estimator(*encoder, precision="float32", device=device).estimate(_pairs())
        for device in ("cpu", accelerator)
    ]

    assert found[0] == found[1]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_quality_estimator_computes_in_what_it_is_told(encoder: tuple[Path, Path], precision: str) -> None:
    """The precision that was asked for stands in the name, and changes the numbers by rounding alone."""
    exact, found = (load_estimator(*encoder, precision=name) for name in ("float32", precision))

    assert found.name.endswith(precision)
    for one, other in zip(exact.estimate(_pairs()), found.estimate(_pairs()), strict=True):
        assert one.minor == pytest.approx(other.minor, abs=0.05)


@pytest.mark.weights
def test_the_embedded_translator_computes_where_it_is_told(accelerator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tensor of search, forced decoding, rivals and alignment is on the device; the numbers are the same."""
    from auditor.engines.weights import installed

    # The stand-in for an accelerator multiplies with MKL, in float32.
    for has in ("_has_onednn", "has_int8_kernel"):
        monkeypatch.setattr(quantized_linear, has, lambda: False)
    targets = ["a balsa parte ao meio-dia", "o presidente disse que a ponte continuará fechada"]
    found = [
        _everything(
            FirefoxTranslator(installed.model_folder("firefox-en-pt"), device=device), list(ENGLISH[:2]), targets
        )
        for device in ("cpu", accelerator)
    ]

    assert found[0] == found[1]
