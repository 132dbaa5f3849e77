"""Engines that remember answer as those that compute, number for number."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from auditor.cache.cached_engines import (
    CachedBackTranslator,
    CachedLanguageModel,
    CachedPostEditor,
    CachedQualityEstimator,
    ResultCache,
)
from auditor.cache.sqlite_store import FILE, Store
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import load_probe
from auditor.engines.quality_estimation.estimator import load_estimator
from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.engines.translation.round_trip import PivotBackTranslator
from auditor.engines.weights import convert_e5
from auditor.protocols import Edit, LanguageModel, Pair
from auditor.text import segmentation
from auditor.values import Span
from tests.engines import small_encoder
from tests.engines.small_marian import ENGLISH, save_small_marian
from tests.engines.small_probe import make_probe
from tests.signals.suspicious import Suspicious
from tests.small_models import SENTENCES, make_causal_lm

STORY = "\n\n".join((*SENTENCES, *reversed(SENTENCES)) * 4)


def _rows(folder: Path) -> int:
    connection = sqlite3.connect(folder / FILE)
    (count,) = connection.execute("SELECT count(*) FROM results").fetchone()
    connection.close()
    return int(count)


def _words(sentence: str) -> list[Span]:
    (found,) = segmentation.document(sentence, name="x").sentences
    return [word.span for word in found.words]


@pytest.fixture(scope="module")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> CausalLM:
    folder = tmp_path_factory.mktemp("models")
    return CausalLM(
        make_causal_lm(folder / "tiny"),
        name="tiny",
        hook=HiddenStateHook.for_probe(load_probe(make_probe(folder / "probe"))),
    )


def _asked(model: LanguageModel, text: str) -> list[object]:
    """Ask a model everything about every passage of a text; offsets are relative to the passage."""
    answers: list[object] = []
    for passage in model.read(text, [sentence.span for sentence in segmentation.document(text, name="x").sentences]):
        start, tokens = passage.span.start, passage.tokens
        spans = [(span.start - start, span.end - start) for span in tokens.spans]
        words = [word.span for word in segmentation.document(text, name="x").words if passage.span.contains(word.span)]
        edits = [Edit(span, replacement) for span in words[:20] for replacement in ("the", "")]
        answers += [len(passage.span), spans, tokens.log_probs, tokens.entropies, tokens.ranks]
        answers += [passage.probe([words[:7], words[7:]])]
        answers += [passage.predict([word.start for word in words], best=5)]
        answers += [passage.upper_bounds(edits, following=2), passage.rescore(edits[:20], following=4)]
    return answers


def test_a_remembered_passage_answers_alike(language_model: CausalLM, tmp_path: Path) -> None:
    """Computed, computed and kept, or remembered: the same numbers; asked again, nothing new is kept."""
    cached = CachedLanguageModel(
        lambda: language_model, ResultCache(Store(tmp_path), engine=language_model.name, device="cpu")
    )
    plain = _asked(language_model, STORY)
    first = _asked(cached, STORY)
    kept = _rows(tmp_path)
    again = _asked(cached, STORY)

    assert len(plain) > 8  # several passages
    assert plain == first == again
    assert kept == _rows(tmp_path)


def test_a_passage_is_known_wherever_it_stands(language_model: CausalLM, tmp_path: Path) -> None:
    """White space between paragraphs moves every offset and changes nothing that the model sees."""
    cached = CachedLanguageModel(
        lambda: language_model, ResultCache(Store(tmp_path), engine=language_model.name, device="cpu")
    )
    moved = STORY.replace("\n\n", "\n\n\n\n")
    before = _asked(cached, STORY)
    kept = _rows(tmp_path)
    after = _asked(cached, moved)

    assert after == _asked(language_model, moved)
    assert [a for a in after if a in before]
    assert kept <= _rows(tmp_path)


def test_an_edit_is_seen(language_model: CausalLM, tmp_path: Path) -> None:
    """After one word was changed the answers are those for the changed text, and what stands before is still known."""
    cached = CachedLanguageModel(
        lambda: language_model, ResultCache(Store(tmp_path), engine=language_model.name, device="cpu")
    )
    last = STORY.rindex("Monday")
    edited = STORY[:last] + "Sunday" + STORY[last + len("Monday") :]
    _asked(cached, STORY)
    kept = _rows(tmp_path)

    assert _asked(cached, edited) == _asked(language_model, edited)
    assert _rows(tmp_path) - kept < kept


def test_what_is_known_opens_nothing(language_model: CausalLM, tmp_path: Path) -> None:
    """A model is opened for the first thing it is asked that is new, and once."""
    opened: list[str] = []

    def cached(what: str) -> CachedLanguageModel:
        def open_model() -> CausalLM:
            opened.append(what)
            return language_model

        return CachedLanguageModel(open_model, ResultCache(Store(tmp_path), engine=language_model.name, device="cpu"))

    first, again, moved = map(cached, ("first", "again", "moved"))
    _asked(first, STORY)
    _asked(again, STORY)
    _asked(moved, STORY + " Nobody was hurt.")

    assert opened == ["first", "moved"]


def test_another_model_is_asked_anew(language_model: CausalLM, tmp_path: Path) -> None:
    """What one model said is never taken for another's answer."""
    for name in ("one", "other"):
        cached = CachedLanguageModel(lambda: language_model, ResultCache(Store(tmp_path), engine=name, device="cpu"))
        _asked(cached, SENTENCES[0])

    assert _rows(tmp_path) == 12


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> PivotBackTranslator:
    folder = tmp_path_factory.mktemp("marian")
    out, home = (
        MarianTranslator(save_small_marian(folder / "-".join(pair), pair=pair, rounds=40), pair=pair)
        for pair in (("en", "fr"), ("fr", "en"))
    )
    return PivotBackTranslator(out, home)


def test_a_remembered_translation_is_the_same(translator: PivotBackTranslator, tmp_path: Path) -> None:
    """Sentences, round trips, numbers and alternatives, and the change of meaning."""
    cached = CachedBackTranslator(
        lambda: translator, ResultCache(Store(tmp_path), engine=translator.name, device="cpu")
    )
    words = [_words(sentence) for sentence in ENGLISH]
    plain = translator.measure(ENGLISH, words)
    pivots = [trip.pivot for trip in plain]
    after = [sentence.replace("the", "a") for sentence in ENGLISH]

    for _ in range(2):
        assert cached.measure(ENGLISH, words) == plain
        assert cached.keeps_meaning(pivots, ENGLISH, after) == translator.keeps_meaning(pivots, ENGLISH, after)
    assert _rows(tmp_path) == 2


def test_a_remembered_estimate_is_the_same(tmp_path: Path) -> None:
    """Of sentences with and without a source."""
    small_encoder.write_file(tmp_path / "e5-small-q4.bin", small_encoder.make_tensors())
    convert_e5.convert(tmp_path / "e5-small-q4.bin", tmp_path / "encoder")
    small_encoder.make_estimator(tmp_path / "encoder", tmp_path / "quality-estimator")
    estimator = load_estimator(tmp_path / "encoder", tmp_path / "quality-estimator", precision="float32")
    cached = CachedQualityEstimator(
        lambda: estimator, ResultCache(Store(tmp_path), engine=estimator.name, device="cpu")
    )
    pairs = [Pair(sentence, tuple(_words(sentence)), source) for sentence in ENGLISH for source in (None, "a ponte")]

    for _ in range(2):
        assert cached.estimate(pairs) == estimator.estimate(pairs)
    assert _rows(tmp_path) == 1


def test_remembered_post_edits_are_the_same(tmp_path: Path) -> None:
    """Tuples come back as tuples, and the post-editor is asked once."""
    opened: list[Suspicious] = []

    def open_post_editor() -> Suspicious:
        opened.append(Suspicious())
        return opened[-1]

    words = [_words(sentence) for sentence in ENGLISH]
    plain = Suspicious().read(ENGLISH, words)

    for _ in range(2):
        cached = CachedPostEditor(open_post_editor, ResultCache(Store(tmp_path), engine="any", device="cpu"))
        assert cached.read(ENGLISH, words) == plain
        assert cached.name == "suspicious"
    assert len(opened) == 1


def test_an_answer_that_no_longer_holds_is_computed_anew(tmp_path: Path) -> None:
    """And the new one is remembered in its place."""
    results = ResultCache(Store(tmp_path), engine="any", device="cpu")
    answers = iter(range(10))

    def ask(*, holds: bool) -> int:
        return int(results.get_or_compute(["when"], lambda: next(answers), holds=lambda _: holds))

    assert [ask(holds=True), ask(holds=True), ask(holds=False), ask(holds=True)] == [0, 0, 1, 1]
