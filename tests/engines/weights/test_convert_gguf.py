"""A GGUF file becomes the model it was made from."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from auditor.engines.weights import installed
from auditor.engines.weights.convert_gguf import convert
from auditor.errors import ModelError

BYTES = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *BYTES, "he", "ll", "hell", "Ġhe", "ĠĠ", "ĊĊ"]
MERGES = ["h e", "l l", "he ll", "Ġ he", "Ġ Ġ", "Ċ Ċ"]
PARTS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def small_llama(*, tied: bool = True) -> LlamaForCausalLM:
    """A seeded two-layer model whose numbers bfloat16 holds exactly."""
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(TOKENS),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        tie_word_embeddings=tied,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    model: LlamaForCausalLM = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter).to(torch.bfloat16))
    return model


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """Permute as llama.cpp does on its way into GGUF, row by row."""
    size = weight.shape[0] // heads
    rows = [
        head * size + half * size // 2 + pair for head in range(heads) for pair in range(size // 2) for half in (0, 1)
    ]
    return weight[rows]


def gguf_name(name: str) -> str:
    """Name a tensor as GGUF does."""
    outer = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    stem = name.removesuffix(".weight")
    if stem in outer:
        return f"{outer[stem]}.weight"
    layer, _, part = stem.removeprefix("model.layers.").partition(".")
    return f"blk.{layer}.{PARTS[part]}.weight"


def write_gguf(model: LlamaForCausalLM, path: Path, *, architecture: str = "llama", quantised: str = "") -> Path:
    """Write the model as llama.cpp's converter would; the tensor `quantised` in 8 bits, the rest in 32."""
    config = model.config
    query_heads, key_heads = config.num_attention_heads, config.num_key_value_heads or 0
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(query_heads)
    writer.add_head_count_kv(key_heads)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3, 3, 3] + [1] * (len(TOKENS) - 3))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    heads = {"q_proj": query_heads, "k_proj": key_heads}
    tied = config.tie_word_embeddings
    for name, parameter in model.state_dict().items():
        values = parameter.numpy()
        for part, count in heads.items():
            values = interleaved(values, count) if part in name else values
        if name == quantised:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(gguf_name(name), gguf.quantize(values, kind), raw_dtype=kind)
        elif not (tied and name == "lm_head.weight"):
            writer.add_tensor(gguf_name(name), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize("tied", [True, False])
def test_every_tensor_and_logit_comes_back(tmp_path: Path, *, tied: bool) -> None:
    """The folder loads as the same model: all tensors equal, and so the logits."""
    model = small_llama(tied=tied)
    convert(write_gguf(model, tmp_path / "model.gguf"), tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    expected, found = model.state_dict(), loaded.state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    numbers = torch.tensor([[1, 9, 40, 77, 200, 3]])
    with torch.no_grad():
        assert torch.equal(model(numbers).logits, loaded(numbers).logits)


def test_the_folder_holds_bfloat16(tmp_path: Path) -> None:
    """Two bytes a number, which is what the engine computes with."""
    convert(write_gguf(small_llama(), tmp_path / "model.gguf"), tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert loaded.dtype is torch.bfloat16
    assert {parameter.dtype for parameter in loaded.parameters()} == {torch.bfloat16}


def test_a_quantised_tensor_is_dequantised(tmp_path: Path) -> None:
    """Eight bits with a scale a block come back within half a step of the scale."""
    model, name = small_llama(), "model.layers.1.mlp.up_proj.weight"
    convert(write_gguf(model, tmp_path / "model.gguf", quantised=name), tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    expected, found = model.state_dict()[name], loaded.state_dict()[name]
    step = expected.abs().amax() / 127
    assert 0 < (expected - found).abs().max() < step


def test_the_tokenizer_takes_digits_one_by_one(tmp_path: Path) -> None:
    """As the model was trained: a number never takes the spaces before it with it."""
    convert(write_gguf(small_llama(), tmp_path / "model.gguf"), tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.encode("hell he he'll").tokens == ["hell", "Ġhe", "Ġhe", "'", "ll"]
    assert tokenizer.encode("he\n\n20").tokens == ["he", "ĊĊ", "2", "0"]
    assert tokenizer.encode("<|im_end|>20").ids == [2, TOKENS.index("2"), TOKENS.index("0")]


def test_the_tokenizer_loses_nothing(tmp_path: Path) -> None:
    """Any script comes back from its bytes."""
    convert(write_gguf(small_llama(), tmp_path / "model.gguf"), tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    text = "Él dijo: “don’t” — 5½ € عربي 中文\t😀 \r\n  end"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    """The message names what was found and what can be read."""
    file = write_gguf(small_llama(), tmp_path / "model.gguf", architecture="gemma")
    with pytest.raises(ModelError, match=r"general\.architecture = 'gemma'; only llama can be converted"):
        convert(file, tmp_path)


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    """One sentence, no traceback of a library."""
    file = tmp_path / "model.gguf"
    file.write_bytes(b"<html>not a model</html>" * 10)
    with pytest.raises(ModelError, match=r"model\.gguf is not a GGUF file"):
        convert(file, tmp_path)


@pytest.mark.weights
def test_smollm2_reads_english(tmp_path: Path) -> None:
    """The embedded model knows how a sentence goes on, which one wrong row of its attention would undo."""
    folder = installed.model_folder("smollm2-135m-instruct")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    numbers = torch.tensor([[1, *tokenizer.encode("The capital of France is").ids]])
    with torch.no_grad():
        best = model(numbers).logits[0, -1].argmax().item()
    assert tokenizer.id_to_token(int(best)) == "ĠParis"
