"""Turn a GGUF file of the Llama architecture into the folder that loads fastest: safetensors and tokenizer.json.

transformers can read GGUF itself, in about 25 s at every start; the folder made here loads in about one. The tensors
are the same bit for bit. The tokenizer differs in one respect: transformers ignores the file's own
`tokenizer.ggml.pre`, so it joins a number to the spaces before it, which the model never saw in training.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from gguf import GGUFReader, ReaderTensor

TENSOR_NAMES: Mapping[str, str] = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
}
BLOCK_NAMES: Mapping[str, str] = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
CONTROL_TOKEN = 3  # gguf.TokenType.CONTROL
BLOCK = re.compile(r"blk\.(?P<layer>\d+)\.(?P<part>\w+)\.weight")


def convert(file: Path, out: Path) -> None:
    """Write `out`/config.json, model.safetensors (bfloat16), tokenizer.json and tokenizer_config.json from `file`.

    Raises:
        ModelError: the file is no GGUF, or of an architecture or tokenizer that is not handled here.
    """
    from gguf import GGUFReader
    from safetensors.torch import save_file

    try:
        reader = GGUFReader(file)
    except ValueError as error:
        raise ModelError(f"{file.name} is not a GGUF file that can be read: {error}") from error
    fields = Fields(reader)
    _require(file, fields, "general.architecture", ("llama",))
    _require(file, fields, "tokenizer.ggml.model", ("gpt2",))
    _require(file, fields, "tokenizer.ggml.pre", ("smollm", "gpt-2"))
    heads = {"attn_q": fields["llama.attention.head_count"], "attn_k": fields["llama.attention.head_count_kv"]}
    tensors: dict[str, torch.Tensor] = {}
    for tensor in reader.tensors:
        tensors.update(_weights(tensor, heads))
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    _write_json(out / "config.json", _config(fields, tied="lm_head.weight" not in tensors))
    _write_json(out / "tokenizer_config.json", _tokenizer_config(fields))
    _write_tokenizer(fields, out / "tokenizer.json")


class Fields:
    """The key-value part of a GGUF file, read on demand: the vocabulary's arrays are slow to decode."""

    def __init__(self, reader: GGUFReader) -> None:
        self._reader = reader

    def get(self, key: str) -> Any:  # noqa: ANN401  the file decides the type
        """Return the value of `key`, None where the file has none."""
        field = self._reader.get_field(key)
        return None if field is None else field.contents()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401  the file decides the type
        value = self.get(key)
        if value is None:
            raise ModelError(f"the GGUF file has no '{key}', which the conversion needs")
        return value


def _require(file: Path, fields: Fields, key: str, allowed: tuple[str, ...]) -> None:
    if (value := fields[key]) not in allowed:
        raise ModelError(f"{file.name} has {key} = '{value}'; only {' or '.join(allowed)} can be converted")


def _weights(tensor: ReaderTensor, heads: Mapping[str, int]) -> Iterator[tuple[str, torch.Tensor]]:
    import gguf
    import torch

    values = gguf.dequantize(tensor.data, tensor.tensor_type)  # float32, torch's own (out, in) order
    if match := BLOCK.fullmatch(tensor.name):
        part = match["part"]
        name = f"model.layers.{match['layer']}.{_renamed(part, BLOCK_NAMES)}.weight"
        values = _unpermuted(values, heads[part]) if part in heads else values
    else:
        name = f"{_renamed(tensor.name.removesuffix('.weight'), TENSOR_NAMES)}.weight"
    yield name, torch.from_numpy(values.copy()).to(torch.bfloat16).contiguous()


def _renamed(part: str, names: Mapping[str, str]) -> str:
    if part not in names:
        raise ModelError(f"the GGUF file has a tensor '{part}', which no Llama model has")
    return names[part]


def _unpermuted(values: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """Undo llama.cpp's interleaving of the rotary halves: rows (head, pair, half) back to (head, half, pair)."""
    return values.reshape(heads, -1, 2, values.shape[-1]).swapaxes(1, 2).reshape(values.shape)


def _config(fields: Fields, *, tied: bool) -> dict[str, object]:
    width, heads = fields["llama.embedding_length"], fields["llama.attention.head_count"]
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "bfloat16",
        "hidden_act": "silu",
        "hidden_size": width,
        "head_dim": fields.get("llama.rope.dimension_count") or width // heads,
        "intermediate_size": fields["llama.feed_forward_length"],
        "num_hidden_layers": fields["llama.block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": fields["llama.attention.head_count_kv"],
        "max_position_embeddings": fields["llama.context_length"],
        "rms_norm_eps": fields["llama.attention.layer_norm_rms_epsilon"],
        "rope_parameters": {"rope_type": "default", "rope_theta": fields["llama.rope.freq_base"]},
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": tied,
        "vocab_size": len(fields["tokenizer.ggml.tokens"]),
        "bos_token_id": fields["tokenizer.ggml.bos_token_id"],
        "eos_token_id": fields["tokenizer.ggml.eos_token_id"],
        "pad_token_id": fields.get("tokenizer.ggml.padding_token_id"),
    }


def _tokenizer_config(fields: Fields) -> dict[str, object]:
    tokens = fields["tokenizer.ggml.tokens"]
    keys = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
    numbers = {name: fields.get(f"tokenizer.ggml.{key}_token_id") for name, key in keys.items()}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": fields["llama.context_length"],
        "chat_template": fields.get("tokenizer.chat_template"),
        **{name: tokens[number] for name, number in numbers.items() if number is not None},
    }


def _write_tokenizer(fields: Fields, path: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokens, kinds = fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.token_type"]
    merges: list[tuple[str, str]] = []
    for merge in fields["tokenizer.ggml.merges"]:
        left, right = merge.split(" ")
        merges.append((left, right))
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    # "smollm": every digit alone first, then GPT-2's rules (llama.cpp, LLAMA_VOCAB_PRE_TYPE_SMOLLM).
    smollm = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    tokenizer.pre_tokenizer = smollm if fields["tokenizer.ggml.pre"] == "smollm" else byte_level
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    tokenizer.save(str(path), pretty=False)


def _write_json(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
