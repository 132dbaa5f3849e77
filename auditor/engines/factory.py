"""Load the models that the settings name: the embedded ones, or the user's own from disk or the local hub cache.

With `Settings.cache` an engine is wrapped in its cache, and loaded when it is asked something new.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import concurrency, signature
from auditor.cache import cached_engines, environment, sqlite_store
from auditor.engines.translation.round_trip import PivotBackTranslator
from auditor.engines.weights import installed, manifest
from auditor.errors import ModelError, SettingsError
from auditor.values import Settings

if TYPE_CHECKING:
    from auditor.protocols import BackTranslator, Embedder, LanguageModel, PostEditor, QualityEstimator, Translator

FLUENCY_MODEL = "smollm2-135m-instruct"
PROBE = "probe"
ENCODER = "multilingual-e5-small"
QUALITY_ESTIMATOR = "quality-estimator"
RANGES = "ranges"
ENGLISH_ENCODER = "mpnet-base"
POST_EDITOR = "post-editor"
BACK_TRANSLATION = {("en", "pt"): "firefox-en-pt", ("pt", "en"): "firefox-pt-en"}


def load_language_model(settings: Settings) -> LanguageModel:
    """Load the language model, or wrap it in its cache.

    Raises:
        ModelError: it is missing or damaged, or is no causal language model.
    """
    folders = _fluency_folders(settings)
    name = settings.fluency_model or _embedded_name()

    def load() -> LanguageModel:
        _prepare(settings)
        from auditor.engines.kernels.activation_ranges import load_activation_ranges
        from auditor.engines.language_model.causal_lm import CausalLM
        from auditor.engines.language_model.edit_scoring import HiddenStateHook
        from auditor.engines.language_model.probe import load_probe

        folder, *fitted = folders
        device, precision = settings.device, settings.precision
        if not fitted:
            return CausalLM(folder, name=name, device=device, precision=precision)
        hook = HiddenStateHook.for_probe(load_probe(fitted[0]))
        ranges = load_activation_ranges(fitted[1])
        return CausalLM(folder, name=name, device=device, precision=precision, ranges=ranges, hook=hook)

    if not settings.cache:
        return load()
    return cached_engines.CachedLanguageModel(load, _result_cache(f"language model {name}", folders, settings))


def load_back_translator(settings: Settings) -> BackTranslator:
    """Load both directions of the back-translation model, or wrap them in their cache.

    Raises:
        ModelError: one is missing or damaged.
        SettingsError: the two directions do not lead from English to one language and home again.
    """
    folders = _translation_folders(settings)

    def load() -> BackTranslator:
        return PivotBackTranslator(*load_translators(settings))

    if not settings.cache:
        return load()
    names = "+".join("-".join(pair) for pair in folders)
    known = _result_cache(f"back-translation {names}", list(folders.values()), settings)
    return cached_engines.CachedBackTranslator(load, known)


def load_translators(settings: Settings) -> tuple[Translator, Translator]:
    """Load the two directions apart, out of English and home.

    Raises:
        ModelError: one is missing or damaged.
        SettingsError: the two directions do not lead from English to one language and home again.
    """
    _prepare(settings)
    load = _hub if settings.back_translation else _embedded
    out, home = (load(pair, folder, settings) for pair, folder in _translation_folders(settings).items())
    return out, home


def load_finding_results(settings: Settings, *, fitted: object) -> cached_engines.ResultCache | None:
    """Open the cache of what was found before with numbers that were `fitted`, by their repr; None without a cache.

    Raises:
        ModelError: a model is missing.
    """
    if not settings.cache:
        return None
    estimation = [] if settings.quality_estimator == "none" else _quality_estimation_folders(settings)
    translation = _translation_folders(settings)
    post_editing = [] if settings.post_editor == "none" else _post_editing_folders(settings)
    folders = [*_fluency_folders(settings), *translation.values(), *estimation, *post_editing]
    chosen = (settings.minimum_probability, sorted(signature.chosen(settings).items()))
    state = hashlib.sha256(repr((fitted, chosen, list(translation), signature.rules())).encode()).hexdigest()
    return _result_cache(f"findings {state}", folders, settings)


def arithmetic(settings: Settings) -> str:
    """Return the name of the arithmetic that this machine's products are computed with, for the signature."""
    if settings.device != "cpu":
        return settings.device
    if not settings.cache:
        return _arithmetic()
    return environment.arithmetic(sqlite_store.Store(sqlite_store.home()), _arithmetic)


def _embedded_name() -> str:
    return f"{FLUENCY_MODEL}@{installed.fingerprint(FLUENCY_MODEL)}"


def _fluency_folders(settings: Settings) -> list[Path]:
    """Return where the language model is and, of the embedded one, the probe and the ranges that were fitted on it."""
    if settings.fluency_model:
        return [resolve(settings.fluency_model, role="fluency model")]
    return [
        installed.model_folder(FLUENCY_MODEL),
        *(manifest.manifest_file().parent / name for name in (PROBE, RANGES)),
    ]


def _translation_folders(settings: Settings) -> dict[tuple[str, str], Path]:
    """Return where the two directions are, out and home."""
    if not settings.back_translation:
        return {pair: installed.model_folder(name) for pair, name in BACK_TRANSLATION.items()}
    names = (name.partition("-") for name in pairs(settings))
    found = {(source, target): settings.back_translation[f"{source}-{target}"] for source, _, target in names}
    return {pair: resolve(model, role="translation model") for pair, model in found.items()}


def load_quality_estimator(settings: Settings) -> QualityEstimator:
    """Load the quality estimator, or wrap it in its cache.

    Raises:
        ModelError: its weights or the encoder underneath are missing or damaged.
    """
    folders = _quality_estimation_folders(settings)

    def load() -> QualityEstimator:
        _prepare(settings)
        from auditor.engines.quality_estimation import estimator

        encoder, fitted = folders
        return estimator.load_estimator(encoder, fitted, precision=settings.precision, device=settings.device)

    if not settings.cache:
        return load()
    return cached_engines.CachedQualityEstimator(load, _result_cache("quality-estimator", folders, settings))


def _quality_estimation_folders(settings: Settings) -> list[Path]:
    """Return where the encoder is, and the weights that were fitted over it."""
    own = settings.quality_estimator
    fitted = Path(own).expanduser() if own else manifest.manifest_file().parent / QUALITY_ESTIMATOR
    return [installed.model_folder(ENCODER), fitted]


def load_post_editor(settings: Settings) -> PostEditor:
    """Load the post-editor, or wrap it in its cache.

    Raises:
        ModelError: its weights or the encoder underneath are missing or damaged.
    """
    folders = _post_editing_folders(settings)

    def load() -> PostEditor:
        _prepare(settings)
        from auditor.engines.post_editing import post_editor

        encoder, fitted = folders
        return post_editor.load_post_editor(encoder, fitted, precision=settings.precision, device=settings.device)

    if not settings.cache:
        return load()
    return cached_engines.CachedPostEditor(load, _result_cache("post-editor", folders, settings))


def _post_editing_folders(settings: Settings) -> list[Path]:
    """Return where the English encoder is, and the weights that were fitted over it."""
    own = settings.post_editor
    fitted = Path(own).expanduser() if own else manifest.manifest_file().parent / POST_EDITOR
    return [installed.model_folder(ENGLISH_ENCODER), fitted]


def load_embedder(settings: Settings) -> Embedder:
    """Load the encoder of sentence embeddings, which aligns a source.

    Raises:
        ModelError: it is missing or damaged.
    """
    _prepare(settings)
    from auditor.engines.quality_estimation import sentence_embeddings

    name = f"{ENCODER}@{installed.fingerprint(ENCODER)}"
    return sentence_embeddings.load_embedder(installed.model_folder(ENCODER), name=name)


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


def _embedded(pair: tuple[str, str], folder: Path, settings: Settings) -> Translator:
    from auditor.engines.translation.firefox.translator import FirefoxTranslator

    return FirefoxTranslator(folder, device=settings.device, precision=settings.precision)


def _hub(pair: tuple[str, str], folder: Path, settings: Settings) -> Translator:
    from auditor.engines.translation.hf_marian import MarianTranslator

    return MarianTranslator(folder, pair=pair, device=settings.device)


def _result_cache(engine: str, folders: Sequence[Path], settings: Settings) -> cached_engines.ResultCache:
    """Open the cache of an engine of `folders`; it is known by its files, so that it need not be loaded to be named."""
    identity = repr((engine, settings.precision, [_stamps(folder) for folder in folders]))
    place = sqlite_store.Store(sqlite_store.home())
    known = environment.arithmetic(place, _arithmetic)
    return cached_engines.ResultCache(place, engine=identity, device=settings.device, arithmetic=known)


def _arithmetic() -> str:
    from auditor.engines.kernels import quantized_linear

    return quantized_linear.arithmetic()


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    """Tell when the files of a model were written: the name of a model of the user's own does not tell its content."""
    files = [(file.name, file.stat()) for file in sorted(folder.iterdir())] if folder.is_dir() else []
    return [(name, found.st_size, found.st_mtime_ns) for name, found in files]


def _prepare(settings: Settings) -> None:
    """Set what holds for the whole process, before torch is imported, and for the thread that loads."""
    concurrency.limit_kernel_cache()
    concurrency.limit_spinning()
    import torch  # noqa: F401 (so that its threads can be counted)

    concurrency.use_thread_share(settings.threads)
