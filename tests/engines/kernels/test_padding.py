"""Rounded shapes are few, never smaller than what they hold, and cost little."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from auditor.engines.kernels.padding import bucketed_columns, bucketed_rows, coarse_bucketed_rows, pad_to


def test_many_lengths_are_few_shapes() -> None:
    """All lengths of a passage or a pack, up to 700 rows, make a few dozen shapes, and attended places a dozen."""
    assert len({bucketed_rows(rows) for rows in range(2, 701)}) <= 32
    assert len({bucketed_columns(places) for places in range(1, 701)}) <= 12


@pytest.mark.parametrize("rows", [2, 15, 16, 17, 100, 255, 256, 257, 600])
def test_rounding_adds_little(rows: int) -> None:
    """Nothing is cut off, and less than 32 rows are added."""
    assert 0 <= bucketed_rows(rows) - rows < 32


def test_coarse_rounding_makes_fewer_shapes() -> None:
    """Batches of sentences come in all sizes up to a thousand subwords, which make two dozen shapes."""
    found = {rows: coarse_bucketed_rows(rows) for rows in range(1, 1025)}

    assert len(set(found.values())) <= 24
    assert all(rows <= size <= max(rows + 15, 1.25 * rows) for rows, size in found.items())


@pytest.mark.parametrize("how", [bucketed_rows, coarse_bucketed_rows])
def test_one_row_stays_one(how: Callable[[int], int]) -> None:
    """It is multiplied as a vector, and its sums would come out otherwise."""
    assert how(1) == 1


@pytest.mark.parametrize("dim", [-1, -2, -3])
def test_zeros_stand_behind(dim: int) -> None:
    """What was there stays where it was."""
    x = torch.arange(24.0).view(2, 3, 4)
    longer = pad_to(x, 5, dim=dim)

    assert longer.shape[dim] == 5
    assert torch.equal(longer.narrow(dim, 0, x.shape[dim]), x)
    assert not longer.narrow(dim, x.shape[dim], 5 - x.shape[dim]).any()
