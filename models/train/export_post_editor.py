"""Write the weights of a post-editor's run as they ship, matrices in int8; then `python -m models.train.pin`.

python -m models.train.export_post_editor --run RUN [--out models/post-editor]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from safetensors.torch import load_file, save_file

from auditor.engines.post_editing.file_format import FITTED, FROZEN, LAST
from auditor.engines.post_editing.post_editor import narrowed
from auditor.engines.weights import convert_mpnet

_HEADS = {
    "transform": "transform",
    "restoring_norm": "norm",
    "deleting": "deleting",
    "keeping": "keeping",
    "missing": "gap",
    "judging": "judge",
}
"""Heads of what ships, by their names here."""


def export(run: Path, folder: Path) -> None:
    """Write the weights of a run as they ship, matrices in int8, into `folder`."""
    stored = load_file(run / "post-editor.safetensors")
    tensors = {name.removeprefix("encoder."): tensor for name, tensor in stored.items()}
    found = {"restoring_bias": tensors["bias"]}
    for number in range(FROZEN, LAST):
        found |= convert_mpnet.layer(tensors, number)
    for name, own in _HEADS.items():
        for part in ("weight", "bias"):
            found[f"{name}.{part}"] = tensors[f"{own}.{part}"]
    folder.mkdir(parents=True, exist_ok=True)
    save_file(narrowed(found), folder / FITTED)


def main() -> None:
    """Export one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="the folder that models.train.post_editor wrote")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "post-editor")
    given = parser.parse_args()
    export(given.run, given.out)


if __name__ == "__main__":
    main()
