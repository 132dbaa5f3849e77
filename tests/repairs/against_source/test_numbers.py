"""Numbers that are not those of the source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.repairs.against_source import numbers
from auditor.signals import quality_estimation
from auditor.text import document_context, segmentation
from auditor.values import Candidate, Measurements

SOUND = (
    ("Chegaram 2.500 pessoas às 20h30.", "Some 2,500 people came at 8:30 p.m."),
    ("Foi na década de 1980, no século XX.", "It was in the '80s, in the 20th century."),
    ("Cerca de 1.247.000 eleitores votaram.", "About 1.2 million voters cast ballots."),
    ("A estrada tem 100 quilómetros.", "The road is 62 miles long."),
    ("Morreram doze pessoas e 3 ficaram feridas.", "Twelve people died and three were hurt."),
    ("Ele leu a página 7.", "He read the page."),
    ("Он родился 3 мая 1990 года.", "He was born on May 3, 1990."),
    ("会议于9月15日举行。", "The meeting was held on September 15."),
)


def _proposed(source: str, target: str) -> list[Candidate]:
    plain = segmentation.document(target, name="test")
    document = quality_estimation.with_source(plain, [source] * len(plain.paragraphs))
    measurements = Measurements(document, document_context.measure(document))
    return [one for sentence in document.sentences for one in numbers.propose(sentence, measurements)]


@pytest.mark.parametrize(("source", "target"), SOUND)
def test_another_way_of_writing_is_no_error(source: str, target: str) -> None:
    """Formats, words, rounding, clocks, decades and units may differ."""
    assert _proposed(source, target) == []


@pytest.mark.parametrize(
    ("source", "target", "wrong", "right"),
    [
        ("O fogo matou 14 pessoas em 2019.", "The fire killed 41 people in 2019.", "41", "14"),
        ("Arderam 12.500 hectares.", "The fire burned 12,000,500 hectares.", "12,000,500", "12,500"),
        ("A taxa subiu para 2,75%.", "The rate rose to 2.57 percent.", "2.57", "2.75"),
        ("销售额为5亿元。", "Sales were 5 million yuan.", "5", "500"),
        ("Custou 3 milhões de euros.", "It cost 30,000 euros.", "30,000", "3 million"),
    ],
)
def test_a_wrong_number_is_replaced_in_english_format(source: str, target: str, wrong: str, right: str) -> None:
    """The candidate puts the source's number in the place of the other, and says what the source has."""
    (candidate,) = _proposed(source, target)

    assert (candidate.span.of(target), candidate.replacement) == (wrong, right)
    assert candidate.evidence
    assert candidate.evidence[0].startswith("The source says “")


def test_without_a_source_nothing_is_said() -> None:
    """A number cannot be wrong by itself."""
    document = segmentation.document("The fire killed 41 people.", name="test")
    measurements = Measurements(document, document_context.measure(document))

    assert list(numbers.propose(document.sentences[0], measurements)) == []


def test_another_sources_numbers_are_not_forced_upon_a_text() -> None:
    """Where both sides have more than two numbers of their own, they are about different things."""
    source, target = "Em 1910, 12 navios levaram 340 homens.", "In 2021, 75 planes carried 9,900 people."
    document = replace(
        quality_estimation.with_source(segmentation.document(target, name="test"), [source]), source_language="pt"
    )
    measurements = Measurements(document, document_context.measure(document))

    assert list(numbers.propose(document.sentences[0], measurements)) == []


def test_sentences_that_share_a_source_are_its_translation_together() -> None:
    """What the second sentence says is not missing in the first, and an error is told where it stands."""
    source = "O fogo matou 14 pessoas e queimou 300 casas."

    assert _proposed(source, "The fire killed 14 people. It burned 300 houses.") == []
    (candidate,) = _proposed(source, "The fire killed 14 people. It burned 900 houses.")
    assert candidate.replacement == "300"
