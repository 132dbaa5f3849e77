"""Whether a lower-case word is an English one: by the dictionary, a list beside it, or what it is made of.

The dictionary (`auditor.text.morphology`) knows 98.8 % of the lower-case words of clean news (47,764). A list has the
rest of them (`models/train/english_words.py`: SCOWL's levels 10 to 70 and what native writers wrote), and English makes
new words of old ones: "unfriended", "oilfields", "glitchiest".

SCOWL: Copyright 2000-2011 by Kevin Atkinson. Permission to use, copy, modify, distribute and sell these word lists, the
associated scripts, the output created from the scripts, and its documentation for any purpose is hereby granted without
fee, provided that the above copyright notice appears in all copies and that both that copyright notice and this
permission notice appear in supporting documentation. Kevin Atkinson makes no representations about the suitability of
this array for any purpose. It is provided "as is" without express or implied warranty.
"""

from __future__ import annotations

import functools
import gzip
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from auditor.text import morphology
from auditor.text.english import FUNCTION_WORDS

FILE = Path(__file__).parent / "english_words.txt.gz"
_PREFIXES = (
    "un", "re", "pre", "anti", "non", "over", "under", "co", "sub", "super", "inter", "multi", "micro", "mini", "mega",
    "semi", "de", "dis", "mis", "out", "post", "pro", "counter", "cyber", "bio", "eco", "geo", "neo", "pseudo", "tele",
    "trans", "ultra", "hyper", "auto", "photo", "electro", "hydro", "agro", "socio", "nano", "infra", "intra", "extra",
    "up", "down", "mid", "self", "in", "im", "fore", "thermo", "neuro", "psycho", "radio", "narco", "euro",
    "bi", "tri", "poly", "quad", "para", "meta",
)  # fmt: skip
# Endings, with what they stood behind in the place of what.
_SUFFIXES = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"), ("er", ""),
    ("er", "e"), ("ers", ""), ("ers", "e"), ("est", ""), ("iest", "y"), ("ier", "y"), ("ly", ""), ("ily", "y"),
    ("ness", ""), ("iness", "y"), ("less", ""), ("like", ""), ("able", ""), ("able", "e"), ("ish", ""), ("ism", ""),
    ("ist", ""), ("ists", ""), ("ship", ""), ("hood", ""), ("wise", ""), ("ward", ""), ("wards", ""), ("ful", ""),
    ("dom", ""), ("fold", ""), ("proof", ""), ("y", ""), ("ise", ""), ("ize", ""), ("isation", ""), ("ization", ""),
    ("ises", "ize"), ("ising", "ize"), ("ised", "ize"), ("isation", "ization"), ("our", "or"), ("ours", "ors"),
    ("able", "ate"), ("ability", "able"), ("ally", ""), ("logist", "logy"), ("ogists", "ogy"), ("n't", ""),
)  # fmt: skip
_PARTICLES = ("back", "down", "off", "out", "over", "up")
_SHORTEST_STEM, _SHORTEST_PART = 3, 3


@functools.lru_cache(maxsize=65536)
def is_listed(word: str) -> bool:
    """Tell whether a lower-case word stands in the dictionary or the list."""
    return word in FUNCTION_WORDS or word in _listed() or bool(morphology.lemmas(word))


def is_dictionary_word(word: str) -> bool:
    """Tell whether a lower-case word stands in the dictionary, whose words are commoner than those of the list."""
    return word in FUNCTION_WORDS or bool(morphology.lemmas(word))


@functools.lru_cache(maxsize=65536)
def is_english(word: str) -> bool:
    """Tell whether a lower-case word is listed, or made of listed ones."""
    return is_listed(word) or any(map(is_listed, _stems(word))) or _is_compound(word)


def _stems(word: str) -> Iterator[str]:
    """Yield what is left of a word without a prefix, an ending, or both."""
    for stem in (word, *_without_prefix(word)):
        if stem != word:
            yield stem
        for ending, before in _SUFFIXES:
            bare = stem.removesuffix(ending)
            if bare != stem and len(bare) >= _SHORTEST_STEM:
                yield bare + before
                if len(bare) > _SHORTEST_STEM and bare[-1] == bare[-2] and not before:
                    yield bare[:-1]  # "rebooking", "vlogger"


def _without_prefix(word: str) -> Iterator[str]:
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_STEM + 1:
            yield word.removeprefix(prefix)


def _is_compound(word: str) -> bool:
    """Tell whether a word is two nouns, verbs or adjectives written as one ("oilfield"), or ends in a particle."""
    for particle in _PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= _SHORTEST_PART:
            return is_dictionary_word(word.removesuffix(particle))
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        first, second = word[:cut], word[cut:]
        if first in FUNCTION_WORDS or second in FUNCTION_WORDS:
            continue
        if is_listed(first) and (is_listed(second) or any(map(is_listed, _stems(second)))):
            return True
    return False


def with_capital(word: str) -> str:
    """Return a lower-case word as English writes it if it writes it with a capital alone ("monday"), else ""."""
    capital = word[:1].upper() + word[1:]
    return capital if capital in _listed() and word not in _listed() and word not in FUNCTION_WORDS else ""


@functools.cache
def _listed() -> frozenset[str]:
    words = gzip.decompress(FILE.read_bytes()).decode().split()
    return frozenset([*words, *(_without_accents(word) for word in words if not word.isascii())])


def _without_accents(word: str) -> str:
    """Return a word as many newsrooms write it ("cliche", "melee")."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
