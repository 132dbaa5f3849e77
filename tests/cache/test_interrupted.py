"""A run that is broken off and taken up again ends with the bytes of one that was not, with any number of threads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
import torch

from auditor.cache.cached_engines import (
    CachedBackTranslator,
    CachedLanguageModel,
    CachedPostEditor,
    CachedQualityEstimator,
    ResultCache,
)
from auditor.cache.sqlite_store import Store, home
from auditor.engines import factory
from auditor.pipeline import Auditor
from auditor.protocols import (
    BackTranslator,
    Edit,
    LanguageModel,
    LookAheadEstimate,
    Passage,
    PostEditor,
    QualityEstimator,
)
from auditor.reports import json
from auditor.text import segmentation
from auditor.values import Settings, Span

Row = tuple[bytes, bytes]

SHORT = (
    "The harbour board pretends to sell the old ferry before the summer. The crew knew it through the radio, and "
    "has asked for explications to the direction. Nobody assisted to the meeting on Friday."
)
LONG = "\n\n".join(
    [
        SHORT,
        "The school on the hill carries three years closed. The town actualised the budget in May, but the roof still "
        "lets the water pass when it rains. Eventually the works will begin in autumn, says the mayoress.",
        "Yesterday made a heat of forty degrees in the valley. The firemen extinguished the fire near the train "
        "station; two persons were attended in the same place by intoxication of smoke.",
        "The library will realise an exposition about the fishermen of the coast. The entrance is free, and the "
        "assistants can consult the photographies from nine of the morning until the eight of the afternoon.",
        "“We did not sleep in all the night,” told a neighbour of the street of the market. The police discards that "
        "it treats of a robbery, since the doors were not forced and nothing lacks in the houses.",
    ]
)


class _Recorded:
    """What stores are given, in the order of time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[Row] = []
        put = Store.put

        def recorded(store: Store, key: bytes, value: bytes) -> None:
            self.rows.append((key, value))
            put(store, key, value)

        monkeypatch.setattr(Store, "put", recorded)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> _Recorded:
    return _Recorded(monkeypatch)


def _store(folder: Path, rows: Sequence[Row]) -> Store:
    """Return a store as it is when a run was broken off behind these results."""
    store = Store(folder)
    for row in rows:
        store.put(*row)
    return store


class _Passage:
    """A passage whose prices rest on every question before, as the last digits of real ones do."""

    span = Span(0, 100)
    fingerprint = "fingerprint"

    def __init__(self) -> None:
        self._asked = 0

    def estimate(
        self, edits: Sequence[Edit], *, following: int, look_ahead: LookAheadEstimate, asked: int
    ) -> list[float]:
        return self.rescore(edits, following=following + asked)

    def rescore(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        self._asked = 31 * self._asked + sum(edit.span.start for edit in edits) + following
        return [self._asked + edit.span.end for edit in edits]


class _Model:
    """A language model that reads one passage."""

    def read(self, text: str, units: Sequence[Span]) -> Iterator[Passage]:
        yield cast("Passage", _Passage())


def _prices(store: Store) -> list[list[float]]:
    """Ask a model that remembers for prices, in stages."""
    model = cast("LanguageModel", _Model())
    cached = CachedLanguageModel(lambda: model, ResultCache(store, engine="tiny", device="cpu"))
    (passage,) = cached.read("", [])
    edits = [Edit(Span(at, at + 3), "the") for at in range(0, 90, 9)]
    return [
        passage.estimate(
            edits, following=2, look_ahead=LookAheadEstimate(kept_shares=(1.0,), new_token_nats=2.0), asked=1
        ),
        passage.rescore(edits[::2], following=2),
        passage.rescore(edits[::4], following=8),
    ]


@pytest.mark.parametrize("kept", [(), (0,), (0, 1), (0, 1, 2), (0, 2), (0, 1, 3), (0, 3), (1, 3)])
def test_prices_are_those_of_an_unbroken_run(tmp_path: Path, recorded: _Recorded, kept: Sequence[int]) -> None:
    """Whichever of four results (the plan of passages, then the prices) a broken run has left in the store."""
    prices = _prices(Store(tmp_path / "unbroken"))
    left = [row for number, row in enumerate(recorded.rows[-4:]) if number in kept]

    assert _prices(_store(tmp_path / "broken", left)) == prices


Engines = tuple[LanguageModel, BackTranslator, QualityEstimator, PostEditor]


@pytest.fixture(scope="module")
def engines() -> Engines:
    """Load the shipped models, once."""
    settings = Settings()
    return (
        factory.load_language_model(settings),
        factory.load_back_translator(settings),
        factory.load_quality_estimator(settings),
        factory.load_post_editor(settings),
    )


@pytest.fixture
def loaded(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every auditor use the models that are loaded, behind a cache where the settings ask for one."""
    model, translator, estimator, editor = engines

    def memory(name: str, settings: Settings) -> ResultCache:
        return ResultCache(Store(home()), engine=name, device=settings.device)

    def language_model(settings: Settings) -> LanguageModel:
        return CachedLanguageModel(lambda: model, memory("model", settings)) if settings.cache else model

    def back_translator(settings: Settings) -> BackTranslator:
        cached = CachedBackTranslator(lambda: translator, memory("translator", settings))
        return cached if settings.cache else translator

    def quality_estimator(settings: Settings) -> QualityEstimator:
        cached = CachedQualityEstimator(lambda: estimator, memory("estimator", settings))
        return cached if settings.cache else estimator

    def post_editor(settings: Settings) -> PostEditor:
        cached = CachedPostEditor(lambda: editor, memory("post-editor", settings))
        return cached if settings.cache else editor

    monkeypatch.setattr(factory, "load_language_model", language_model)
    monkeypatch.setattr(factory, "load_post_editor", post_editor)
    monkeypatch.setattr(factory, "load_back_translator", back_translator)
    monkeypatch.setattr(factory, "load_quality_estimator", quality_estimator)


@pytest.fixture
def threads() -> Iterator[None]:
    """Give torch back the threads it had."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def _audited(text: str, *, cache: bool = False, threads: int = 2) -> bytes:
    """Audit a text; return the report as JSON."""
    torch.set_num_threads(threads)
    audit = Auditor(Settings(cache=cache, threads=threads)).audit(segmentation.document(text, name="x"))
    return json.render(audit)


@pytest.mark.weights
@pytest.mark.usefixtures("loaded", "threads")
def test_a_broken_run_ends_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorded: _Recorded) -> None:
    """Broken off behind any result, and taken up again: the same bytes, from the cache, too."""
    plain = _audited(SHORT)
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "unbroken"))
    assert _audited(SHORT, cache=True) == plain
    rows = list(recorded.rows)
    assert len(rows) > 10
    for done in range(6, len(rows) - 3):  # while edits are rescored; before, and behind, little can go wrong
        folder = tmp_path / f"broken {done}"
        _store(folder, rows[:done]).close()
        monkeypatch.setenv("AUDITOR_CACHE", str(folder))
        assert _audited(SHORT, cache=True) == plain, done


@pytest.mark.weights
@pytest.mark.usefixtures("loaded", "threads")
def test_passages_side_by_side_are_taken_up_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorded: _Recorded
) -> None:
    """A longer text is read by two workers, each with one thread; the lone one that is left has two."""
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "unbroken"))
    plain = _audited(LONG, cache=True)
    rows = list(recorded.rows)
    for done, threads in itertools.product((len(rows) // 3, len(rows) - 9), (1, 2)):
        folder = tmp_path / f"broken {done} {threads}"
        _store(folder, rows[:done]).close()
        monkeypatch.setenv("AUDITOR_CACHE", str(folder))
        assert _audited(LONG, cache=True, threads=threads) == plain


@pytest.mark.weights
@pytest.mark.usefixtures("loaded", "threads")
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_threads_change_no_byte(text: str) -> None:
    """One, two, three or four threads: the same report."""
    assert len({_audited(text, threads=threads) for threads in (1, 2, 3, 4)}) == 1


@pytest.mark.weights
@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("count", range(1, 18))
def test_few_words_are_probed_alike_by_any_number_of_threads(engines: Engines, count: int) -> None:
    """Products of 5 to 11 rows are shared out among threads otherwise than those of more; see `one_thread`."""
    text = " ".join(SHORT.split()[:count])
    words = [Span(word.span.start, word.span.end) for word in segmentation.document(text, name="x").words]
    answers = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        (passage,) = engines[0].read(text, [Span(0, len(text))])
        answers.append(passage.probe([words] * 9))
    assert answers[0] == answers[1] == answers[2]
