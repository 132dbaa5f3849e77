"""Texts to vectors: multilingual-e5-small as it was fetched, without the quality estimator's layers over it.

Two texts that mean the same have vectors of a small angle, whatever their languages. It is what aligns a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.engines.kernels.encoder_layers import run_layers
from auditor.engines.kernels.padding import bucketed_rows
from auditor.engines.quality_estimation.estimator import BOS, EOS, LONGEST, PAD, load_network, load_tokenizer
from auditor.engines.quality_estimation.inference import groups
from auditor.engines.quality_estimation.network import QualityNetwork
from auditor.engines.quality_estimation.unigram_tokenizer import UnigramTokenizer

PREFIX = "query: "
"""What e5 was trained to find before a text that is compared with its like (Wang et al. 2024, "Multilingual E5")."""
BUDGET = 3000
"""Padded subwords a batch."""


class SentenceEmbedder:
    """The encoder, loaded and ready."""

    def __init__(self, network: QualityNetwork, tokenizer: UnigramTokenizer, *, name: str) -> None:
        self.name = name
        self._network = network.eval()
        self._tokenizer = tokenizer

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, (texts, width), the same whatever else is embedded with it.

        It is the mean over the text's subwords, begin and end marks included; subwords beyond the 500th are not read.
        """
        encodings = self._tokenizer.encode_batch([PREFIX + text for text in texts])
        rows = [[BOS, *encoding.ids[:LONGEST], EOS] for encoding in encodings]
        vectors = np.zeros((len(rows), self._network.embeddings.positions.shape[1]), dtype=np.float32)
        for group in groups([len(row) for row in rows], BUDGET):
            vectors[group] = self._run([rows[at] for at in group]).numpy()
        return vectors

    def _run(self, rows: Sequence[Sequence[int]]) -> Tensor:
        ids = torch.full((len(rows), bucketed_rows(max(map(len, rows)))), PAD)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
        mask = ids != PAD
        with torch.inference_mode():
            x = run_layers(self._network.layers, self._network.embeddings(ids), mask)  # (batch, subwords, width)
            mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)  # (batch, width)
            return torch.nn.functional.normalize(mean, dim=-1)


def load_embedder(encoder: Path, *, name: str) -> SentenceEmbedder:
    """Load the encoder in a folder (`auditor.engines.weights.convert_e5` made it).

    Raises:
        ModelError: a file is missing, or is not what it should be.
    """
    return SentenceEmbedder(load_network(encoder), load_tokenizer(encoder), name=name)
