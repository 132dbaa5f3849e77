"""The audit: one document in, one `Audit` out. The only file that knows the order of the steps."""

from __future__ import annotations

import bisect
import functools
import hashlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from auditor import concurrency, scoring, signals, signature
from auditor.cache.finding_cache import FindingCache
from auditor.concurrency import LazyValue
from auditor.detection import detector, prefilter, suggestions, suspicion
from auditor.detection import parameters as fitted_numbers
from auditor.detection.candidate_spans import DetectorInput
from auditor.detection.parameters import DetectorParameters
from auditor.engines import factory
from auditor.engines.on_demand import EnginesOnDemand
from auditor.engines.weights import manifest
from auditor.protocols import Embedder, Excerpt
from auditor.readers import files
from auditor.repairs import REPAIRS, noisy_channel
from auditor.scoring import ScoreParameters
from auditor.text import document_context
from auditor.text.characters import given_found, plain_document, plain_text
from auditor.values import (
    Audit,
    Document,
    FinishedParagraph,
    Found,
    Measurements,
    Repair,
    Settings,
    Span,
)
from auditor.version import __version__

Result = TypeVar("Result")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many words are done, and how many there are.

Passages are worked at side by side: it is called by several threads, one at a time; "" says that one has nothing to do.
"""

DETECTOR = Path("detector") / "detector.json"
SCORE = Path("score") / "score.json"
_MEASURED = ("surprisals", "predictions", "back", "entropies", "quality_estimates", "forced", "probed", "post_edits")
"""The fields of `Measurements` that are keyed by an offset."""


class Auditor:
    """An auditor for one choice of settings; build it once, audit many documents.

    Models are loaded when the first document needs them. An Auditor keeps no trace of the documents it has seen.
    """

    def __init__(
        self,
        settings: Settings = Settings(),  # noqa: B008 (frozen)
        *,
        parameters: DetectorParameters | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Choose what to audit with.

        Args:
            settings: the user's choices.
            parameters: the detector's fitted numbers; None takes those that ship with the package.
            progress: told what is being done.
        """
        self.settings = settings
        self.mechanisms = tuple(REPAIRS if settings.mechanisms is None else settings.mechanisms)
        self.engines = EnginesOnDemand(settings, self._report)
        self._parameters = parameters
        self._progress = progress
        self._reporting = threading.Lock()
        self._finding_cache = LazyValue(self._open_finding_cache)

    @functools.cached_property
    def parameters(self) -> DetectorParameters:
        """The detector's fitted numbers."""
        fitted = self._parameters or fitted_numbers.load(manifest.manifest_file().parent / DETECTOR)
        return fitted.assuming(self.settings.assume)

    @functools.cached_property
    def score_parameters(self) -> ScoreParameters:
        """The score's fitted numbers."""
        return scoring.load(manifest.manifest_file().parent / SCORE)

    @property
    def embedder(self) -> Embedder:
        """The encoder that pairs a text with its source, loaded at first use."""
        return self.engines.embedder

    @property
    def signature(self) -> str:
        """Everything that changes a number, as `name:value` fields joined by bars; two equal signatures, one audit."""
        engines, estimator = self.engines, self.engines.quality_estimator
        minimum = self.settings.minimum_probability
        return signature.joined(
            {
                "auditor": __version__,
                **signature.short_rules(),
                "fluency": engines.language_model.name,
                "back-translation": engines.back_translator.name,
                "quality-estimation": estimator.name if estimator else "none",
                "post-editing": engines.post_editor.name if engines.post_editor else "none",
                "arithmetic": factory.arithmetic(self.settings),
                "detector": self.parameters.fingerprint,
                "score": self.score_parameters.fingerprint,
                "min-confidence": f"{self.parameters.minimum_probability if minimum is None else minimum:.2f}",
                **signature.chosen(self.settings),
            }
        )

    def audit(self, source: Document | str | Path) -> Audit:
        """Find what is likely mistranslated in a document and score its paragraphs.

        Args:
            source: what `auditor.read` returned, a text as a string, or a file as a `pathlib.Path`.

        Raises:
            InputError: the file cannot be read, or there is no English in the text.
            ModelError: a model is missing or damaged.
        """
        document = source if isinstance(source, Document) else files.document(source)
        return self.conclude(document, Found.joined(finished.found for finished in self.stream(document)))

    def stream(self, document: Document) -> Iterator[FinishedParagraph]:
        """Yield each paragraph with what is found in it as soon as that is final, in the order of the text.

        Names, word counts and quotations are taken from the whole document before anything is read; all else rests on
        the passage that a finding stands in, so nothing that comes later changes it. Scores need every finding: see
        `conclude`.

        Raises:
            ModelError: a model is missing or damaged.
        """
        characters = plain_text(document.text)
        plain = plain_document(document, characters)
        waiting = deque(zip(document.paragraphs, plain.paragraphs, strict=True))
        pending = Found()
        rest = (len(plain.text), Found())  # for the paragraphs that no passage reaches, as they have no word
        for end, found in itertools.chain(self._side_by_side(plain, self._find), [rest]):
            pending = Found.joined([pending, found])
            while waiting and waiting[0][1].span.end <= end:
                paragraph, own_paragraph = waiting.popleft()
                own, pending = pending.split(own_paragraph.span.end)
                yield FinishedParagraph(paragraph, given_found(own, characters))

    def conclude(self, document: Document, found: Found) -> Audit:
        """Score a document by all that was found in it."""
        penalties = self.settings.penalties or None
        score, interval, paragraphs = scoring.score(
            document, found.findings, penalties=penalties, numbers=found.numbers, parameters=self.score_parameters
        )
        signature = self.signature + _sources(document)
        return Audit(document, score, interval, paragraphs, signature, document.notes, found.numbers)

    def measure(self, document: Document) -> Measurements:
        """Take every signal of every sentence of `document`, without a verdict."""
        return _joined(document, self._side_by_side(document, self._measure))

    def examine(self, document: Document) -> tuple[Measurements, list[Repair]]:
        """Measure `document` and rescore what might have been meant: everything that the detector rests on."""
        measurements: list[Measurements] = []
        repairs: list[Repair] = []
        for detector_input in self._side_by_side(document, self._weigh):
            measurements.append(detector_input.measurements)
            repairs += detector_input.repairs
        return _joined(document, measurements), repairs

    def stream_passages(self, document: Document) -> Iterator[PassageFindings]:
        """Yield, passage by passage, what `stream` yields, and how likely each word is wrong.

        The evaluation asks for it: what it measures is what an editor is shown. Nothing is taken from the cache of
        findings, which does not keep words.

        Raises:
            ModelError: a model is missing or damaged.
        """
        characters = plain_text(document.text)
        plain = plain_document(document, characters)
        starts: dict[int, int] = {}
        for word, given in zip(plain.words, document.words, strict=True):
            starts[word.span.start] = given.span.start
        for passage in self._side_by_side(plain, self._audit):
            detector_input = passage.detector_input
            span = characters.to_given(detector_input.within)
            by_word = detector.word_probabilities(detector_input, self.parameters)
            probabilities: dict[int, float] = {}
            for word, probability in zip(detector_input.words, by_word, strict=True):
                if detector_input.within.start <= word.span.start < detector_input.within.end:
                    probabilities[starts[word.span.start]] = probability
            yield PassageFindings(span, given_found(passage.found, characters), probabilities)

    def _audit(self, passage: _Passage) -> _PassageAudit:
        """Audit a passage: context, signals, candidates, rescore, detect, suggest."""
        detector_input = self._weigh(passage)
        passage.excerpt.report("detecting errors")
        findings = detector.detect(detector_input, self.parameters, self.settings)
        findings = suggestions.complete(findings, detector_input, passage.excerpt.passage.rescore)
        suspected = suspicion.measure(detector_input, self.parameters)
        numbers = detector_input.measurements.with_numbers(scoring.SUSPICION, suspected).numbers
        return _PassageAudit(detector_input, Found(findings, numbers))

    def _weigh(self, passage: _Passage) -> DetectorInput:
        """Measure a passage and weigh what might have been meant: context, signals, candidates, rescore."""
        excerpt, sentences, threshold = passage.excerpt, passage.excerpt.sentences, self.parameters.threshold

        measurements = signals.measure(signals.FIRST_LOOK, passage.first_look, excerpt, passage.context, self.engines)
        look = prefilter.closer_look(measurements, sentences, self.parameters)
        closer = replace(excerpt, sentences=look.sentences)
        measurements = signals.measure(signals.CLOSER_LOOK, signals.CLOSER_LOOK, closer, measurements, self.engines)

        candidates = noisy_channel.propose(sentences, measurements, self.mechanisms)
        candidates = prefilter.select_candidates(candidates, sentences, look.words)

        excerpt.report("rescoring repairs")
        rescored = noisy_channel.rescore(excerpt.passage, candidates, threshold)
        keeps_meaning = self.engines.back_translator.keeps_meaning if measurements.back else None
        repairs = noisy_channel.weigh(rescored, measurements, threshold, keeps_meaning)
        return DetectorInput.of(measurements, repairs, sentences, excerpt.passage.span)

    def _measure(self, passage: _Passage) -> Measurements:
        """Take every signal of every sentence of a passage."""
        excerpt, context = passage.excerpt, passage.context
        context = signals.measure(signals.FIRST_LOOK, passage.first_look, excerpt, context, self.engines)
        return signals.measure(signals.CLOSER_LOOK, signals.CLOSER_LOOK, excerpt, context, self.engines)

    def _find(self, passage: _Passage) -> tuple[int, Found]:
        """Return where a passage ends, and what is found in it, now or before."""

        def find(context: Measurements) -> Found:
            return self._audit(replace(passage, context=context)).found

        own = passage.excerpt.passage
        return own.span.end, self._finding_cache().get_or_compute(own, passage.context, find)

    def _open_finding_cache(self) -> FindingCache:
        return FindingCache(factory.load_finding_results(self.settings, fitted=self.parameters))

    def _side_by_side(self, document: Document, work: Callable[[_Passage], Result]) -> Iterator[Result]:
        """Yield what `work` makes of each passage, in the order of the text; worker threads take several at once.

        The passage is the unit of work: what is batched, and therefore every rounding error, depends on nothing else.
        """
        self.engines.language_model  # noqa: B018 (is loaded before what follows is said to have begun)
        for stage in ("reading", ""):
            self._report(stage, 0, len(document.words))

        def finish(passage: _Passage) -> Result:
            try:
                return work(passage)
            finally:
                passage.excerpt.report("")

        threads, device = self.settings.threads, self.settings.device
        yield from concurrency.in_order(finish, self._passages(document), threads=threads, device=device)

    def _passages(self, document: Document) -> Iterator[_Passage]:
        """Yield the passages of a document, none of them read yet, each with what the document says around it."""
        sentences = document.sentences
        starts = [sentence.span.start for sentence in sentences]
        context = Measurements(document, document_context.measure(document))
        words = len(document.words)
        words_before = sentences_before = 0
        for passage in self.engines.language_model.read(document.text, [sentence.span for sentence in sentences]):
            first = max(0, bisect.bisect_right(starts, passage.span.start) - 1)
            last = bisect.bisect_left(starts, passage.span.end)
            touched = Span(starts[first], max(passage.span.end, sentences[last - 1].span.end))
            report = functools.partial(self._report, words_done=words_before, words_in_all=words)
            excerpt = Excerpt(passage, sentences[first:last], report)
            yield _Passage(excerpt, context.around(touched), is_first=sentences_before == 0)
            words_before += sum(len(sentence.words) for sentence in sentences[max(first, sentences_before) : last])
            sentences_before = last

    def _report(self, stage: str, words_done: int, words_in_all: int) -> None:
        """Report progress, one thread at a time."""
        if self._progress:
            with self._reporting:
                self._progress(stage, words_done, words_in_all)


@dataclass(frozen=True, slots=True)
class PassageFindings:
    """What is found in a passage, which covers `span` of the text.

    `probabilities` has, by the start offset of each word that begins there, the calibrated chance (0-1) that it is part
    of an error.
    """

    span: Span
    found: Found
    probabilities: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class _PassageAudit:
    """What is found in a passage, and all that the detector rests on there."""

    detector_input: DetectorInput
    found: Found


@dataclass(frozen=True, slots=True)
class _Passage:
    """A passage that is ready to be audited, and what is known around it before anything is measured."""

    excerpt: Excerpt
    context: Measurements
    is_first: bool

    @property
    def first_look(self) -> Sequence[str]:
        """The signals of the first look, which may come in any order.

        The first passage begins with the language model, which is loaded, the others with what has to be loaded: a
        worker does so while the one beside it reads the first passage.
        """
        names = tuple(signals.FIRST_LOOK)
        return names if self.is_first else names[::-1]


def audit(source: str | Path, settings: Settings = Settings()) -> Audit:  # noqa: B008 (frozen)
    """Audit a text, or the file at a path, with models loaded for this one time.

    Args:
        source: a text as a string, or a file as a `pathlib.Path`; its format is told as `auditor check` tells it.
        settings: the user's choices.

    Raises:
        InputError: the file cannot be read, or there is no English in the text.
        ModelError: a model is missing or damaged.
    """
    return Auditor(settings).audit(source)


def _sources(document: Document) -> str:
    """Return what a document's sources add to the signature; "" where it has none."""
    given = [sentence.source for sentence in document.sentences]
    if not any(given):
        return ""
    digest = hashlib.sha256(repr((document.source_language, given)).encode("utf-8", errors="surrogatepass"))
    return f"|sources:{digest.hexdigest()[:8]}"


def _joined(document: Document, measurements: Iterable[Measurements]) -> Measurements:
    """Put the measurements of all passages together."""
    fields: dict[str, Any] = {name: {} for name in _MEASURED}
    found: list[Found] = []
    for part in measurements:
        found.append(Found(numbers=part.numbers))
        for name in _MEASURED:
            fields[name].update(getattr(part, name))
    numbers = Found.joined(found).numbers
    return Measurements(document, document_context.measure(document), **fields, numbers=numbers)
