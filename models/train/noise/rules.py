"""Break sound sentences by rule, a slip at a time: each rule is a maker with a name, and returns the broken sentence.

None of them takes a word from the lists of the product: what they break is grammar, form and figures.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence

import lemminflect
import regex

Rule = Callable[[str, random.Random], str | None]
"""Takes a sentence and a source of chance; None where there is nothing to break."""

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’\-][\p{L}\p{M}]+)*")
_ARTICLE = regex.compile(r"\b(the|an?) ", regex.IGNORECASE)
_INNER_ARTICLE = regex.compile(r"(?<=\S )(?:the|an?) ")
_BARE = regex.compile(
    r"(?<=\b(?:of|in|for|with|by|from|to|and) )(?!(?:the|an?|his|her|its|their|this|that)\b)(?=\p{Ll}{4,}\b)"
)
_PREPOSITIONS = ("in", "on", "at", "of", "to", "for", "with", "from", "by", "about", "over", "into", "after", "against")
_SMALL = regex.compile(rf"\b({'|'.join(_PREPOSITIONS)})\b")
_PRONOUNS = {
    "he": ("she", "it", "they"), "she": ("he", "it"), "it": ("he", "she"), "they": ("it", "he"),
    "this": ("these", "it"), "his": ("her", "its", "their"), "her": ("his", "its"), "its": ("his", "their"),
    "their": ("its", "his"), "him": ("it", "her"), "them": ("it", "him"), "himself": ("itself", "herself"),
    "itself": ("himself",), "who": ("which", "what"), "which": ("who", "what"), "these": ("this",),
    "those": ("that",), "that": ("who", "what"),
}  # fmt: skip
_PRONOUN = regex.compile(rf"\b({'|'.join(_PRONOUNS)})\b")
_AUXILIARY = regex.compile(r"\b(is|are|was|were|will|would|can|could|has|have|had|should|must|did|does|do)( not)?\b")
_NUMBER = regex.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.,])\d+\.\d+(?![\d.])")
_SCALE = regex.compile(r"\b(million|billion)\b")
_SCALES = {"million": ("millions", "millions of"), "billion": ("billions", "thousand million", "milliard")}
_CLOCK = regex.compile(r"\b(\d{1,2})(?::(\d\d))? ?([ap])\.?m\.?")
_DATE = regex.compile(
    r"\b(January|February|March|April|June|July|August|September|October|November|December)\.? (\d{1,2})\b(?!,? ?\d)"
)
_NAME = regex.compile(r"(?<=[\p{Ll},] )\p{Lu}\p{Ll}{4,}\b")
_QUOTE = regex.compile(r'["“”]')
_CONJUNCTS = regex.compile(r"\b(\p{L}{4,}) (and|or) (\p{L}{4,})\b")
_CLAUSE = regex.compile(r"(?<=[\p{L}\d] )(?:in|of|for|with|from|on) (?:the |an? )?\p{Ll}{3,}")
_LETTERS = regex.compile(r"(?<!\S)\p{Ll}{5,}\b")
_APOSTROPHE = regex.compile(r"(?<=\p{Ll})['’](?=(?:s|t|re|ve|ll|d)\b)")
_GRADE = regex.compile(r"\b\p{Ll}{3,}e(?:r|st)\b")
_ENDINGS = {
    "tion": ("cion", "zione", "ción", "tions"), "ty": ("dad", "tad", "ta", "té"), "ly": ("mente", "mant"),
    "ance": ("ancia", "anza", "anz"), "ence": ("encia", "enza", "enz"), "ism": ("ismo", "isme", "ismus"),
    "ic": ("ico", "ique", "isch"), "al": ("ale", "ell", "alo"), "ment": ("mento", "amento", "mente"),
    "ing": ("ando", "amento", "ation"), "ize": ("izar", "ieren", "izate"), "ive": ("ivo", "if", "iv"),
}  # fmt: skip
_ENDING = regex.compile(rf"(?<!\S)\p{{Ll}}{{3,}}({'|'.join(_ENDINGS)})\b")
_SPLIT = regex.compile(r"(?<=\p{Ll}{3}) (?=(?:of|in|with|that|who|which|and|because|while|from|where|to) \p{L})")


def _at(pattern: regex.Pattern[str], text: str, chance: random.Random) -> regex.Match[str] | None:
    found = list(pattern.finditer(text))
    return chance.choice(found) if found else None


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _like(model: str, word: str) -> str:
    return word.capitalize() if model[:1].isupper() else word


def lose_article(text: str, chance: random.Random) -> str | None:
    """Drop an article."""
    hit = _at(_INNER_ARTICLE, text, chance)
    return _put(text, *hit.span(), "") if hit else None


def add_article(text: str, chance: random.Random) -> str | None:
    """Put an article where none belongs."""
    hit = _at(_BARE, text, chance)
    return _put(text, hit.start(), hit.start(), chance.choice(("the ", "the ", "a "))) if hit else None


def swap_article(text: str, chance: random.Random) -> str | None:
    """Take the definite for the indefinite article, or the other way about."""
    hit = _at(_ARTICLE, text, chance)
    if hit is None:
        return None
    vowel = text[hit.end() : hit.end() + 1].casefold() in "aeiou"
    new = ("an " if vowel else "a ") if hit.group(1).casefold() == "the" else "the "
    return _put(text, *hit.span(), _like(hit.group(), new))


def swap_preposition(text: str, chance: random.Random) -> str | None:
    """Put another preposition."""
    hit = _at(_SMALL, text, chance)
    return _put(text, *hit.span(), chance.choice([w for w in _PREPOSITIONS if w != hit.group()])) if hit else None


def lose_preposition(text: str, chance: random.Random) -> str | None:
    """Drop a preposition."""
    hit = _at(_SMALL, text, chance)
    return _put(text, hit.start(), hit.end() + 1, "") if hit and text[hit.end() : hit.end() + 1] == " " else None


def swap_pronoun(text: str, chance: random.Random) -> str | None:
    """Put a pronoun of another gender, number or sort."""
    hit = _at(_PRONOUN, text, chance)
    return _put(text, *hit.span(), chance.choice(_PRONOUNS[hit.group()])) if hit else None


def inflect(text: str, chance: random.Random) -> str | None:
    """Put another form of the same verb, noun or adjective."""
    words = [match for match in _WORD.finditer(text) if match.group().islower()]
    chance.shuffle(words)
    for hit in words[:8]:
        word = hit.group()
        parts = [(part, lemmas) for part, lemmas in sorted(lemminflect.getAllLemmas(word).items()) if part != "ADV"]
        if not parts:
            continue
        part, lemmas = chance.choice(parts)
        forms = sorted({form for each in lemminflect.getAllInflections(lemmas[0], part).values() for form in each})
        others = [form for form in forms if form != word]
        if others:
            return _put(text, *hit.span(), chance.choice(others))
    return None


def reorder(text: str, chance: random.Random) -> str | None:
    """Swap two neighbours."""
    words = list(_WORD.finditer(text))
    pairs = []
    for first, second in itertools.pairwise(words):
        if (
            second.start() == first.end() + 1
            and first.group() != second.group()
            and first.start()
            and len(second.group()) > 3
        ):
            pairs.append((first, second))
    if not pairs:
        return None
    first, second = chance.choice(pairs)
    return _put(text, first.start(), second.end(), f"{second.group()} {first.group()}")


def turn_negation(text: str, chance: random.Random) -> str | None:
    """Double a negation, or lose it where it is half of a pair."""
    doubled = regex.search(r"\b(nobody|nothing|never|no one|none)\b (?=\p{Ll})", text)
    if doubled:
        return _put(text, doubled.end(), doubled.end(), "not ")
    hit = _at(_AUXILIARY, text, chance)
    return _put(text, *hit.span(), f"{hit.group(1)} not not" if hit.group(2) else f"no {hit.group(1)}") if hit else None


def foreign_number(text: str, chance: random.Random) -> str | None:
    """Write a figure as most of Europe does."""
    hit = _at(_NUMBER, text, chance)
    return _put(text, *hit.span(), hit.group().translate(str.maketrans(",.", ".,"))) if hit else None


def foreign_scale(text: str, chance: random.Random) -> str | None:
    """Give millions a plural, or count milliards."""
    hit = _at(_SCALE, text, chance)
    return _put(text, *hit.span(), chance.choice(_SCALES[hit.group()])) if hit else None


def foreign_time(text: str, chance: random.Random) -> str | None:
    """Tell the time, or the day, as it is told elsewhere."""
    clock, date = _at(_CLOCK, text, chance), _at(_DATE, text, chance)
    if clock:
        hours = int(clock.group(1)) % 12 + 12 * (clock.group(3) == "p")
        minutes = clock.group(2)
        return _put(text, *clock.span(), f"{hours}h{minutes}" if minutes else f"{hours} hours")
    return _put(text, *date.span(), f"{date.group(2)} of {date.group(1)}") if date else None


def respell_name(text: str, chance: random.Random) -> str | None:
    """Spell a name by ear."""
    hit = _at(_NAME, text, chance)
    if hit is None:
        return None
    for old, new in chance.sample(
        [("y", "i"), ("c", "k"), ("k", "c"), ("i", "y"), ("sh", "sch"), ("v", "w"), ("ou", "u")], 7
    ):
        at = hit.group().find(old, 1)
        if at > 0:
            return _put(text, hit.start() + at, hit.start() + at + len(old), new)
    return None


def lose_quotation_mark(text: str, chance: random.Random) -> str | None:
    """Drop one quotation mark."""
    hit = _at(_QUOTE, text, chance)
    return _put(text, *hit.span(), "") if hit else None


def slip(text: str, chance: random.Random) -> str | None:
    """Type a word wrong: two letters changed about, one lost, or one twice."""
    hit = _at(_LETTERS, text, chance)
    if hit is None:
        return None
    word = hit.group()
    at = chance.randrange(1, len(word) - 1)
    turned = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    new = chance.choice((turned, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))
    return None if lemminflect.getAllLemmas(new) else _put(text, *hit.span(), new)


def lose_apostrophe(text: str, chance: random.Random) -> str | None:
    """Drop an apostrophe inside a word."""
    hit = _at(_APOSTROPHE, text, chance)
    return _put(text, *hit.span(), "") if hit else None


def translate_half(text: str, chance: random.Random) -> str | None:
    """Leave a word its foreign ending."""
    hit = _at(_ENDING, text, chance)
    return _put(text, *hit.span(1), chance.choice(_ENDINGS[hit.group(1)])) if hit else None


def grade_by_word(text: str, chance: random.Random) -> str | None:
    """Grade an adjective with "more" and "most" that English inflects."""
    hit = _at(_GRADE, text, chance)
    lemmas = lemminflect.getAllLemmas(hit.group(), upos="ADJ") if hit else {}
    if hit is None or not lemmas or lemmas["ADJ"][0] == hit.group():
        return None
    return _put(text, *hit.span(), f"{'most' if hit.group().endswith('st') else 'more'} {lemmas['ADJ'][0]}")


def repeat_conjunct(text: str, chance: random.Random) -> str | None:
    """Write one conjunct in the place of the other."""
    hit = _at(_CONJUNCTS, text, chance)
    return _put(text, *hit.span(3), hit.group(1)) if hit and hit.group(1) != hit.group(3) else None


def repeat_clause(text: str, chance: random.Random) -> str | None:
    """Say a phrase twice."""
    hit = _at(_CLAUSE, text, chance)
    return _put(text, hit.end(), hit.end(), f" {hit.group()}") if hit else None


def split_sentence(text: str, chance: random.Random) -> str | None:
    """Put a full stop inside a clause."""
    hit = _at(_SPLIT, text, chance)
    return _put(text, hit.start(), hit.start(), ".") if hit else None


RULES: dict[str, Rule] = {
    "lost-article": lose_article, "added-article": add_article, "article": swap_article,
    "preposition": swap_preposition, "lost-preposition": lose_preposition, "pronoun": swap_pronoun,
    "inflection": inflect, "order": reorder, "negation": turn_negation, "figure": foreign_number,
    "scale": foreign_scale, "time": foreign_time, "name": respell_name, "conjunct": repeat_conjunct,
    "clause": repeat_clause, "slip": slip, "apostrophe": lose_apostrophe, "half": translate_half,
    "grade": grade_by_word,
}  # fmt: skip
"""The makers by name. Those of marks alone (`lose_quotation_mark`, `split_sentence`) change no word: see `MARKS`."""
MARKS: dict[str, Rule] = {"quotation-mark": lose_quotation_mark, "split": split_sentence}
"""Makers that change no word: a reader stumbles, and no word is to be replaced."""


def break_sentence(text: str, chance: random.Random, names: Sequence[str]) -> tuple[str, str] | None:
    """Apply the first of the rules of these names, in a random order, that finds something; return (name, broken)."""
    for name in chance.sample(names, len(names)):
        done = RULES[name](text, chance)
        if done is not None and done != text:
            return name, done
    return None
