"""Read the folder of a Firefox Translations "tiny" student, as `auditor.engines.weights.convert_firefox` writes it.

The folder holds

    model.safetensors      the matrices as the original 8-bit numbers, the rest as float32 (17 MB); with each matrix
                           `NAME.scale`, what 1 is worth in it, and `NAME.step`, what 1 is worth in the 8-bit numbers
                           that it is multiplied by
    shortlist.safetensors  `offsets` and `ids`, both int32: the list of subword p is ids[offsets[p] : offsets[p + 1]]
    vocab.spm              the vocabulary, byte for byte
    config.json            `StudentConfig`, written last: a folder without it is not finished

Keeping the 8-bit numbers loses nothing and reads four times fewer bytes than float32.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from auditor.errors import ModelError

Array = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class StudentConfig:
    """The shape of a student. `sha256` is of the original model file, so that a signature can name what was used.

    `first` subwords are in every shortlist. A translation has at most floor(`length_factor` * subwords of the source).
    """

    source: str
    target: str
    sha256: str
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    first: int
    length_factor: float = 2.5
    positions: int = 1024
    end: int = 0
    unknown: int = 1


def read_config(folder: Path) -> StudentConfig:
    """Read the configuration of a rewritten student.

    Raises:
        ModelError: the folder is missing, unfinished or of another make.
    """
    path = folder / "config.json"
    try:
        return StudentConfig(**json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError(f"no translation model in {folder}; run: auditor models fetch") from error
    except (ValueError, TypeError) as error:
        raise ModelError(f"{path} is not a student's configuration ({error}); run: auditor models fetch") from error


def read_tensors(path: Path) -> dict[str, Array]:
    """Read one safetensors file of a rewritten student.

    Raises:
        ModelError: the file is missing or cut short.
    """
    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"cannot read {path} ({error}); run: auditor models fetch") from error
