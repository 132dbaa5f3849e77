"""The dictionary answers as lemminflect does, whose tables it reads."""

from __future__ import annotations

import gzip
from importlib import resources
from itertools import chain

import lemminflect
import pytest

from auditor.text import morphology

STRANGE = ("", "mp", "zzz", "o'neil", "be", "can", "dare", "colour", "bless", "fit", "über")
STYLES = (str.lower, str.capitalize, str.upper)


@pytest.fixture(scope="module")
def words() -> list[str]:
    """Every fifth word of lemminflect's tables and all of its corrections, as they stand and in capitals."""
    folder = resources.files("lemminflect") / "resources"
    tables = [gzip.decompress((folder / f"{name}_lu.csv.gz").read_bytes()).decode() for name in ("lemma", "infl")]
    corrections = [(folder / f"{name}_overrides.csv").read_text(encoding="utf-8") for name in ("lemma", "infl")]
    lines = chain(*(table.splitlines()[::5] for table in tables), *(table.splitlines() for table in corrections))
    listed = sorted({line.partition(",")[0] for line in lines} | set(STRANGE))
    return sorted({style(word) for word, style in zip(listed, STYLES * len(listed), strict=False)} | {*listed[::7]})


def test_lemmas_are_those_of_lemminflect(words: list[str]) -> None:
    """A form leads to the same words, in the same capitals."""
    assert {word: morphology.lemmas(word) for word in words} == {word: lemminflect.getAllLemmas(word) for word in words}


@pytest.mark.parametrize("part", ["", "NOUN", "VERB", "AUX", "ADJ", "ADV"])
def test_inflections_are_those_of_lemminflect(words: list[str], part: str) -> None:
    """A word has the same forms, of all parts of speech and of one."""
    expected = {word: lemminflect.getAllInflections(word, upos=part or None) for word in words}

    assert {word: morphology.inflections(word, part=part) for word in words} == expected


@pytest.mark.parametrize("tag", ["NN", "NNS", "VB", "VBZ", "VBD", "VBN", "VBG"])
def test_words_inflect_as_by_lemminflect(words: list[str], tag: str) -> None:
    """A word has the same forms under each tag, none where lemminflect would have to guess."""
    expected = {word: lemminflect.getInflection(word, tag, inflect_oov=False) for word in words}

    assert {word: morphology.inflect(word, tag) for word in words} == expected
