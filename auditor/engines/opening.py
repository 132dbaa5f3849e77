"""Open the models that the settings name: the embedded ones, or the user's own from disk or the local hub cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.engines import memory, remembering, store
from auditor.errors import ModelError, SettingsError
from auditor.values import Settings

if TYPE_CHECKING:
    from auditor.engines.protocols import BackTranslator, Detector, Embedder, LanguageModel, Translator

FLUENCY_MODEL = "smollm2-135m-instruct"
BACK_TRANSLATION = {("en", "pt"): "firefox-en-pt", ("pt", "en"): "firefox-pt-en"}


def open_language_model(settings: Settings) -> LanguageModel:
    """Load the language model.

    Raises:
        ModelError: it is missing or damaged, or is no causal language model.
    """
    from auditor.engines import weights
    from auditor.engines.causal_lm import CausalLM

    _prepare(settings)
    if settings.fluency_model:
        folder = resolve(settings.fluency_model, role="fluency model")
        name = settings.fluency_model
    else:
        folder = weights.path(FLUENCY_MODEL)
        name = f"{FLUENCY_MODEL}@{weights.fingerprint(FLUENCY_MODEL)}"
    model = CausalLM(folder, name=name, device=settings.device, precision=settings.precision)
    if not settings.cache:
        return model
    return remembering.RememberingLanguageModel(model, _memory(f"{model.name} {_stamps(folder)}", settings))


def open_back_translator(settings: Settings) -> BackTranslator:
    """Load both directions of the back-translation model.

    Raises:
        ModelError: one is missing or damaged.
        SettingsError: the two directions do not lead from English to one language and home again.
    """
    from auditor.engines.back_translator import PivotBackTranslator

    translator = PivotBackTranslator(*open_translators(settings))
    if not settings.cache:
        return translator
    return remembering.RememberingBackTranslator(translator, _memory(translator.name, settings))


def open_translators(settings: Settings) -> tuple[Translator, Translator]:
    """Load the two directions apart, out of English and home.

    Raises:
        ModelError: one is missing or damaged.
        SettingsError: the two directions do not lead from English to one language and home again.
    """
    _prepare(settings)
    if not settings.back_translation:
        out, home = (_embedded(pair, settings) for pair in BACK_TRANSLATION)
        return out, home
    out_pair, home_pair = pairs(settings)
    return _hub(out_pair, settings), _hub(home_pair, settings)


def open_detector(settings: Settings) -> Detector:
    """Load the detector.

    Raises:
        ModelError: its weights or the encoder underneath are missing or damaged.
    """
    from auditor.engines import encoder

    _prepare(settings)
    folder = Path(settings.detector).expanduser() if settings.detector else None
    detector = encoder.open_embedded(settings, detector=folder)
    if not settings.cache:
        return detector
    return remembering.RememberingDetector(detector, _memory(detector.name, settings))


def open_embedder(settings: Settings) -> Embedder:
    """Load the encoder that tells how alike two texts are.

    Raises:
        ModelError: it is missing or damaged.
    """
    from auditor.engines import embedder

    _prepare(settings)
    return embedder.open_embedded(settings)


def pairs(settings: Settings) -> tuple[str, str]:
    """Return the names of the two directions, out and home, as "en-fr" and "fr-en".

    Raises:
        SettingsError: they do not lead from English to one language and home again.
    """
    names = set(settings.back_translation)
    out = next((name for name in names if name.startswith("en-")), "")
    home = "-".join(reversed(out.split("-")))
    if not out or names != {out, home}:
        given = ", ".join(sorted(names)) or "none"
        raise SettingsError(
            f"back-translation needs both directions of one pair, as in en-fr=PATH,fr-en=PATH; given: {given}"
        )
    return out, home


def resolve(model: str, *, role: str) -> Path:
    """Find `model` on disk, or in the local Hugging Face cache; nothing is downloaded.

    Raises:
        ModelError: it is in neither.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except Exception as error:  # huggingface_hub and its validators raise many sorts for "not here"
        raise ModelError(
            f"the {role} '{model}' is neither a folder nor in the local Hugging Face cache; give the path of a folder"
        ) from error


def _embedded(pair: tuple[str, str], settings: Settings) -> Translator:
    from auditor.engines import weights
    from auditor.engines.firefox import FirefoxTranslator

    name = BACK_TRANSLATION[pair]
    return FirefoxTranslator(weights.path(name), device=settings.device, precision=settings.precision)


def _hub(pair: str, settings: Settings) -> Translator:
    from auditor.engines.marian import MarianTranslator

    source, target = pair.split("-")
    folder = resolve(settings.back_translation[pair], role="translation model")
    return MarianTranslator(folder, pair=(source, target), device=settings.device)


def _memory(engine: str, settings: Settings) -> remembering.Memory:
    return remembering.Memory(store.Store(store.home()), engine=engine, device=settings.device)


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    """Tell when the files of a model were written: the name of a model of the user's own does not tell its content."""
    files = [(file.name, file.stat()) for file in sorted(folder.iterdir())]
    return [(name, found.st_size, found.st_mtime_ns) for name, found in files]


def _prepare(settings: Settings) -> None:
    """Set what holds for the whole process."""
    memory.keep_few_kernels()
    import torch

    if settings.threads:
        torch.set_num_threads(settings.threads)
