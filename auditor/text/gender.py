"""Whether the people of a story are called "he" or "she": by titles, by what is said of them, by their first names.

A story says so itself where it writes "Mrs. Novak", "Novak, a mother of two" or "his wife, Ana Novak".
First names count where the story uses their pronoun at all: Andrea is a man in Rome. The table of first names has those
that several countries list for one gender alone (`models/train/first_names.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

import regex

from auditor.text.english import base

TABLE = Path(__file__).parent / "first_names.tsv"
HE = frozenset({"he", "him", "his", "himself"})
SHE = frozenset({"she", "her", "hers", "herself"})
_NAME = r"\p{Lu}[\p{L}'’-]+"
_PERSON = rf"(?:{_NAME}\s)?(?P<name>{_NAME})"
_FULL = regex.compile(rf"(?<first>{_NAME})\s(?:\p{{Lu}}\.\s)?(?P<last>{_NAME})")
_MAN = (
    r"(?:man|father|husband|son|brother|grandfather|uncle|nephew|widower|actor|businessman|spokesman|congressman|boy|"
    r"king|prince|duke|monk|priest|bishop|imam|sheikh)"
)
_WOMAN = (
    r"(?:woman|mother|wife|daughter|sister|grandmother|aunt|niece|widow|actress|businesswoman|spokeswoman|congresswoman|"
    r"girl|queen|princess|duchess|nun|waitress|heroine)"
)
_BETWEEN = r"(?:[\p{L}\d’'-]+\s){0,3}?"


def _signs(titles: str, noun: str, adjective: str) -> tuple[regex.Pattern[str], ...]:
    """Return the patterns in which a story says of a name that it is a man's, or a woman's."""
    return (
        regex.compile(rf"\b(?:{titles})\.?\s{_PERSON}"),
        regex.compile(rf"(?P<name>{_NAME}),\s(?:the|a|an|his|her|their|whose)\s{_BETWEEN}(?:{adjective}\s\p{{L}}+|{noun})\b"),
        regex.compile(rf"\b(?:[Hh]is|[Hh]er|[Tt]heir|[Tt]he|late|former)\s{noun},?\s{_PERSON}"),
        regex.compile(rf"(?P<name>{_NAME})\s(?:is|was|became|will\sbe)\s(?:the|a|an)\s(?:first\s|only\s|second\s)?(?:{adjective}\s\p{{L}}+|{noun})\b"),
    )  # fmt: skip


_SIGNS = {
    "he": _signs("Mr|Sir|King|Prince|Pope|Emperor|Lord", _MAN, "male"),
    "she": _signs("Mrs|Ms|Miss|Madame|Dame|Queen|Princess|Lady|Duchess", _WOMAN, "female"),
}


def genders(text: str) -> dict[str, str]:
    """Return "he" or "she" for each name of a text whose gender it tells; a name that has both is left out."""
    told: dict[str, set[str]] = {}
    for pronoun, patterns in _SIGNS.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                told.setdefault(base(match["name"]), set()).add(pronoun)
    used = set(regex.findall(r"[a-z]+", text.lower()))
    guessed: dict[str, set[str]] = {}
    for first, last in full_names(text):
        pronoun = first_names().get(first, "")
        if pronoun and used & (HE if pronoun == "he" else SHE):
            guessed.setdefault(last, set()).add(pronoun)
            guessed.setdefault(first, set()).add(pronoun)
        elif not pronoun:
            guessed.setdefault(last, set()).add("")  # somebody else of that name
    found = {name: next(iter(own)) for name, own in guessed.items() if len(own) == 1 and "" not in own}
    found |= {name: next(iter(own)) for name, own in told.items() if len(own) == 1}
    for name, own in told.items():
        if len(own) > 1 or guessed.get(name, own) - own - {""}:
            found.pop(name, None)
    return dict(sorted(found.items()))


def full_names(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first and the last of two capitalised words, with an initial between them or not."""
    for match in _FULL.finditer(text, overlapped=True):
        yield match["first"], base(match["last"])


@functools.cache
def first_names() -> dict[str, str]:
    """Read the table: "he" or "she" by first name."""
    rows: Sequence[str] = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    found: dict[str, str] = {}
    for row in rows:
        name, pronoun, *_ = row.split("\t")
        found[name] = pronoun
    return found
