"""Average the weights of several snapshots of one run, which are steadier together than the last alone.

    python -m models.train.averaged --out models/quality-estimator RUN/snapshot-006600k RUN/snapshot-009801k

Source: Izmailov et al. (2018), Averaging Weights Leads to Wider Optima and Better Generalization.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from auditor.engines.quality_estimation.estimator import FITTED_WEIGHTS


def main() -> None:
    """Write the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshots", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    average(given.snapshots, given.out)


def average(snapshots: Sequence[Path], out: Path) -> None:
    """Write the mean of the snapshots' weights, float16, into the folder `out`."""
    weights = [load_file(folder / FITTED_WEIGHTS) for folder in snapshots]
    mean: dict[str, Tensor] = {}
    for name in weights[0]:
        stacked = torch.stack([each[name].float() for each in weights])
        mean[name] = stacked.mean(0).half()
    out.mkdir(parents=True, exist_ok=True)
    names = ",".join(folder.name for folder in snapshots)
    save_file({name: tensor.contiguous() for name, tensor in mean.items()}, out / FITTED_WEIGHTS, {"averaged": names})


if __name__ == "__main__":
    main()
