"""The English dictionary: to which words a form belongs, and which forms a word has.

The tables and the answers are those of the package lemminflect; its own functions are not called. They turn every table
into nested dictionaries before the first answer: .47-.64 s of processor time and 52 MiB at the start of every audit,
beside .07-.11 s and 16 MiB here (three runs each, first lemmas and first inflections of a word). Here the tables stay
sorted lines of text, and the few lines that a story asks for are found by binary search. A test holds each answer to
lemminflect's for every fifth word of its tables and all of its corrections, so that a release with another layout is
noticed; the dependency is bounded for the same reason.

Source: lemminflect 0.2 (Jascob 2020), built on the NIH's SPECIALIST lexicon.
"""

from __future__ import annotations

import bisect
import functools
import gzip
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

Forms = dict[str, tuple[str, ...]]

# Which forms a line of the table of inflections lists, after the word itself, and what the word itself is.
_LISTED = {
    "noun": ("NNS",),
    "adj": ("JJR", "JJS"),
    "adv": ("RBR", "RBS"),
    "verb": ("VBD", "VBN", "VBG", "VBZ"),
}
_PLAIN = {"noun": ("NN",), "adj": ("JJ",), "adv": ("RB",), "verb": ("VB", "VBP")}
_TAGS = {
    "NOUN": ("NN", "NNS", "NNP", "NNPS"),
    "VERB": ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"),
    "ADJ": ("JJ", "JJR", "JJS"),
    "ADV": ("RB", "RBR", "RBS"),
}
# Verbs with forms of their own; whatever the table says of these words does not count.
_AUXILIARIES: dict[str, Forms] = {
    "can": {"VB": ("can",), "VBD": ("could",)},
    "may": {"VB": ("may",), "VBD": ("might",)},
    "will": {"VB": ("will",), "VBD": ("would",)},
    "shall": {"VB": ("shall",), "VBD": ("should",)},
    "must": {"VB": ("must",), "VBD": ("must",)},
    "ought": {"VB": ("ought",), "VBD": ("ought",)},
    "dare": {"VB": ("dare",)},
    "be": {
        "VB": ("be",), "VBP": ("am", "are"), "VBZ": ("is",), "VBD": ("was", "were"), "VBG": ("being",),
        "VBN": ("been",),
    },
}  # fmt: skip


def lemmas(word: str) -> Forms:
    """Return the words of which `word` is a form, by part of speech (NOUN, VERB, ADJ, ADV, AUX), in its capitals."""
    low = word.lower()
    found: Forms = {}
    for category, written in _lines("lemma_lu.csv.gz", low):
        found["AUX" if category == "modal" else category.upper()] = tuple(written.split("/"))
    return _in_capitals_of(word, found | _corrected("lemma_overrides.csv", low))


def inflections(word: str, *, part: str = "") -> Forms:
    """Return the forms of a base form by Penn Treebank tag, in its capitals; those of one part of speech, if given."""
    low = word.lower()
    found: Forms = {}
    for category, written in _lines("infl_lu.csv.gz", low):
        for tag, forms in zip(_LISTED[category], written.split(","), strict=False):
            if forms:
                found[tag] = tuple(forms.split("/"))
        found |= dict.fromkeys(_PLAIN[category], (low,))
    found = _AUXILIARIES.get(low, found) | _corrected("infl_overrides.csv", low)
    if part:
        tags = _TAGS["VERB" if part == "AUX" else part]
        found = {tag: forms for tag, forms in found.items() if tag in tags}
    return _in_capitals_of(word, found)


def inflect(word: str, tag: str) -> tuple[str, ...]:
    """Return the forms of a base form under a tag of a noun or verb; empty for words that the dictionary lacks."""
    found = inflections(word)
    alike = {"VBD": "VBN", "VBN": "VBD"}.get(tag, "")  # of regular verbs only one of them may be listed
    return found.get(tag) or found.get(alike, ())


@functools.lru_cache(maxsize=65536)
def other_forms(word: str) -> tuple[str, ...]:
    """Return the other forms of a lower-case noun, verb or auxiliary, sorted; empty for words the dictionary lacks."""
    found: set[str] = set()
    for part, bases in lemmas(word).items():
        if part not in ("NOUN", "VERB", "AUX"):
            continue
        for base in bases:
            for forms in inflections(base, part=part).values():
                found.update(forms)
    return tuple(sorted(form for form in found if form != word and form.isalpha()))


def _lines(table: str, word: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of a table for a word: its part of speech, and what follows it."""
    lines = _table(table)
    start = f"{word},"
    for at in range(bisect.bisect_left(lines, start), len(lines)):
        if not lines[at].startswith(start):
            return
        category, _, rest = lines[at].removeprefix(start).partition(",")
        yield category, rest


@functools.cache
def _table(name: str) -> Sequence[str]:
    return sorted(gzip.decompress((_folder() / name).read_bytes()).decode().splitlines())


def _corrected(table: str, word: str) -> Forms:
    return _corrections(table).get(word, {})


@functools.cache
def _corrections(name: str) -> dict[str, Forms]:
    """Read a short table of corrections; of two for the same form the last one counts."""
    found: dict[str, Forms] = {}
    for line in (_folder() / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            word, kind, form = line.strip().split(",")
            found.setdefault(word, {})[kind] = (form,)
    return found


@functools.cache
def _folder() -> Path:
    """Return where lemminflect keeps its tables; the package itself is not imported, as it brings numpy along."""
    package = importlib.util.find_spec("lemminflect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("lemminflect is not installed; install auditor again")
    return Path(package.origin).parent / "resources"


def _in_capitals_of(word: str, found: Forms) -> Forms:
    style = str.upper if word.isupper() else str.capitalize if word[:1].isupper() else str.lower
    return {key: tuple(map(style, forms)) for key, forms in found.items()}
