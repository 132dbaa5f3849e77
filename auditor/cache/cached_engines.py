"""Engines that remember: each asks the engine behind it only what was not asked before, on this machine, as it is now.

A question is remembered with everything that decides its answer, down to rounding: the model's files, the text, who was
asked beside it, the libraries, the processor's instructions. So an answer is the same number for number whether it
was remembered or not. An engine is opened when it is first asked something new: a passage whose questions are all known
costs no forward pass, and a story of which all is known loads no model, nor the libraries that run it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from auditor.cache.environment import environment_fingerprint
from auditor.cache.sqlite_store import Store
from auditor.concurrency import LazyValue
from auditor.protocols import (
    BackTranslator,
    Edit,
    LanguageModel,
    LookAheadEstimate,
    Pair,
    Passage,
    PostEditor,
    QualityEstimator,
)
from auditor.values import BackTranslation, Forced, Kind, PostEdits, QualityEstimate, Span, TokenScores

_PATIENCE = 16  # passages: how far those who work side by side may be apart
_QUICK = 1  # zlib's level: most of what is kept are digits of numbers, which no level packs well


class ResultCache:
    """What one engine was asked and what it answered, both as JSON."""

    def __init__(self, store: Store, *, engine: str, device: str, arithmetic: str = "") -> None:
        """Remember for the engine that `engine` tells from all others, on `device`, which computes by `arithmetic`."""
        self._store = store
        self._about = [engine, device, environment_fingerprint(arithmetic)]

    def get_or_compute(
        self, question: Sequence[object], compute: Callable[[], object], *, holds: Callable[[Any], bool] | None = None
    ) -> Any:  # noqa: ANN401 (JSON)
        """Return the answer to a question, computed if it is new or no longer `holds`; tuples come back as lists."""
        asked = json.dumps([self._about, question], ensure_ascii=False)
        key = hashlib.sha256(asked.encode("utf-8", errors="surrogatepass")).digest()
        kept = self._store.get(key)
        if kept is not None:
            known = json.loads(zlib.decompress(kept))
            if holds is None or holds(known):
                return known
        kept = zlib.compress(json.dumps(compute()).encode(), _QUICK)
        self._store.put(key, kept)
        return json.loads(zlib.decompress(kept))


class CachedBackTranslator:
    """A `BackTranslator` that remembers."""

    def __init__(self, open_translator: Callable[[], BackTranslator], results: ResultCache) -> None:
        self._translator = LazyValue(open_translator)
        self._results = results

    @functools.cached_property
    def name(self) -> str:
        """See `BackTranslator.name`."""
        return str(self._results.get_or_compute(["name"], lambda: self._translator().name))

    def measure(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[BackTranslation]:
        """See `BackTranslator.measure`; sentences are remembered together with those they were translated beside."""
        question = ["measure", list(sentences), list(map(_pairs, words))]

        def compute() -> object:
            found = self._translator().measure(sentences, words)
            return [(trip.pivot, trip.round_trip, trip.log_probs, trip.alternatives) for trip in found]

        return [
            BackTranslation(pivot, trip, tuple(log_probs), tuple(map(tuple, others)))
            for pivot, trip, log_probs, others in self._results.get_or_compute(question, compute)
        ]

    @functools.cached_property
    def pivot(self) -> str:
        """See `BackTranslator.pivot`."""
        return str(self._results.get_or_compute(["pivot"], lambda: self._translator().pivot))

    def force(
        self, sources: Sequence[str], sentences: Sequence[str], words: Sequence[Sequence[Span]]
    ) -> list[Forced | None]:
        """See `BackTranslator.force`; sentences are remembered together with those they were forced beside."""
        question = ["force", list(sources), list(sentences), list(map(_pairs, words))]

        def compute() -> object:
            found = self._translator().force(sources, sentences, words)
            return [(item.log_probs, item.alternatives) if item else None for item in found]

        return [
            Forced(tuple(item[0]), tuple(map(tuple, item[1]))) if item else None
            for item in self._results.get_or_compute(question, compute)
        ]

    def keeps_meaning(self, pivots: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[float]:
        """See `BackTranslator.keeps_meaning`."""
        question = ["keeps_meaning", list(pivots), list(before), list(after)]
        changes: list[float] = self._results.get_or_compute(
            question, lambda: self._translator().keeps_meaning(pivots, before, after)
        )
        return changes


class CachedQualityEstimator:
    """A `QualityEstimator` that remembers."""

    def __init__(self, open_estimator: Callable[[], QualityEstimator], results: ResultCache) -> None:
        self._estimator = LazyValue(open_estimator)
        self._results = results

    @functools.cached_property
    def name(self) -> str:
        """See `QualityEstimator.name`."""
        return str(self._results.get_or_compute(["name"], lambda: self._estimator().name))

    def estimate(self, pairs: Sequence[Pair]) -> list[QualityEstimate]:
        """See `QualityEstimator.estimate`; pairs are remembered together with those they were estimated beside."""
        question = ["estimate", [(pair.target, _pairs(pair.words), pair.source) for pair in pairs]]
        answer = self._results.get_or_compute(
            question, lambda: [_fields(found) for found in self._estimator().estimate(pairs)]
        )
        return [_estimate(found) for found in answer]


class CachedPostEditor:
    """A `PostEditor` that remembers."""

    def __init__(self, open_post_editor: Callable[[], PostEditor], results: ResultCache) -> None:
        self._post_editor = LazyValue(open_post_editor)
        self._results = results

    @functools.cached_property
    def name(self) -> str:
        """See `PostEditor.name`."""
        return str(self._results.get_or_compute(["name"], lambda: self._post_editor().name))

    def read(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[PostEdits]:
        """See `PostEditor.read`; sentences are remembered together with those they were read beside."""
        question = ["read", list(sentences), list(map(_pairs, words))]

        def compute() -> object:
            found = self._post_editor().read(sentences, words)
            return [asdict(edits) for edits in found]

        return [PostEdits.of(columns) for columns in self._results.get_or_compute(question, compute)]


class CachedLanguageModel:
    """A `LanguageModel` that remembers."""

    def __init__(self, open_model: Callable[[], LanguageModel], results: ResultCache) -> None:
        self._model = LazyValue(open_model)
        self._results = results

    @functools.cached_property
    def name(self) -> str:
        """See `LanguageModel.name`."""
        return str(self._results.get_or_compute(["name"], lambda: self._model().name))

    def read(self, text: str, units: Sequence[Span]) -> Iterator[Passage]:
        """See `LanguageModel.read`; a passage is remembered by what the model sees of the text, wherever it stands."""

        def reading() -> Iterator[Passage]:
            return self._model().read(text, units)

        def plan() -> object:
            return [(passage.span.start, passage.span.end, passage.fingerprint) for passage in reading()]

        passages = _Numbered(reading)
        for number, (start, end, fingerprint) in enumerate(
            self._results.get_or_compute(["read", text, _pairs(units)], plan)
        ):
            opened = LazyValue(functools.partial(passages.take, number))
            yield _CachedPassage(Span(start, end), fingerprint, opened, self._results)


class _Numbered:
    """The passages of a reading by number, each handed over once; few wait for those who are slower to ask."""

    def __init__(self, reading: Callable[[], Iterator[Passage]]) -> None:
        self._reading = reading
        self._lock = threading.Lock()
        self._waiting: dict[int, Passage] = {}
        self._rest: Iterator[tuple[int, Passage]] = iter(())

    def take(self, number: int) -> Passage:
        """Return a passage; those that are passed over cost no forward pass."""
        with self._lock:
            while number not in self._waiting:
                self._advance(number)
            return self._waiting.pop(number)

    def _advance(self, number: int) -> None:
        """Take one more from the reading, begun anew where it is past `number`."""
        found = next(self._rest, None)
        if found is None or found[0] > number:
            self._rest = enumerate(self._reading())
            found = next(self._rest)
        self._waiting[found[0]] = found[1]
        for passed in [waiting for waiting in self._waiting if waiting < found[0] - _PATIENCE]:
            del self._waiting[passed]


class _CachedPassage:
    """A `Passage` that remembers; offsets are kept relative to its start.

    A passage that prices edits holds what it has read of them and reads on from there. So who stands beside an edit,
    and with it the last digits of its price (in bfloat16 a tenth of a nat), rests on the questions before: they are
    part of each question, and are asked again where the passage behind this one has not heard them because they were
    answered from the store.
    """

    def __init__(self, span: Span, fingerprint: str, opened: Callable[[], Passage], results: ResultCache) -> None:
        self.span = span
        self.fingerprint = fingerprint
        self._opened = opened
        self._results = results
        self._start = span.start
        self._history = ""  # a digest of the questions about edits so far
        self._unheard: list[Callable[[], list[float]]] = []  # those that the passage behind this has not answered

    @property
    def tokens(self) -> TokenScores:
        spans, *scores = self._recall(["tokens"], self._relative_tokens)
        places = tuple(Span(begin + self._start, end + self._start) for begin, end in spans)
        return TokenScores(places, *map(tuple, scores))

    def probe(self, sentences: Sequence[Sequence[Span]]) -> list[tuple[float, ...]]:
        start = self._start
        places = [[(word.start - start, word.end - start) for word in words] for words in sentences]
        question: list[object] = ["probe", places]
        return [tuple(word) for word in self._recall(question, lambda: self._opened().probe(sentences))]

    def predict(self, offsets: Sequence[int], *, best: int) -> list[tuple[str, ...]]:
        question = ["predict", [offset - self._start for offset in offsets], best]
        return [tuple(words) for words in self._recall(question, lambda: self._opened().predict(offsets, best=best))]

    def upper_bounds(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        question = ["upper_bounds", self._relative(edits), following]
        found: list[float] = self._recall(question, lambda: self._opened().upper_bounds(edits, following=following))
        return found

    def estimate(
        self, edits: Sequence[Edit], *, following: int, look_ahead: LookAheadEstimate, asked: int
    ) -> list[float]:
        question: list[object] = [
            "estimate",
            self._relative(edits),
            following,
            look_ahead.kept_shares,
            look_ahead.new_token_nats,
            asked,
        ]

        def estimate() -> list[float]:
            return self._opened().estimate(edits, following=following, look_ahead=look_ahead, asked=asked)

        return self._recall_in_turn(question, estimate)

    def rescore(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        question: list[object] = ["rescore", self._relative(edits), following]
        return self._recall_in_turn(question, lambda: self._opened().rescore(edits, following=following))

    def _recall(self, question: list[object], compute: Callable[[], object]) -> Any:  # noqa: ANN401 (JSON)
        return self._results.get_or_compute([self.fingerprint, *question], compute)

    def _recall_in_turn(self, question: list[object], compute: Callable[[], list[float]]) -> list[float]:
        """Recall the answer to a question that rests on those before it."""
        self._history = hashlib.sha256(json.dumps([self._history, question]).encode()).hexdigest()
        self._unheard.append(compute)

        def hear() -> list[float]:
            answer: list[float] = []
            for ask in self._unheard:
                answer = ask()
            self._unheard.clear()
            return answer

        found: list[float] = self._recall([self._history, question[0]], hear)
        return found

    def _relative(self, edits: Sequence[Edit]) -> list[object]:
        start = self._start
        return [(edit.span.start - start, edit.span.end - start, edit.replacement) for edit in edits]

    def _relative_tokens(self) -> object:
        found = self._opened().tokens
        spans = [(start - self._start, end - self._start) for start, end in _pairs(found.spans)]
        return spans, found.log_probs, found.entropies, found.ranks


def _pairs(spans: Sequence[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def _fields(estimate: QualityEstimate) -> dict[str, object]:
    return {name: getattr(estimate, name) for name in QualityEstimate.__dataclass_fields__}


def _estimate(fields: dict[str, Any]) -> QualityEstimate:
    return QualityEstimate(**{**with_tuples(fields), "kinds": tuple(map(Kind, fields["kinds"]))})


def with_tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value's fields as they were before JSON, which knows no tuples."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        found[name] = tuple(value) if isinstance(value, list) else value
    return found
