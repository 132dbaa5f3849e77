"""Names spelt in two ways, names without their capital, and numbers and dates in a foreign format.

What it measures:
    Whether a name differs by a letter or two from one that the document uses more often, is written small where the
    document has it with a capital, or a number, date or amount follows the rules of another language ("2.000", "1,5
    million", "the 15 of March", "XXI century").

Why it suggests an error:
    Systems transcribe a name afresh each time, and spell it differently; they copy separators and the order of date and
    currency from the original, where 2.000 is two thousand.

Known problems:
    Two people may have similar names (Hansen, Hanson); a name is doubted only when it comes once and its neighbour
    comes several times. "2.000" can be a measurement of three decimals.

Example:
    "Kowalsky" beside five Kowalskis -> "Kowalski"; "2.000 soldiers" -> "2,000 soldiers".

Source:
    MQM "number format" and "name format", the errors that made 9 % of the penalty of Chinese-English news (WMT 2020).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz.distance import OSA

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import gap_before, parts_of_speech
from auditor.text.english import FUNCTION_WORDS, base
from auditor.values import Candidate, Kind, Knowledge, Measurements, Sentence, Severity, Span, Word

MECHANISM = "names"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.NAME
SEVERITY = Severity.MAJOR
VALID = (
    "Iran and Iraq met on Monday. Iran agreed, Iran said, and Iran left. Iraq stayed.",
    "The runner finished in 9.850 seconds, 2.500 percent faster than in 1,500 other races.",
    "On 15 March, 2,000 people paid $5 million for 1.5 million shares.",
    "Queen Elizabeth II and Pope John Paul II met in the 20th century.",
)
INVALID = (
    (
        "The envoy met Kowalski and thanked Kowalski. Later Kowalski left. A note to Kowalsky was found.",
        "Kowalsky",
        "Kowalski",
    ),
    (
        "The North is led by Kim Jong Un. He met Kim Jong Un twice. It was Kim Yong Un who left.",
        "Yong",
        "Jong",
    ),
    ("The party backs Navalny, and Navalny thanked it. Later navalny was arrested.", "navalny", "Navalny"),
    ("Some 2.000 soldiers were sent to the border.", "2.000", "2,000"),
    ("The company lost 1,5 million euros.", "1,5 million", "1.5 million"),
    ("He was born on the 15 of March in Kabul.", "the 15 of March", "March 15"),
    ("Talks begin at 20 o'clock on Friday.", "20 o'clock", "8 p.m."),
    ("It was the worst flood of the XXI century.", "XXI century", "21st century"),
    ("The bridge cost 3 millions of euros.", "3 millions of", "3 million"),
    ("The price rose to 50 $ a barrel.", "50 $", "$50"),
)

# Countries, peoples and places that differ by a letter or two, and are all genuine.
_ALIKE = tuple(
    frozenset(group.split())
    for group in (
        "Iran Iraq Iran",
        "Austria Australia",
        "Niger Nigeria Nigerien Nigerian",
        "Mali Malawi Malta Male",
        "Guinea Guiana Guyana",
        "Slovakia Slovenia Slovak Slovene",
        "China Chile Ching",
        "Gambia Zambia",
        "Dominica Dominican",
        "Johnson Johnston Johnsen Johansson",
        "Korea Korean Koreas Koreans",
        "Paris Parish",
        "Mauritania Mauritius",
        "Monday Sunday",
        "June July",
        "Latvia Livonia",
        "North South",
        "Western Eastern Northern Southern Northeastern Northwestern",
        "Marin Martin Marina Martina",
        "Christian Christina Christine Christopher",
        "Daniel Daniela Danielle",
        "Georg George Georgia Georgian Georgians",
        "Maria Marie Mario Marian Marion Mary",
        "Alexander Alexandra Aleksander Alexandria",
        "Michael Michel Michelle Mikhail Michal",
        "Robert Roberta Roberto Roberts",
        "Peter Peters Petra Pedro",
    )
)
_RATIO = 3  # how many times more often than the odd form the common one must come
_SHORTEST = 5  # letters of a name that may be doubted

_NUMERALS = frozenset("one two three four five six seven eight nine ten eleven twelve twenty thirty".split())  # noqa: SIM905
_HOURS = 12
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_LARGE = "hundred|thousand|million|billion|trillion"
_UNIT = (
    rf"(?:{_LARGE}|percent|per\scent|%|percentage|points?|degrees|kilomet(?:er|re)s?|met(?:er|re)s?|km|kg|kilos?|kilograms?|"
    r"tons?|tonnes?|euros?|dollars?|magnitude|times|lit(?:er|re)s?|hectares|miles)"
)
_DECIMALS = (
    r"(?:seconds?|minutes?|inch|inches|mm|cm|meters?|metres?|km|kilomet(?:er|re)s?|percent|per\scent|%|degrees|points?)"
)
_ROMAN = {
    "XII": "12th", "XIII": "13th", "XIV": "14th", "XV": "15th", "XVI": "16th", "XVII": "17th", "XVIII": "18th",
    "XIX": "19th", "XX": "20th", "XXI": "21st",
}  # fmt: skip
_CENTURY = "|".join(sorted(_ROMAN, key=len, reverse=True))

Rewrite = str | Callable[[re.Match[str]], str]
"""A template of what should stand there, with the match's groups, or a function that writes it."""


def _with_commas(match: re.Match[str]) -> str:
    return re.sub(r"[.\s]", ",", match.group())


def _afternoon(match: re.Match[str]) -> str:
    return f"{int(match['hour']) - _HOURS} p.m."


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), match["minute"]
    minutes = "" if minute == "00" else f":{minute}"
    return f"{(hour - 1) % _HOURS + 1}{minutes} {'a.m.' if hour < _HOURS else 'p.m.'}"


def _century(match: re.Match[str]) -> str:
    return f"{_ROMAN[match['century']]} {match['noun']}"


def _century_turned(match: re.Match[str]) -> str:
    return f"{_ROMAN[match['century']]} {match['noun'].lower()}"


def _ordinal(match: re.Match[str]) -> str:
    """Give an ordinal its own ending; those of the teens end in th."""
    ten, digit = match["ten"] or "", match["one"] or match["two"] or match["three"] or match["teen"]
    ending = "th" if ten.endswith("1") else {"1": "st", "2": "nd", "3": "rd"}[digit]
    return f"{ten}{digit}{ending}"


_FORMATS: tuple[tuple[re.Pattern[str], Rewrite, str], ...] = (
    (
        re.compile(rf"(?<![\d.,$€£])(?:[1-9]\d{{0,2}})(?:\.\d{{3}})+(?![\d.,]*\d)(?!\s?{_DECIMALS}\b)"),
        _with_commas,
        "a number with the thousands marked as other languages do",
    ),
    (
        re.compile(rf"(?<![\d.,])(?P<whole>\d{{1,3}}),(?P<part>\d{{1,2}})(?P<unit>\s?{_UNIT})(?![\w])"),
        r"\g<whole>.\g<part>\g<unit>",
        "a number with the decimals marked as other languages do",
    ),
    (
        re.compile(
            rf"\b(?P<amount>\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten)\s(?P<large>{_LARGE})s(?:\sof)?\b"
        ),
        r"\g<amount> \g<large>",
        "an amount in the plural, which English does not use after a number",
    ),
    (
        re.compile(rf"\bthe\s(?P<day>[12]?\d|3[01])(?:\sof)?\s(?P<month>{_MONTH})\b"),
        r"\g<month> \g<day>",
        "a date in the order of other languages",
    ),
    (
        re.compile(rf"(?<!the )\b(?P<day>[12]?\d|3[01])\sof\s(?P<month>{_MONTH})\b"),
        r"\g<month> \g<day>",
        "a date in the order of other languages",
    ),
    (
        re.compile(r"\b(?P<hour>1[3-9]|2[0-3])\so['’]clock\b"),
        _afternoon,
        "the time on a clock of twenty-four hours",
    ),
    (
        re.compile(r"\b(?P<hour>[01]?\d|2[0-3])h(?P<minute>[0-5]\d)\b"),
        _clock,
        "the time as other languages write it",
    ),
    (
        re.compile(rf"\b(?P<century>{_CENTURY})(?:th|st)?\s(?P<noun>[Cc]entury)\b"),
        _century,
        "a century in Roman numerals, as other languages write it",
    ),
    (
        re.compile(rf"\b(?P<noun>[Cc]entury)\s(?P<century>{_CENTURY})\b"),
        _century_turned,
        "a century in Roman numerals, as other languages write it",
    ),
    (
        re.compile(rf"(?<![\w$€£.,])(?P<amount>\d[\d.,]*(?:\s(?:{_LARGE}))?)\s?(?P<sign>US\$|[$€£])(?![\w])"),
        r"\g<sign>\g<amount>",
        "an amount with the currency behind it, as other languages write it",
    ),
    (
        re.compile(r"(?P<sign>[$€£])\s(?P<amount>\d[\d.,]*\d|\d)"),
        r"\g<sign>\g<amount>",
        "an amount with a space after the currency",
    ),
    (
        re.compile(r"(?P<amount>\b\d[\d.,]*)\s%"),
        r"\g<amount>%",
        "a percentage with a space, as other languages write it",
    ),
    (
        re.compile(
            r"(?<![\d.,])(?<!\d\s)(?P<head>[1-9]\d{0,2})(?P<tail>(?:[\u00a0\u202f ]\d{3})+)(?![\d.,])(?=\s[a-z])"
        ),
        _with_commas,
        "a number with the thousands marked as other languages do",
    ),
    (
        re.compile(r"\bthe\syears\s(?:19)?(?P<decade>[2-9]0)\b"),
        r"the 19\g<decade>s",
        "a decade as other languages write it",
    ),
    (
        re.compile(
            r"\b(?P<ten>\d*)(?:(?P<one>1)(?:nd|rd|th)|(?P<two>2)(?:st|rd|th)|(?P<three>3)(?:st|nd|th)|(?<=1)(?P<teen>[23])(?:nd|rd))\b"
        ),
        _ordinal,
        "an ordinal with the ending of another number",
    ),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the spellings that the document prefers, and the numbers of the sentence in English format."""
    text = measurements.document.text
    yield from _formats(sentence, text)
    for index, word in enumerate(sentence.words):
        bare = re.split("['’]", word.text, maxsplit=1)[0]
        span = Span(word.span.start, word.span.start + len(bare))
        if (
            right := _small(sentence.words, index, measurements)
            or _neighbour(bare, measurements.knowledge)
            or _in_full(text, sentence.words, index, measurements)
        ):
            reason = f"the name {right}, as the document spells it elsewhere"
            yield Candidate(span, right, MECHANISM, KIND, SEVERITY, reason)


def _formats(sentence: Sentence, text: str) -> Iterator[Candidate]:
    if not re.search(r"\d|[Cc]entury|s of ", sentence.span.of(text)):
        return
    for pattern, rewrite, reason in _FORMATS:
        for match in pattern.finditer(text, sentence.span.start, sentence.span.end):
            right = match.expand(rewrite) if isinstance(rewrite, str) else rewrite(match)
            if right != match.group():
                yield Candidate(Span(*match.span()), right, MECHANISM, Kind.NUMBER, Severity.MINOR, reason)


def _small(words: Sequence[Word], index: int, measurements: Measurements) -> str:
    """Return the name that a lower-case word is elsewhere in the document, "" when it is a word of its own."""
    word = re.split("['’]", words[index].text, maxsplit=1)[0]
    if not word.islower() or len(word) < 4 or word in FUNCTION_WORDS | _NUMERALS or parts_of_speech(word):
        return ""
    name = word[0].upper() + word[1:]
    uses = measurements.knowledge.names.get(name, 0)
    lower = max(0, measurements.knowledge.counts.get(word, 0) - uses)
    after_article = index > 0 and words[index - 1].text.lower() in ("the", "a", "an", "his", "her", "their")
    return name if uses >= max(2, 2 * lower) and not after_article else ""


def _neighbour(word: str, knowledge: Knowledge) -> str:
    """Return the commoner name from which a rare one differs by a letter, "" when there is none."""
    uses = knowledge.names.get(word, 0)
    if len(word) < _SHORTEST or not word[:1].isupper() or not word.isalpha() or word.isupper() or uses > 1:
        return ""
    if parts_of_speech(word.lower()) or word in FUNCTION_WORDS:
        return ""
    for name in knowledge.common_names.get(word[0], ()):
        if name != word and _is_slip(word, name) and knowledge.names[name] >= _RATIO * uses:
            return name
    return ""


def _is_slip(odd: str, name: str) -> bool:
    """Tell whether two names are one name in two spellings: one letter apart, not at the beginning, not inflected."""
    if odd[0] != name[0] or abs(len(odd) - len(name)) > 1 or len(name) < _SHORTEST or not name.isalpha():
        return False
    if any({odd, name} <= group for group in _ALIKE) or odd.startswith(name) or name.startswith(odd):
        return False
    return _is_one_apart(odd, name)


def _is_one_apart(one: str, two: str) -> bool:
    """Tell whether one letter was changed, lost or added, or two neighbours exchanged."""
    return OSA.distance(one, two, score_cutoff=1) == 1


def _in_full(text: str, words: Sequence[Word], index: int, measurements: Measurements) -> str:
    """Return the middle of a name of three words that the document writes with the same first and last."""
    if not 0 < index < len(words) - 1 or not all(w.text[0].isupper() for w in words[index - 1 : index + 2]):
        return ""
    if not (gap_before(text, words, index).isspace() and gap_before(text, words, index + 1).isspace()):
        return ""
    first, odd, last = (word.text for word in words[index - 1 : index + 2])
    if measurements.knowledge.names.get(odd, 0) > 1:
        return ""
    others = measurements.knowledge.full_names.get(f"{first} {base(last)}", ())
    alike = [middle for middle in others if len(middle) == len(odd) and _is_one_apart(odd, middle)]
    return alike[0] if len(alike) >= 2 else ""
