"""Texts to vectors: the e5 convention, and nothing of a text's batch-mates in its vector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from auditor.engines.kernels.encoder_layers import run_layers
from auditor.engines.quality_estimation.estimator import BOS, EOS, load_network, load_tokenizer
from auditor.engines.quality_estimation.sentence_embeddings import PREFIX, SentenceEmbedder, load_embedder
from auditor.engines.weights import convert_e5
from auditor.errors import ModelError
from tests.engines import small_encoder as small

TEXTS = ("the bridge was closed", "a ponte", "桥", "the the the bridge was closing the bridge was closed", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small encoder, converted."""
    folder = tmp_path_factory.mktemp("encoder")
    small.write_file(folder / "e5-small-q4.bin", small.make_tensors())
    convert_e5.convert(folder / "e5-small-q4.bin", folder / "encoder")
    return folder / "encoder"


@pytest.fixture(scope="module")
def embedder(folder: Path) -> SentenceEmbedder:
    return load_embedder(folder, name="small")


def test_vectors_do_not_depend_on_their_batch(embedder: SentenceEmbedder) -> None:
    """Each text alone gives what it gives among others of any length; every vector has length 1."""
    together = embedder.embed(TEXTS)

    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])

    assert together == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_vector_is_the_mean_over_the_prefixed_subwords(folder: Path, embedder: SentenceEmbedder) -> None:
    """As the model's authors use it: "query: " before the text, the mean of the last layer, marks included."""
    network = load_network(folder).eval()
    subwords = load_tokenizer(folder).encode(PREFIX + TEXTS[0]).ids
    with torch.inference_mode():
        x = network.embeddings(torch.tensor([[BOS, *subwords, EOS]]))
        x = run_layers(network.layers, x, torch.ones(x.shape[:2], dtype=torch.bool))
    mean = x[0].mean(0)

    assert embedder.embed(TEXTS[:1])[0] == pytest.approx((mean / mean.norm()).numpy(), abs=1e-5)


def test_no_text_gives_no_vector(embedder: SentenceEmbedder) -> None:
    """An empty list is no special case."""
    assert embedder.embed([]).shape == (0, small.WIDTH)


def test_a_missing_encoder_names_the_command(tmp_path: Path) -> None:
    """What is not there is fetched by one command."""
    with pytest.raises(ModelError, match="auditor models fetch"):
        load_embedder(tmp_path, name="none")
