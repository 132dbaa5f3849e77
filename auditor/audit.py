"""The audit: one document in, one `Audit` out. The only file that knows the order of the steps."""

from __future__ import annotations

import bisect
import functools
import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor import __version__, glance, judge, scoring, segment
from auditor.engines import manifest, opening
from auditor.engines.protocols import BackTranslator, Detector, LanguageModel, Passage
from auditor.profile import Profile, load_profile
from auditor.readers import files
from auditor.repairs import REPAIRS, rank
from auditor.signals import adequacy, back_translation, document_knowledge, fluency, forced_decoding
from auditor.values import Audit, Document, Finding, Measurements, Paragraph, Repair, Sentence, Settings

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many words are done, and how many there are."""

PROFILE = Path("judge") / "judge.json"
_MEASURED = ("surprisals", "predictions", "back", "entropies", "judgements", "forced")
"""The fields of `Measurements` that are keyed by an offset."""


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
            "auditor": __version__,
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
        found: list[Finding] = []
        waiting = deque(document.paragraphs)
        for stretch, repairs in self._priced(document):
            found += judge.findings(stretch.reading(repairs, self.profile), self.settings)
            while waiting and waiting[0].span.end <= stretch.passage.span.end:
                paragraph = waiting.popleft()
                inside = [finding for finding in found if finding.span.start < paragraph.span.end]
                found = found[len(inside) :]
                yield paragraph, tuple(inside)
        for paragraph in waiting:  # one whose end no passage reaches, as it has no word
            inside = [finding for finding in found if finding.span.start < paragraph.span.end]
            found = found[len(inside) :]
            yield paragraph, tuple(inside)

    def conclude(self, document: Document, findings: Sequence[Finding]) -> Audit:
        """Score a document by all of its findings, in the order of the text."""
        score, interval, paragraphs = scoring.score(document, findings, penalties=self.settings.penalties or None)
        signature = self.signature + _sources(document)
        return Audit(document, score, interval, paragraphs, signature, document.notes)

    def measure(self, document: Document) -> Measurements:
        """Take every signal of `document`, without a verdict."""
        return _joined(document, [stretch.measurements for stretch in self._stretches(document)])

    def examine(self, document: Document) -> tuple[Measurements, list[Repair]]:
        """Measure `document` and price what might have been meant: everything that the judge judges by."""
        measured: list[Measurements] = []
        repairs: list[Repair] = []
        for stretch, priced in self._priced(document):
            measured.append(stretch.measurements)
            repairs += priced
        return _joined(document, measured), repairs

    def _priced(self, document: Document) -> Iterator[tuple[_Stretch, list[Repair]]]:
        """Yield each stretch of the document with the repairs inside it."""
        for stretch in self._stretches(document, sparing=True):
            self._progress("pricing repairs", stretch.words_before, stretch.words_in_all)
            proposed = rank.propose(stretch.sentences, stretch.measurements, self.mechanisms)
            candidates = glance.worth_pricing(proposed, stretch.sentences, stretch.doubted)
            priced = rank.price(stretch.passage, candidates, self.profile)
            keeps_meaning = self.back_translator.keeps_meaning if stretch.measurements.back else None
            yield stretch, rank.weigh(priced, stretch.measurements, self.profile, keeps_meaning)

    def _stretches(self, document: Document, *, sparing: bool = False) -> Iterator[_Stretch]:
        """Measure the document passage by passage: every model is asked about a passage's sentences together.

        The passage is the unit of work: what is batched, and therefore every rounding error, depends on nothing else.
        `sparing` translates only the sentences that a first look leaves in doubt.
        """
        sentences = document.sentences
        starts = [sentence.span.start for sentence in sentences]
        total, before, done = len(document.words), 0, 0
        known = Measurements(document, document_knowledge.measure(document))
        for passage in self._passages(document, total):
            first = max(0, bisect.bisect_right(starts, passage.span.start) - 1)
            last = bisect.bisect_left(starts, passage.span.end)
            inside = sentences[first:last]
            fresh = sentences[done:last]  # a sentence longer than a passage is in two of them
            known = self._judged(_kept(known, starts[first]), fresh, (before, total))
            self._progress("reading", before, total)
            known = _read(known, passage, inside)
            doubted = glance.doubtful(known, inside, self.profile)
            known = self._translated(known, glance.in_doubt(inside, doubted) if sparing else fresh, (before, total))
            yield _Stretch(passage, inside, known, doubted, before, total)
            before += sum(len(sentence.words) for sentence in fresh)
            done = last
        self._progress("judging", total, total)

    def _passages(self, document: Document, total: int) -> Iterator[Passage]:
        model = self.language_model  # is loaded before what follows is said to have begun
        self._progress("reading", 0, total)
        return model.read(document.text, [sentence.span for sentence in document.sentences])

    def _judged(self, known: Measurements, fresh: Sequence[Sentence], done: tuple[int, int]) -> Measurements:
        """Add what the detector says of the sentences, and what the translator does of those that have a source."""
        if any(sentence.source for sentence in fresh):
            forced = forced_decoding.measure(known.document, self.back_translator, sentences=fresh)
            known = replace(known, forced={**known.forced, **forced})
        detector = self.detector
        if detector is None:
            return known
        self._progress("asking the detector", *done)
        judgements = {**known.judgements, **adequacy.judge(known.document, detector, sentences=fresh)}
        return replace(known, judgements=judgements)

    def _translated(self, known: Measurements, asked: Sequence[Sentence], done: tuple[int, int]) -> Measurements:
        """Add what becomes of the sentences on the way out and home, but for those that have gone."""
        new = [sentence for sentence in asked if sentence.span.start not in known.back]
        if not new:
            return known
        translator = self.back_translator
        self._progress("translating there and back", *done)
        return replace(
            known, back={**known.back, **back_translation.measure(known.document, translator, sentences=new)}
        )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A passage, the sentences it holds or touches, and what was measured of them (of the document, its knowledge).

    `doubted` are the start offsets of the words that deserve a closer look.
    """

    passage: Passage
    sentences: Sequence[Sentence]
    measurements: Measurements
    doubted: Collection[int]
    words_before: int
    words_in_all: int

    def reading(self, repairs: Sequence[Repair], profile: Profile) -> judge.Reading:
        """Return what the judge judges by."""
        return judge.Reading(self.sentences, self.measurements, repairs, profile, self.passage.span)


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


def _sources(document: Document) -> str:
    """Return what a document's sources add to the signature; "" where it has none."""
    given = [sentence.source for sentence in document.sentences]
    if not any(given):
        return ""
    digest = hashlib.sha256(repr((document.source_language, given)).encode("utf-8", errors="surrogatepass"))
    return f"|sources:{digest.hexdigest()[:8]}"


def _kept(known: Measurements, start: int) -> Measurements:
    """Forget what was measured before an offset, so that memory and look-ups do not grow with the document."""
    parts: dict[str, Any] = {
        name: {at: value for at, value in getattr(known, name).items() if at >= start} for name in _MEASURED
    }
    return replace(known, **parts)


def _read(known: Measurements, passage: Passage, sentences: Sequence[Sentence]) -> Measurements:
    """Add what the language model says of the passage."""
    words = [word for sentence in sentences for word in sentence.words]
    tokens = passage.tokens
    surprisals = {**known.surprisals, **fluency.by_word(words, tokens)}
    entropies = {**known.entropies, **fluency.entropies(words, tokens)}
    predictions = {**known.predictions, **fluency.predict(passage, sentences, surprisals)}
    return replace(known, surprisals=surprisals, entropies=entropies, predictions=predictions)


def _joined(document: Document, measured: Sequence[Measurements]) -> Measurements:
    """Put the measurements of all stretches together."""
    if not measured:
        return Measurements(document, document_knowledge.measure(document))
    parts: dict[str, Any] = {
        name: {at: v for part in measured for at, v in getattr(part, name).items()} for name in _MEASURED
    }
    return replace(measured[0], **parts)


def _silent(stage: str, done: int, total: int) -> None:
    """Say nothing."""
