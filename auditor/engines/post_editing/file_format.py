"""The folder of the English encoder, as `auditor.engines.weights.convert_mpnet` writes it, and the post-editor's own.

encoder.safetensors      `words` (vocabulary, width), `positions`, `distances` (buckets, heads), the matrices of the
                         layers that are read as they came, bfloat16; norms and biases float32; `Sizes` as JSON in
                         the metadata
tokenizer.json           as it came
post-editor.safetensors  the layers that were fitted, and the heads; each matrix as int8 with a scale a row
                         (`NAME.scale`, float32), norms and biases float32

Matrices are named as `auditor.engines.post_editing.network` names them.
"""

from __future__ import annotations

from dataclasses import dataclass

ENCODER, TOKENIZER, FITTED = "encoder.safetensors", "tokenizer.json", "post-editor.safetensors"
FROZEN, LAST = 6, 11
"""Layers that are read as they came, and all that are read: the twelfth was fitted to be averaged over a sentence, and
leaves words a third as far apart as the eleventh does (.07 and .22, standard deviation)."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the network."""

    width: int = 768
    heads: int = 12
    feed_forward: int = 3072
    vocabulary: int = 30_527
    positions: int = 514
    buckets: int = 32
    epsilon: float = 1e-5
