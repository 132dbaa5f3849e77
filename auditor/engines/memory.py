"""What keeps the memory of a process flat, in one place. See also `auditor.engines.shapes`."""

from __future__ import annotations

import ctypes
import os
import sys

# oneDNN's own default is 1,024 compiled products, some 280 KiB each, whose shapes may never come again. One forward
# pass, which repeats its dozen in every layer, needs no more than this: 16 took no more time than 64 (16 stories, 4,000
# words: 38.9 and 40.0 processor seconds) and held 14 MiB less.
_KERNELS = 16


def keep_few_kernels() -> None:
    """Have oneDNN keep few compiled products; to be said before the first one, and a user's own setting stands."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_KERNELS))


def give_back() -> None:
    """Return freed memory to the system: left to itself, glibc holds ever more of it, as texts differ in length."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another C library has none, and needs none
        if trim is not None:
            trim(0)
