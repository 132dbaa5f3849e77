"""A name that is not the one in the source.

What it measures:
    Where the source of a sentence is known and in Latin script: whether a person, place or firm is spelt otherwise
    there. Two cases are told: half of a name of two words is another, if not quite another ("Marina Duarte", "Marta
    Duarte"); or a name that surprises the language model is a letter or two from one of the source.

Why it suggests an error:
    Systems guess at names that they do not know, and the result looks like a name.

Known problems:
    Many places and rulers have other names in English (Londres, Isabel II): what is an English word, or what the
    language model finds likely, is left alone, and so is a name that has lost an accent. Languages that inflect names
    and scripts other than the Latin one are passed over. A name that was replaced by quite another is not noticed.

Example:
    "Marta Duarte resigned." from "A ministra Marina Duarte demitiu-se." -> "Marina".

Source:
    MQM "name"; the critical errors that WMT 2022 planted for quality estimation (Zerva et al. 2022).
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from auditor.english import FUNCTION_WORDS
from auditor.repairs.wording import parts_of_speech
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "source-names"
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
    "The mayors thanked Senator Lindqvust for her help.": "Os autarcas agradeceram à senadora Lindqvist a sua ajuda.",
}
"""What the texts below were translated from."""
CLEAN = tuple(SOURCES)[:2]
DIRTY = (
    ("Spokeswoman Marta Duarte praised the mayors.", "Marta", "Marina"),
    ("The mayors thanked Senator Lindqvust for her help.", "Lindqvust", "Lindqvist"),
)

_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{Ll}\p{M}][\p{L}\p{M}]+(?:['’-]\p{Lu}?[\p{L}\p{M}]+)*")
_POSSESSIVE = regex.compile(r"(?:['’]s|['’])$")
_LATIN = regex.compile(r"[\p{Latin}\p{M}\p{P}\p{N}\p{Z}\s\p{S}]*")
_INFLECTED = frozenset({"cs", "et", "eu", "fi", "hr", "hu", "lt", "lv", "pl", "sk", "sl", "sq", "tr"})
_ODD = 8.0  # nats; "Europe", "Japan", "Mitterrand" are less surprising in their sentences
_SHORTEST = 5  # letters of a name that may be misspelt


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word: its range, its spelling without a possessive, and that without accents in lower case."""

    span: Span
    text: str
    folded: str
    opens: bool


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the source's name for each name that is another there."""
    language = measurements.document.source_language
    if sentence.source is None or language in _INFLECTED or not _LATIN.fullmatch(sentence.source):
        return
    text = sentence.span.of(measurements.document.text)
    for right, wrong in mismatches(sentence.source, text):
        here = Span(sentence.span.start + wrong.span.start, sentence.span.start + wrong.span.end)
        if measurements.surprisals.get(here.start, _ODD) < _ODD:
            continue
        yield Candidate(
            here,
            right.text,
            MECHANISM,
            KIND,
            SEVERITY,
            f"the wrong name: the source has {right.text}",
            evidence=(f"The source says “{right.text}” where the text says “{wrong.text}”.",),
        )


def mismatches(source: str, target: str) -> list[tuple[Name, Name]]:
    """Return (name in the source, name in the text) where one is likely a slip for the other."""
    there, here = names(source), names(target)
    lost = [name for name in there if name.text.isascii() and not _has(here, name)]
    odd = [name for name in here if not _has(there, name) and not _is_word(name)]
    halves = [(right, wrong) for right, wrong in _halves(there, here) if right in lost and wrong in odd]
    pairs = [pair for pair in halves if _distance(pair[0].folded, pair[1].folded) <= len(pair[0].folded) / 2]
    pairs += [(right, wrong) for wrong in odd for right in lost if not right.opens and _is_slip(right, wrong)]
    return list(dict.fromkeys(pairs))


def names(text: str) -> list[Name]:
    """Return the capitalised words of a sentence, in order."""
    found = []
    for match in _NAME.finditer(text):
        bare = _POSSESSIVE.sub("", match.group())
        span = Span(match.start(), match.start() + len(bare))
        opens = not any(map(str.isalnum, text[: match.start()])) or text[: match.start()].rstrip()[-1:] in '.:?!“"«—–'
        found.append(Name(span, bare, _folded(bare), opens))
    return found


def _folded(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if char.isalpha()).casefold()


def _has(others: Sequence[Name], name: Name) -> bool:
    """Tell whether the name stands on the other side, though longer or shorter by an ending."""
    return any(
        other.folded == name.folded or (min(len(other.folded), len(name.folded)) >= 4 and _starts(other, name))
        for other in others
    )


def _starts(one: Name, two: Name) -> bool:
    return one.folded.startswith(two.folded) or two.folded.startswith(one.folded)


def _is_word(name: Name) -> bool:
    low = name.text.lower()
    return low in FUNCTION_WORDS or bool(parts_of_speech(low))


def _halves(there: Sequence[Name], here: Sequence[Name]) -> Iterator[tuple[Name, Name]]:
    """Yield the halves that differ of names of two words whose other halves are the same."""
    for (one, two), (first, second) in itertools.product(_neighbours(there), _neighbours(here)):
        if two.folded == second.folded and one.folded != first.folded:
            yield one, first
        elif one.folded == first.folded and two.folded != second.folded:
            yield two, second


def _neighbours(found: Sequence[Name]) -> list[tuple[Name, Name]]:
    return [(one, two) for one, two in itertools.pairwise(found) if two.span.start == one.span.end + 1]


def _is_slip(right: Name, wrong: Name) -> bool:
    """Tell whether two names are one or two letters apart, two only where they are long."""
    one, two = right.folded, wrong.folded
    if min(len(one), len(two)) < _SHORTEST or one[0] != two[0]:
        return False
    return 0 < _distance(one, two) <= (1 if len(one) < 2 * _SHORTEST - 2 else 2)


def _distance(one: str, two: str) -> int:
    """Return how many letters must be changed, added or removed to make one word of the other (Levenshtein)."""
    row = list(range(len(two) + 1))
    for number, letter in enumerate(one, start=1):
        before, row[0] = row[0], number
        for at, other in enumerate(two, start=1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != other))
    return row[-1]
