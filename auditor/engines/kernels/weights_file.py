"""Opens a file of weights, and says what to do where it is missing or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from auditor.errors import ModelError

FETCH = "run: auditor models fetch"
"""What to do about a file that is fetched."""
REINSTALL = "it is part of auditor: reinstall auditor"
"""What to do about a file that ships."""


@contextmanager
def opened(file: Path, *, remedy: str) -> Iterator[Any]:
    """Open a safetensors file while its tensors are taken over; they are mapped, not copied.

    Raises:
        ModelError: it is missing, or damaged: what is taken from it is not there or does not fit. The message ends in
            the remedy.
    """
    if not file.is_file():
        raise ModelError(f"{file} is missing; {remedy}")
    try:
        with safe_open(file, framework="pt") as stored:
            yield stored
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{file} is corrupt ({error}); {remedy}") from error


def tensors_of(stored: Any) -> dict[str, Tensor]:  # noqa: ANN401 (safetensors' own, which has no public type)
    """Return all tensors of an open file, by their names."""
    return {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (no dict)
