"""Small probes over the small language model, seeded."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from auditor.engines import pair_probes
from auditor.engines.language_model.probe import WEIGHTS, ProbeNetwork

LAYERS, WIDTH = (0, 1), 16


def make_probe(folder: Path) -> Path:
    """Save a probe that reads both layers of `make_causal_lm`."""
    torch.manual_seed(11)
    network = ProbeNetwork(len(LAYERS) * WIDTH, narrow=8, memory=4)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: (4 * tensor).half().contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, folder / WEIGHTS, {"layers": ",".join(map(str, LAYERS))})
    return folder


READ = 6
"""Numbers a word that an encoder would tell."""


def make_pair_probes(folder: Path, *pairs: str, read: int = READ) -> Path:
    """Save probes of these pairs, without and with `read` numbers a word of an encoder, and of raters' marks."""
    tensors: dict[str, Tensor] = {}
    told = len(LAYERS) * WIDTH + 4
    sizes = {pair_probes.MARKED: told} | dict.fromkeys(pairs, told)
    sizes |= {pair + pair_probes.SOURCED: told + read for pair in pairs}
    for seed, (name, size) in enumerate(sizes.items()):
        torch.manual_seed(seed)
        network = pair_probes.PairNetwork(size, narrow=8, memory=4)
        tensors |= {f"{name}.{key}": (4 * part).half().contiguous() for key, part in network.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / pair_probes.WEIGHTS, {"layers": ",".join(map(str, LAYERS))})
    return folder
