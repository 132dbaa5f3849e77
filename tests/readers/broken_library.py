"""Stands for a library whose own dependency is missing."""

import a_library_that_is_not_there  # type: ignore[import-not-found]  # noqa: F401
