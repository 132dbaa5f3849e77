"""Activation ranges of a language model's matrices, which int8 must know beforehand.

See `auditor.engines.kernels.quantized_linear.smooth_quantize`.

Shapes: L layers, D width of the language model.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from auditor.engines.kernels import weights_file

WEIGHTS = "ranges.safetensors"
INPUTS, WIDEN = "inputs", "widen"


@dataclass(frozen=True, slots=True, eq=False)
class ActivationRanges:
    """The greatest absolute value of each number behind the two norms of each layer, (L, D), as seen in some text.

    Attributes:
        name: of their content.
        inputs: of the projection to queries, keys and values.
        widen: of the gate and up projections.
    """

    name: str
    inputs: Tensor
    widen: Tensor


def load_activation_ranges(folder: Path) -> ActivationRanges:
    """Load the ranges in `folder`.

    Raises:
        ModelError: they are missing or damaged.
    """
    file = folder / WEIGHTS
    with weights_file.opened(file, remedy=weights_file.REINSTALL) as stored:
        inputs, widen = stored.get_tensor(INPUTS), stored.get_tensor(WIDEN)
    return ActivationRanges(hashlib.sha256(file.read_bytes()).hexdigest()[:12], inputs, widen)
