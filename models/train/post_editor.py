"""Fit a post-editor: an English encoder that says of each word whether to keep it, and what ought to stand there.

    python -m models.train.post_editor --data DATA --more DATA2 --noise FOLDER --mpnet FOLDER --run RUN --steps 4000

The encoder is MPNet-base. Its lower six layers are frozen and leave no graph; low-rank updates of the next five are
fitted, with three heads on the first piece of each word: one softmax in which keeping the word competes with deleting
it and with every whole word of the vocabulary (tied to the embeddings); which small word is missing before it; and how
likely a post-editor changes and a rater marks it. `RUN` keeps a checkpoint every ten minutes and a log; the same
command goes on where it stopped. `FOLDER` is what the makers of `models.train.noise` wrote.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, gelu
from transformers import MPNetModel

from models.train.post_editor_text import Line, Material, Mixture

WINDOW = 160
"""Pieces of a window, which is filled with whole sentences."""
FROZEN, LAST = 6, 11
"""Layers that are not fitted, and layers that are read: words differ least (.07 instead of .24, standard deviation)
behind the twelfth, which was fitted to be averaged over a sentence."""
RANK = 32
KEEP, DELETE = 0, 1
"""The first two classes; the words of the vocabulary follow."""
IGNORE, CHANGED = -1, -2
"""A word of which nothing is known, and one that is wrong in a way that no one word mends."""
MISSING = (
    "the", "a", "an", "of", "to", "in", "on", "for", "at", "with", "by", "from", "that", "as", "and", "it", "is", "was",
    "are", "were", "be", "been", "have", "has", "had", "not", "his", "their", "its", "he", "they", "who", "which",
    "will", "would", "there", "or", "about", "up", "out", "into", "all", "more", "this", "said",
)  # fmt: skip
"""Words that are told when they are missing; the class before them is "none", the one behind them "another"."""
_HEAD_RATE = 3.0
"""How many times as fast the heads move as the low-rank updates do."""
_COLLAPSED = 0.25
"""The share of its first spread over words below which a state says nothing of its word, and a run is given up. A run
at a rate of 6e-4 fell to .07 within 140 steps, and all its words were alike from then on."""
_KEPT_SHARE = 0.25
"""Of the kept words, those that the softmax is computed for, with four times the weight."""


class LowRank(nn.Module):
    """A frozen linear layer with an update of low rank."""

    def __init__(self, plain: nn.Linear, rank: int) -> None:
        super().__init__()
        self.plain = plain.requires_grad_(requires_grad=False)
        self.down = nn.Parameter(torch.randn(rank, plain.in_features) / math.sqrt(plain.in_features))
        self.up = nn.Parameter(torch.zeros(plain.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """Map (…, inputs) to (…, outputs)."""
        plain: Tensor = self.plain(x)
        return plain + (x @ self.down.T) @ self.up.T


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as tensors; labels are those of words, packed, each of which begins in a row at a column."""

    ids: Tensor
    mask: Tensor
    rows: Tensor
    columns: Tensor
    targets: Tensor  # class, IGNORE or CHANGED
    sure: Tensor  # whether keeping competes
    missing: Tensor
    edited: Tensor  # 0-1, below 0 where nobody knows
    marked: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(*(getattr(self, each.name).to(device) for each in fields(self)))


class PostEditor(nn.Module):
    """The network with its heads."""

    def __init__(self, folder: Path, *, rank: int = RANK) -> None:
        """Load MPNet-base from `folder` and put low-rank updates into its upper layers."""
        super().__init__()
        self.encoder = MPNetModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)
        self.encoder.requires_grad_(requires_grad=False).eval()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.vocabulary = _whole_words(self.tokenizer)
        self.classes = {word: number + 2 for number, (word, _) in enumerate(self.vocabulary)}
        layers: Any = self.encoder.encoder.layer
        for layer in layers[FROZEN:LAST]:
            attention = layer.attention.attn
            for name in ("q", "k", "v", "o"):
                setattr(attention, name, LowRank(getattr(attention, name), rank))
            layer.intermediate.dense = LowRank(layer.intermediate.dense, rank)
            layer.output.dense = LowRank(layer.output.dense, rank)
        width = self.encoder.config.hidden_size
        ids = torch.tensor([number for _, number in self.vocabulary])
        self.words: Tensor
        self.register_buffer(
            "words", self.encoder.embeddings.word_embeddings.weight[ids].detach().clone(), persistent=False
        )
        self.transform = nn.Linear(width, width)
        nn.init.eye_(self.transform.weight)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(len(ids)))
        self.own = nn.Linear(width, 2)
        nn.init.zeros_(self.own.weight)
        with torch.no_grad():
            # As if 19 of 20 words were kept, and one wrong word in 20 were one too many.
            self.own.bias.copy_(math.log(len(ids)) + torch.tensor([3.0, -3.0]))
        self.gap = nn.Linear(width, len(MISSING) + 2)
        self.judge = nn.Linear(width, 2)

    def fitted(self) -> dict[str, nn.Parameter]:
        """Return what is trained, by name."""
        return {name: each for name, each in self.named_parameters() if each.requires_grad}

    def states(self, batch: Batch) -> Tensor:
        """Return the state of the first piece of each word, (words, width)."""
        encoder = self.encoder.encoder
        with torch.no_grad():
            hidden = self.encoder.embeddings(input_ids=batch.ids)
            bias = encoder.compute_position_bias(hidden)
            mask = (1.0 - batch.mask.float())[:, None, None, :] * -1e9
            for layer in encoder.layer[:FROZEN]:
                hidden = layer(hidden, mask, bias)[0]
        for layer in encoder.layer[FROZEN:LAST]:
            hidden = layer(hidden, mask, bias)[0]
        found: Tensor = hidden[batch.rows, batch.columns]
        return found

    def choices(self, states: Tensor) -> Tensor:
        """Return the logits of keeping, deleting, and every word of the vocabulary, (words, classes)."""
        wanted = self.norm(gelu(self.transform(states)))
        return torch.cat([self.own(states), wanted @ self.words.T + self.bias], 1)

    def window(self, lines: Sequence[Line]) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Return the pieces of some sentences, and (line, word, piece at which it begins) of each word."""
        ids, places = [0], []
        for number, line in enumerate(lines):
            encoded = self.tokenizer.encode(line.text, add_special_tokens=False)
            starts = [start for start, _ in encoded.offsets]
            at = 0
            for word, span in enumerate(line.words):
                while at < len(starts) and starts[at] < span.start:
                    at += 1
                if at < len(starts) and starts[at] < span.end:
                    places.append((number, word, len(ids) + at))
            ids += encoded.ids
        return [*ids[: 2 * WINDOW], 2], [place for place in places if place[2] < 2 * WINDOW]


def _whole_words(tokenizer: Tokenizer) -> list[tuple[str, int]]:
    """Return the pieces that are whole words, with their numbers."""
    found = []
    for piece, number in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
        if piece.isalnum() and piece.isascii():
            found.append((piece, number))
    return found


def collate(model: PostEditor, windows: Sequence[Sequence[Line]]) -> Batch:
    """Turn windows of labelled sentences into a batch."""
    pieces = [model.window(window) for window in windows]
    longest = max(len(ids) for ids, _ in pieces)
    ids = torch.ones(len(windows), longest, dtype=torch.long)
    mask = torch.zeros(len(windows), longest, dtype=torch.bool)
    rows: list[int] = []
    columns: list[int] = []
    labels: list[tuple[int, bool, int, float, float]] = []
    for row, (window, (numbers, places)) in enumerate(zip(windows, pieces, strict=True)):
        ids[row, : len(numbers)] = torch.tensor(numbers)
        mask[row, : len(numbers)] = True
        for line, word, piece in places:
            rows.append(row)
            columns.append(piece)
            labels.append(_label(model, window[line], word))
    targets, sure, missing, edited, marked = zip(*labels, strict=True)
    return Batch(
        ids, mask, torch.tensor(rows), torch.tensor(columns), torch.tensor(targets), torch.tensor(sure),
        torch.tensor(missing), torch.tensor(edited), torch.tensor(marked),
    )  # fmt: skip


def _label(model: PostEditor, line: Line, word: int) -> tuple[int, bool, int, float, float]:
    wanted = line.wanted[word]
    if wanted is None:
        target = CHANGED if line.sure[word] else IGNORE
    elif wanted == line.KEPT:
        target = KEEP
    elif wanted == line.UNKNOWN:
        target = IGNORE
    elif not wanted:
        target = DELETE
    else:
        target = model.classes.get(wanted.casefold(), CHANGED if line.sure[word] else IGNORE)
    gap = line.missing[word]
    missing = IGNORE if gap == line.UNKNOWN else 0 if not gap else _GAPS.get(gap.casefold(), len(MISSING) + 1)
    return target, line.sure[word], missing, line.edited[word], line.marked[word]


_GAPS = {word: number + 1 for number, word in enumerate(MISSING)}


@dataclass(slots=True)
class Losses:
    """Running sums of each part of the loss: (sum, count)."""

    parts: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, values: Tensor) -> None:
        """Add some words' losses."""
        known = self.parts.setdefault(name, [0.0, 0.0])
        known[0] += float(values.detach().sum())
        known[1] += values.numel()

    def take(self) -> dict[str, float]:
        """Return the means, and begin anew."""
        found = {name: round(total / max(1, count), 3) for name, (total, count) in self.parts.items()}
        self.parts.clear()
        return found


def loss(model: PostEditor, batch: Batch, chance: torch.Generator, seen: Losses) -> Tensor:
    """Return the loss of a batch, a word."""
    states = model.states(batch)
    seen.add("spread", states.detach().std(0))
    draw = torch.rand(len(states), generator=chance).to(states.device)
    kept = (batch.targets == KEEP) & batch.sure & (draw < _KEPT_SHARE)
    wrong = (batch.targets > KEEP) | (batch.targets == CHANGED)
    chosen = (kept | wrong).nonzero().squeeze(1)
    targets, sure = batch.targets[chosen], batch.sure[chosen]
    logits = model.choices(states[chosen])
    others = logits[:, 1:].logsumexp(1)
    competes = torch.logaddexp(others, logits[:, 0])
    own = logits.gather(1, targets.clamp_min(0).unsqueeze(1)).squeeze(1)
    own = torch.where(targets == CHANGED, others, own)
    values = torch.where(sure, competes, others) - own
    seen.add("kept", values[targets == KEEP])
    seen.add("restored", (others - own)[targets > KEEP])
    seen.add("wrong", (competes - others)[(targets != KEEP) & sure])
    weights = torch.where(targets == KEEP, 1 / _KEPT_SHARE, 1.0)
    total = (values * weights).sum()
    known = batch.missing >= 0
    gaps = cross_entropy(model.gap(states[known]), batch.missing[known], reduction="none")
    seen.add("gap", gaps)
    total = total + 0.5 * gaps.sum()
    judged = model.judge(states)
    for column, (name, labels) in enumerate((("edited", batch.edited), ("marked", batch.marked))):
        asked = labels >= 0
        if asked.any():
            each = binary_cross_entropy_with_logits(judged[asked, column], labels[asked], reduction="none")
            seen.add(name, each)
            total = total + 0.5 * each.sum()
    return total / max(1, int((batch.targets != IGNORE).sum()))


@dataclass(slots=True)
class Run:
    """A run on disk: its checkpoint, its log, and how far it came."""

    folder: Path
    step: int = 0
    pieces: int = 0
    seconds: float = 0.0
    spread: float = 0.0  # of the states over words, at first

    def restore(self, model: PostEditor, optimiser: torch.optim.Optimizer) -> None:
        """Go on from the last checkpoint, if there is one."""
        file = self.folder / "state.pt"
        if file.exists():
            state = torch.load(file, weights_only=True)
            self.step, self.pieces, self.seconds = state["step"], state["pieces"], state["seconds"]
            self.spread = state["spread"]
            if state["optimiser"]:
                optimiser.load_state_dict(state["optimiser"])
            read(model, self.folder / "post-editor.safetensors")

    def save(self, model: PostEditor, optimiser: torch.optim.Optimizer) -> None:
        """Write a checkpoint; the weights in float32, so that the run goes on as if nothing had happened."""
        weights = {name: each.detach().clone() for name, each in model.fitted().items()}
        save_file(weights, self.folder / "post-editor.safetensors")
        state: dict[str, Any] = {
            "step": self.step,
            "pieces": self.pieces,
            "seconds": self.seconds,
            "spread": self.spread,
        }
        state |= {"optimiser": optimiser.state_dict()}
        torch.save(state, self.folder / "state.new")
        (self.folder / "state.new").replace(self.folder / "state.pt")

    def log(self, record: dict[str, object]) -> None:
        """Add a line to the log."""
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(record) + "\n")


def read(model: PostEditor, file: Path) -> None:
    """Load fitted weights into a model."""
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(file).items()}, strict=False)


def batches(model: PostEditor, material: Material, seed: int, size: int, mixture: Mixture) -> Iterator[Batch]:
    """Yield batches without end; which follow depends on the seed alone."""
    chance = random.Random(seed)  # noqa: S311
    while True:
        yield collate(model, [material.window(chance, mixture) for _ in range(size)])


def main() -> None:
    """Train to the last step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--more", "--noise", "--mpnet", "--run"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4_000, help="of this run in all, resumed parts included")
    parser.add_argument("--batch", type=int, default=3, help="windows of a step")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="on an accelerator the layers compute in bfloat16")
    parser.add_argument("--seed", type=int, default=20261130)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    given.run.mkdir(parents=True, exist_ok=True)
    model = PostEditor(given.mpnet).to(given.device)
    optimiser = torch.optim.AdamW(_groups(model), lr=given.rate, betas=(0.9, 0.98), weight_decay=0.01)
    run = Run(given.run)
    run.restore(model, optimiser)
    material = Material.read(given.data, given.more, given.noise, length=_counter(model))
    train(model, optimiser, run, material, given)


def _groups(model: PostEditor) -> list[dict[str, object]]:
    """Return what is trained in two groups: low-rank updates, which a high rate ruins, and heads."""
    inner = [each for name, each in model.fitted().items() if name.endswith((".up", ".down"))]
    heads = [each for name, each in model.fitted().items() if not name.endswith((".up", ".down"))]
    return [{"params": inner, "factor": 1.0}, {"params": heads, "factor": _HEAD_RATE}]


def _counter(model: PostEditor) -> Callable[[str], int]:
    def count(text: str) -> int:
        return len(model.tokenizer.encode(text, add_special_tokens=False).ids)

    return count


def train(
    model: PostEditor, optimiser: torch.optim.Optimizer, run: Run, material: Material, given: argparse.Namespace
) -> None:
    """Take steps, keep checkpoints, write the curve."""
    seen, began, saved, before = Losses(), time.monotonic(), time.monotonic(), run.seconds
    chance = torch.Generator().manual_seed(given.seed + run.step)
    mixture, device = Mixture(), model.bias.device
    stream = batches(model, material, given.seed + run.step, given.batch, mixture)
    while run.step < given.steps:
        mixture.progress = run.step / given.steps
        batch = next(stream).to(device)
        rate = given.rate * min(1.0, (run.step + 1) / 25, 0.02 + (1 - mixture.progress) / 0.3)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu"):
            value = loss(model, batch, chance, seen)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(model.fitted().values(), 1.0)
        optimiser.step()
        run.step, run.pieces = run.step + 1, run.pieces + int(batch.mask.sum())
        run.seconds = before + time.monotonic() - began
        if run.step % 20 == 0:
            parts = seen.take()
            run.spread = run.spread or parts["spread"]
            if parts["spread"] < _COLLAPSED * run.spread:
                raise RuntimeError(f"all words became alike at step {run.step}: try a lower --rate than {given.rate:g}")
            run.log({"step": run.step, "pieces": run.pieces, "seconds": round(run.seconds), "rate": rate, **parts})
        if time.monotonic() - saved > 600:
            run.save(model, optimiser)
            saved = time.monotonic()
    run.save(model, optimiser)


if __name__ == "__main__":
    main()
