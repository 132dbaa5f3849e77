"""A number that is not the one in the source.

What it measures:
    Where the source of a sentence is known: whether a number in digits has no counterpart there, while a number of the
    source has none in the sentence. Separators of thousands and decimals, words of magnitude (mil milhões, 万, лакх),
    number words, Roman numerals, clocks of twelve hours, decades, rounding and converted units are allowed for.

Why it suggests an error:
    A wrong figure reads as well as the right one, so nothing but the source shows it.

Known problems:
    Figures of different calendars or currencies differ on purpose; numbers that changed places are not noticed. Where
    the source has a figure that the text leaves out altogether, nothing is said.

Example:
    "The fire killed 41 people." from "O incêndio matou 14 pessoas." -> "14".

Source:
    MQM "number"; the critical errors that WMT 2022 planted for quality estimation (Zerva et al. 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.repairs.against_source import quantities
from auditor.repairs.against_source.quantities import Quantity
from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import rendering
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "source-numbers"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.NUMBER
SEVERITY = Severity.CRITICAL
SOURCES = {
    "The fire killed 14 people and burned 2,000 hectares, about 40 percent of the park.": (
        "O incêndio matou catorze pessoas e queimou 2.000 hectares, cerca de 40% do parque."
    ),
    "The bank lent $29 billion in 2014.": "O banco emprestou 29 mil milhões de dólares em 2014.",
    "The train left at 8:30 p.m. with three dozen passengers.": "O comboio partiu às 20h30 com 36 passageiros.",
    "Some 35,000 people left in the 1960s.": "约3.5万人在60年代离开。",
    "The fire killed 41 people on March 3.": "O incêndio matou 14 pessoas em 3 de março.",
    "The bank lent $29 million in 2014.": "O banco emprestou 29 mil milhões de dólares em 2014.",
    "The reform of 2018 cost 1.1 million jobs.": "La réforme de 2018 a coûté 1,67 million d'emplois.",
    "The law of the 1990s is still in force.": "Закон 1960-х годов всё ещё действует.",
}
"""What the texts below were translated from."""
VALID = tuple(SOURCES)[:4]
INVALID = (
    ("The fire killed 41 people on March 3.", "41", "14"),
    ("The bank lent $29 million in 2014.", "29 million", "29 billion"),
    ("The reform of 2018 cost 1.1 million jobs.", "1.1", "1.67"),
    ("The law of the 1990s is still in force.", "1990", "1960"),
)

_MOST = 2
"""Numbers of a sentence without a counterpart; where there are more, the two say different things."""
_NAMED = {1e12: "trillion", 1e9: "billion", 1e6: "million"}


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the source's number for each number that is not in the source, where they can be told apart."""
    if not sentence.source:
        return
    whole = rendering(measurements.document, sentence)
    lost, found = unmatched(sentence.source, whole.of(measurements.document.text))
    if len(lost) != len(found) or not 0 < len(found) <= _MOST:
        return
    for right, wrong in zip(lost, found, strict=True):
        if right.percent == wrong.percent and (right.is_year == wrong.is_year or len(right.text) == len(wrong.text)):
            span, replacement = _replacement(right, wrong)
            here = Span(whole.start + span.start, whole.start + span.end)
            there = right.span.of(sentence.source)
            if not sentence.span.contains(here):
                continue
            yield Candidate(
                here,
                replacement,
                MECHANISM,
                KIND,
                SEVERITY,
                f"the wrong number: the source has {there}",
                evidence=(f"The source says “{there}” where the text says “{here.of(measurements.document.text)}”.",),
            )


def unmatched(source: str, target: str) -> tuple[list[Quantity], list[Quantity]]:
    """Return the numbers in digits that have no counterpart on the other side: of the source, and of the target."""
    lost, found = quantities.written(source, english=False), quantities.written(target, english=True)
    for agree in (quantities.equal, quantities.alike):  # what is equal must not be taken for something like it
        for target_number in tuple(found):
            match = next((number for number in lost if agree(number, target_number)), None)
            if match is not None:
                lost.remove(match)
                found.remove(target_number)
    return _unsaid(lost, quantities.said(target)), _unsaid(found, quantities.said(source))


def _unsaid(numbers: Sequence[Quantity], said: frozenset[float]) -> list[Quantity]:
    return [number for number in numbers if not (number.values | {_digits(number)}) & said]


def _digits(number: Quantity) -> float:
    return float("".join(char for char in number.text if char.isdigit()))


def _replacement(right: Quantity, wrong: Quantity) -> tuple[Span, str]:
    """Write the source's number in English, in the text's own millions or billions where that reads well."""
    own = next(iter(wrong.scales))
    if own in right.scales:
        return wrong.digits, _plain(right, own)
    value = max(right.values) if len(right.scales) == 1 else min(right.values)
    if own > 1 and 1 <= value / own < 1000:
        return wrong.digits, f"{value / own:.6g}"
    name = next((scale for scale in _NAMED if value >= scale and right.scales != {1.0}), 0.0)
    return wrong.span, f"{value / name:.6g} {_NAMED[name]}" if name else f"{value:,.0f}"


def _plain(number: Quantity, scale: float) -> str:
    """Write the digits with a comma between thousands and a point before decimals."""
    if number.text.isdigit():
        return number.text.lstrip("0") if len(number.text) <= 4 else f"{int(number.text):,}"
    value = max(number.values) / scale
    if value == int(value):
        return f"{value:,.0f}"
    decimals = len(number.text) - 1 - max(number.text.rfind("."), number.text.rfind(","))
    return f"{value:,.{decimals}f}"
