"""Any MarianMT pair of the Hugging Face hub, loaded from a folder on disk; nothing is downloaded."""

from __future__ import annotations

import hashlib
import json
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers import MarianMTModel
from transformers.utils import logging

from auditor.engines.translation.forced_decoding import subword_roles
from auditor.engines.translation.hf_marian_model import MarianSequences
from auditor.engines.translation.translator import SubwordTranslator
from auditor.engines.translation.vocabulary import Vocabulary
from auditor.errors import ModelError

# The hub's own names for the direction: "opus-mt-en-fr", "opus-mt-tc-big-en-pt", as folder or inside the cache.
_DIRECTION = re.compile(r"opus-mt(?:-tc-(?:big|base|bible-big-\w+))?-([a-z]{2,3})-([a-z]{2,3})")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


class MarianTranslator(SubwordTranslator):
    """A MarianMT model for one direction."""

    def __init__(self, folder: Path, *, pair: tuple[str, str], device: str = "cpu") -> None:
        """Load the model that `folder` holds in the hub's layout (`config.json`, weights, `vocab.json`, `*.spm`).

        A model that writes several languages is told to write the second of `pair`.

        Raises:
            ModelError: the folder is no MarianMT model, is damaged, or is known to translate another pair.
        """
        config = _read_json(folder / "config.json")
        if config.get("model_type") != "marian":
            raise ModelError(f"{folder} holds a model of type '{config.get('model_type')}', not a MarianMT model")
        _check_direction(folder, pair)
        source, mark = _vocabulary(folder, "source.spm", "vocab.json", language=pair[1])
        separate = "target_vocab.json" if (folder / "target_vocab.json").exists() else "vocab.json"
        target, _ = _vocabulary(folder, "target.spm", separate, language=pair[1])
        model = _load(folder).to(device)
        subwords = subword_roles(target, model.config.decoder_vocab_size or model.config.vocab_size)
        super().__init__(
            MarianSequences(model, subwords, unknown=target.unknown, mark=mark),
            source,
            target,
            name=f"marian-{'-'.join(pair)}/{_content(folder)}/float32",
            pair=pair,
        )


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"no MarianMT model in {path.parent}: {path.name} is missing; give the folder of a downloaded model"
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged ({error}); download the model again") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} is damaged (not a table); download the model again")
    return content


def _check_direction(folder: Path, pair: tuple[str, str]) -> None:
    """Refuse a model that says it translates another pair; one that says nothing is believed.

    Three-letter codes are not compared: no table here says that "por" is "pt".
    """
    declared = _declared(folder)
    for language, asked in zip(declared, pair, strict=True):
        if re.fullmatch("[a-z]{2}", language) and language != asked:
            advice = "swap the two models" if declared == pair[::-1] else f"give a model for {'-'.join(pair)}"
            raise ModelError(f"{folder} translates {'-'.join(declared)}, not {'-'.join(pair)}; {advice}")


def _declared(folder: Path) -> tuple[str, str]:
    """Return what the model says it reads and writes, by its tokenizer or by its name on the hub; "" for unknown."""
    configuration = folder / "tokenizer_config.json"
    options = _read_json(configuration) if configuration.exists() else {}
    languages = (options.get("source_lang"), options.get("target_lang"))
    if all(isinstance(language, str) for language in languages):
        return str(languages[0]), str(languages[1])
    names = [(found[1], found[2]) for part in folder.parts if (found := _DIRECTION.search(part))]
    return names[-1] if names else ("", "")


def _vocabulary(folder: Path, subwords: str, numbers: str, *, language: str) -> tuple[Vocabulary, tuple[int, ...]]:
    """Read a vocabulary, and the mark that asks a model of several target languages for `language`, if there is one."""
    ids = _read_json(folder / numbers)
    if not all(isinstance(number, int) for number in ids.values()) or "<unk>" not in ids:
        raise ModelError(f"{folder / numbers} is no vocabulary of a MarianMT model; download the model again")
    mark = ids.get(f">>{language}<<")
    return Vocabulary(folder / subwords, ids=ids, unknown=ids["<unk>"]), () if mark is None else (mark,)


def _load(folder: Path) -> Any:  # noqa: ANN401 - transformers is untyped
    logging.disable_progress_bar()  # the caller says what is being done
    try:
        # torch's fused attention chooses its arithmetic by device and shape; "eager" is the same everywhere.
        model = MarianMTModel.from_pretrained(folder, local_files_only=True, attn_implementation="eager")
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError, pickle.UnpicklingError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"cannot load the translation model in {folder} ({reason}); download it again") from error
    return model.float().eval()


def _content(folder: Path) -> str:
    """Hash the weights, so that the signature names what was used."""
    digest = hashlib.sha256()
    files = next((found for pattern in _WEIGHTS if (found := sorted(folder.glob(pattern)))), [])
    for path in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:12]
