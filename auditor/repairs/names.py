"""A name spelled in two ways, and numbers and dates written as another language writes them.

What it measures:
    Names that stand once beside a very similar name that stands often; names without their capital; "2.000 soldiers",
    "1,5 million" and "the 15 of March".

Why it suggests an error:
    Names are transliterated afresh in each sentence; separators and dates are copied from the source.

Known problems:
    Two people may have similar names; only names that no dictionary has and that differ by one letter are compared.

Example:
    "Blinkin" -> "Blinken", where the document has Blinken three times.

Source:
    MQM "name", "number" and "locale convention".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.repairs.wording import parts_of_speech
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "names"
KIND = Kind.NAME
SEVERITY = Severity.MINOR
CLEAN = ("Some 2,000 soldiers left on March 15, and 1.5 million people stayed.",)
DIRTY = (
    (
        "Sikorski met Merz. Later Sikorski, who knows Merz, spoke. Then Sikorsky left and Sikorski waved.",
        "Sikorsky",
        "Sikorski",
    ),
    ("The army sent 2.000 soldiers to the border on Monday.", "2.000", "2,000"),
    ("The fund lent the country 1,5 million euros last year.", "1,5 million", "1.5 million"),
    ("They signed the treaty on the 15 of March in Geneva.", "the 15 of March", "March 15"),
)

_OFTEN = 3  # times a name stands before a similar one is doubted
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_FORMS = (
    (re.compile(r"\b(?P<a>\d{1,3})\.(?P<b>000)\b(?![.,]\d|%)"), "{a},{b}", "a number with the wrong separator"),
    (
        re.compile(r"\b(?P<a>\d{1,3}),(?P<b>\d{1,2}) (?P<c>million|billion|trillion|percent|per cent)\b"),
        "{a}.{b} {c}",
        "a number with the wrong separator",
    ),
    (re.compile(rf"\bthe (?P<a>\d{{1,2}}) of (?P<b>{_MONTHS})\b"), "{b} {a}", "a date as another language writes it"),
)  # fmt: skip


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the usual spelling of doubtful names, and numbers and dates in English form."""
    text = measurements.document.text
    for pattern, form, reason in _FORMS:
        for match in pattern.finditer(text, sentence.span.start, sentence.span.end):
            span = Span(match.start(), match.end())
            yield Candidate(span, form.format(**match.groupdict()), MECHANISM, Kind.NUMBER, SEVERITY, reason)
    names = measurements.knowledge.names
    for index, word in enumerate(sentence.words):
        if right := _usual(word, names, first=index == 0):
            yield Candidate(
                word.span, right, MECHANISM, KIND, SEVERITY, f"the name {right}, spelled another way elsewhere"
            )


def _usual(word: Word, names: Mapping[str, int], *, first: bool) -> str:
    """Return the spelling that the document prefers, "" where the word is no doubtful name."""
    text = word.text
    if len(text) < 5 or not text.isalpha() or parts_of_speech(text.lower()):
        return ""
    if text.islower():
        capital = text.capitalize()
        return capital if names.get(capital, 0) >= _OFTEN else ""
    if first or names.get(text, 0) != 1:
        return ""
    similar = (name for name, count in names.items() if count >= _OFTEN and _one_letter_apart(text, name))
    return next(similar, "")


def _one_letter_apart(one: str, other: str) -> bool:
    """Tell whether one letter inside is changed, added or taken away; a final s is inflection."""
    if one[0] != other[0] or one == other or abs(len(one) - len(other)) > 1 or parts_of_speech(other.lower()):
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return long != short + "s" and any(long[:i] + long[i + 1 :] == short for i in range(1, len(long)))
