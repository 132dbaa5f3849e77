"""The aligner: what it promises of any two texts, and what it recovers of texts that were cut and merged."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.alignment import sentence_alignment
from auditor.alignment.sentence_alignment import Bead, Side, Vectors

WIDTH = 48


def _vectors(seed: int, count: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def _align(source: Side, target: Side) -> tuple[Bead, ...]:
    return sentence_alignment.align(source, target, sentence_alignment.scale(source, target))


def _side(vectors: Vectors) -> Side:
    return Side.of(vectors, [80] * len(vectors))


def _numbers(beads: tuple[Bead, ...]) -> list[tuple[list[int], list[int]]]:
    return [(list(bead.source), list(bead.target)) for bead in beads]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**31),
    st.lists(st.integers(1, 300), max_size=12),
    st.lists(st.integers(1, 300), max_size=12),
)
def test_beads_are_complete_and_in_order(seed: int, ours: list[int], theirs: list[int]) -> None:
    """Every sentence of either side is in exactly one bead, in order, whatever the texts; twice the same."""
    vectors = _vectors(seed, len(ours) + len(theirs))
    source, target = Side.of(vectors[: len(ours)], ours), Side.of(vectors[len(ours) :], theirs)

    beads = _align(source, target)

    assert list(itertools.chain(*(bead.source for bead in beads))) == list(range(len(ours)))
    assert list(itertools.chain(*(bead.target for bead in beads))) == list(range(len(theirs)))
    assert all(1 <= len(bead.source) + len(bead.target) <= 4 for bead in beads)
    assert beads == _align(source, target)


def test_a_translation_is_aligned_one_to_one() -> None:
    """What means the same is paired."""
    vectors = _vectors(1, 9)

    beads = _align(_side(vectors), _side(vectors))

    assert _numbers(beads) == [([number], [number]) for number in range(9)]
    assert all(abs(bead.distance) < 1e-3 for bead in beads)


def test_what_was_left_out_and_added_stands_alone() -> None:
    """A sentence taken out of the translation, and one put into it, have no partner; all others keep theirs."""
    vectors = _vectors(2, 8)
    translated = np.concatenate([vectors[:3], vectors[4:6], _vectors(3, 1), vectors[6:]])

    numbers = _numbers(_align(_side(vectors), _side(translated)))

    alone = [pair for pair in numbers if not all(pair)]
    assert alone == [([3], []), ([], [5])]
    assert ([4], [3]) in numbers
    assert ([7], [7]) in numbers


def test_merged_and_split_sentences_are_found() -> None:
    """Two sentences of the source in one of the translation, and one in two."""
    vectors = _vectors(4, 7)
    source, target = _side(vectors), Side.of(vectors, [80] * 7)
    merged = Side.of(np.concatenate([vectors[:2], target.two[2:3], vectors[4:]]), [80, 80, 160, 80, 80, 80])

    assert ([2, 3], [2]) in _numbers(_align(source, merged))
    assert ([2], [2, 3]) in _numbers(_align(merged, source))


def test_a_part_has_the_neighbours_of_the_whole() -> None:
    """Cutting a side into paragraphs changes no vector."""
    side = Side.of(_vectors(5, 6), [10, 20, 30, 40, 50, 60])

    part = side.part(2, 5)

    assert np.array_equal(side.one[2:5], part.one)
    assert np.array_equal(side.two[2:4], part.two)
    assert part.lengths.tolist() == [30, 40, 50]
    assert len(side.part(3, 3).two) == 0
