"""Synthetic errors: what machine translation does to good English, with the words it touched.

Each corruption takes a sentence and a source of chance and returns the damaged text with the range that is now wrong,
or None where it finds nothing to damage. Those in `NEED_SOURCE` leave sound English behind: only the source tells.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import lemminflect
import regex

from auditor.values import Kind, Severity, Span


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged sentence: its text, the range that is wrong, and how."""

    text: str
    span: Span
    kind: Kind
    severity: Severity


Corruption = Callable[[str, random.Random], Damage | None]

_LOST = {
    "he'll": "hell", "she'll": "shell", "we'll": "well", "i'll": "ill", "we're": "were", "they're": "there",
    "it's": "its", "can't": "cant", "won't": "wont", "don't": "dont", "you're": "your", "let's": "lets",
    "who's": "whose", "i'd": "id", "we'd": "wed", "he'd": "hed", "didn't": "didnt", "isn't": "isnt",
}  # fmt: skip

CALQUES = {
    "actual": "effective", "announce": "advise", "billion": "trillion", "budget": "presupposition",
    "campaign": "country", "character": "personage", "demand": "ask", "demanded": "solicited", "denied": "negated",
    "deny": "negate", "election": "choice", "elections": "choices", "event": "eventuality",
    "government": "governance", "law": "right", "leader": "director", "leaders": "leaderships",
    "library": "bookstore", "made": "did", "make": "do", "minister": "secretary", "polls": "surveys",
    "pretend": "intend", "relatives": "parents", "rights": "straights", "sensible": "sensitive",
    "society": "company", "spokesman": "porter", "street": "way", "success": "exit", "summit": "dome",
    "team": "equipment", "vote": "voice", "voters": "electors",
}  # fmt: skip
"""What was meant, and a wrong word for it that no rule knows: a test holds the lists and the table apart from these."""

_SMALL = ("in", "on", "at", "of", "to", "for", "with", "from", "by", "about", "over", "into")
_SPLITTERS = regex.compile(r"(?<=\w) (?=(?:of|in|with|that|who|which|and|because|while|from|where|to) \w)")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’\-][\p{L}\p{M}]+)*")
_QUOTED = regex.compile(r'["“]([^"“”]{8,200})["”]')
_NUMBER = regex.compile(r"\d+")
_AUXILIARY = regex.compile(r"\b(is|are|was|were|will|would|can|could|has|have|had|should|must|do|did)( not)?\b")
_NAMES = ("London", "Martin", "Berlin", "Anna", "Chicago", "Peter", "Wang")
_NAME = regex.compile(r"(?<=[\p{Ll},] )\p{Lu}\p{Ll}{2,}\b")


def _replaced(text: str, span: Span, wrong: str, kind: Kind, severity: Severity = Severity.MAJOR) -> Damage:
    end = span.start + max(len(wrong), 1)
    return Damage(text[: span.start] + wrong + text[span.end :], Span(span.start, end), kind, severity)


def _like(model: str, word: str) -> str:
    return word.capitalize() if model[:1].isupper() else word


def _choose(pattern: regex.Pattern[str], text: str, chance: random.Random) -> Span | None:
    found = [Span(*match.span()) for match in pattern.finditer(text)]
    return chance.choice(found) if found else None


def lose_apostrophe(text: str, chance: random.Random) -> Damage | None:
    """We'll → well, the mayor's → the mayors."""
    words = [Span(*m.span()) for m in _WORD.finditer(text) if "'" in m.group() or "’" in m.group()]
    if not words:
        return None
    span = chance.choice(words)
    word = span.of(text).replace("’", "'")
    wrong = _like(word, _LOST.get(word.lower(), word.replace("'", "")))
    return _replaced(text, span, wrong, Kind.SPELLING)


def lose_quotation_marks(text: str, chance: random.Random) -> Damage | None:
    """Drop the marks around a quotation; its first word is where a reader stumbles."""
    span = _choose(_QUOTED, text, chance)
    if span is None:
        return None
    inner = text[span.start + 1 : span.end - 1]
    first = _WORD.search(inner)
    start = span.start + (first.start() if first else 0)
    end = span.start + (first.end() if first else 1)
    return Damage(text[: span.start] + inner + text[span.end :], Span(start, end), Kind.PUNCTUATION, Severity.MINOR)


def split_sentence(text: str, chance: random.Random) -> Damage | None:
    """The top of the hill → the top. of the hill."""
    span = _choose(_SPLITTERS, text, chance)
    if span is None:
        return None
    follows = _WORD.search(text, span.end)
    end = follows.end() if follows else len(text)
    # The full stop, and the word that now begins nothing.
    split = f"{text[: span.start]}. {text[span.end :]}"
    return Damage(split, Span(span.start, end + 1), Kind.PUNCTUATION, Severity.MAJOR)


def use_calque(text: str, chance: random.Random) -> Damage | None:
    """Library → bookstore."""
    words = [Span(*m.span()) for m in _WORD.finditer(text) if m.group().lower() in CALQUES]
    if not words:
        return None
    span = chance.choice(words)
    word = span.of(text)
    return _replaced(text, span, _like(word, CALQUES[word.lower()]), Kind.MISTRANSLATION)


def swap_small_word(text: str, chance: random.Random) -> Damage | None:
    """Put another preposition, or none, or an article too many."""
    found = [Span(*m.span()) for m in _WORD.finditer(text) if m.group() in (*_SMALL, "the", "a", "an")]
    if not found:
        return None
    span = chance.choice(found)
    word = span.of(text)
    if word in _SMALL:
        return _replaced(text, span, chance.choice([w for w in _SMALL if w != word]), Kind.GRAMMAR, Severity.MINOR)
    follows = _WORD.search(text, span.end)
    if follows is None:
        return None
    shift = span.end + 1 - span.start
    wrong = Span(follows.start() - shift, follows.end() - shift)
    return Damage(text[: span.start] + text[span.end + 1 :], wrong, Kind.GRAMMAR, Severity.MINOR)


def change_inflection(text: str, chance: random.Random) -> Damage | None:
    """Another form of the same verb or noun."""
    words = [Span(*m.span()) for m in _WORD.finditer(text) if m.group().islower() and len(m.group()) > 3]
    chance.shuffle(words)
    for span in words[:6]:
        word = span.of(text)
        for part, lemmas in sorted(lemminflect.getAllLemmas(word).items()):
            if part not in ("VERB", "NOUN"):
                continue
            forms = {form for each in lemminflect.getAllInflections(lemmas[0], part).values() for form in each}
            others = sorted(forms - {word})
            if others:
                return _replaced(text, span, chance.choice(others), Kind.GRAMMAR)
    return None


def reorder(text: str, chance: random.Random) -> Damage | None:
    """Swap two neighbours that carry meaning."""
    words = [Span(*m.span()) for m in _WORD.finditer(text)]
    pairs = [
        (a, b) for a, b in itertools.pairwise(words)
        if b.start == a.end + 1 and min(len(a), len(b)) > 3 and text[a.start : b.end].islower()
    ]  # fmt: skip
    if not pairs:
        return None
    first, second = chance.choice(pairs)
    whole = Span(first.start, second.end)
    return _replaced(text, whole, f"{second.of(text)} {first.of(text)}", Kind.AWKWARD)


def repeat(text: str, chance: random.Random) -> Damage | None:
    """Red and green → green and green; or a word twice."""
    joined = [m for m in regex.finditer(r"(\p{L}{3,}) (?:and|or) (\p{L}{3,})", text) if m.group(1) != m.group(2)]
    if joined:
        match = chance.choice(joined)
        return _replaced(text, Span(*match.span(1)), match.group(2), Kind.MISTRANSLATION)
    words = [Span(*m.span()) for m in _WORD.finditer(text) if len(m.group()) > 2]
    if not words:
        return None
    span = chance.choice(words)
    return Damage(
        f"{text[: span.end]} {text[span.start :]}", Span(span.end + 1, 2 * span.end - span.start + 1), Kind.ADDITION,
        Severity.MAJOR,
    )  # fmt: skip


def change_number(text: str, chance: random.Random) -> Damage | None:
    """Another figure of the same length."""
    span = _choose(_NUMBER, text, chance)
    if span is None:
        return None
    digits = list(span.of(text))
    at = chance.randrange(len(digits))
    digits[at] = chance.choice([d for d in "123456789" if d != digits[at]])
    return _replaced(text, span, "".join(digits), Kind.NUMBER)


def turn_negation(text: str, chance: random.Random) -> Damage | None:
    """Is → is not, and back."""
    span = _choose(_AUXILIARY, text, chance)
    if span is None:
        return None
    words = span.of(text)
    wrong = words.removesuffix(" not") if words.endswith(" not") else f"{words} not"
    return _replaced(text, span, wrong, Kind.MISTRANSLATION)


def change_name(text: str, chance: random.Random) -> Damage | None:
    """Put one name of the sentence for another, or one from elsewhere."""
    span = _choose(_NAME, text, chance)
    if span is None:
        return None
    others = {match.group() for match in _NAME.finditer(text)}.union(_NAMES) - {span.of(text)}
    return _replaced(text, span, chance.choice(sorted(others)), Kind.NAME)


VISIBLE: tuple[Corruption, ...] = (
    lose_apostrophe, lose_apostrophe, lose_quotation_marks, split_sentence, use_calque, use_calque, swap_small_word,
    change_inflection, reorder, repeat,
)  # fmt: skip
NEED_SOURCE: tuple[Corruption, ...] = (change_number, change_number, turn_negation, change_name)


def damage(text: str, chance: random.Random, corruptions: Sequence[Corruption]) -> Damage | None:
    """Apply the first of the corruptions, in a random order, that finds something to damage."""
    for corruption in chance.sample(corruptions, len(corruptions)):
        done = corruption(text, chance)
        if done is not None:
            return done
    return None
