"""What keeps the memory of a process flat, in one place. See also `auditor.engines.shapes`."""

from __future__ import annotations

import ctypes
import os
import sys

# oneDNN's own default is 1,024 compiled products, some 280 KiB each, whose shapes may never come again. Two passages
# side by side take two dozen in a layer of each model: with 16, 32, 64 and 128 kept, 4,000 words took 23.2, 22.5, 19.4
# and 20.5 processor seconds, and 1,101, 1,095, 1,106 and 1,113 MiB were held after them (two cores).
_KERNELS = 64


def keep_few_kernels() -> None:
    """Have oneDNN keep few compiled products; to be said before the first one, and a user's own setting stands."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_KERNELS))


def give_back() -> None:
    """Return freed memory to the system: left to itself, glibc holds ever more of it, as texts differ in length."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another C library has none, and needs none
        if trim is not None:
            trim(0)
