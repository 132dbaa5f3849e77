"""Read labelled documents with the embedded language model and keep what its inner states hold of each word.

    python -m models.train.states --data ../shared/data --out DIR     # hours of one core, resumable

The slow half of fitting the probe. The language model is not fitted, so each document is read once, as an audit reads
it: in passages, with the text before them. Nothing is read that `auditor.evaluation.gold.is_development` keeps apart.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from auditor import atomic_write
from auditor.engines.factory import FLUENCY_MODEL
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import rms_normalised
from auditor.engines.weights import installed
from auditor.values import Document
from models.train.documents import Labelled, clean_documents, damaged, marked, post_edited
from models.train.examples import POST_EDITED

LAYERS = (12, 20, 29)
"""Of thirty, counted from 0: where the probe looks."""
SEED = 20261128
COPIES = 4
"""Damaged copies of each clean document, each damaged elsewhere."""


def main() -> None:
    """Read every document whose states are not in the folder yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--marked-words", type=int, default=300_000, help="of news with raters' marks")
    parser.add_argument("--edited-words", type=int, default=90_000, help="of each post-edited pair")
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    model = CausalLM(installed.model_folder(FLUENCY_MODEL), name=FLUENCY_MODEL, hook=HiddenStateHook(LAYERS))
    chosen = selected(arguments.data, marked_words=arguments.marked_words, edited_words=arguments.edited_words)
    for number, item in enumerate(chosen, start=1):
        file = arguments.out / f"{hashlib.sha256(item.name.encode()).hexdigest()[:16]}.safetensors"
        if not file.exists():
            # Whole or not there: what a killed run left half-written would be taken for done.
            tensors = _tensors(item, read(item.document, model))
            atomic_write.write(file, save(tensors, {"origin": item.origin}))
            print(f"{number}/{len(chosen)} {item.name}: {len(item.document.words)} words", flush=True)


def selected(data: Path, *, marked_words: int, edited_words: int) -> list[Labelled]:
    """Return what the probe may be fitted on: so many words of each kind, and all clean news, also damaged."""
    kinds = [(marked(data / "qe" / "wmt_mqm_zh-en.parquet", development=False), marked_words)]
    for pair in POST_EDITED:
        kinds.append((post_edited(data / "qe" / f"mlqe_{pair}.parquet", split="train"), edited_words))
    found: list[Labelled] = []
    for documents, limit in kinds:
        found += _first(sorted(documents, key=lambda item: item.name), limit)
    clean = [item for item in clean_documents(data / "clean_news.parquet") if item.origin == "plain"]
    found += clean
    for copy in range(1, COPIES + 1):
        found += [damaged(item, copy=copy) for item in clean]
    return found


def _first(documents: list[Labelled], words: int) -> Iterator[Labelled]:
    """Yield documents in a seeded order until they have so many words."""
    random.Random(SEED).shuffle(documents)  # noqa: S311 (a seeded order, not a secret)
    taken = 0
    for item in documents:
        if taken < words:
            taken += len(item.document.words)
            yield item


def read(document: Document, model: CausalLM) -> Tensor:
    """Return the states of the document's words, float16 (words, layers, width)."""
    parts = []
    for passage in model.read(document.text, [sentence.span for sentence in document.sentences]):
        inside = [word.span for word in document.words if passage.span.contains(word.span)]
        parts.append(rms_normalised(passage.states(inside)).half())
    return torch.cat(parts)


def _tensors(item: Labelled, states: Tensor) -> dict[str, Tensor]:
    sizes = [len(sentence.words) for sentence in item.document.sentences if sentence.words]
    labels = [item.share(word.span) for word in item.document.words]
    return {"states": states, "labels": torch.tensor(labels), "sentences": torch.tensor(sizes)}


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of one origin: states (words, layers, width), labels (words,), how many words each sentence has."""

    origin: str
    states: Tensor
    labels: Tensor
    sizes: Tensor


def load(folder: Path) -> Iterator[Sentences]:
    """Yield what was read, a document at a time, in the order of the files' names."""
    from safetensors import safe_open

    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as stored:
            origin = stored.metadata()["origin"]
        tensors = load_file(file)
        yield Sentences(origin, tensors["states"], tensors["labels"], tensors["sentences"])


if __name__ == "__main__":
    main()
