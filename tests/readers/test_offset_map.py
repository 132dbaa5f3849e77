"""Extracted text that remembers its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.readers.offset_map import Piece, join_blocks
from auditor.values import Span


def _blocks(texts: list[list[str]]) -> tuple[str, list[list[Piece]]]:
    """Write the texts one after the other and return the file and its pieces."""
    position = 0
    blocks: list[list[Piece]] = []
    for block in texts:
        blocks.append([])
        for text in block:
            blocks[-1].append(Piece(text, Span(position, position + len(text))))
            position += len(text)
    return "".join(text for block in texts for text in block), blocks


@given(st.lists(st.lists(st.text(alphabet="aé𝒳\u0301 \t\n\u00a0"))))
def test_every_code_point_that_is_no_space_is_found_again(texts: list[list[str]]) -> None:
    """Each code point of the text but white space is the same code point at its place in the file."""
    original, blocks = _blocks(texts)

    offsets = join_blocks(blocks)

    visible = [index for index, character in enumerate(offsets.text) if character not in " \n"]
    found = [offsets.locate(Span(index, index + 1)).of(original) for index in visible]
    assert [offsets.text[index] for index in visible] == found


@given(st.lists(st.lists(st.text(alphabet="ab \t\n"))))
def test_white_space_collapses_and_nothing_else_changes(texts: list[list[str]]) -> None:
    """A block reads as its words with one space between them; empty blocks vanish."""
    _, blocks = _blocks(texts)

    lines = [" ".join("".join(block).split()) for block in texts]
    assert "\n\n".join(line for line in lines if line) == join_blocks(blocks).text


def test_an_entity_is_found_as_a_whole() -> None:
    """A piece whose text is shorter than its writing stands for the whole of it."""
    offsets = join_blocks([[Piece("R", Span(0, 1)), Piece("&", Span(1, 6)), Piece("D", Span(6, 7))]])

    assert (offsets.text, offsets.locate(Span(1, 2))) == ("R&D", Span(1, 6))


def test_a_break_between_blocks_stands_for_nothing() -> None:
    """Asking for the place of the blank line between two blocks is a mistake of the caller."""
    offsets = join_blocks([[Piece("a", Span(0, 1))], [Piece("b", Span(5, 6))]])

    with pytest.raises(ValueError, match="nothing was extracted at 1-2"):
        offsets.locate(Span(1, 2))
