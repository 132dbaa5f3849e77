"""The audit: one document in, one `Audit` out. The only file that knows the order of the steps."""

from __future__ import annotations

import bisect
import functools
import hashlib
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from auditor import concurrency, scoring
from auditor.cache.finding_cache import Verdicts
from auditor.detection import detector, prefilter
from auditor.detection import parameters as fitted_numbers
from auditor.detection.candidate_spans import DetectorInput
from auditor.detection.parameters import DetectorParameters
from auditor.engines import factory
from auditor.engines.weights import manifest
from auditor.protocols import BackTranslator, Embedder, LanguageModel, Passage, QualityEstimator
from auditor.readers import files
from auditor.repairs import REPAIRS, noisy_channel
from auditor.signals import back_translation, fluency, forced_decoding, probe, quality_estimation
from auditor.text import document_context, segmentation
from auditor.text.characters import given_findings, plain_document, plain_text
from auditor.values import Audit, Document, Finding, Measurements, Paragraph, Repair, Sentence, Settings, Span
from auditor.version import __version__

T = TypeVar("T")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many words are done, and how many there are.

Passages are worked at side by side: it is called by several threads, one at a time; "" says that one has nothing to do.
"""

DETECTOR = Path("detector") / "detector.json"
_MEASURED = ("surprisals", "predictions", "back", "entropies", "quality_estimates", "forced", "probed")
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
        self._parameters = parameters
        self._progress = progress or _silent
        self._telling = threading.Lock()
        self._language_model = self._later("the fluency model", factory.load_language_model)
        self._back_translator = self._later("the back-translation models", factory.load_back_translator)
        self._quality_estimator = self._later("the quality estimator", factory.load_quality_estimator)
        self._embedder = self._later("the encoder", factory.load_embedder)
        self._verdicts = concurrency.LazyValue(
            lambda: Verdicts(factory.open_verdicts(self.settings, fitted=self.parameters))
        )

    @functools.cached_property
    def parameters(self) -> DetectorParameters:
        """The detector's fitted numbers."""
        return self._parameters or fitted_numbers.load(manifest.manifest_file().parent / DETECTOR)

    @property
    def language_model(self) -> LanguageModel:
        """The fluency model, loaded at first use."""
        return self._language_model()

    @property
    def back_translator(self) -> BackTranslator:
        """The back-translation models, loaded at first use."""
        return self._back_translator()

    @property
    def quality_estimator(self) -> QualityEstimator | None:
        """The quality estimator, loaded at first use; None where the settings do without."""
        return None if self.settings.quality_estimator == "none" else self._quality_estimator()

    @property
    def embedder(self) -> Embedder:
        """The encoder that pairs a text with its source, loaded at first use."""
        return self._embedder()

    @property
    def signature(self) -> str:
        """Everything that changes a number, as `name:value` fields joined by bars; two equal signatures, one audit."""
        minimum = self.settings.minimum_probability
        fields = {
            "auditor": __version__,
            "fluency": self.language_model.name,
            "back-translation": self.back_translator.name,
            "quality-estimation": self.quality_estimator.name if self.quality_estimator else "none",
            "detector": self.parameters.fingerprint,
            "segmenter": segmentation.SEGMENTER,
            "min-confidence": f"{self.parameters.minimum_probability if minimum is None else minimum:.2f}",
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

    def audit(self, source: Document | str | Path) -> Audit:
        """Find what is likely mistranslated in a document and score its paragraphs.

        Args:
            source: what `auditor.read` returned, a text as a string, or a file as a `pathlib.Path`.

        Raises:
            InputError: the file cannot be read, or there is no English in the text.
            ModelError: a model is missing or damaged.
        """
        document = source if isinstance(source, Document) else files.document(source)
        found = [finding for _, findings in self.stream(document) for finding in findings]
        return self.conclude(document, found)

    def stream(self, document: Document) -> Iterator[tuple[Paragraph, tuple[Finding, ...]]]:
        """Yield each paragraph with its findings as soon as they are final, in the order of the text.

        Names, word counts and quotations are taken from the whole document before anything is read; all else rests on
        the passage that a finding stands in, so nothing that comes later changes it. Scores need every finding: see
        `conclude`.

        Raises:
            ModelError: a model is missing or damaged.
        """
        plain = plain_text(document.text)
        streamed = self._streamed(plain_document(document, plain))
        for paragraph, findings in zip(document.paragraphs, streamed, strict=True):
            yield paragraph, given_findings(findings, plain)

    def _streamed(self, document: Document) -> Iterator[tuple[Finding, ...]]:
        """Yield the findings of each paragraph of a document in plain characters."""
        found: list[Finding] = []
        waiting = deque(document.paragraphs)
        for end, findings in self._passages(document, self._findings):
            found += findings
            while waiting and waiting[0].span.end <= end:
                paragraph = waiting.popleft()
                inside = [finding for finding in found if finding.span.start < paragraph.span.end]
                found = found[len(inside) :]
                yield tuple(inside)
        for paragraph in waiting:  # one whose end no passage reaches, as it has no word
            inside = [finding for finding in found if finding.span.start < paragraph.span.end]
            found = found[len(inside) :]
            yield tuple(inside)

    def stream_passages(self, document: Document) -> Iterator[PassageFindings]:
        """Yield, passage by passage, the findings that `stream` yields, and how likely each word is wrong.

        The evaluation asks for it: what it measures is what an editor is shown. Nothing is taken from the cache of
        findings, which does not keep words.

        Raises:
            ModelError: a model is missing or damaged.
        """
        plain = plain_text(document.text)
        inner = plain_document(document, plain)
        pairs = zip(inner.words, document.words, strict=True)
        given = {inside.span.start: outside.span.start for inside, outside in pairs}
        for passage in self._passages(inner, self._with_words):
            probabilities = {given[start]: probability for start, probability in passage.probabilities.items()}
            findings = given_findings(passage.findings, plain)
            yield PassageFindings(plain.to_given(passage.span), findings, probabilities)

    def conclude(self, document: Document, findings: Sequence[Finding]) -> Audit:
        """Score a document by all of its findings, in the order of the text."""
        score, interval, paragraphs = scoring.score(document, findings, penalties=self.settings.penalties or None)
        signature = self.signature + _sources(document)
        return Audit(document, score, interval, paragraphs, signature, document.notes)

    def measure(self, document: Document) -> Measurements:
        """Take every signal of `document`, without a verdict."""
        return _joined(document, list(self._passages(document, lambda passage: self._measured(passage).measurements)))

    def examine(self, document: Document) -> tuple[Measurements, list[Repair]]:
        """Measure `document` and price what might have been meant: everything that the detector reads."""
        measured: list[Measurements] = []
        repairs: list[Repair] = []
        for measurements, priced in self._passages(document, self._examined):
            measured.append(measurements)
            repairs += priced
        return _joined(document, measured), repairs

    def _passages(self, document: Document, work: Callable[[_Opened], T]) -> Iterator[T]:
        """Yield what `work` makes of each passage, in the order of the text.

        The passage is the unit of work: what is batched, and therefore every rounding error, depends on nothing else,
        and passages can be worked at side by side.
        """
        self.language_model  # noqa: B018 (is loaded before what follows is said to have begun)
        for stage in ("reading", ""):
            self._tell(stage, 0, len(document.words))
        worked = functools.partial(self._worked, work)
        settings = self.settings
        yield from concurrency.in_order(
            worked, self._opened(document), threads=settings.threads, device=settings.device
        )

    def _opened(self, document: Document) -> Iterator[_Opened]:
        """Yield the passages of a document, none of them read yet."""
        sentences = document.sentences
        starts = [sentence.span.start for sentence in sentences]
        known = Measurements(document, document_context.measure(document))
        total, before, done = len(document.words), 0, 0
        for passage in self.language_model.read(document.text, [sentence.span for sentence in sentences]):
            first = max(0, bisect.bisect_right(starts, passage.span.start) - 1)
            last = bisect.bisect_left(starts, passage.span.end)
            touched = Span(starts[first], max(passage.span.end, sentences[last - 1].span.end))
            yield _Opened(passage, sentences[first:last], known.around(touched), before, total)
            before += sum(len(sentence.words) for sentence in sentences[max(first, done) : last])
            done = last

    def _worked(self, work: Callable[[_Opened], T], opened: _Opened) -> T:
        try:
            return work(opened)
        finally:
            self._tell("", opened.words_before, opened.words_in_all)

    def _findings(self, opened: _Opened) -> tuple[int, tuple[Finding, ...]]:
        """Return where the passage ends, and what the detector finds in it."""
        found = self._verdicts().recall(
            opened.passage, opened.known, lambda known: self._found(replace(opened, known=known))
        )
        return opened.passage.span.end, found

    def _found(self, opened: _Opened) -> tuple[Finding, ...]:
        return detector.detect(self._prepared(opened), self.parameters, self.settings)

    def _with_words(self, opened: _Opened) -> PassageFindings:
        """Return what the detector finds in the passage, and what it thinks of the words that begin there."""
        given = self._prepared(opened)
        span = opened.passage.span
        probabilities: dict[int, float] = {}
        by_word = detector.word_probabilities(given, self.parameters)
        for word, probability in zip(given.words, by_word, strict=True):
            if span.start <= word.span.start < span.end:
                probabilities[word.span.start] = probability
        return PassageFindings(span, detector.detect(given, self.parameters, self.settings), probabilities)

    def _prepared(self, opened: _Opened) -> DetectorInput:
        """Return all that the detector rests on in a passage."""
        stretch, repairs = self._priced(opened)
        self._tell("judging", opened.words_before, opened.words_in_all)
        return DetectorInput.of(stretch.measurements, repairs, opened.sentences, opened.passage.span)

    def _examined(self, opened: _Opened) -> tuple[Measurements, list[Repair]]:
        stretch, repairs = self._priced(opened)
        return stretch.measurements, repairs

    def _priced(self, opened: _Opened) -> tuple[_Stretch, list[Repair]]:
        """Measure a passage, propose what might have been meant, and weigh it."""
        stretch = self._measured(opened, sparing=True)
        self._tell("pricing repairs", opened.words_before, opened.words_in_all)
        proposed = noisy_channel.propose(opened.sentences, stretch.measurements, self.mechanisms)
        candidates = prefilter.select_candidates(proposed, opened.sentences, stretch.doubted)
        priced = noisy_channel.rescore(opened.passage, candidates, self.parameters.threshold)
        keeps_meaning = self.back_translator.keeps_meaning if stretch.measurements.back else None
        return stretch, noisy_channel.weigh(priced, stretch.measurements, self.parameters.threshold, keeps_meaning)

    def _measured(self, opened: _Opened, *, sparing: bool = False) -> _Stretch:
        """Ask every model about the passage's sentences together.

        `sparing` translates only the sentences that a first look leaves in doubt.
        """
        done = (opened.words_before, opened.words_in_all)
        inside = opened.sentences
        known = opened.known
        # The first passage is read while the worker beside it loads the quality estimator.
        for step in (self._read, self._estimated) if opened.words_before == 0 else (self._estimated, self._read):
            known = step(known, opened, done)
        doubted = prefilter.doubtful_words(known, inside, self.parameters)
        known = self._translated(known, prefilter.select_sentences(inside, doubted) if sparing else inside, done)
        return _Stretch(known, doubted)

    def _read(self, known: Measurements, opened: _Opened, done: tuple[int, int]) -> Measurements:
        """Add what the language model says of the passage."""
        self._tell("reading", *done)
        words = [word for sentence in opened.sentences for word in sentence.words]
        tokens = opened.passage.tokens
        surprisals = fluency.by_word(words, tokens)
        entropies = fluency.entropies(words, tokens)
        predictions = fluency.predict(opened.passage, opened.sentences, surprisals)
        probed = probe.by_word(opened.passage, opened.sentences)
        return replace(known, surprisals=surprisals, entropies=entropies, predictions=predictions, probed=probed)

    def _estimated(self, known: Measurements, opened: _Opened, done: tuple[int, int]) -> Measurements:
        """Add the quality estimates of the sentences, and forced decoding of those that have a source."""
        asked = opened.sentences
        if any(sentence.source for sentence in asked):
            forced = forced_decoding.measure(known.document, self.back_translator, sentences=asked)
            known = replace(known, forced=forced)
        estimator = self.quality_estimator
        if estimator is None:
            return known
        self._tell("estimating quality", *done)
        return replace(known, quality_estimates=quality_estimation.estimate(known.document, estimator, sentences=asked))

    def _translated(self, known: Measurements, asked: Sequence[Sentence], done: tuple[int, int]) -> Measurements:
        """Add what becomes of the sentences on the way out and home."""
        if not asked:
            return known
        translator = self.back_translator
        self._tell("translating there and back", *done)
        return replace(known, back=back_translation.measure(known.document, translator, sentences=asked))

    def _later(self, what: str, open_it: Callable[[Settings], T]) -> concurrency.LazyValue[T]:
        def load() -> T:
            self._tell(f"loading {what}", 0, 0)
            return open_it(self.settings)

        return concurrency.LazyValue(load)

    def _tell(self, stage: str, done: int, total: int) -> None:
        """Report progress, one thread at a time."""
        with self._telling:
            self._progress(stage, done, total)


@dataclass(frozen=True, slots=True)
class PassageFindings:
    """What is found in a passage, which covers `span` of the text.

    `probabilities` has, by the start offset of each word that begins there, the calibrated chance (0-1) that it is part
    of an error.
    """

    span: Span
    findings: tuple[Finding, ...]
    probabilities: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A passage that is ready to be read, the sentences it holds or touches, and what is known around them."""

    passage: Passage
    sentences: Sequence[Sentence]
    known: Measurements
    words_before: int
    words_in_all: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What was measured of a passage's sentences, and the start offsets of the words that deserve a closer look."""

    measurements: Measurements
    doubted: Collection[int]


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


def _joined(document: Document, measured: Sequence[Measurements]) -> Measurements:
    """Put the measurements of all stretches together."""
    parts: dict[str, Any] = {
        name: {at: v for part in measured for at, v in getattr(part, name).items()} for name in _MEASURED
    }
    return Measurements(document, document_context.measure(document), **parts)


def _silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""
