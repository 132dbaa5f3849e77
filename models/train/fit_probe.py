"""Fit the probe on the language model's inner states: one command, seeded, minutes.

    python -m models.train.states --data ../shared/data --out DIR     # hours, resumable
    python -m models.train.fit_probe --states DIR                         # writes models/probe/probe.safetensors

Raters' marks and post-editors' changes each teach an output of their own.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from auditor.engines.language_model.probe import OUTPUTS, WEIGHTS, ProbeNetwork
from models.train.examples import POST_EDITED
from models.train.states import LAYERS, Sentences, load

RATE, WARM_UP, DECAY = 1e-3, 200, 0.05
SENTENCES, CHUNK = 32, 2048  # a batch; so many are sorted by length at once
ERROR_WEIGHT = 2.0
"""What a marked word counts against one that is not."""
EDITED_WEIGHT = 0.5
"""What a word of a post-edited translation counts: half of them were changed."""


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--states", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "probe")
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=None)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    corpus = gather(list(load(arguments.states)))
    network = fit(corpus, passes=arguments.passes, seed=arguments.seed)
    words = ", ".join(f"{origin} {count}" for origin, count in sorted(corpus.words().items()))
    arguments.out.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    about = {"layers": ",".join(map(str, LAYERS)), "words": words, "seed": str(arguments.seed)}
    save_file(tensors, arguments.out / WEIGHTS, about)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All sentences: states (words, numbers), labels (words,), where each sentence begins and ends, and its origin."""

    states: Tensor
    labels: Tensor
    bounds: tuple[tuple[int, int], ...]
    origins: tuple[str, ...]

    def words(self) -> dict[str, int]:
        """Return how many words there are of each origin."""
        counts: dict[str, int] = {}
        for origin, (start, end) in zip(self.origins, self.bounds, strict=True):
            counts[origin] = counts.get(origin, 0) + end - start
        return counts

    def batch(self, numbers: Sequence[int]) -> tuple[Tensor, Tensor, list[int], Tensor]:
        """Return states (B, W, numbers), labels (B, W), lengths, and which output each sentence is about, (B)."""
        parts = [self.bounds[number] for number in numbers]
        states = [self.states[start:end].float() for start, end in parts]
        labels = [self.labels[start:end] for start, end in parts]
        outputs = [OUTPUTS.index("edited" if self.origins[number] in POST_EDITED else "marked") for number in numbers]
        return (
            nn.utils.rnn.pad_sequence(states, batch_first=True),
            nn.utils.rnn.pad_sequence(labels, batch_first=True),
            [end - start for start, end in parts],
            torch.tensor(outputs),
        )


def gather(documents: Sequence[Sentences]) -> Corpus:
    """Put the sentences of all documents together."""
    bounds: list[tuple[int, int]] = []
    origins: list[str] = []
    at = 0
    for item in documents:
        for size in item.sizes.tolist():
            bounds.append((at, at + size))
            origins.append(item.origin)
            at += size
    states = torch.cat([item.states.flatten(1) for item in documents])
    labels = torch.cat([item.labels for item in documents])
    return Corpus(states, labels, tuple(bounds), tuple(origins))


def fit(corpus: Corpus, *, passes: int, seed: int) -> ProbeNetwork:
    """Fit a probe; the rate of learning falls all the way."""
    torch.manual_seed(seed)
    network = ProbeNetwork(corpus.states.shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    total = passes * -(-len(corpus.bounds) // SENTENCES)
    step = 0
    for number in range(passes):
        network.train()
        sums = 0.0
        for numbers in batches([end - start for start, end in corpus.bounds], seed=seed, number=number):
            states, labels, lengths, outputs = corpus.batch(numbers)
            loss = _loss(network(states, lengths), labels, lengths, outputs)
            for group in optimiser.param_groups:
                group["lr"] = rate(step, total)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            sums += float(loss.detach())
        print(f"pass {number + 1}: {sums / (total / passes):.4f}", flush=True)
    return network.eval()


def _loss(answers: Tensor, labels: Tensor, lengths: Sequence[int], outputs: Tensor) -> Tensor:
    asked = answers.gather(2, outputs[:, None, None].expand(-1, answers.shape[1], 1))[..., 0]
    inside = torch.arange(answers.shape[1])[None, :] < torch.tensor(lengths)[:, None]
    share = torch.where(outputs == OUTPUTS.index("edited"), EDITED_WEIGHT, 1.0)[:, None]
    weights = inside * share * (1 + (ERROR_WEIGHT - 1) * labels)
    losses = functional.binary_cross_entropy_with_logits(asked, labels, reduction="none")
    return (losses * weights).sum() / weights.sum()


def rate(step: int, total: int) -> float:
    """Return the rate of learning of a step: it rises at once and falls all the way."""
    return RATE * min(1.0, (step + 1) / WARM_UP) * float(max(0.0, 1 - step / total) ** 0.7)


def batches(lengths: Sequence[int], *, seed: int, number: int) -> Iterator[list[int]]:
    """Yield batches of sentences of like length, by their numbers, in a random order."""
    chance = random.Random(f"{seed}-{number}")  # noqa: S311 (not for cryptography)
    order = list(range(len(lengths)))
    chance.shuffle(order)
    groups = []
    for start in range(0, len(order), CHUNK):
        chunk = sorted(order[start : start + CHUNK], key=lambda at: lengths[at])
        groups += [chunk[at : at + SENTENCES] for at in range(0, len(chunk), SENTENCES)]
    chance.shuffle(groups)
    yield from groups


if __name__ == "__main__":
    main()
