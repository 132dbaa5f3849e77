"""The Firefox Translations "tiny" students, English to and from Portuguese, in torch.

They translate as Mozilla's own engine does and, unlike it, say how likely a given translation is: the evidence of a
back-translation. Source of the models: Mozilla, Firefox Translations (MPL-2.0).
"""

from __future__ import annotations

from pathlib import Path

import torch

from auditor.engines.kernels import quantized_linear
from auditor.engines.translation.firefox.file_format import read_config, read_tensors
from auditor.engines.translation.firefox.greedy_search import Shortlist
from auditor.engines.translation.firefox.network import build_network
from auditor.engines.translation.firefox.student import Student
from auditor.engines.translation.forced_decoding import subword_roles
from auditor.engines.translation.translator import SubwordTranslator
from auditor.engines.translation.vocabulary import Vocabulary
from auditor.errors import ModelError, SettingsError

_PRECISIONS = ("auto", "int8", "float32", "bfloat16")


class FirefoxTranslator(SubwordTranslator):
    """A student for one direction, loaded from a folder that `auditor.engines.weights.convert_firefox` made."""

    def __init__(self, folder: Path, *, device: str = "cpu", precision: str = "auto") -> None:
        """Load the student in `folder`.

        `precision` is "int8", which the students were made for, "float32", "bfloat16" (of the layers alone), or "auto":
        int8 where the processor has instructions for it, else float32.

        Raises:
            ModelError: the folder is missing, unfinished or damaged.
            SettingsError: no such precision.
        """
        if precision not in _PRECISIONS:
            raise SettingsError(f"unknown precision '{precision}'; choose from: {', '.join(_PRECISIONS)}")
        fast = device == "cpu" and quantized_linear.has_int8_kernel()
        chosen = ("int8" if fast else "float32") if precision == "auto" else precision
        student, vocabulary = load_student(folder, precision=chosen, device=device)
        config = student.config
        arithmetic = quantized_linear.int8_arithmetic(device) if chosen == "int8" else chosen
        name = f"firefox-{config.source}-{config.target}/{config.sha256[:12]}/{arithmetic}"
        super().__init__(student, vocabulary, vocabulary, name=name, pair=(config.source, config.target))


def load_student(folder: Path, *, precision: str = "int8", device: str = "cpu") -> tuple[Student, Vocabulary]:
    """Load the model in `folder` and its one vocabulary for both languages.

    Raises:
        ModelError: the folder is missing, unfinished or damaged.
    """
    config = read_config(folder)
    tensors = read_tensors(folder / "model.safetensors")
    lists = read_tensors(folder / "shortlist.safetensors")
    vocabulary = Vocabulary(folder / "vocab.spm")
    try:
        network = build_network(config, tensors, precision=precision, device=device)
        shortlist = Shortlist(torch.from_numpy(lists["offsets"]), torch.from_numpy(lists["ids"]).long(), config.first)
    except KeyError as error:
        raise ModelError(f"{folder} lacks the tensor {error}; run: auditor models fetch") from error
    return Student(config, network, shortlist, subword_roles(vocabulary, len(network.bias))), vocabulary
