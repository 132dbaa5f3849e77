"""Bucketed lengths: padding by rows and columns that stand for nothing, so that matrix products repeat their shapes.

oneDNN, which multiplies here, compiles a kernel for every shape that it meets, in two milliseconds, and keeps a part of
it for ever, 270 KiB (oneDNN 3.12; measured). Texts come in every length: without buckets an audit holds
3 MiB more after each story, without an end that was seen. With them there are some hundred shapes, and the numbers stay
what they were, bit by bit, as long as the padding is left out of a softmax.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

_STEP = 16
_WIDE_STEP = 32
_WIDE = 256  # rows from which a wider step costs no more of the work
_COLUMNS = 64  # attended places cost little beside rows


def bucketed_rows(rows: int) -> int:
    """Return how many rows to pad `rows` to: a twentieth more, on an average.

    One row stays one: it is multiplied as a vector, in another order of additions.
    """
    if rows <= 1:
        return rows
    step = _STEP if rows <= _WIDE else _WIDE_STEP
    return -(-rows // step) * step


def coarse_bucketed_rows(rows: int) -> int:
    """Return how many rows to pad `rows` to: a tenth more, for 20 shapes up to 1,024 rows, not 40.

    For small matrices, which batches of sentences meet in every size: 10,000 words leave 50 to 70 MiB less behind.
    """
    step = max(_STEP, (1 << rows.bit_length()) // 8)
    return -(-rows // step) * step if rows > 1 else rows


def bucketed_columns(places: int) -> int:
    """Return how many attended positions to pad `places` to."""
    return -(-places // _COLUMNS) * _COLUMNS


def pad_to(x: Tensor, size: int, *, dim: int) -> Tensor:
    """Append zeros to `x` until dimension `dim`, a negative number, is `size` long."""
    missing = size - x.shape[dim]
    return functional.pad(x, [0, 0] * (-dim - 1) + [0, missing]) if missing else x
