"""Optional libraries."""

from __future__ import annotations

import sys

import pytest

from auditor.errors import InputError
from auditor.readers import markdown
from auditor.readers.extras import need


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format whose library is not installed says what to install."""
    monkeypatch.setitem(sys.modules, "markdown_it", None)

    with pytest.raises(
        InputError, match=r"to read Markdown, markdown-it-py is needed; run: pip install 'auditor\[formats\]'"
    ):
        markdown.read(b"The words of it.", name="a.md")


def test_a_library_that_is_broken_is_no_missing_library() -> None:
    """A library that lacks one of its own is a fault of the installation, and shows as one."""
    assert need("json", package="json", purpose="read").loads("1") == 1
    with pytest.raises(ModuleNotFoundError):
        need("tests.readers.broken_library", package="broken", purpose="read")
