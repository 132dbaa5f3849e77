"""A "not" that only one side has; silence where anything on the other side denies, lacks or excludes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.repairs.against_source import negation
from auditor.signals import quality_estimation
from auditor.text import document_context, segmentation
from auditor.values import Measurements


def _proposed(source: str | None, target: str, *, language: str | None = "pt") -> list[tuple[str, str]]:
    plain = segmentation.document(target, name="test")
    document = replace(
        plain if source is None else quality_estimation.with_source(plain, [source]), source_language=language
    )
    measurements = Measurements(document, document_context.measure(document))
    (sentence,) = document.sentences
    return [(one.span.of(target), one.replacement) for one in negation.propose(sentence, measurements)]


LOST = (
    ("pt", "O acordo não será assinado na segunda-feira."),
    ("es", "El acuerdo no será firmado el lunes."),
    ("fr", "L'accord ne sera pas signé lundi."),
    ("it", "L'accordo non sarà firmato lunedì."),
    ("ro", "Acordul nu va fi semnat luni."),
    ("de", "Das Abkommen wird am Montag nicht unterzeichnet."),
    ("et", "Lepingut ei sõlmita esmaspäeval."),
    ("ru", "Соглашение не будет подписано в понедельник."),
)


@pytest.mark.parametrize(("language", "source"), LOST)
def test_a_lost_negation_is_put_back(language: str, source: str) -> None:
    """The sentence denies nothing, its source does; a sentence that denies as well is left alone."""
    assert _proposed(source, "The agreement will be signed on Monday.", language=language) == [("will", "will not")]
    assert _proposed(source, "The agreement will not be signed on Monday.", language=language) == []
    assert _proposed(source, "On Monday nobody will sign the agreement.", language=language) == []


@pytest.mark.parametrize(
    ("target", "wrong", "right"),
    [
        ("The unions do not accept the offer.", "do not accept", "accept"),
        ("The union doesn’t accept the offer.", "doesn’t accept", "accepts"),
        ("The unions won’t sign.", "won’t", "will"),
        ("The unions cannot sign.", "cannot", "can"),
    ],
)
def test_an_added_negation_is_taken_away(target: str, wrong: str, right: str) -> None:
    """The verb is inflected as it stands without its auxiliary."""
    assert _proposed("Os sindicatos aceitam a oferta.", target) == [(wrong, right)]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Ele não só assinou o acordo como o leu.", "He signed the agreement and read it aloud."),
        ("O acordo foi assinado sem demora.", "The agreement was not delayed."),
        ("O acordo não será assinado?", "Will the agreement be signed?"),
        ("Recusaram a oferta.", "They did not accept the offer."),
        ("Não há acordo.", "They fail to agree."),
    ],
)
def test_other_ways_of_denying_are_no_error(source: str, target: str) -> None:
    """A language may deny by a verb, an adverb or a preposition, and "not only" denies nothing."""
    assert _proposed(source, target) == []


@pytest.mark.parametrize(("source", "language"), [(None, "pt"), (LOST[0][1], None), (LOST[0][1], "zh")])
def test_without_a_source_in_a_known_language_nothing_is_said(source: str | None, language: str | None) -> None:
    """No list, no verdict."""
    assert _proposed(source, "The agreement will be signed on Monday.", language=language) == []


def test_a_neighbour_that_denies_is_not_contradicted() -> None:
    """Where two sentences share a source, one of them may have the negation."""
    target = "The agreement will be signed. It will not be read."
    plain = segmentation.document(target, name="test")
    document = quality_estimation.with_source(plain, ["O acordo será assinado mas não será lido."])
    measurements = Measurements(replace(document, source_language="pt"), document_context.measure(document))

    assert [list(negation.propose(one, measurements)) for one in document.sentences] == [[], []]
