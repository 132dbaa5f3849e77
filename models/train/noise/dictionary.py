"""Put a wrong sense by way of a foreign word: two English words that one word of a bilingual dictionary means.

    apt-get install dict-freedict-{spa,por,fra,ita,nld,swe,pol}-eng

FreeDict is under the GPL: a tool of training, never shipped, and no list is made of it.
"""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import regex

from models.train.noise.words import of_another_sense, put_another

FOLDER = Path("/usr/share/dictd")
LANGUAGES = ("spa", "por", "fra", "ita", "nld", "swe", "pol")
MOST = 8  # English words of one foreign word: more, and they are the senses of several homonyms in one list
_HEAD = regex.compile(r"^(?P<word>[\p{L}'-]+) /[^/]*/")
_GLOSS = regex.compile(r"^[\p{Ll}]{3,}$")
_PARTS = ("NOUN", "VERB", "ADJ")


def senses(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """Return, an English word, the other English words that share a foreign word with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, glosses in entries(LANGUAGES, folder):
        if 2 <= len(glosses) <= MOST:
            for gloss in glosses:
                found[gloss] |= glosses - {gloss}
    return {word: tuple(sorted(others)) for word, others in found.items()}


def entries(languages: Sequence[str], folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each foreign word of the dictionaries that are installed, with its English words, single plain ones."""
    for language in languages:
        file = folder / f"freedict-{language}-eng.dict.dz"
        if file.is_file():
            yield from _read(file).items()


def _read(file: Path) -> dict[str, set[str]]:
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


def mistake(text: str, chance: random.Random, known: Mapping[str, Sequence[str]]) -> str | None:
    """Put another sense for one word, in the same form; None where the dictionary knows none of them."""

    def others_of(part: str, lemma: str) -> Sequence[str]:
        return known.get(lemma, ()) if part in _PARTS else ()

    return put_another(text, chance, lambda word: of_another_sense(word, chance, others_of))
