"""Bilingual dictionaries that a list row can cite: what they are, and how they are read.

FreeDict's come from Debian (`apt-get download dict-freedict-fra-eng`, then `dpkg -x`), CC-CEDICT is the text file
`cedict_ts.u8`. They are read to check rows, and no entry of theirs is copied.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import lemminflect

LANGUAGES = {
    "fr": "fra", "es": "spa", "it": "ita", "pt": "por", "de": "deu", "nl": "nld", "sv": "swe", "ru": "rus",
    "pl": "pol", "cs": "ces", "ar": "ara", "bg": "bul",
}  # fmt: skip
"""The languages that the lists name, as FreeDict names them; Chinese is CC-CEDICT's, others have no dictionary here."""
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # of dictd's offsets
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>|\{[^}]*\}|/[^/\n]*/|^\s*\d+\.", re.MULTILINE)
_BETWEEN = re.compile(r"[,;/\n|]|\d+\.")
_LEADING = re.compile(r"^(?:to|the|a|an|der|die|das|le|la|les|l'|el|los|las|il|lo|o|os|as|be) ")


@dataclass(frozen=True, slots=True)
class Dictionary:
    """One direction of one dictionary: the glosses of each headword, both as `plain` leaves them."""

    name: str
    language: str
    into_english: bool
    glosses: Mapping[str, frozenset[str]]

    def confirms(self, original: str, english: str) -> bool:
        """Tell whether the dictionary gives `english` for the foreign words `original`, or the other way round."""
        if self.into_english:
            return _base(english) in {_base(gloss) for gloss in self.glosses.get(plain(original), ())}
        return any(plain(original) in self.glosses.get(form, ()) for form in (plain(english), _base(english)))


def read_all(folder: Path) -> Iterator[Dictionary]:
    """Read every FreeDict dictionary below `folder` between English and a language of the lists, and CC-CEDICT."""
    for short, long in sorted(LANGUAGES.items()):
        for name, into_english in ((f"{long}-eng", True), (f"eng-{long}", False)):
            for index in sorted(folder.rglob(f"freedict-{name}.index")):
                yield Dictionary(f"FreeDict {name}", short, into_english, dict(_dictd(index)))
    for file in sorted(folder.rglob("cedict_ts.u8")):
        yield Dictionary("CC-CEDICT", "zh", into_english=True, glosses=dict(_cedict(file)))


def plain(words: str) -> str:
    """Return words in lower case, without accents, vowel signs, articles and asides."""
    bare = _ASIDE.sub(" ", words.lower().replace("’", "'"))
    letters = (letter for letter in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(letter))
    return _LEADING.sub("", " ".join("".join(letters).replace("ـ", "").split()).strip(" .:!?"))


def _base(english: str) -> str:
    """Return English words, each in its base form, in American spelling."""
    words = []
    for word in plain(english).split():
        lemmas = lemminflect.getAllLemmas(word)
        words.append(min((lemma for found in lemmas.values() for lemma in found), key=len, default=word).lower())
    return " ".join(words).replace("our", "or").replace("ise", "ize")


def _dictd(index: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the headwords of a dictd dictionary with all the glosses that they have."""
    data = gzip.decompress(index.with_suffix(".dict.dz").read_bytes())
    found: dict[str, set[str]] = defaultdict(set)
    for line in index.read_text(encoding="utf-8").splitlines():
        word, start, size = line.split("\t")[:3]
        if not word.startswith("00"):  # dictd's own headers
            entry = data[_number(start) : _number(start) + _number(size)].decode("utf-8", "replace")
            _, _, glosses = entry.partition("\n")  # the first line repeats the headword
            found[plain(word)] |= {plain(gloss) for gloss in _BETWEEN.split(_ASIDE.sub(" ", glosses))}
    for word, senses in found.items():
        yield word, frozenset(senses - {""})


def _cedict(file: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the simplified headwords of CC-CEDICT with their glosses."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in file.read_text(encoding="utf-8").splitlines():
        head, slash, glosses = line.partition(" /")
        if slash and not line.startswith("#"):
            found[head.split()[1]] |= {plain(gloss) for gloss in re.split("[/;,]", glosses)}
    for word, senses in found.items():
        yield word, frozenset(senses - {""})


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * len(_DIGITS) + _DIGITS.index(digit)
    return value
