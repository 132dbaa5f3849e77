import math
import re

import pytest
from hypothesis import HealthCheck, given, settings

from auditor.engines.translation.firefox.translator import FirefoxTranslator
from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.engines.translation.round_trip import PivotBackTranslator
from auditor.engines.weights import installed
from auditor.errors import SettingsError
from auditor.values import Span
from tests.engines.hostile import texts
from tests.engines.small_marian import ENGLISH, FRENCH, save_small_marian


@pytest.fixture(scope="module")
def directions(tmp_path_factory: pytest.TempPathFactory) -> tuple[MarianTranslator, MarianTranslator]:
    """Two small checkpoints, out to French and home."""
    hub = tmp_path_factory.mktemp("hub")
    out = MarianTranslator(save_small_marian(hub / "out"), pair=("en", "fr"))
    return out, MarianTranslator(save_small_marian(hub / "home", pair=("fr", "en")), pair=("fr", "en"))


@pytest.fixture(scope="module")
def back_translator(directions: tuple[MarianTranslator, MarianTranslator]) -> PivotBackTranslator:
    """Both directions together."""
    return PivotBackTranslator(*directions)


def _words(sentence: str) -> list[Span]:
    return [Span(*found.span()) for found in re.finditer(r"\w+(?:['’-]\w+)*", sentence)]


def test_a_sentence_goes_out_and_comes_home(back_translator: PivotBackTranslator) -> None:
    """Pivot and round trip are what the two models learned by heart, and every word is expected."""
    found = back_translator.measure(ENGLISH, [_words(sentence) for sentence in ENGLISH])

    assert [trip.pivot for trip in found] == list(FRENCH)
    assert [trip.round_trip for trip in found] == list(ENGLISH)
    assert all(log_prob > -1 for trip in found for log_prob in trip.log_probs)


def test_words_are_summed_from_their_tokens(
    back_translator: PivotBackTranslator, directions: tuple[MarianTranslator, MarianTranslator]
) -> None:
    """The words' log-probabilities add up to the sentence's, less its end; hyphens and apostrophes are inside words."""
    sentence = ENGLISH[2]
    (trip,) = back_translator.measure([sentence], [_words(sentence)])
    (tokens,) = directions[1].force([trip.pivot], [sentence])

    assert len(trip.log_probs) == len(trip.alternatives) == len(_words(sentence)) == 7
    assert sum(trip.log_probs) == pytest.approx(sum(tokens.log_probs[:-1]), abs=1e-4)


def test_a_wrong_word_is_unexpected_and_the_right_one_offered(back_translator: PivotBackTranslator) -> None:
    """Forced from the pivot of the sentence it was, the changed word stands out."""
    changed = ENGLISH[1].replace("bridge", "noon")
    (trip,) = back_translator.measure([changed], [_words(changed)])
    at = [span.of(changed) for span in _words(changed)].index("noon")

    assert trip.pivot == FRENCH[1]
    assert trip.log_probs[at] < -3
    assert "bridge" in trip.alternatives[at]


def test_the_meaning_check_prefers_what_was_translated(back_translator: PivotBackTranslator) -> None:
    """The same text changes nothing; another sentence is worse; going back is the same number with the other sign."""
    pivots = [FRENCH[0]] * 3
    same, other, returned = back_translator.keeps_meaning(
        pivots, [ENGLISH[0], ENGLISH[0], ENGLISH[1]], [ENGLISH[0], ENGLISH[1], ENGLISH[0]]
    )

    assert same == 0.0
    assert other < -5
    assert returned == pytest.approx(-other, abs=1e-4)


def test_batches_change_nothing(back_translator: PivotBackTranslator) -> None:
    """Together or alone, each sentence gets the same trip."""
    sentences = [*ENGLISH, "the mayor", "", "he'll stay at noon, nobody said"]
    words = [_words(sentence) for sentence in sentences]

    for sentence, ranges, trip in zip(sentences, words, back_translator.measure(sentences, words), strict=True):
        (alone,) = back_translator.measure([sentence], [ranges])
        assert (alone.pivot, alone.round_trip) == (trip.pivot, trip.round_trip)
        assert alone.alternatives == trip.alternatives
        assert alone.log_probs == pytest.approx(trip.log_probs, abs=1e-4)


def test_a_sentence_too_long_for_the_models_is_split(back_translator: PivotBackTranslator) -> None:
    """Every word still has its number, and each part is translated: the models hold 64 subwords."""
    long = " ".join(ENGLISH)
    (trip,) = back_translator.measure([long], [_words(long)])
    (meaning,) = back_translator.keeps_meaning([trip.pivot], [long], [long.replace("bridge", "captain")])

    assert len(trip.log_probs) == len(_words(long))
    assert all(log_prob < 0 for log_prob in trip.log_probs)
    assert trip.pivot.startswith(FRENCH[0])
    assert len(trip.pivot) > len(FRENCH[0])
    assert math.isfinite(meaning)
    assert back_translator.keeps_meaning([trip.pivot], [long], [long]) == [0.0]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts, texts)
def test_any_text_makes_the_trip(back_translator: PivotBackTranslator, sentence: str, other: str) -> None:
    """One finite number and one tuple a word, whatever the text; readable alternatives that are not the word itself."""
    ranges = _words(sentence)
    (trip,) = back_translator.measure([sentence], [ranges])
    (meaning,) = back_translator.keeps_meaning([trip.pivot], [sentence], [other])

    assert len(trip.log_probs) == len(trip.alternatives) == len(ranges)
    assert all(math.isfinite(log_prob) and log_prob <= 0 for log_prob in trip.log_probs)
    assert all(word.of(sentence) not in found for word, found in zip(ranges, trip.alternatives, strict=True))
    assert math.isfinite(meaning)


def test_directions_that_do_not_meet_are_refused(directions: tuple[MarianTranslator, MarianTranslator]) -> None:
    """The way home must start where the way out ends."""
    out, _ = directions

    with pytest.raises(SettingsError, match="out by en-fr needs fr-en to come home, not en-fr"):
        PivotBackTranslator(out, out)


def test_the_name_tells_both_models(
    back_translator: PivotBackTranslator, directions: tuple[MarianTranslator, MarianTranslator]
) -> None:
    """Two audits with the same signature used the same two models."""
    assert back_translator.name == f"{directions[0].name}+{directions[1].name}"


@pytest.fixture(scope="module")
def embedded() -> PivotBackTranslator:
    """The embedded students."""
    names = ("firefox-en-pt", "firefox-pt-en")
    out, home = (FirefoxTranslator(installed.model_folder(name)) for name in names)
    return PivotBackTranslator(out, home)


@pytest.mark.weights
def test_broken_syntax_does_not_survive_the_trip(embedded: PivotBackTranslator) -> None:
    """The word after the stray full stop is the most surprising, and the trip returns the phrase mended."""
    sentence = "Schools closed because of the shortage. of teachers in the capital."
    words = _words(sentence)
    (trip,) = embedded.measure([sentence], [words])

    assert "shortage of teachers" in trip.round_trip
    assert words[trip.log_probs.index(min(trip.log_probs))].start == sentence.index("of teachers")


@pytest.mark.weights
def test_a_synonym_keeps_the_meaning_better_than_another_word(embedded: PivotBackTranslator) -> None:
    """ "purchased" for "bought" costs little; "sold" changes what is said."""
    before = "The company bought two ships in March."
    (trip,) = embedded.measure([before], [_words(before)])
    after = [before.replace("bought", "purchased"), before.replace("bought", "sold")]
    kept, changed = embedded.keeps_meaning([trip.pivot] * 2, [before] * 2, after)

    assert kept > changed + 3


@pytest.mark.weights
def test_a_very_long_sentence_makes_the_trip(embedded: PivotBackTranslator) -> None:
    """Beyond the models' positions every word still has its number."""
    sentence = "The mayor opened the bridge, and the boats came back at noon; " * 40
    (trip,) = embedded.measure([sentence], [_words(sentence)])
    (meaning,) = embedded.keeps_meaning([trip.pivot], [sentence], [sentence.replace("mayor", "farmer", 1)])

    assert len(trip.log_probs) == len(_words(sentence))
    assert trip.pivot.count("prefeito") > 20
    assert meaning < 0
