"""Read text with the embedded language model and keep how far the numbers reach that go into its wide matrices.

    python -m models.train.fit_activation_ranges --data ../shared/data  # minutes; writes models/ranges

Eight bits count levels between the furthest numbers, so these must be known before. Here transformers reads, in
float32, so that no rounding of ours is in them. What `auditor.evaluation.gold.is_development` keeps apart is not read.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from auditor.engines.factory import FLUENCY_MODEL
from auditor.engines.kernels.activation_ranges import INPUTS, WEIGHTS, WIDEN
from auditor.engines.weights import installed
from models.train.documents import Labelled, clean_documents, marked
from models.train.states import SEED

WINDOW = 896
"""Tokens that are read together; texts follow one another in it."""
WATCHED = {INPUTS: "self_attn.q_proj", WIDEN: "mlp.gate_proj"}
"""A matrix of each layer that is given what the others beside it are given, too."""


def main() -> None:
    """Read and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "ranges")
    parser.add_argument("--windows", type=int, default=32)
    arguments = parser.parse_args()
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    folder = installed.model_folder(FLUENCY_MODEL)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
    texts = (item.document.text for item in chosen(arguments.data))
    start = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    streams = ([start, *tokenizer.encode(text, add_special_tokens=False)] for text in texts)
    found = reach(model, islice(windows(streams, WINDOW), arguments.windows))
    arguments.out.mkdir(parents=True, exist_ok=True)
    about = {"model": installed.fingerprint(FLUENCY_MODEL), "tokens": str(WINDOW * arguments.windows)}
    save_file(found, arguments.out / WEIGHTS, about)
    (arguments.out / WEIGHTS).chmod(0o644)


def chosen(data: Path) -> list[Labelled]:
    """Return news, translated by machine and not, in a seeded order."""
    clean = [item for item in clean_documents(data / "clean_news.parquet") if item.origin == "plain"]
    found = [*marked(data / "qe" / "wmt_mqm_zh-en.parquet", development=False), *clean]
    found.sort(key=lambda item: item.name)
    random.Random(SEED).shuffle(found)  # noqa: S311 (a seeded order, not a secret)
    return found


def windows(streams: Iterable[list[int]], size: int) -> Iterator[list[int]]:
    """Yield the tokens of all streams, one after another, `size` at a time; those left over at the end are left out."""
    waiting: list[int] = []
    for stream in streams:
        waiting += stream
        while len(waiting) >= size:
            yield waiting[:size]
            waiting = waiting[size:]


@torch.inference_mode()
def reach(model: Any, texts: Iterable[list[int]]) -> dict[str, Tensor]:  # noqa: ANN401 (whatever transformers loads)
    """Return the greatest absolute value of each number that is given to what is `WATCHED`: (layers, width) each."""
    layers, width = model.config.num_hidden_layers, model.config.hidden_size
    found = {name: torch.zeros(layers, width) for name in WATCHED}
    for name, path in WATCHED.items():
        for index, layer in enumerate(model.model.layers):
            layer.get_submodule(path).register_forward_pre_hook(_keeper(found[name][index]))
    for ids in texts:
        model(input_ids=torch.tensor([ids]), use_cache=False, logits_to_keep=1)
    return found


def _keeper(highest: Tensor) -> Any:  # noqa: ANN401 (a hook, as torch wants it)
    def keep(_: object, given: tuple[Tensor, ...]) -> None:
        torch.maximum(highest, given[0].abs().flatten(0, -2).amax(0), out=highest)

    return keep


if __name__ == "__main__":
    main()
