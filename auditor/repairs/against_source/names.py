"""A name that is not the one in the source.

What it measures:
    Where the source of a sentence is known and in Latin script: whether a person, place or firm bears another name
    there. Two cases are reported: half of a name of two words is another, if not quite another ("Marina Duarte", "Marta
    Duarte"); or a translation model that has read the source finds the name improbable, and would write one that looks
    like a name of the source (Egypt, for "Egipto") or is a letter or two from it.

Why it suggests an error:
    Systems guess at names that they do not know, and the result looks like a name.

Known problems:
    Many places and rulers have other names in English (Londres, Isabel II): without a translation model for the
    source's language only halves of names are compared, what has lost an accent or is an English word is left alone,
    and languages that inflect names are passed over.

Example:
    "Marta Duarte resigned." from "A ministra Marina Duarte demitiu-se." -> "Marina".

Source:
    MQM "name"; the critical errors that WMT 2022 planted for quality estimation (Zerva et al. 2022).
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex
from rapidfuzz.distance import Levenshtein

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import parts_of_speech, rendering
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "source-names"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.NAME
SEVERITY = Severity.MAJOR
SOURCES = {
    "Spokeswoman Marina Duarte praised the president of Germany in London.": (
        "A porta-voz Marina Duarte elogiou o presidente da Alemanha em Londres."
    ),
    "The Goethe Institute and the World Bank opened a school in Guinea.": (
        "O Instituto Goethe e o Banco Mundial abriram uma escola na Guiné."
    ),
    "Spokeswoman Marta Duarte praised the mayors.": "A porta-voz Marina Duarte elogiou os autarcas.",
}
"""What the texts below were translated from."""
VALID = tuple(SOURCES)[:2]
INVALID = (("Spokeswoman Marta Duarte praised the mayors.", "Marta", "Marina"),)

_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{Ll}\p{M}][\p{L}\p{M}]+(?:['’-]\p{Lu}?[\p{L}\p{M}]+)*")
_POSSESSIVE = regex.compile(r"(?:['’]s|['’])$")
_LATIN = regex.compile(r"[\p{Latin}\p{M}\p{P}\p{N}\p{Z}\s\p{S}]*")
_INFLECTED = frozenset({"cs", "et", "eu", "fi", "hr", "hu", "lt", "lv", "pl", "ro", "sk", "sl", "sq", "tr"})
_SHORTEST = 4  # letters of a name that is compared letter by letter
_DOUBTED, _IMPROBABLE = 3.0, 8.0
"""Nats, of a word given the source. Half of a name must cost the first where a translation model was asked; any other
name the second."""
_LIKE = 0.45  # letters of a name that may differ from the source's, as a share: "Egypt" and "Egipto"
_RIVALS = 2  # of the words that the translation model would rather have written


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word: its range, its spelling without a possessive, and that without accents in lower case."""

    span: Span
    text: str
    folded: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a translation model that reads the source says of a word: its cost in nats, and what it would write."""

    cost: float
    rivals: tuple[str, ...]


_ASKED = Asked(_DOUBTED, ())  # of no model: the halves of a name speak for themselves


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the source's name for each name that is another there."""
    language = measurements.document.source_language
    if not sentence.source or language in _INFLECTED or not _LATIN.fullmatch(sentence.source):
        return
    if rendering(measurements.document, sentence) != sentence.span:
        return  # the names of a neighbour would seem to be lost
    there, here = names(sentence.source), names(sentence.span.of(measurements.document.text))
    forced = _forced(sentence, measurements)
    found = {}
    for right, wrong in _halves(there, here):
        if right.text.isascii() and _is_slip(right, wrong) and forced.get(wrong.span.start, _ASKED).cost >= _DOUBTED:
            found[wrong] = right.text
    for wrong in here:
        if name := _improbable(wrong, there, here, forced.get(wrong.span.start)):
            found.setdefault(wrong, name)
    for wrong, name in found.items():
        yield _candidate(sentence.span.start, wrong, name)


def _candidate(offset: int, wrong: Name, right: str) -> Candidate:
    return Candidate(
        Span(offset + wrong.span.start, offset + wrong.span.end),
        right,
        MECHANISM,
        KIND,
        SEVERITY,
        f"the wrong name: by the source it is {right}",
        evidence=(f"The source does not say “{wrong.text}”; by the source it is “{right}”.",),
    )


def _forced(sentence: Sentence, measurements: Measurements) -> Mapping[int, Asked]:
    """Return what a translation model says of each word, by where the word starts in the sentence; empty if unasked."""
    forced = measurements.forced.get(sentence.span.start)
    if forced is None or not forced.is_of_its_source:
        return {}
    rows = zip(sentence.words, forced.log_probs, forced.alternatives, strict=True)
    return {word.span.start - sentence.span.start: Asked(-log_prob, others) for word, log_prob, others in rows}


def _improbable(wrong: Name, there: Sequence[Name], here: Sequence[Name], asked: Asked | None) -> str:
    """Return the name that a translation model would rather write, given that the source has one like it, else ""."""
    if asked is None or asked.cost < _IMPROBABLE or wrong.opens or _is_word(wrong):
        return ""
    if any(_is_like(wrong.folded, name) for name in there):
        spellings = [name.text for name in there if _is_slip(name, wrong)]
        return next((rival for rival in map(_bare, asked.rivals) if rival in spellings), "")
    for bare in map(_bare, asked.rivals[:_RIVALS]):
        folded = _folded(bare)
        used = any(name.folded == folded for name in here)
        if (
            bare[:1].isupper()
            and len(folded) >= _SHORTEST
            and not used
            and any(_is_like(folded, name) for name in there)
        ):
            return bare
    return ""


def names(text: str) -> list[Name]:
    """Return the capitalised words of a sentence, in order."""
    found = []
    for match in _NAME.finditer(text):
        bare = _bare(match.group())
        span = Span(match.start(), match.start() + len(bare))
        opens = not any(map(str.isalnum, text[: match.start()])) or text[: match.start()].rstrip()[-1:] in '.:?!“"«—–'
        found.append(Name(span, bare, _folded(bare), opens))
    return found


def _bare(text: str) -> str:
    """Return a name without its possessive ending."""
    return _POSSESSIVE.sub("", text)


def _folded(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if char.isalpha()).casefold()


def _is_word(name: Name) -> bool:
    parts = name.text.lower().split("-")
    return any(part in FUNCTION_WORDS or parts_of_speech(part) for part in parts)


def _halves(there: Sequence[Name], here: Sequence[Name]) -> Iterator[tuple[Name, Name]]:
    """Yield the halves that differ of names of two words whose other halves are the same; neither is on both sides."""
    known = {name.folded for name in there} & {name.folded for name in here}
    for (one, two), (first, second) in itertools.product(_neighbours(there), _neighbours(here)):
        if two.folded == second.folded and not {one.folded, first.folded} & known and not _is_word(first):
            yield one, first
        elif one.folded == first.folded and not {two.folded, second.folded} & known and not _is_word(second):
            yield two, second


def _neighbours(found: Sequence[Name]) -> list[tuple[Name, Name]]:
    return [(one, two) for one, two in itertools.pairwise(found) if two.span.start == one.span.end + 1]


def _is_slip(right: Name, wrong: Name) -> bool:
    """Tell whether one name may have been written for the other: both begin alike and share half of their letters."""
    one, two = right.folded, wrong.folded
    return one[0] == two[0] and 0 < Levenshtein.distance(one, two) <= len(one) / 2


def _is_like(folded: str, name: Name) -> bool:
    return Levenshtein.distance(folded, name.folded) <= _LIKE * len(folded)
