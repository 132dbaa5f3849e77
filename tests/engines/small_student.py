"""A small Firefox student in marian's own file formats, written byte by byte, and a slow network to check it by."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import sentencepiece
from numpy.typing import NDArray

Floats = NDArray[np.float32]
See = Callable[[str, Floats], Floats]

WIDTH, HEADS, WIDE, FIRST = 32, 8, 64, 12
SENTENCES = (
    "the ferry leaves the harbour at noon",
    "the mayor said the bridge will stay closed",
    "o barco sai do porto ao meio-dia",
    "o prefeito disse que a ponte vai ficar fechada",
)
YAML = (
    "dec-cell: ssru\ndec-depth: 2\ndim-emb: 32\nenc-depth: 2\ntransformer-heads: 8\n"
    'transformer-postprocess: dan\ntransformer-preprocess: ""\ntype: transformer\n'
)


def vocabulary() -> bytes:
    """Train the one vocabulary of both languages."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20),
        model_writer=written,
        vocab_size=90,
        hard_vocab_limit=False,
        bos_id=-1,
        eos_id=0,
        unk_id=1,
        minloglevel=2,
    )
    return written.getvalue()


def make_weights(size: int, seed: int = 5) -> dict[str, Floats]:
    """Draw every matrix as (in, out), as marian names them; they are whole 32nds, so that 8 bits hold them."""
    chance = np.random.default_rng(seed)

    def draw(rows: int, columns: int) -> Floats:
        return (chance.integers(-8, 9, size=(rows, columns)) / 32).astype(np.float32)

    weights = {"Wemb": draw(size, WIDTH), "decoder_ff_logit_out_b": draw(1, size)}
    attentions = [f"encoder_l{i}_self" for i in (1, 2)] + [f"decoder_l{i}_context" for i in (1, 2)]
    for name in attentions:
        weights |= {f"{name}_W{part}": draw(WIDTH, WIDTH) for part in "qkvo"}
        weights |= {f"{name}_b{part}": draw(1, WIDTH) for part in "qkvo"}
    for name in ("encoder_l1", "encoder_l2", "decoder_l1", "decoder_l2"):
        weights |= {f"{name}_ffn_W1": draw(WIDTH, WIDE), f"{name}_ffn_b1": draw(1, WIDE)}
        weights |= {f"{name}_ffn_W2": draw(WIDE, WIDTH), f"{name}_ffn_b2": draw(1, WIDTH)}
    for name in ("decoder_l1", "decoder_l2"):
        weights |= {f"{name}_rnn_W": draw(WIDTH, WIDTH), f"{name}_rnn_Wf": draw(WIDTH, WIDTH)}
        weights[f"{name}_rnn_bf"] = draw(1, WIDTH)
    norms = [f"{name}_Wo" for name in attentions] + [f"{name}_ffn_ffn" for name in _LAYERS]
    for name in [*norms, "decoder_l1_rnn_ffn", "decoder_l2_rnn_ffn"]:
        weights |= {f"{name}_ln_scale": np.float32(1) + draw(1, WIDTH), f"{name}_ln_bias": draw(1, WIDTH)}
    return weights


_LAYERS = ("encoder_l1", "encoder_l2", "decoder_l1", "decoder_l2")


def model_file(weights: Mapping[str, Floats], yaml: str = YAML) -> bytes:
    """Write a marian binary: matrices in 8 bits, biases and norms in float32, and the scale of what a matrix gets."""
    options = yaml.encode() + b"\0"
    tensors: list[tuple[str, int, tuple[int, ...], bytes]] = [("special:model.yml", 0x0101, (len(options),), options)]
    for name, values in weights.items():
        rows, columns = values.shape
        if rows == 1:
            tensors.append((name, 0x0404, (1, columns), values.tobytes()))
            continue
        numbers = (values * 32).astype(np.int8)
        memory = numbers if name == "Wemb" else np.ascontiguousarray(numbers.T)
        tensors.append((name, 0x4101, (rows, columns), memory.tobytes() + struct.pack("<f", 32.0)))
        tensors.append((f"{name}_QuantMultA", 0x0404, (1, 1), struct.pack("<f", _multiplier(name))))
    tensors.append(("none_QuantMultA", 0x0404, (1, 1), struct.pack("<f", _multiplier("none"))))
    padded = [data + bytes(-len(data) % 256) for *_, data in tensors]
    out = struct.pack("<QQ", 1, len(tensors))
    for (name, kind, shape, _), data in zip(tensors, padded, strict=True):
        out += struct.pack("<4Q", len(name) + 1, kind, len(shape), len(data))
    out += b"".join(name.encode() + b"\0" for name, *_ in tensors)
    out += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in tensors)
    pad = -(len(out) + 8) % 256
    return out + struct.pack("<Q", pad) + bytes(pad) + b"".join(padded)


def _multiplier(name: str) -> float:
    """Return what marian scales the input of a matrix by; the output layer's is called "none"."""
    return {"Wemb": 127.0, "none": 6.0, "W2": 4.0}.get(name.rsplit("_", 1)[-1], 8.0)


def eight_bit(name: str, x: Floats) -> Floats:
    """Round what goes into a matrix as 8 bits hold it."""
    scale = np.float32(_multiplier(name))
    return np.asarray(np.clip(np.rint(x * scale), -128, 127) / scale, dtype=np.float32)


def whole(name: str, x: Floats) -> Floats:
    """Leave what goes into a matrix as it is."""
    return x


def shortlists(size: int, seed: int = 6) -> list[list[int]]:
    """Draw eight target subwords for each source subword."""
    chance = np.random.default_rng(seed)
    return [sorted(int(subword) for subword in chance.choice(size, 8, replace=False)) for _ in range(size)]


def lexicon_file(lists: Sequence[Sequence[int]]) -> bytes:
    """Write the shortlists as marian does."""
    offsets = np.cumsum([0, *(len(subwords) for subwords in lists)]).astype("<u8")
    ids = np.array([subword for subwords in lists for subword in subwords], dtype="<u4")
    header = struct.pack("<6Q", 0xF11A48D5013417F5, 0, FIRST, FIRST, len(offsets), len(ids))
    return header + offsets.tobytes() + ids.tobytes()


def write_student(folder: Path) -> dict[str, Floats]:
    """Write the three original files to `folder`; return the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    proto = vocabulary()
    size = sentencepiece.SentencePieceProcessor(model_proto=proto).get_piece_size()
    weights = make_weights(size)
    (folder / "model.enpt.intgemm.alphas.bin").write_bytes(model_file(weights))
    (folder / "vocab.enpt.spm").write_bytes(proto)
    (folder / "lex.50.50.enpt.s2t.bin").write_bytes(lexicon_file(shortlists(size)))
    return weights


def slow_log_probs(
    weights: Mapping[str, Floats], source: Sequence[int], target: Sequence[int], see: See = eight_bit
) -> list[float]:
    """Score `target` one position after another, one head at a time, as the format's description says."""
    x = np.stack([weights["Wemb"][subword] * math.sqrt(WIDTH) + _position(at) for at, subword in enumerate(source)])
    for layer in ("encoder_l1", "encoder_l2"):
        x = _norm(weights, f"{layer}_self_Wo", x + _attention(weights, f"{layer}_self", x, x, see))
        x = _feed_forward(weights, layer, x, see)
    states = {layer: np.zeros(WIDTH, np.float32) for layer in ("decoder_l1", "decoder_l2")}
    before = np.zeros(WIDTH, np.float32)
    log_probs = []
    for at, subword in enumerate(target):
        y = before + _position(at)
        for layer, state in states.items():
            seen = see(f"{layer}_rnn_W", y)
            forget = 1 / (1 + np.exp(-(seen @ weights[f"{layer}_rnn_Wf"] + weights[f"{layer}_rnn_bf"][0])))
            states[layer] = forget * state + (1 - forget) * (seen @ weights[f"{layer}_rnn_W"])
            y = _norm(weights, f"{layer}_rnn_ffn", np.maximum(states[layer], 0) + y)
            context = _attention(weights, f"{layer}_context", y[None], x, see)[0]
            y = _feed_forward(weights, layer, _norm(weights, f"{layer}_context_Wo", y + context), see)
        logits = weights["Wemb"] @ see("none", y) + weights["decoder_ff_logit_out_b"][0]
        logits[1] = -np.inf  # the unknown subword is never written
        log_probs.append(float(logits[subword] - np.log(np.exp(logits - logits.max()).sum()) - logits.max()))
        before = weights["Wemb"][subword] * math.sqrt(WIDTH)
    return log_probs


def _position(at: int) -> Floats:
    angles = [at * math.exp(-k * math.log(10000) / (WIDTH // 2 - 1)) for k in range(WIDTH // 2)]
    return np.array([*map(math.sin, angles), *map(math.cos, angles)], dtype=np.float32)


def _norm(weights: Mapping[str, Floats], name: str, x: Floats) -> Floats:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-6)
    return np.asarray(scaled * weights[f"{name}_ln_scale"][0] + weights[f"{name}_ln_bias"][0], dtype=np.float32)


def _feed_forward(weights: Mapping[str, Floats], layer: str, x: Floats, see: See) -> Floats:
    first, second = f"{layer}_ffn_W1", f"{layer}_ffn_W2"
    wide = np.maximum(see(first, x) @ weights[first] + weights[f"{layer}_ffn_b1"][0], 0)
    narrow = see(second, wide) @ weights[second] + weights[f"{layer}_ffn_b2"][0]
    return _norm(weights, f"{layer}_ffn_ffn", x + narrow)


def _attention(weights: Mapping[str, Floats], name: str, x: Floats, memory: Floats, see: See) -> Floats:
    def project(part: str, y: Floats) -> Floats:
        return np.asarray(
            see(f"{name}_W{part}", y) @ weights[f"{name}_W{part}"] + weights[f"{name}_b{part}"][0], dtype=np.float32
        )

    query, key, value = project("q", x), project("k", memory), project("v", memory)
    size = WIDTH // HEADS
    heads = []
    for head in range(HEADS):
        part = slice(head * size, (head + 1) * size)
        scores = query[:, part] @ key[:, part].T / math.sqrt(size)
        weight = np.exp(scores - scores.max(1, keepdims=True))
        heads.append(weight / weight.sum(1, keepdims=True) @ value[:, part])
    return project("o", np.concatenate(heads, axis=1))
