"""Small probes over the small language model, seeded."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

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
