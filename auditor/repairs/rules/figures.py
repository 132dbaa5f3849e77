"""Figures, dates, clock times and amounts of money as another language writes them.

What it measures:
    Whether a number, date, time or amount follows the rules of another language: "3.400.250", "1,5 million", "4,7 %",
    "three milliards", "at 19 hours", "20h30", "12.03.2024", "the 15 of March", "XXI century", "50 $".

Why it suggests an error:
    Systems copy the separators, the clock and the order of date and currency from the original, where 2.000 is two
    thousand and 1,5 is less than two.

Known problems:
    "2.000" can be a measurement of three decimals, and "at 19 hours" the length of a rehearsal; where a house writes
    its percentages with a space or its euros behind the figure, those places are a matter of style. A figure whose
    groups fit no language ("2,200,12") is doubted without a suggestion.

Example:
    "2.000 soldiers" -> "2,000 soldiers"; "1,5 million" -> "1.5 million"; "at 19 hours" -> "at 7 p.m.".

Source:
    MQM "number format", "date format" and "currency format"; Unicode CLDR's patterns of numbers, dates and times in
    English, Spanish, French, German, Portuguese, Italian, Russian and Turkish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import without_wording
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "figures"
TRAITS = Traits(Evidence.RULE, is_counted=True)
KIND = Kind.NUMBER
SEVERITY = Severity.MINOR
VALID = (
    "The runner finished in 9.850 seconds, 2.500 percent faster than in 1,500 other races.",
    "On 15 March, 2,000 people paid $5 million for 1.5 million shares.",
    "Queen Elizabeth II and Pope John Paul II met in the 20th century.",
    "Chapters 1,2 and 3 of version 2.0.1 are 10.5 pages long; call 1.800.555.1212 or see 10.10.0.1.",
    "He works 18 hours a week, and at 18 hours a week he earns little.",
    "The crew was rescued after 30 hours, at 24 hours’ notice, 12 hours before the storm.",
    "Take flight BA 2490 to gate 12h at 8:30 p.m., or run 4.3 miles at 11.5 km/h.",
    "In 1,2-dichloroethane the reaction took 2.5 hours.",
    "The score was 6,4 in the printed table, and the years 1990 and 2000 were wet.",
    "A 3.5 magnitude quake struck 1.2 miles from the dam on May 3.",
)
INVALID = (
    ("Some 2.000 soldiers were sent to the border.", "2.000", "2,000"),
    ("The mill burned 3.400.250 tons of straw.", "3.400.250", "3,400,250"),
    ("The company lost 1,5 million euros.", "1,5 million", "1.5 million"),
    ("Inflation slowed to 4,7 % in May.", "4,7 %", "4.7%"),
    ("The river rose by 0,8 meters overnight.", "0,8 meters", "0.8 meters"),
    ("The fare went up to €2,40 in June.", "€2,40", "€2.40"),
    ("The bill came to 1.234,50 euros.", "1.234,50", "1,234.50"),
    ("The lake covers 12'500 hectares.", "12'500", "12,500"),
    ("The port handled 4,510,77 tons.", "4,510,77", ""),
    ("The loan of three milliards was never repaid.", "three milliards", "three billion"),
    ("The state spent 2 milliards of euros on it.", "2 milliards of euros", "2 billion euros"),
    ("The town has 2 thousand 300 houses.", "2 thousand 300", "2,300"),
    ("The fair drew 1 million 250 thousand visitors.", "1 million 250 thousand", "1.25 million"),
    ("He was born on the 15 of March in Kabul.", "the 15 of March", "March 15"),
    ("The treaty was signed on 12.03.2024 in Riga.", "12.03.2024", "March 12, 2024"),
    ("Talks begin at 20 o'clock on Friday.", "20 o'clock", "8 p.m."),
    ("The concert begins at 19 hours in the park.", "19 hours", "7 p.m."),
    ("The shops close at 18:30 o'clock.", "18:30 o'clock", "6:30 p.m."),
    ("The flight leaves at 20h30.", "20h30", "8:30 p.m."),
    ("The gates open at 17h on Sunday.", "17h", "5 p.m."),
    ("It was the worst flood of the XXI century.", "XXI century", "21st century"),
    ("The bridge cost 3 millions of euros.", "3 millions of", "3 million"),
    ("The price rose to 50 $ a barrel.", "50 $", "$50"),
)

_HOURS = 12
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "|".join(_MONTHS)
_LARGE = "hundred|thousand|million|billion|trillion"
_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
_UNIT = (
    rf"(?:{_LARGE}|percent|per\scent|%|percentage|points?|degrees|kilomet(?:er|re)s?|met(?:er|re)s?|centimet(?:er|re)s?|"
    r"km|kg|cm|kilos?|kilograms?|grams?|tons?|tonnes?|euros?|dollars?|pounds?|francs?|magnitude|times|lit(?:er|re)s?|"
    r"hectares|acres|miles|hours|years|megawatts?|gigawatts?|MW|GW|GB)"
)
_DECIMALS = (
    r"(?:seconds?|minutes?|inch|inches|mm|cm|meters?|metres?|km|kilomet(?:er|re)s?|percent|per\scent|%|degrees|points?|"
    r"GHz|MHz)"
)
_ROMAN = {
    "XII": "12th", "XIII": "13th", "XIV": "14th", "XV": "15th", "XVI": "16th", "XVII": "17th", "XVIII": "18th",
    "XIX": "19th", "XX": "20th", "XXI": "21st",
}  # fmt: skip
_CENTURY = "|".join(sorted(_ROMAN, key=len, reverse=True))
_DURATION = r"(?:\s(?:a|an|per|of|each|every|straight|later|earlier|before|after|ago|long)\b|['’])"

Rewrite = str | Callable[[re.Match[str]], str]
"""A template of what should stand there, with the match's groups, or a function that writes it."""


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign way of writing a figure: its name, where it stands, what English writes, and why it is doubted.

    Without a `rewrite` nobody can tell what was meant.
    """

    name: str
    found: re.Pattern[str]
    rewrite: Rewrite | None
    reason: str


def _with_commas(match: re.Match[str]) -> str:
    return re.sub(r"[.'’\s]", ",", match.group())


def _both_marks(match: re.Match[str]) -> str:
    """Exchange the marks of thousands and decimals."""
    return match["whole"].replace(".", ",") + "." + match["part"]


def _decimals(match: re.Match[str]) -> str:
    unit = match["unit"]
    return f"{match['whole']}.{match['part']}" + ("%" if unit.strip() == "%" else unit)


def _in_thousands(match: re.Match[str]) -> str:
    return f"{int(match['large']) * 1000 + int(match['rest']):,}"


def _in_millions(match: re.Match[str]) -> str:
    return f"{int(match['large']) + int(match['rest']) / 1000:g} {match['name']}"


def _milliards(match: re.Match[str]) -> str:
    return f"{match['amount']} billion{' ' + match['what'] if match['what'] else ''}"


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), match.groupdict().get("minute")
    minutes = f":{minute}" if minute and minute != "00" else ""
    return f"{(hour - 1) % _HOURS + 1}{minutes} {'a.m.' if hour % 24 < _HOURS else 'p.m.'}"


def _date(match: re.Match[str]) -> str:
    return f"{_MONTHS[int(match['month']) - 1]} {int(match['day'])}, {match['year']}"


def _century(match: re.Match[str]) -> str:
    return f"{_ROMAN[match['century']]} {match['noun'].lower()}"


def _ordinal(match: re.Match[str]) -> str:
    """Give an ordinal its own ending; those of the teens end in th."""
    ten, digit = match["ten"] or "", match["one"] or match["two"] or match["three"] or match["teen"]
    ending = "th" if ten.endswith("1") else {"1": "st", "2": "nd", "3": "rd"}[digit]
    return f"{ten}{digit}{ending}"


def _format(name: str, pattern: str, rewrite: Rewrite | None, reason: str) -> Format:
    return Format(name, re.compile(pattern), rewrite, reason)


_THOUSANDS = "a number with the thousands marked as other languages do"
_DECIMAL_COMMA = "a number with the decimals marked as other languages do"
_DATE = "a date in the order of other languages"
_TIME = "the time as other languages write it"
_MONEY = "an amount with the currency behind it, as other languages write it"
FORMATS: tuple[Format, ...] = (
    _format(
        "both marks",
        r"(?<![\d.,$€£])(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+),(?P<part>\d{1,2})(?![\d.,]*\d)",
        _both_marks,
        "a number with the marks of thousands and decimals exchanged",
    ),
    _format("millions by stops", r"(?<![\w.,])[1-9]\d{0,2}(?:\.\d{3}){2,}(?![\d.,]*\d)", _with_commas, _THOUSANDS),
    _format(
        "thousands by a stop",
        rf"(?<![\w.,:$€£])[1-9]\d{{0,2}}\.\d{{3}}(?![\d.,]*\d)(?!\s?{_DECIMALS}\b)(?!\s?%)(?!\s(?:{_LARGE}|x)\b)(?!x)",
        _with_commas,
        _THOUSANDS,
    ),
    _format(
        "thousands by apostrophes", r"(?<![\w.,])[1-9]\d{0,2}(?:['’]\d{3})+(?![\d.,]*\d)", _with_commas, _THOUSANDS
    ),
    _format(
        "thousands by spaces",
        r"(?<![\w.,])(?<!\d\s)[1-9]\d{0,2}(?:[\u00a0\u202f ]\d{3})+(?![\d.,])(?=\s[a-z])",
        _with_commas,
        _THOUSANDS,
    ),
    _format(
        "uneven groups",
        r"(?<![\w.,])[1-9]\d{0,2}(?:,\d{3})+,\d{1,2}(?![\d.,]*\d)",
        None,
        "a figure whose commas fit no number; check it against the original",
    ),
    _format(
        "decimal comma before a unit",
        rf"(?<![\w.,])(?<!\d\s)(?P<whole>\d{{1,3}}),(?P<part>\d{{1,2}})(?P<unit>[\s-]?{_UNIT})(?!\w)",
        _decimals,
        _DECIMAL_COMMA,
    ),
    _format("leading zero and comma", r"(?<![\w.,])0,(?P<part>\d{1,3})(?!\d|,\d)", r"0.\g<part>", _DECIMAL_COMMA),
    _format(
        "decimal comma in money",
        r"(?<!\w)(?P<sign>US\$|[$€£])(?P<whole>\d{1,3}),(?P<part>\d{1,2})(?!\d|,\d)",
        r"\g<sign>\g<whole>.\g<part>",
        _DECIMAL_COMMA,
    ),
    _format(
        "milliards",
        rf"(?i)\b(?P<amount>\d[\d.]*|{_SMALL}|several|many|some)\smilliards?\b(?:\sof\s(?P<what>\w+))?",
        _milliards,
        "an amount by the long scale, whose milliard is a billion in English",
    ),
    _format(
        "two magnitudes",
        r"(?<![\w.,])(?P<large>[1-9]\d{0,2})\s(?P<name>million|billion)\s(?P<rest>[1-9]\d{0,2})\s(?:thousand|million)\b",
        _in_millions,
        "an amount in two steps, which English writes as one",
    ),
    _format(
        "thousand and rest",
        r"(?<![\w.,])(?P<large>[1-9]\d{0,2})\sthousand\s(?P<rest>[1-9]\d{0,2})(?![\w.,]*\d)(?=\s[a-z])",
        _in_thousands,
        "an amount in two steps, which English writes as one",
    ),
    _format(
        "plural amount",
        rf"\b(?P<amount>\d[\d.,]*|{_SMALL})\s(?P<large>{_LARGE})s(?:\sof)?\b",
        r"\g<amount> \g<large>",
        "an amount in the plural, which English does not use after a number",
    ),
    _format(
        "date by numbers",
        r"(?<=[a-z]\s)(?P<day>0?[1-9]|[12]\d|3[01])\.\s?(?P<month>0?[1-9]|1[0-2])\.\s?(?P<year>(?:19|20)\d\d)(?![\w.]*\d)",
        _date,
        _DATE,
    ),
    _format(
        "the day of month",
        rf"\bthe\s(?P<day>[12]?\d|3[01])(?:\sof)?\s(?P<month>{_MONTH})\b",
        r"\g<month> \g<day>",
        _DATE,
    ),
    _format(
        "day of month", rf"(?<!the )\b(?P<day>[12]?\d|3[01])\sof\s(?P<month>{_MONTH})\b", r"\g<month> \g<day>", _DATE
    ),
    _format(
        "clock of 24 hours",
        r"\b(?P<hour>1[3-9]|2[0-4])\so['’]clock\b",
        _clock,
        "the time on a clock of twenty-four hours",
    ),
    _format("minutes and o’clock", r"\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)\so['’]clock\b", _clock, _TIME),
    _format(
        "hours by the clock",
        rf"(?<=\b[Aa]t\s)(?P<hour>[01]?\d|2[0-3])\shours(?!\w)(?!{_DURATION})",
        _clock,
        _TIME,
    ),
    _format("hours with h", r"(?<![\w.,])(?P<hour>[01]?\d|2[0-3])\s?h\s?(?P<minute>[0-5]\d)\b", _clock, _TIME),
    _format("hour with h", rf"(?<=\b[Aa]t\s)(?P<hour>[01]?\d|2[0-3])\s?h(?![\w/])(?!{_DURATION})", _clock, _TIME),
    _format(
        "Roman century",
        rf"\b(?P<century>{_CENTURY})(?:th|st)?\s(?P<noun>[Cc]entury)\b",
        _century,
        "a century in Roman numerals, as other languages write it",
    ),
    _format(
        "Roman century",
        rf"\b(?P<noun>[Cc]entury)\s(?P<century>{_CENTURY})\b",
        _century,
        "a century in Roman numerals, as other languages write it",
    ),
    _format(
        "dollars behind",
        rf"(?<![\w$€£.,])(?P<amount>\d[\d.,]*(?:\s(?:{_LARGE}))?)\s?(?P<sign>US\$|[$])(?![\w])",
        r"\g<sign>\g<amount>",
        _MONEY,
    ),
    _format(
        "currency behind",
        rf"(?<![\w$€£.,])(?P<amount>\d[\d.,]*(?:\s(?:{_LARGE}))?)\s?(?P<sign>[€£])(?![\w])",
        r"\g<sign>\g<amount>",
        _MONEY,
    ),
    _format(
        "space behind currency",
        r"(?P<sign>[$€£])\s(?P<amount>\d[\d.,]*\d|\d)",
        r"\g<sign>\g<amount>",
        "an amount with a space after the currency",
    ),
    _format(
        "space before percent",
        r"(?P<amount>\b\d[\d.,]*)\s%",
        r"\g<amount>%",
        "a percentage with a space, as other languages write it",
    ),
    _format(
        "years of a decade",
        r"\bthe\syears\s(?:19)?(?P<decade>[2-9]0)\b(?!,?\s(?:and|to|or|through)\b)",
        r"the 19\g<decade>s",
        "a decade as other languages write it",
    ),
    _format(
        "ordinal",
        r"\b(?P<ten>\d*)(?:(?P<one>1)(?:nd|rd|th)|(?P<two>2)(?:st|rd|th)|(?P<three>3)(?:st|nd|th)|(?<=1)(?P<teen>[23])(?:nd|rd))\b",
        _ordinal,
        "an ordinal with the ending of another number",
    ),
)
"""The foreign ways, the surest first: of two that overlap the first one counts."""


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the figures of the sentence as English writes them."""
    text = measurements.document.text
    if not re.search(r"\d|[Cc]entury|s of |illiard|illions", sentence.span.of(text)):
        return
    taken: list[Span] = []
    for each in FORMATS:
        for match in each.found.finditer(text, sentence.span.start, sentence.span.end):
            span = Span(*match.span())
            right = _written(match, each.rewrite)
            if right == match.group() or any(span.overlaps(other) for other in taken):
                continue
            taken.append(span)
            if right:
                yield Candidate(span, right, MECHANISM, KIND, SEVERITY, each.reason, pattern=each.name)
            else:
                doubted = Candidate(span, "", MECHANISM, KIND, Severity.MAJOR, each.reason, pattern=each.name)
                yield without_wording(doubted, "No language groups the digits of a number so.")


def _written(match: re.Match[str], rewrite: Rewrite | None) -> str:
    if rewrite is None:
        return ""
    return match.expand(rewrite) if isinstance(rewrite, str) else rewrite(match)
