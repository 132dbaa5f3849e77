"""A path to a Document."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.readers import detect, files

_STORY = "The minister said that the talks would go on."


@pytest.mark.parametrize("name", ["story.txt", "STORY.TXT", "story", "story.wire"])
def test_any_ending_is_read_as_plain_text(tmp_path: Path, name: str) -> None:
    """Plain text is read whatever its ending, and the document is called as the user called it."""
    path = tmp_path / name
    path.write_text(_STORY)

    document = files.read(str(path))

    assert (document.name, document.text) == (str(path), _STORY)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hyphen is standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(_STORY.encode())))

    assert files.read("-").text == _STORY


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "missing.txt does not exist; check the spelling of the path."),
        ("", "is a directory; name the files in it"),
        ("nul\0.txt", "cannot be read: embedded null byte."),
    ],
)
def test_what_cannot_be_opened_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """A missing file and a directory each get a sentence that says what to do."""
    with pytest.raises(InputError, match=message):
        files.read(str(tmp_path / name))


@pytest.mark.parametrize("suffix", sorted(detect.suffixes()))
def test_an_empty_file_is_called_empty_whatever_its_ending(suffix: str) -> None:
    """Not damaged, not of another format."""
    with pytest.raises(InputError, match=f"^a{suffix} is empty; there is nothing to audit\\.$"):
        files.parse(b"", name=f"a{suffix}")
