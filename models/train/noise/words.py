"""Put another word in the place of one: what the makers share that break a sentence by a single content word."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import lemminflect
import regex

_WORD = regex.compile(r"(?<!\S)\p{Ll}{4,}\b")


def put_another(text: str, chance: random.Random, other_of: Callable[[str], str]) -> str | None:
    """Replace a word drawn at random for which `other_of` knows another ("" is none); None where there is no such."""
    hits = list(_WORD.finditer(text))
    chance.shuffle(hits)
    for hit in hits:
        other = other_of(hit.group())
        if other and other != hit.group():
            return text[: hit.start()] + other + text[hit.end() :]
    return None


def of_another_sense(word: str, chance: random.Random, others_of: Callable[[str, str], Sequence[str]]) -> str:
    """Return one of the lemmas that `others_of` has for a part of speech and a lemma, in the form of the word."""
    for part, lemmas in sorted(lemminflect.getAllLemmas(word).items()):
        others = others_of(part, lemmas[0])
        other = _inflected_like(word, lemmas[0], part, chance.choice(others)) if others else ""
        if other and other != word:
            return other
    return ""


def _inflected_like(word: str, lemma: str, part: str, other: str) -> str:
    """Return another lemma in the form that a word has of its own; "" where it has no such form."""
    tags = [tag for tag, forms in lemminflect.getAllInflections(lemma, part).items() if word in forms]
    if not tags or part not in lemminflect.getAllLemmas(other, upos=part):
        return ""
    forms = lemminflect.getInflection(other, tags[0], inflect_oov=False)
    return forms[0] if forms else ""
