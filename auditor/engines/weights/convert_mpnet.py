"""Turn the five pieces of a zip that holds MPNet-base into what the post-editor loads.

Layers above `LAST` are not read and left behind; those from `FROZEN` on were fitted, and ship with the code.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from auditor.engines.post_editing.file_format import ENCODER, FROZEN, TOKENIZER, Sizes
from auditor.errors import ModelError

_INSIDE = "all-mpnet-base-v2"
_NAMES = {
    "out": "attention.attn.o",
    "norm_attention": "attention.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm_out": "output.LayerNorm",
}
"""Parts of a layer, by our name."""


def convert(folder: Path, out: Path) -> None:
    """Join the pieces in `folder`, and write the encoder and its tokenizer into the directory `out`.

    Raises:
        ModelError: the pieces make no zip with MPNet-base in it.
    """
    joined = folder / "joined.zip"
    try:
        with joined.open("wb") as whole:
            for piece in sorted(folder.glob("*.zip.[0-9]*")):
                with piece.open("rb") as stream:
                    shutil.copyfileobj(stream, whole, 1 << 20)
                piece.unlink()  # each is large, and no longer needed
        with zipfile.ZipFile(joined) as archive:
            weights = Path(archive.extract(f"{_INSIDE}/model.safetensors", folder))
            tokenizer = archive.read(f"{_INSIDE}/tokenizer.json")
        joined.unlink()
        with safe_open(weights, framework="pt") as stored:
            tensors = encoder({name: stored.get_tensor(name) for name in stored.keys()}, Sizes())  # noqa: SIM118 (no dict)
    except (zipfile.BadZipFile, KeyError, SafetensorError) as error:
        raise ModelError(f"the pieces in {folder} make no MPNet-base ({error}); fetch it again") from error
    save_file(tensors, out / ENCODER, metadata={"sizes": json.dumps(asdict(Sizes()))})
    (out / TOKENIZER).write_bytes(tokenizer)


def encoder(tensors: dict[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    """Return what is read of MPNet-base under our names."""
    found = {
        "words": tensors["embeddings.word_embeddings.weight"].bfloat16(),
        "positions": tensors["embeddings.position_embeddings.weight"].bfloat16(),
        "norm.weight": tensors["embeddings.LayerNorm.weight"],
        "norm.bias": tensors["embeddings.LayerNorm.bias"],
        "distances": tensors["encoder.relative_attention_bias.weight"],
    }
    if found["words"].shape != (sizes.vocabulary, sizes.width):
        raise KeyError(f"word embeddings of shape {tuple(found['words'].shape)}")
    for number in range(FROZEN):
        found |= layer(tensors, number)
    return {name: tensor.bfloat16() if tensor.dim() > 1 else tensor for name, tensor in found.items()}


def layer(tensors: dict[str, Tensor], number: int) -> dict[str, Tensor]:
    """Return one layer of MPNet-base under our names, queries, keys and values as one matrix."""
    ours, theirs = f"layers.{number}", f"encoder.layer.{number}"
    found: dict[str, Tensor] = {}
    for part in ("weight", "bias"):
        three = [tensors[f"{theirs}.attention.attn.{name}.{part}"] for name in "qkv"]
        found[f"{ours}.qkv.{part}"] = torch.cat(three)
        for name, their_name in _NAMES.items():
            found[f"{ours}.{name}.{part}"] = tensors[f"{theirs}.{their_name}.{part}"]
    return found
