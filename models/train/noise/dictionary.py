"""Put a wrong sense by way of a foreign word: two English words that one word of a bilingual dictionary means.

    apt-get install dict-freedict-{spa,por,fra,ita,nld,swe,pol}-eng

FreeDict is under the GPL: a tool of training, never shipped, and no list is made of it.
"""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from pathlib import Path

import lemminflect
import regex

FOLDER = Path("/usr/share/dictd")
LANGUAGES = ("spa", "por", "fra", "ita", "nld", "swe", "pol")
MOST = 8  # English words of one foreign word: more, and they are the senses of several homonyms in one list
_HEAD = regex.compile(r"^(?P<word>[\p{L}'-]+) /[^/]*/")
_GLOSS = regex.compile(r"^[\p{Ll}]{3,}$")
_WORD = regex.compile(r"(?<!\S)\p{Ll}{4,}\b")


def senses(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """Return, an English word, the other English words that share a foreign word with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        file = folder / f"freedict-{language}-eng.dict.dz"
        if file.is_file():
            for glosses in entries(file).values():
                if 2 <= len(glosses) <= MOST:
                    for gloss in glosses:
                        found[gloss] |= glosses - {gloss}
    return {word: tuple(sorted(others)) for word, others in found.items()}


def entries(file: Path) -> dict[str, set[str]]:
    """Return the English words of each foreign word of a dictionary, those of a single plain word."""
    entries: dict[str, set[str]] = defaultdict(set)
    head = ""
    with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            hit = _HEAD.match(line)
            if hit:
                head = hit["word"]
            elif head and not line.startswith((" ", "(")):
                entries[head] |= {part for part in regex.split(r"[,;]\s*", line.strip()) if _GLOSS.match(part)}
    return entries


def mistake(text: str, chance: random.Random, known: dict[str, tuple[str, ...]]) -> str | None:
    """Put another sense for one word, in the same form; None where the dictionary knows none of them."""
    hits = list(_WORD.finditer(text))
    chance.shuffle(hits)
    for hit in hits:
        word = hit.group()
        for part, lemmas in sorted(lemminflect.getAllLemmas(word).items()):
            others = known.get(lemmas[0])
            if others and part in ("NOUN", "VERB", "ADJ"):
                other = inflected_like(word, lemmas[0], part, chance.choice(others))
                if other and other != word:
                    return text[: hit.start()] + other + text[hit.end() :]
    return None


def inflected_like(word: str, lemma: str, part: str, other: str) -> str | None:
    """Return another lemma in the form that a word has of its own; None where it has no such form."""
    tags = [tag for tag, forms in lemminflect.getAllInflections(lemma, part).items() if word in forms]
    if not tags:
        return None
    if part not in lemminflect.getAllLemmas(other, upos=part):
        return None
    forms = lemminflect.getInflection(other, tags[0], inflect_oov=False)
    return forms[0] if forms else None
