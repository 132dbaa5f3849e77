"""The keys and values of what a network of transformers has read, under the name of the day.

Up to 5.23 both the argument and what comes back are `past_key_values`; from 5.24 on they are `cache`, and from 5.40 on
nothing else.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

_NOW, _BEFORE = "cache", "past_key_values"


def given(network: Any, cache: Any) -> dict[str, Any]:  # noqa: ANN401 (of a library without types)
    """Return the argument that hands a network its cache, None for a new one."""
    kind: Any = type(network)
    return {_name(kind): cache}


@functools.cache
def _name(kind: Any) -> str:  # noqa: ANN401
    return _NOW if _NOW in inspect.signature(kind.forward).parameters else _BEFORE


def returned(output: Any) -> Any:  # noqa: ANN401
    """Return the cache that a network gives back."""
    return output[_NOW] if _NOW in output else output[_BEFORE]
