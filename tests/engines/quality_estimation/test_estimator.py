"""The encoder: its file is read exactly, its network is BERT, its estimates fit the words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from transformers import BertConfig, BertModel

from auditor.engines.quality_estimation import file_format
from auditor.engines.quality_estimation.estimator import (
    EncoderQualityEstimator,
    SubwordBatcher,
    load_estimator,
    load_network,
    load_tokenizer,
)
from auditor.engines.weights import convert_e5
from auditor.errors import ModelError
from auditor.protocols import Pair
from auditor.values import Span
from tests.engines import small_encoder as small

TEXT = "the bridge was closed, again."
WORDS = (Span(0, 3), Span(4, 10), Span(11, 14), Span(15, 21), Span(21, 22), Span(23, 28), Span(28, 29))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small encoder, converted, with a quality estimator beside it."""
    folder = tmp_path_factory.mktemp("encoder")
    small.write_file(folder / "e5-small-q4.bin", small.make_tensors())
    convert_e5.convert(folder / "e5-small-q4.bin", folder / "encoder")
    small.make_estimator(folder / "encoder", folder / "quality-estimator")
    return folder


@pytest.fixture(scope="module")
def encoder(folder: Path) -> EncoderQualityEstimator:
    """The quality estimator, opened."""
    return load_estimator(folder / "encoder", folder / "quality-estimator", precision="float32")


def test_conversion_keeps_every_value(folder: Path) -> None:
    """What the file's blocks stand for is what the converted tensors hold, to the last bit."""
    kept = small.write_file(folder / "again.bin", small.make_tensors())
    converted = load_file(folder / "encoder" / file_format.WEIGHTS)
    blocks = converted["emb.word.q"].reshape(len(small.PIECES), -1, small.BLOCK).astype(np.float32)
    words = (blocks * converted["emb.word.scale"][..., None].astype(np.float32)).reshape(len(small.PIECES), -1)

    assert np.array_equal(kept["emb.word"], words)
    for name in ("emb.pos", "l0.q.w", "l6.fo.w", "l3.fi.b", "l5.oln.w"):
        assert np.array_equal(kept[name], converted[name])


def test_conversion_is_reproducible(folder: Path, tmp_path: Path) -> None:
    """Converting twice writes the same bytes."""
    convert_e5.convert(folder / "e5-small-q4.bin", tmp_path)

    for name in (file_format.WEIGHTS, file_format.TOKENIZER):
        assert (folder / "encoder" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_tokenizer_takes_the_likeliest_pieces(folder: Path) -> None:
    """Words begin with a marker, runs of spaces are one, unknown letters stay apart, offsets are those of the text."""
    text = "the  bridge was closed桥"
    encoding = load_tokenizer(folder / "encoder").encode(text)

    assert encoding.tokens == ["▁the", "▁bridge", "▁was", "▁closed", "桥"]
    assert [text[start:end].strip() for start, end in encoding.offsets] == ["the", "bridge", "was", "closed", "桥"]


def test_a_zero_width_joiner_parts_words(folder: Path) -> None:
    """As in the map that the model was trained with."""
    tokenizer = load_tokenizer(folder / "encoder")

    assert tokenizer.encode("the\u200dthe").tokens == ["▁the", "▁the"]


def test_each_side_is_read_as_bert_reads_it(folder: Path) -> None:
    """The layers that read one side equal transformers' BERT with the same weights."""
    network = load_network(folder / "encoder").eval()
    batch = SubwordBatcher(load_tokenizer(folder / "encoder")).batch([Pair(TEXT, WORDS), Pair("the bridge", ())])
    bert = _bert(folder)

    with torch.no_grad():
        expected = bert(batch.target.ids, attention_mask=batch.target.mask.long(), output_hidden_states=True)
        actual = network.read(batch.target)

    mask = batch.target.mask
    assert torch.allclose(expected.hidden_states[6][mask], actual[mask], atol=1e-5)


def _bert(folder: Path) -> BertModel:
    kept = small.write_file(folder / "bert.bin", small.make_tensors())
    config = BertConfig(
        vocab_size=len(small.PIECES), hidden_size=small.WIDTH, num_hidden_layers=small.LAYERS,
        num_attention_heads=small.HEADS, intermediate_size=small.FEED_FORWARD, max_position_embeddings=small.POSITIONS,
        layer_norm_eps=1e-12,
    )  # fmt: skip
    names = {
        "emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight", "emb.ln": "embeddings.LayerNorm",
        "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
        "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
        "fo": "output.dense", "oln": "output.LayerNorm",
    }  # fmt: skip
    state = {}
    for name, tensor in kept.items():
        first, *rest = name.split(".")
        part = {"w": ".weight", "b": ".bias"}.get(rest[-1], "")
        key = names[name] if name in names else names[".".join([first, rest[0]])] + part if first == "emb" else ""
        state[key or f"encoder.layer.{first[1:]}.{names[rest[0]]}{part}"] = torch.from_numpy(tensor)
    model: BertModel = BertModel(config, add_pooling_layer=False).eval()
    model.load_state_dict(state, strict=False)
    return model


def test_there_is_a_probability_for_every_word(encoder: EncoderQualityEstimator) -> None:
    """Words, punctuation and an empty sentence get what they should, between 0 and 1."""
    judged, empty = encoder.estimate([Pair(TEXT, WORDS, "a ponte"), Pair("", ())])

    for values in (judged.minor, judged.major, judged.marked, judged.edited, judged.edited_gaps):
        assert len(WORDS) == len(values)
        assert all(0 <= value <= 1 for value in values)
    assert len(WORDS) == len(judged.kinds)
    assert empty.marked == ()


def test_company_changes_nothing(encoder: EncoderQualityEstimator) -> None:
    """A pair is judged alike alone and among longer ones, in the order in which pairs were given."""
    pairs = [Pair(TEXT, WORDS, "a ponte fechada"), Pair("the bridge " * 30, (Span(0, 3),)), Pair("was", (Span(0, 3),))]

    together = encoder.estimate(pairs)

    for pair, judged in zip(pairs, together, strict=True):
        (alone,) = encoder.estimate([pair])
        assert alone.marked == pytest.approx(judged.marked, abs=1e-5)
        assert alone.assessment == pytest.approx(judged.assessment, abs=1e-4)


def test_the_source_is_read(encoder: EncoderQualityEstimator) -> None:
    """Another source, or none, gives other numbers; an empty one is none."""
    one, other, none, empty = encoder.estimate(
        [Pair(TEXT, WORDS, source) for source in ("a ponte fechada", "桥", None, "")]
    )

    assert one.marked != other.marked
    assert one.marked != none.marked
    assert none.marked == pytest.approx(empty.marked, abs=1e-6)


def test_a_sentence_longer_than_the_network_is_read_in_parts(encoder: EncoderQualityEstimator) -> None:
    """Every word of a sentence of 3,000 subwords is judged, none is cut off."""
    text = "the bridge was closed " * 750
    words = tuple(Span(at, at + 3) for at in range(0, len(text), 22))

    (judged,) = encoder.estimate([Pair(text, words, "a ponte fechada " * 400)])

    assert len(words) == len(judged.marked)


def test_a_word_longer_than_the_network_is_judged(encoder: EncoderQualityEstimator) -> None:
    """One endless word is judged by its beginning."""
    (judged,) = encoder.estimate([Pair("ab" * 2000, (Span(0, 4000),))])

    assert len(judged.marked) == 1


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_judged(encoder: EncoderQualityEstimator, text: str) -> None:
    """No text in Unicode breaks it, and each code point taken as a word gets a finite number."""
    words = tuple(Span(at, at + 1) for at in range(len(text)))

    (judged,) = encoder.estimate([Pair(text, words, text[::-1])])

    assert len(words) == len(judged.marked)
    assert np.isfinite(judged.marked).all()


def test_a_file_of_another_sort_is_refused(tmp_path: Path) -> None:
    """The message says what is wrong and what to do."""
    file = tmp_path / "model.bin"
    file.write_bytes(b"GGUF" + bytes(100))

    with pytest.raises(ModelError, match="does not begin with E5S1; fetch it again"):
        convert_e5.convert(file, tmp_path / "out")


@pytest.mark.parametrize("length", [10, 200, 3000, 50_000])
def test_a_file_cut_short_is_refused(folder: Path, tmp_path: Path, length: int) -> None:
    """Wherever it was cut."""
    file = tmp_path / "model.bin"
    file.write_bytes((folder / "e5-small-q4.bin").read_bytes()[:length])

    with pytest.raises(ModelError, match="cut short or corrupt"):
        convert_e5.convert(file, tmp_path / "out")


def test_missing_weights_are_named(folder: Path, tmp_path: Path) -> None:
    """Without the fetched encoder, or without our own weights, the message says which and what to run."""
    with pytest.raises(ModelError, match="run: auditor models fetch"):
        load_estimator(tmp_path, folder / "quality-estimator")
    with pytest.raises(ModelError, match="reinstall auditor"):
        load_estimator(folder / "encoder", tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"no tensors"])
def test_a_damaged_tokenizer_is_named(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the file, the message says which it is and what to run."""
    (tmp_path / file_format.TOKENIZER).write_bytes(content)

    with pytest.raises(ModelError, match=f"{file_format.TOKENIZER} is corrupt .* run: auditor models fetch"):
        load_tokenizer(tmp_path)
