"""Put a word of another sense: a synonym, by WordNet, of a sense in which the word is seldom meant.

    apt-get install wordnet-base

WordNet lists the senses of a word by how often they are meant. Its licence allows any use; still no list is made of it.
Independent of `models.train.noise.dictionary`, which comes to wrong senses by foreign words and is kept for measuring.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import regex

from models.train.noise.words import of_another_sense, put_another

FOLDER = Path("/usr/share/wordnet")
PARTS = {"NOUN": "noun", "VERB": "verb", "ADJ": "adj"}
_PLAIN = regex.compile(r"^\p{Ll}{3,}$")

Senses = dict[str, dict[str, tuple[str, ...]]]
"""A part of speech, a lemma: the words that ought not to stand for it."""


def senses(folder: Path = FOLDER) -> Senses:
    """Return, a part of speech and a lemma, the synonyms of the rarer half of its senses that are none of the others.

    Empty where WordNet is not installed.
    """
    found: Senses = {}
    for part, name in PARTS.items():
        if (folder / f"index.{name}").is_file():
            found[part] = _of_part(folder, name)
    return found


def _of_part(folder: Path, name: str) -> dict[str, tuple[str, ...]]:
    members = _synsets(folder / f"data.{name}")
    found: dict[str, tuple[str, ...]] = {}
    for line in (folder / f"index.{name}").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if line.startswith(" ") or not _PLAIN.match(fields[0]):
            continue
        synsets = [members[offset] for offset in fields[-int(fields[2]) :]]
        common = max(1, len(synsets) // 2)
        others: set[str] = set()
        for synset in synsets[common:]:
            others |= synset
        others = others.difference({fields[0]}, *synsets[:common])
        if others:
            found[fields[0]] = tuple(sorted(others))
    return found


def _synsets(file: Path) -> dict[str, frozenset[str]]:
    """Return the single words of each synset, by its offset in the file."""
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for line in file.read_text(encoding="utf-8").splitlines():
        fields = line.split(" ")
        if not line.startswith(" "):
            names = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
            found[fields[0]] = frozenset(name for name in names if _PLAIN.match(name))
    return found


def mistake(text: str, chance: random.Random, known: Senses) -> str | None:
    """Put another sense for one word, in the same form; None where no word has any."""

    def others_of(part: str, lemma: str) -> Sequence[str]:
        return known.get(part, {}).get(lemma, ())

    return put_another(text, chance, lambda word: of_another_sense(word, chance, others_of))
