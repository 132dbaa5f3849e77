"""The engines that the settings name, each loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from auditor.concurrency import LazyValue
from auditor.engines import factory
from auditor.protocols import BackTranslator, Embedder, LanguageModel, PostEditor, QualityEstimator
from auditor.values import Settings

Engine = TypeVar("Engine")


class EnginesOnDemand:
    """See `auditor.protocols.Engines`; whichever thread asks first loads an engine, and the others wait for it."""

    def __init__(self, settings: Settings, report: Callable[[str, int, int], None]) -> None:
        """Load nothing yet.

        Args:
            settings: which engines, and how they compute.
            report: told, with no words done of none, what is being loaded.
        """

        def lazy(what: str, load: Callable[[Settings], Engine]) -> LazyValue[Engine]:
            def reported() -> Engine:
                report(f"loading {what}", 0, 0)
                return load(settings)

            return LazyValue(reported)

        self._is_without_estimator = settings.quality_estimator == "none"
        self._language_model = lazy("the fluency model", factory.load_language_model)
        self._back_translator = lazy("the back-translation models", factory.load_back_translator)
        self._quality_estimator = lazy("the quality estimator", factory.load_quality_estimator)
        self._is_without_post_editor = settings.post_editor == "none"
        self._post_editor = lazy("the post-editor", factory.load_post_editor)
        self._embedder = lazy("the encoder", factory.load_embedder)

    @property
    def language_model(self) -> LanguageModel:
        """The fluency model."""
        return self._language_model()

    @property
    def back_translator(self) -> BackTranslator:
        """Both directions of a translation model."""
        return self._back_translator()

    @property
    def quality_estimator(self) -> QualityEstimator | None:
        """The quality estimator; None where the settings do without."""
        return None if self._is_without_estimator else self._quality_estimator()

    @property
    def post_editor(self) -> PostEditor | None:
        """The post-editor; None where the settings do without."""
        return None if self._is_without_post_editor else self._post_editor()

    @property
    def embedder(self) -> Embedder:
        """The encoder that pairs a text with its source."""
        return self._embedder()
