"""Leave a word as it was, by a bilingual dictionary: what a translation did not know.

    apt-get install dict-freedict-{spa,por,fra,ita,deu}-eng

FreeDict is under the GPL: a tool of training, never shipped, and no list is made of it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import lemminflect
import regex

from models.train.noise.dictionary import FOLDER, entries
from models.train.noise.words import put_another

LANGUAGES = ("spa", "por", "fra", "ita", "deu")
MOST = 3  # English words of a foreign word that is taken
_PLAIN = regex.compile(r"^\p{L}{4,}$")


def words(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """Return, an English word, what it is called elsewhere."""
    found: dict[str, set[str]] = defaultdict(set)
    for head, glosses in entries(LANGUAGES, folder):
        if len(glosses) <= MOST and _PLAIN.match(head):
            for gloss in glosses:
                found[gloss].add(head.casefold())
    return {word: tuple(sorted(heads)) for word, heads in found.items()}


def mistake(text: str, chance: random.Random, known: Mapping[str, Sequence[str]]) -> str | None:
    """Put a foreign word for one word of the sentence; None where the dictionaries have none of them."""

    def foreign_for(word: str) -> str:
        for lemmas in lemminflect.getAllLemmas(word).values():
            heads = known.get(lemmas[0])
            head = chance.choice(heads) if heads else ""
            if head and not lemminflect.getAllLemmas(head):  # what English writes alike is no foreign word
                return head
        return ""

    return put_another(text, chance, foreign_for)
