"""The mean of snapshots."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from auditor.engines.quality_estimation.estimator import FITTED_WEIGHTS
from models.train.averaged import average


def test_the_mean_of_two_snapshots_lies_between_them(tmp_path: Path) -> None:
    """Number by number, in float16."""
    for name, value in (("a", 1.0), ("b", 4.0)):
        (tmp_path / name).mkdir()
        save_file({"w": torch.full((2, 3), value, dtype=torch.float16)}, tmp_path / name / FITTED_WEIGHTS)

    average([tmp_path / "a", tmp_path / "b"], tmp_path / "mean")

    found = load_file(tmp_path / "mean" / FITTED_WEIGHTS)["w"]
    assert found.dtype == torch.float16
    assert found.tolist() == [[2.5] * 3] * 2
