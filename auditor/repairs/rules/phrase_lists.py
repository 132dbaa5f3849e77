"""Lists of wrong and right wordings: how they are read from a file, inflected, and found in a sentence.

A list is a table of tab-separated columns with a header, one wording a line:

    wrong       the words as machine translation writes them, in base form; several forms are separated by "|"
    right       what was probably meant, best first, separated by "|"
    part        noun, verb, adjective, adverb, or exact; nouns and verbs are inflected, exact words are as they stand
    languages   families of languages that lead to the slip, separated by "|"
    kind        mistranslation, terminology, awkward (the values of `Kind`)
    severity    minor, major, critical
    before      a regular expression that the words before must end with; "!" in front: must not
    after       a regular expression that the words after must begin with; "!" in front: must not
    near        a regular expression that must be found among the other words of the sentence
    source      the words of the original, or why the slip happens
    evidence    why the line is here: "counted" where it was found in text, the bilingual dictionaries or lists that
                have the pair; `python -m models.train.list_rows` says which lines have none

Context is lower-case words joined by single spaces, without punctuation; each expression matches whole words.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from auditor.text import morphology
from auditor.text.english import article_for, match_case
from auditor.values import Candidate, Kind, Sentence, Severity, Span, Word

_TAGS = {"noun": ("NN", "NNS"), "verb": ("VB", "VBZ", "VBD", "VBN", "VBG")}
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ied", "y"), ("ing", ""), ("ing", "e"))
_HEAD_OF_PHRASE = re.compile(r" (?:of|in|for|to|at|from|on|under|without) ")
_POSSESSIVE = re.compile(r"(?<=\w)['’](?:s|S)?$")
_MOST = 6  # replacements of one wording at one place


@dataclass(frozen=True, slots=True)
class Context:
    """Where a wording counts as wrong; an empty expression asks nothing."""

    before: str
    after: str
    near: str

    def allows(self, left: Sequence[str], right: Sequence[str]) -> bool:
        """Tell whether the lower-case words on both sides are such a place."""
        before, after = " ".join(left), " ".join(right)
        return (
            _holds(self.before, r"(?:^|.*\s)(?:{})$", before)
            and _holds(self.after, r"(?:{})(?:\s|$)", after)
            and _holds(self.near, r".*\b(?:{})\b", f"{before} {after}")
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list."""

    wrong: tuple[str, ...]
    right: tuple[str, ...]
    part: str
    languages: tuple[str, ...]
    kind: Kind
    severity: Severity
    context: Context
    source: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """An inflected form of a wrong wording: its lower-case words, and the replacements in the same form."""

    words: tuple[str, ...]
    replacements: tuple[str, ...]
    entry: Entry


def read(name: str) -> tuple[Entry, ...]:
    """Read the list `name` of the package's data."""
    header, *lines = _lines(name)
    return tuple(_entry(header, line) for line in lines)


@functools.lru_cache(maxsize=65536)
def forms(name: str, first: str) -> tuple[Form, ...]:
    """Return the forms of the list `name` that begin with the lower-case word `first`, the longest ones first.

    Only the wordings that such a form can belong to are inflected: a story has few of them, and the whole list takes
    long.
    """
    header, *_ = _lines(name)
    listed: set[tuple[int, str, str]] = set()
    for base in _bases(first):
        listed.update(_index(name).get(base, ()))
    found: list[Form] = []
    for _, wrong, line in sorted(listed):
        entry = _entry(header, line)
        for words, replacements in inflected(wrong, entry).items():
            if words[0] == first:
                found.append(Form(words, replacements, entry))
    return tuple(sorted(found, key=lambda form: -len(form.words)))


def find(sentence: Sentence, text: str, name: str, mechanism: str) -> Iterator[Candidate]:
    """Yield the repairs of every wording of the list `name` in the sentence."""
    for start, form in matches(sentence, text, name):
        yield from _candidates(sentence, text, start, form, mechanism)


def matches(sentence: Sentence, text: str, name: str) -> Iterator[tuple[int, Form]]:
    """Yield the index of the first word, and the form, of every wording of the list `name` in the sentence."""
    low = [_POSSESSIVE.sub("", word.text.lower()) for word in sentence.words]
    for start, first in enumerate(low):
        for form in forms(name, first):
            end = start + len(form.words)
            found = tuple(low[start:end]) == form.words and _stands_together(text, sentence.words[start:end])
            if found and form.entry.context.allows(low[:start], low[end:]):
                yield start, form


def inflected(wrong: str, entry: Entry) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Map each form of a wrong wording (as lower-case words) to the replacements in the same form."""
    found: dict[tuple[str, ...], list[str]] = {}
    for tag in _TAGS.get(entry.part, ("",)):
        replacements = [_phrase(right, entry.part, tag)[0] for right in entry.right]
        for variant in _phrase(wrong, entry.part, tag):
            if tag == "NNS" and variant == wrong:  # the dictionary counts "stations" and "station" as plurals
                continue
            found.setdefault(tuple(variant.lower().split()), []).extend(replacements)
    return {words: tuple(dict.fromkeys(replacements)) for words, replacements in found.items()}


@functools.lru_cache(maxsize=16384)
def inflect(word: str, tag: str) -> tuple[str, ...]:
    """Return the forms of `word` under a Penn Treebank tag, the commonest first; unknown words are regular."""
    return morphology.inflect(word, tag) or (_regular(word, tag),)


@functools.cache
def _lines(name: str) -> Sequence[str]:
    return (resources.files("auditor.repairs") / "data" / name).read_text(encoding="utf-8").splitlines()


@functools.cache
def _index(name: str) -> Mapping[str, Sequence[tuple[int, str, str]]]:
    """Sort the wrong wordings by their first word: each with its number in the list, and the line it stands in."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    number = 0
    for line in _lines(name)[1:]:
        for wrong in line.partition("\t")[0].split("|"):
            found.setdefault(wrong.lower().split()[0], []).append((number, wrong, line))
            number += 1
    return found


@functools.lru_cache(maxsize=65536)
def _bases(word: str) -> frozenset[str]:
    """Return every word of which a lower-case word can be a form: those of the dictionary, or by `_regular`."""
    bases = {word, *itertools.chain.from_iterable(morphology.lemmas(word).values())}
    for ending, plain in _ENDINGS:
        if word.endswith(ending):
            bases.add(word.removesuffix(ending) + plain)
    return frozenset(bases)


def _entry(header: str, line: str) -> Entry:
    row = dict(zip(header.split("\t"), line.split("\t"), strict=True))
    return Entry(
        wrong=tuple(row["wrong"].split("|")),
        right=tuple(row["right"].split("|")),
        part=row["part"],
        languages=tuple(row["languages"].split("|")),
        kind=Kind(row["kind"]),
        severity=Severity(row["severity"]),
        context=Context(row["before"], row["after"], row["near"]),
        source=row["source"],
        evidence=tuple(row["evidence"].split("|")),
    )


def _holds(expression: str, frame: str, words: str) -> bool:
    if not expression:
        return True
    wanted = not expression.startswith("!")
    return bool(_compiled(frame.format(expression.removeprefix("!"))).match(words)) is wanted


@functools.lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def _phrase(words: str, part: str, tag: str) -> tuple[str, ...]:
    """Inflect the head of a phrase: a verb's first word, a noun's last word before "of" and the like."""
    if not tag:
        return (words,)
    if part == "verb":
        head, space, tail = words.partition(" ")
        return tuple(form + space + tail for form in inflect(head, tag))
    cut = _HEAD_OF_PHRASE.search(words)
    phrase, tail = (words[: cut.start()], words[cut.start() :]) if cut else (words, "")
    mark = max(phrase.rfind(" "), phrase.rfind("-")) + 1
    return tuple(phrase[:mark] + form + tail for form in inflect(phrase[mark:], tag))


def _regular(word: str, tag: str) -> str:
    """Inflect a word that no dictionary has."""
    after_consonant = len(word) > 1 and word[-2] not in "aeiou"
    if tag in ("NNS", "VBZ"):
        if word.endswith("y") and after_consonant:
            return word[:-1] + "ies"
        return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
    if tag in ("VBD", "VBN"):
        if word.endswith("y") and after_consonant:
            return word[:-1] + "ied"
        return word + ("d" if word.endswith("e") else "ed")
    if tag == "VBG":
        return (word[:-1] if word.endswith("e") and not word.endswith("ee") else word) + "ing"
    return word


def _stands_together(text: str, words: Sequence[Word]) -> bool:
    """Tell whether only white space stands between the words."""
    return all(text[a.span.end : b.span.start].isspace() for a, b in itertools.pairwise(words))


def _candidates(sentence: Sentence, text: str, start: int, form: Form, mechanism: str) -> Iterator[Candidate]:
    words = sentence.words[start : start + len(form.words)]
    last = words[-1]
    kept = len(_POSSESSIVE.sub("", last.text))
    span = Span(words[0].span.start, last.span.start + kept)
    article = sentence.words[start - 1] if start and sentence.words[start - 1].text.lower() in ("a", "an") else None
    for replacement in form.replacements[:_MOST]:
        cased = _cased(replacement, span.of(text), form.entry.kind)
        right_span, right = _with_article(text, span, cased, article)
        yield Candidate(right_span, right, mechanism, form.entry.kind, form.entry.severity, _reason(form, replacement))


def _cased(replacement: str, original: str, kind: Kind) -> str:
    """Give the replacement the capitals of the original; a name keeps its own, an office written small stays small."""
    if kind is Kind.NAME:
        return replacement
    if original.islower() and replacement.istitle():
        return replacement.lower()
    return match_case(replacement, original)


def _with_article(text: str, span: Span, replacement: str, article: Word | None) -> tuple[Span, str]:
    """Take the article into the span where "a" must become "an" or the reverse."""
    if article is None or not text[article.span.end : span.start].isspace():
        return span, replacement
    fitting = article_for(replacement)
    if fitting == article.text.lower():
        return span, replacement
    return Span(article.span.start, span.end), f"{match_case(fitting, article.text)} {replacement}"


def _reason(form: Form, replacement: str) -> str:
    because = f" ({form.entry.source})" if form.entry.source else ""
    return f"“{replacement}”, rendered word for word{because}"
