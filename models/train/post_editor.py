"""Fit a post-editor: an English encoder that says of each word whether to keep it, and what ought to stand there.

    python -m models.train.post_editor --data DATA --more DATA2 --noise FOLDER --mpnet FOLDER --run RUN --steps 4000

The encoder is MPNet-base. Its lower six layers are frozen and leave no graph; the next five are fitted whole, with four
heads on the first piece of each word: whether it is kept; if not, what ought to stand there, nothing or any whole word
of the vocabulary (tied to the embeddings); which function word is missing before it; and how likely a post-editor
changes and a rater marks it. The first two make one distribution, P(kept) and P(not kept) P(word | not kept); the
second is fitted on wrong words alone, paraphrases among them, the first on words that are known to be right or wrong.

Updates of low rank on the same layers collapsed at every rate tried (2e-4, 6e-4, 8e-4): what a constant could learn
came first. So every bias begins at its base rate here, and the heads move alone for the first steps.

`RUN` keeps a checkpoint every ten minutes and a log; the same command goes on where it stopped. `FOLDER` is what the
makers of `models.train.noise` wrote.
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
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, gelu
from transformers import MPNetModel

from auditor.engines.post_editing.file_format import FROZEN, LAST
from auditor.engines.post_editing.network import MISSING
from auditor.engines.post_editing.post_editor import WINDOW, first_subwords, load_tokenizer, whole_words
from models.train.post_editor_text import Line, Material, Mixture

KEEP, DELETE = 0, 1
"""The first two classes; the words of the vocabulary follow."""
IGNORE, CHANGED = -1, -2
"""A word of which nothing is known, and one that is wrong in a way that no one word mends."""
_HEAD_RATE = 10.0
"""How many times as fast the heads move as the layers do."""
_HEADS_ALONE, _WARM_UP = 60, 150
"""Steps in which the layers stand still, and in which their rate then rises."""
_COLLAPSED = 0.25
"""The share of its first spread over words below which a state says nothing of its word, and a run is given up. A run
with updates of low rank fell to .07 within 140 steps, and all its words were alike from then on."""
_KEEP_WEIGHT, _GAP_WEIGHT, _JUDGE_WEIGHT = 6.0, 2.0, 1.0
"""Of the losses a word: a wrong word's restoring has weight 1, a mean over the wrong words alone."""
_RATES = {"wrong": 0.06, "missing": 0.008, "edited": 0.2, "marked": 0.08}
"""How often each happens in the training windows, where the biases begin."""


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

    def __init__(self, folder: Path) -> None:
        """Load MPNet-base from `folder` and let its upper layers be fitted."""
        super().__init__()
        self.encoder = MPNetModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)
        self.encoder.requires_grad_(requires_grad=False).eval()
        self.tokenizer = load_tokenizer(folder)
        self.vocabulary = whole_words(self.tokenizer)
        self.classes = {word: number + 2 for number, (word, _) in enumerate(self.vocabulary)}
        layers: Any = self.encoder.encoder.layer
        for layer in layers[FROZEN:LAST]:
            layer.requires_grad_(requires_grad=True)
        width = self.encoder.config.hidden_size
        ids = torch.tensor([number for _, number in self.vocabulary])
        self.words: Tensor
        self.register_buffer(
            "words", self.encoder.embeddings.word_embeddings.weight[ids].detach().clone(), persistent=False
        )
        self.transform = nn.Linear(width, width)
        nn.init.eye_(self.transform.weight)
        self.norm = nn.LayerNorm(width)
        nn.init.constant_(self.norm.weight, 0.3)
        self.bias = nn.Parameter(torch.zeros(len(ids)))
        self.deleting = _begun(width, [math.log(len(ids)) - 3.0])
        self.keeping = _begun(width, [-_log_odds("wrong")])
        self.gap = _begun(width, [-_log_odds("missing") + math.log(len(MISSING) + 1), *[0.0] * (len(MISSING) + 1)])
        self.judge = _begun(width, [_log_odds("edited"), _log_odds("marked")])

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

    def kept(self, states: Tensor) -> Tensor:
        """Return the log-odds that each word is kept, (words,)."""
        odds: Tensor = self.keeping(states).squeeze(1)
        return odds

    def restored(self, states: Tensor) -> Tensor:
        """Return log P(what ought to stand there | the word is wrong), (words, 1 + vocabulary); first nothing."""
        wanted = self.norm(gelu(self.transform(states)))
        return torch.cat([self.deleting(states), wanted @ self.words.T + self.bias], 1).log_softmax(1)

    def window(self, lines: Sequence[Line]) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Return the pieces of some sentences, and (line, word, piece at which it begins) of each word."""
        ids, places = [0], []
        for number, line in enumerate(lines):
            encoded = self.tokenizer.encode(line.text, add_special_tokens=False)
            for word, piece in first_subwords(encoded.offsets, line.words):
                places.append((number, word, len(ids) + piece))
            ids += encoded.ids
        return [*ids[: 2 * WINDOW], 2], [place for place in places if place[2] < 2 * WINDOW]


def _begun(width: int, biases: Sequence[float]) -> nn.Linear:
    """Return a head that says the same of every state until it is fitted."""
    head = nn.Linear(width, len(biases))
    nn.init.zeros_(head.weight)
    with torch.no_grad():
        head.bias.copy_(torch.tensor(biases))
    return head


def _log_odds(name: str) -> float:
    return math.log(_RATES[name] / (1 - _RATES[name]))


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
        target = DELETE if line.sure[word] else IGNORE  # a paraphrase is often longer, and no word of it is to go
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


def loss(model: PostEditor, batch: Batch, seen: Losses) -> Tensor:
    """Return the loss of a batch: the mean over words of each part, weighted."""
    states = model.states(batch)
    seen.add("spread", states.detach().std(0))
    named = batch.targets > KEEP
    restored = -model.restored(states[named]).gather(1, batch.targets[named].unsqueeze(1) - 1).squeeze(1)
    seen.add("restored", restored)
    total = restored.sum() / max(1, len(restored))
    asked = batch.sure & (batch.targets != IGNORE)
    right = (batch.targets[asked] == KEEP).float()
    kept = binary_cross_entropy_with_logits(model.kept(states[asked]), right, reduction="none")
    seen.add("kept", kept[right > 0])
    seen.add("wrong", kept[right == 0])
    total = total + _KEEP_WEIGHT * _mean(kept)
    known = batch.missing >= 0
    gaps = cross_entropy(model.gap(states[known]), batch.missing[known], reduction="none")
    seen.add("gap", gaps)
    total = total + _GAP_WEIGHT * _mean(gaps)
    judged = model.judge(states)
    for column, (name, labels) in enumerate((("edited", batch.edited), ("marked", batch.marked))):
        asked = labels >= 0
        each = binary_cross_entropy_with_logits(judged[asked, column], labels[asked], reduction="none")
        seen.add(name, each)
        total = total + _JUDGE_WEIGHT * _mean(each)
    return total


def _mean(values: Tensor) -> Tensor:
    return values.sum() / max(1, len(values))


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
    parser.add_argument("--rate", type=float, default=6e-5, help="of the layers")
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
    """Return what is trained in two groups: layers, which a high rate ruins, and heads."""
    inner = [each for name, each in model.fitted().items() if name.startswith("encoder.")]
    heads = [each for name, each in model.fitted().items() if not name.startswith("encoder.")]
    return [
        {"params": inner, "factor": 1.0, "begins": _HEADS_ALONE, "warm": _WARM_UP},
        {"params": heads, "factor": _HEAD_RATE, "begins": 0, "warm": 25},
    ]


def _counter(model: PostEditor) -> Callable[[str], int]:
    def count(text: str) -> int:
        return len(model.tokenizer.encode(text, add_special_tokens=False).ids)

    return count


def train(
    model: PostEditor, optimiser: torch.optim.Optimizer, run: Run, material: Material, given: argparse.Namespace
) -> None:
    """Take steps, keep checkpoints, write the curve."""
    seen, began, saved, before = Losses(), time.monotonic(), time.monotonic(), run.seconds
    mixture, device = Mixture(), model.bias.device
    stream = batches(model, material, given.seed + run.step, given.batch, mixture)
    while run.step < given.steps:
        mixture.progress = run.step / given.steps
        batch = next(stream).to(device)
        rate = given.rate * min(1.0, 0.02 + (1 - mixture.progress) / 0.6)
        for group in optimiser.param_groups:
            risen = (run.step + 1 - group["begins"]) / group["warm"]
            group["lr"] = rate * group["factor"] * min(1.0, max(0.0, risen))
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu"):
            value = loss(model, batch, seen)
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
