"""Find what machine translation broke in English copy, and say what was probably meant."""

from __future__ import annotations

__version__ = "0.1.0"
