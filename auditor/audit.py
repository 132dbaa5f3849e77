"""The audit: one document in, one `Audit` out. The only file that knows the order of the steps."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from auditor import judge, scoring, segment
from auditor.engines import manifest, opening
from auditor.engines.protocols import BackTranslator, Detector, LanguageModel, Passage
from auditor.profile import Profile, load_profile
from auditor.readers import files
from auditor.repairs import REPAIRS, rank
from auditor.signals import adequacy, back_translation, document_knowledge, fluency
from auditor.values import Audit, Candidate, Document, Measurements, Repair, Sentence, Settings

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many words are done, and how many there are."""

PROFILE = Path("judge") / "judge.json"


class Auditor:
    """An auditor for one choice of settings; build it once, audit many documents.

    Models are loaded when the first document needs them. An Auditor keeps no trace of the documents it has seen.
    """

    def __init__(
        self,
        settings: Settings = Settings(),  # noqa: B008 (frozen)
        *,
        profile: Profile | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Choose what to audit with.

        Args:
            settings: the user's choices.
            profile: the judge's fitted numbers; None takes those that ship with the package.
            progress: told what is being done.
        """
        self.settings = settings
        self.mechanisms = tuple(REPAIRS if settings.mechanisms is None else settings.mechanisms)
        self._profile = profile
        self._progress = progress or _silent

    @functools.cached_property
    def profile(self) -> Profile:
        """The judge's fitted numbers."""
        return self._profile or load_profile(manifest.manifest_file().parent / PROFILE)

    @functools.cached_property
    def language_model(self) -> LanguageModel:
        """The fluency model, loaded at first use."""
        self._progress("loading the fluency model", 0, 0)
        return opening.open_language_model(self.settings)

    @functools.cached_property
    def back_translator(self) -> BackTranslator:
        """The back-translation models, loaded at first use."""
        self._progress("loading the back-translation models", 0, 0)
        return opening.open_back_translator(self.settings)

    @functools.cached_property
    def detector(self) -> Detector | None:
        """The detector of errors, loaded at first use; None where the settings do without."""
        if self.settings.detector == "none":
            return None
        self._progress("loading the detector", 0, 0)
        return opening.open_detector(self.settings)

    @property
    def signature(self) -> str:
        """Everything that changes a number, as `name:value` fields joined by bars; two equal signatures, one audit."""
        minimum = self.settings.minimum_probability
        fields = {
            "auditor": version("auditor"),
            "fluency": self.language_model.name,
            "back-translation": self.back_translator.name,
            "detector": self.detector.name if self.detector else "none",
            "judge": self.profile.fingerprint,
            "segmenter": segment.SEGMENTER,
            "min-confidence": f"{self.profile.minimum_probability if minimum is None else minimum:.2f}",
        }
        if self.settings.mechanisms is not None:
            fields["mechanisms"] = "+".join(sorted(self.mechanisms))
        for name, kinds in (("only", self.settings.only), ("ignore", self.settings.ignore)):
            if kinds:
                fields[name] = "+".join(sorted(kinds))
        if self.settings.penalties:
            fields["penalties"] = "+".join(
                f"{name}={weight:g}" for name, weight in sorted(self.settings.penalties.items())
            )
        return "|".join(f"{name}:{value}" for name, value in fields.items())

    def audit(self, document: Document) -> Audit:
        """Find what is likely mistranslated in `document` and score its paragraphs.

        Raises:
            ModelError: a model is missing or damaged.
        """
        measurements, repairs = self.examine(document)
        findings = judge.findings(repairs, measurements, self.profile, self.settings)
        score, interval, paragraphs = scoring.score(document, findings, penalties=self.settings.penalties or None)
        return Audit(document, score, interval, paragraphs, self.signature, document.notes)

    def measure(self, document: Document) -> Measurements:
        """Take every signal of `document`, without a verdict."""
        measurements = self._before_reading(document)
        words = document.words
        surprisals: dict[int, float] = {}
        entropies: dict[int, float] = {}
        for passage in self._passages(document):
            surprisals |= fluency.by_word(words, passage.tokens)
            entropies |= fluency.entropies(words, passage.tokens)
        return replace(measurements, surprisals=surprisals, entropies=entropies)

    def examine(self, document: Document) -> tuple[Measurements, list[Repair]]:
        """Measure `document` and price what might have been meant: everything that the judge judges by."""
        measurements = self._before_reading(document)
        words = document.words
        surprisals: dict[int, float] = {}
        entropies: dict[int, float] = {}
        predictions: dict[int, tuple[str, ...]] = {}
        priced: list[tuple[Candidate, float]] = []
        sentences = list(document.sentences)
        for passage in self._passages(document):
            surprisals |= fluency.by_word(words, passage.tokens)
            entropies |= fluency.entropies(words, passage.tokens)
            inside, sentences = _split(sentences, passage)
            predictions |= fluency.predict(passage, inside, surprisals)
            local = replace(measurements, surprisals=surprisals, predictions=predictions)
            candidates = rank.propose(inside, local, self.mechanisms)
            priced += rank.price(passage, candidates, self.profile)
        measurements = replace(measurements, surprisals=surprisals, entropies=entropies, predictions=predictions)
        keeps_meaning = self.back_translator.keeps_meaning if measurements.back else None
        return measurements, rank.weigh(priced, measurements, self.profile, keeps_meaning)

    def _before_reading(self, document: Document) -> Measurements:
        knowledge = document_knowledge.measure(document)
        self._progress("translating there and back", 0, len(document.words))
        back = back_translation.measure(document, self.back_translator)
        judgements = adequacy.judge(document, self.detector) if self.detector else {}
        return Measurements(document, knowledge, back=back, judgements=judgements)

    def _passages(self, document: Document) -> Iterator[Passage]:
        units = [sentence.span for sentence in document.sentences]
        starts = [word.span.start for word in document.words]
        for passage in self.language_model.read(document.text, units):
            yield passage
            done = bisect.bisect_left(starts, passage.span.end)
            self._progress("reading and pricing repairs", done, len(starts))


def audit(source: str | Path, settings: Settings = Settings()) -> Audit:  # noqa: B008 (frozen)
    """Audit a text, or the file at a path, with models loaded for this one time.

    Args:
        source: a text as a string, or a file as a `pathlib.Path`; its format is told as `auditor check` tells it.
        settings: the user's choices.

    Raises:
        InputError: the file cannot be read, or there is no English in the text.
        ModelError: a model is missing or damaged.
    """
    return Auditor(settings).audit(files.document(source))


def _split(sentences: Sequence[Sentence], passage: Passage) -> tuple[list[Sentence], list[Sentence]]:
    """Divide the sentences not yet dealt with: those that begin inside the passage, and the later ones."""
    inside = [sentence for sentence in sentences if sentence.span.start < passage.span.end]
    rest = [sentence for sentence in sentences if sentence.span.end > passage.span.end]
    return inside, rest


def _silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""
