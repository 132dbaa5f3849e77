"""Baselines with a model: where a token's price goes, and what a sentence is forced from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.evaluation.model_baselines import open_round_trip, open_round_trip_bleu, open_translation, spread
from auditor.evaluation.systems import Options, Request
from auditor.values import Settings, Span, TokenScores
from tests.engines.small_marian import ENGLISH, FRENCH, save_small_marian
from tests.evaluation import rows as made


def test_a_token_counts_for_the_first_word_it_touches() -> None:
    """Tokens between words count for none, tokens of one word add up."""
    spans = (Span(0, 2), Span(2, 4), Span(4, 5), Span(5, 9), Span(9, 9))
    tokens = TokenScores(spans, (-1.0, -2.0, -4.0, -8.0, -16.0), (0.0,) * 5, (1,) * 5)
    values = [0.0, 0.0]

    spread(tokens, (Span(0, 4), Span(6, 9)), values)

    assert values == [3.0, 8.0]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    """Two models that have hardly learned anything."""
    folder = tmp_path_factory.mktemp("models")
    models = {"en-fr": "en-fr", "fr-en": "fr-en"}
    for pair in models:
        one, two = pair.split("-")
        save_small_marian(folder / pair, pair=(one, two), rounds=5)
    return Options(Settings(back_translation={pair: str(folder / name) for pair, name in models.items()}), seed=1)


def _request(tmp_path: Path, pair: str, source: str | None) -> Request:
    words = tuple(Span(start, start + 3) for start in (0, 4))
    return Request(replace(made.row(tmp_path), pair=pair, target=ENGLISH[0], words=words), source)


def test_a_source_in_the_models_language_is_forced_from(options: Options, tmp_path: Path) -> None:
    """The score is the mean log-probability of the translation given its own source."""
    system = open_translation(options)
    home = MarianTranslator(Path(options.settings.back_translation["fr-en"]), pair=("fr", "en"))
    (tokens,) = home.force([FRENCH[0]], [ENGLISH[0]])

    given, other = system.predict([_request(tmp_path, "fr-en", FRENCH[0]), _request(tmp_path, "ro-en", FRENCH[0])])

    assert sum(tokens.log_probs) / len(tokens.log_probs) == pytest.approx(given.score, abs=1e-4)
    assert given.score != other.score


def test_a_source_in_another_language_is_not_read(options: Options, tmp_path: Path) -> None:
    """The sentence is then forced from its own translation, as it is without a source."""
    system = open_translation(options)

    other, none = system.predict([_request(tmp_path, "ro-en", "casa"), _request(tmp_path, "fr-en", None)])

    assert none.words == pytest.approx(other.words, abs=1e-4)


def test_round_trips_are_scored_by_sacrebleu(options: Options, tmp_path: Path) -> None:
    """chrF and BLEU are told apart in the name, with sacreBLEU's version, and lie between 0 and 100."""
    request = _request(tmp_path, "fr-en", None)

    for opener, name in ((open_round_trip, "|chrF2-sacrebleu-"), (open_round_trip_bleu, "|BLEU-sacrebleu-")):
        system = opener(options)
        assert name in system.name
        assert 0 <= system.predict([request])[0].score <= 100
