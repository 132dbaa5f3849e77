"""Leave a word as it was, by a bilingual dictionary: what a translation did not know.

    apt-get install dict-freedict-{spa,por,fra,ita,deu}-eng

FreeDict is under the GPL: a tool of training, never shipped, and no list is made of it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import lemminflect
import regex

from models.train.noise.dictionary import FOLDER, entries

LANGUAGES = ("spa", "por", "fra", "ita", "deu")
MOST = 3  # English words of a foreign word that is taken
_WORD = regex.compile(r"(?<!\S)\p{Ll}{4,}\b")
_PLAIN = regex.compile(r"^\p{L}{4,}$")


def words(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """Return, an English word, what it is called elsewhere."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        file = folder / f"freedict-{language}-eng.dict.dz"
        if file.is_file():
            for head, glosses in entries(file).items():
                if len(glosses) <= MOST and _PLAIN.match(head):
                    for gloss in glosses:
                        found[gloss].add(head.casefold())
    return {word: tuple(sorted(heads)) for word, heads in found.items()}


def mistake(text: str, chance: random.Random, known: Mapping[str, tuple[str, ...]]) -> str | None:
    """Put a foreign word for one word of the sentence; None where the dictionaries have none of them."""
    hits = list(_WORD.finditer(text))
    chance.shuffle(hits)
    for hit in hits:
        word = hit.group()
        for lemmas in lemminflect.getAllLemmas(word).values():
            heads = known.get(lemmas[0])
            head = chance.choice(heads) if heads else ""
            if head and not lemminflect.getAllLemmas(head):  # what English writes alike is no foreign word
                return text[: hit.start()] + head + text[hit.end() :]
    return None
