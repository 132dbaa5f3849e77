"""Names that are not those of the source: told where something speaks for it, never because languages differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from auditor.repairs.against_source import names
from auditor.signals import quality_estimation
from auditor.text import document_context, segmentation
from auditor.values import Forced, Measurements

SURE = 0.1
UNSURE = 14.0


def _proposed(
    source: str, target: str, *, language: str = "pt", forced: Mapping[str, tuple[float, tuple[str, ...]]] | None = None
) -> list[tuple[str, str]]:
    """Return what is proposed; `forced` gives the cost of some words, and what a translation model would write."""
    document = replace(
        quality_estimation.with_source(segmentation.document(target, name="test"), [source]), source_language=language
    )
    measurements = Measurements(document, document_context.measure(document))
    (sentence,) = document.sentences
    if forced is not None:
        found = [forced.get(word.text, (SURE, ())) for word in sentence.words]
        answer = Forced(tuple(-cost for cost, _ in found), tuple(others for _, others in found))
        measurements = replace(measurements, forced={sentence.span.start: answer})
    return [(one.span.of(target), one.replacement) for one in names.propose(sentence, measurements)]


EGYPT = ("O Egipto terá um papel de orientador para toda a região.", "The Cayman Islands will play a guiding role.")


def test_half_of_a_name_is_enough() -> None:
    """The half that is the same says that it is the same person; a possessive stays as it is."""
    assert _proposed("O plano de Marina Duarte falhou.", "Marta Duarte’s plan failed.") == [("Marta", "Marina")]
    assert _proposed("Falou Jonas Lindqvist.", "Jonas Lindquist’s turn came.") == [("Lindquist", "Lindqvist")]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("O Banco Central Europeu subiu os juros.", "The European Central Bank raised rates."),
        ("Em Londres, Isabel II recebeu João Paulo II.", "In London, Elizabeth II received John Paul II."),
        ("O presidente Emmanuel Macron falou em Nova Iorque.", "President Emmanuel Macron spoke in New York."),
        ("O Partido Comunista perdeu no Brasil.", "The Communist Party lost in Brazil."),
        ("Президент Марина Дуарте подала в отставку.", "President Marta Duarte resigned."),
    ],
)
def test_what_english_calls_otherwise_is_left_alone(source: str, target: str) -> None:
    """Exonyms, translated names and other scripts are no errors of translation."""
    assert _proposed(source, target) == []


def test_a_translation_model_may_know_the_name() -> None:
    """What it would write is proposed, if the source has a name like it; what it finds probable is left alone."""
    doubt = {"Cayman": (UNSURE, ("Egypt", "Egyptian"))}

    assert _proposed(*EGYPT, forced=doubt) == [("Cayman", "Egypt")]
    assert _proposed(*EGYPT, forced={"Cayman": (SURE, ("Egypt",))}) == []
    assert _proposed(*EGYPT, forced={"Cayman": (UNSURE, ("Region", "Role"))}) == []
    assert _proposed(*EGYPT) == []


def test_the_source_of_another_sentence_proves_nothing() -> None:
    """Where every word surprises the model, the source is not this sentence's, and no name in it is wrong."""
    forced = dict.fromkeys(("Cayman", "Islands", "will", "play", "guiding", "role"), (UNSURE, ("Egypt",)))

    assert _proposed(*EGYPT, forced=forced) == []


def test_a_model_that_finds_both_halves_probable_is_believed() -> None:
    """An English form of a first name costs a translation model nothing."""
    pair = ("O papa Paulo Ricci falou.", "Pope Paolo Ricci spoke.")

    assert _proposed(*pair, forced={}) == []
    assert _proposed(*pair, forced={"Paolo": (UNSURE, ("Paulo",))}) == [("Paolo", "Paulo")]


@pytest.mark.parametrize("language", ["et", "pl", "ro"])
def test_languages_that_inflect_names_are_passed_over(language: str) -> None:
    """Their names end otherwise in every case."""
    assert _proposed("Saudi Arabiast saabus laev.", "A ship came from Saudi Arabix.", language=language) == []


def test_without_a_source_nothing_is_said() -> None:
    """A name cannot be wrong by itself."""
    document = segmentation.document("Spokeswoman Marta Duarte praised the mayors.", name="test")
    measurements = Measurements(document, document_context.measure(document))

    assert list(names.propose(document.sentences[0], measurements)) == []
