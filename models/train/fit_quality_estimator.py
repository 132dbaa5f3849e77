"""Fit the quality estimator: one command, seeded, resumable, on a processor or a graphics card.

    python -m models.train.fit_quality_estimator --data DATA --encoder ENCODER --out RUN

DATA holds the judged translations (`qe/*.parquet`) and `clean_news.parquet`; ENCODER is what `auditor models fetch`
made of multilingual-e5-small. RUN receives the state (to resume, run the same command again), a log with the curve on
development rows, and snapshots, each of which `auditor evaluate --quality-estimator` reads. The rate of learning rises,
stays, and falls over the last part of `--tokens`: a run can be ended early by resuming it with a smaller number.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from auditor.engines.quality_estimation.estimator import (
    FITTED_WEIGHTS,
    SubwordBatcher,
    load_network,
    load_tokenizer,
    overlay,
)
from auditor.engines.quality_estimation.network import Batch, QualityNetwork, Side
from models.train.curve import measure
from models.train.examples import Corpus, Example, development, read_corpus
from models.train.losses import loss
from models.train.mixture import batches, epoch
from models.train.resampled import read_resampled

LAYER_RATE, HEAD_RATE = 2e-4, 1e-3
DECAY_BY_LAYER = 0.93
"""Each layer learns so much slower than the one above it."""
WARM_UP, FALL = 120_000, 0.35
"""Subwords until the full rate; share of all subwords over which it falls to a twentieth."""


@dataclass(slots=True)
class State:
    """Where a run stands. `tokens` counts real (unpadded) subwords of both sides."""

    epoch: int = 0
    batch: int = 0
    tokens: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    data: Path
    encoder: Path
    out: Path
    tokens: int
    snapshot: int
    seed: int
    device: str
    rows: int
    start: Path | None
    resampled: Path | None


def main() -> None:
    """Fit until the number of subwords is reached."""
    options, threads = _options()
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    subwords = SubwordBatcher(load_tokenizer(options.encoder))
    network = load_network(options.encoder).to(options.device)
    optimiser = torch.optim.AdamW(_groups(network), weight_decay=0.01, betas=(0.9, 0.98))
    corpus = read_corpus(options.data)
    if options.resampled:
        corpus = replace(corpus, resampled=tuple(read_resampled(options.resampled)))
    held = development(options.data, options.rows)
    state = _resume(options.out / "state.pt", network, optimiser)
    if state.steps == 0:
        _begin(network, subwords, corpus, options.start)
    sums: dict[str, float] = defaultdict(float)
    started, snapshots, since = time.monotonic(), state.tokens // options.snapshot, state.tokens
    for examples in _stream(corpus, subwords, state, options.seed):
        if state.tokens >= options.tokens:
            break
        batch = _to(subwords.batch([example.pair for example in examples]), options.device)
        for group in optimiser.param_groups:
            group["lr"] = group["top"] * _rate(state.tokens, options.tokens)
        _step(network, optimiser, batch, examples, sums, options, state)
        if state.steps % 50 == 0:
            speed = (state.tokens - since) / (time.monotonic() - started)
            _log(options.out, {"tokens": state.tokens, "speed": speed, **{k: v / 50 for k, v in sums.items()}})
            sums.clear()
        if state.steps % 150 == 0:
            _save(options.out / "state.pt", network, optimiser, state)
        if state.tokens // options.snapshot > snapshots:
            snapshots = state.tokens // options.snapshot
            _snapshot(options, network, subwords, held, state)
    _save(options.out / "state.pt", network, optimiser, state)
    _snapshot(options, network, subwords, held, state)


def _options() -> tuple[Options, int]:
    parser = argparse.ArgumentParser(description="Fit the quality estimator.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=7_000_000)
    parser.add_argument("--snapshot", type=int, default=600_000, help="subwords between snapshots")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", type=int, default=60, help="development rows a language for the curve")
    parser.add_argument(
        "--start", type=Path, help="folder of a quality estimator to go on from, as models/quality-estimator"
    )
    parser.add_argument("--resampled", type=Path, help="damaged sentences, as models.train.resampled writes them")
    given = parser.parse_args()
    chosen = vars(given)
    threads = int(chosen.pop("threads"))
    return Options(**chosen), threads


def _groups(network: QualityNetwork) -> list[dict[str, object]]:
    """Give each layer its rate: the lower, the slower; heads learn fastest."""
    top = len(network.layers) - 1
    groups: list[dict[str, object]] = []
    for number, layer in enumerate(network.layers):
        parameters = [parameter for parameter in layer.parameters() if parameter.requires_grad]
        if parameters:
            groups.append({"params": parameters, "top": LAYER_RATE * DECAY_BY_LAYER ** (top - number)})
    heads: list[torch.nn.Parameter] = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad and not name.startswith("layers."):
            heads.append(parameter)
    return [*groups, {"params": heads, "top": HEAD_RATE}]


def _rate(tokens: int, total: int) -> float:
    """Rise, stay, fall: the share of the full rate after `tokens` of `total`."""
    fall = FALL * total
    return max(0.05, min(1.0, (tokens + 5_000) / WARM_UP, (total - tokens) / fall))


def _begin(network: QualityNetwork, subwords: SubwordBatcher, corpus: Corpus, start: Path | None) -> None:
    """Go on from fitted weights, or else from what 256 sentences have in common."""
    if start is not None:
        overlay(network, start / FITTED_WEIGHTS)
        return
    chance = random.Random(0)  # noqa: S311 (not for cryptography)
    pairs = [example.pair for example in chance.sample(corpus.edited, 256)]
    with torch.no_grad():
        side = _to(subwords.batch(pairs), network.centre.device.type).target
        network.centre.copy_(network.read(side)[side.mask].mean(0))


def _stream(corpus: Corpus, subwords: SubwordBatcher, state: State, seed: int) -> Iterator[list[Example]]:
    """Yield batches without end, from where the state stands, moving it on."""
    while True:
        examples = epoch(corpus, seed=seed, number=state.epoch)
        for number, batch in enumerate(batches(examples, subwords, seed=seed, number=state.epoch)):
            if number < state.batch:
                continue
            yield batch
            state.batch = number + 1
        state.epoch, state.batch = state.epoch + 1, 0


def _to(batch: Batch, device: str) -> Batch:
    def side(each: Side) -> Side:
        return Side(each.ids.to(device), each.mask.to(device))

    return Batch(side(batch.target), side(batch.source), batch.pool.to(device), batch.has_source.to(device))


def _step(  # noqa: PLR0913, PLR0917 (one step needs all of a run)
    network: QualityNetwork,
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    examples: list[Example],
    sums: dict[str, float],
    options: Options,
    state: State,
) -> None:
    chance = random.Random(f"{options.seed}-{state.steps}-swaps")  # noqa: S311 (not for cryptography)
    network.train()
    with torch.autocast(options.device.split(":")[0], torch.bfloat16):
        parts = loss(network, batch, examples, chance)
    torch.stack(list(parts.values())).sum().backward()
    torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    for name, part in parts.items():
        sums[name] += float(part.detach())
    state.tokens += int(batch.target.mask.sum() + batch.source.mask.sum())
    state.steps += 1


def _log(out: Path, record: dict[str, object]) -> None:
    line = json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in record.items()})
    with (out / "log.jsonl").open("a") as log:
        log.write(line + "\n")
    print(line, flush=True)


def _fitted(network: QualityNetwork) -> dict[str, torch.Tensor]:
    return {name: parameter.detach() for name, parameter in network.named_parameters() if parameter.requires_grad}


def _snapshot(
    options: Options, network: QualityNetwork, subwords: SubwordBatcher, held: dict[str, list[Example]], state: State
) -> None:
    """Write the fitted weights as float16 and a point of the curve."""
    folder = options.out / f"snapshot-{state.tokens // 1000:06d}k"
    folder.mkdir(exist_ok=True)
    weights = {name: tensor.half().cpu().contiguous() for name, tensor in _fitted(network).items()}
    save_file(weights, folder / FITTED_WEIGHTS, metadata={"tokens": str(state.tokens), "seed": str(options.seed)})
    network.eval()
    _log(options.out, {"snapshot": folder.name, "curve": measure(network, subwords, held, options.device)})


def _save(file: Path, network: QualityNetwork, optimiser: torch.optim.Optimizer, state: State) -> None:
    """Write the state to a new file first, so that an interruption leaves the old one whole."""
    fresh = file.with_suffix(".new")
    content = {
        "fitted": _fitted(network),
        "optimiser": optimiser.state_dict(),
        "state": (state.epoch, state.batch, state.tokens, state.steps),
    }
    torch.save(content, fresh)
    fresh.replace(file)


def _resume(file: Path, network: QualityNetwork, optimiser: torch.optim.Optimizer) -> State:
    if not file.exists():
        return State()
    content = torch.load(file, weights_only=True)
    network.load_state_dict(content["fitted"], strict=False)
    optimiser.load_state_dict(content["optimiser"])
    return State(*content["state"])


if __name__ == "__main__":
    main()
