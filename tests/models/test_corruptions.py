"""Planted damage: what it must not share with the rules."""

from __future__ import annotations

import lemminflect
import pytest

from auditor.repairs.model_proposed import shared_pivot
from auditor.repairs.rules import phrase_lists
from models.train.corruptions import CALQUES


def _bases(words: str) -> frozenset[str]:
    return frozenset({words, *(lemma for found in lemminflect.getAllLemmas(words).values() for lemma in found)})


@pytest.mark.parametrize("name", ["false_friends.tsv", "fixed_phrases.tsv"])
def test_no_calque_is_a_line_of_a_list_read_backwards(name: str) -> None:
    """Otherwise damaged news would measure whether a rule undoes itself."""
    undone = []
    for entry in phrase_lists.read(name):
        wrong = frozenset[str]().union(*map(_bases, entry.wrong))
        right = frozenset[str]().union(*map(_bases, entry.right))
        undone += [pair for pair in CALQUES.items() if _bases(pair[1]) & wrong and _bases(pair[0]) & right]

    assert undone == []


def test_no_calque_stands_in_the_table_of_shared_translations() -> None:
    """That table is a rule's, too."""
    table = shared_pivot.table()

    assert {right: wrong for right, wrong in CALQUES.items() if right in table.get(wrong, ())} == {}
