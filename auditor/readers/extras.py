"""Optional libraries: asked for when a format needs them, and named when they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from auditor.errors import InputError


def need(module: str, *, package: str, purpose: str, extra: str = "formats") -> ModuleType:
    """Import an optional library.

    Raises:
        InputError: it is not installed; the message names the extra of this package that brings it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise InputError(f"to {purpose}, {package} is needed; run: pip install 'auditor[{extra}]'") from error
