"""Which reader a file needs: the one that was asked for, else by the file's ending, else by its first bytes."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import PurePath

from auditor.errors import InputError
from auditor.readers import READERS

_PACKED = {
    b"\x1f\x8b": "gzip-compressed",
    b"BZh": "bzip2-compressed",
    b"\xfd7zXZ\x00": "xz-compressed",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"Rar!": "a RAR archive",
}
_LOOKS = (
    ("table", re.compile(rb"PAR1")),
    (
        "bitext",
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>)?(?:\s|<!--.*?-->|<!DOCTYPE[^>]*>)*<(?:\w+:)?(?:xliff|tmx)\b",
            re.DOTALL,
        ),
    ),
    (
        "html",
        re.compile(
            rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body|article)\b",
            re.IGNORECASE | re.DOTALL,
        ),
    ),
    ("subtitles", re.compile(rb"(?:\xef\xbb\xbf)?(?:WEBVTT|\s*1\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> |\[Script Info\])")),
    ("bitext", re.compile(rb"(?:\xef\xbb\xbf)?(?:\s*(?:#[^\n]*)?\n)*msgid \"")),
)


def format_of(name: str, data: bytes, *, chosen: str = "") -> str:
    """Return the name of the reader for `data`.

    Raises:
        UnknownNameError: `chosen` is no reader.
        InputError: the file is packed; it is unpacked by the user on purpose, never here by accident.
    """
    if chosen:
        READERS.load(chosen)
        return chosen
    for magic, what in _PACKED.items():
        if data.startswith(magic):
            raise InputError(f"{name} is {what}; unpack it and audit the files inside.")
    suffix = PurePath(name).suffix.lower()
    by_suffix = next((reader for reader in READERS if suffix in READERS.load(reader).SUFFIXES), "")
    return by_suffix or _by_content(data)


def suffixes() -> frozenset[str]:
    """Return every file ending that some reader takes."""
    return frozenset().union(*(READERS.load(reader).SUFFIXES for reader in READERS))


def is_word(data: bytes) -> bool:
    """Tell whether the bytes are those of a Word document, whatever the file is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.startswith("word/") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _by_content(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        return "docx" if is_word(data) else "text"  # plain text says what is wrong with other archives
    head = data[:4096]
    found = next((reader for reader, look in _LOOKS if look.match(head)), "")
    return found or ("table" if _is_json_line(data) else "text")


def _is_json_line(data: bytes) -> bool:
    if not data.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(data.partition(b"\n")[0]), dict)
    except (ValueError, UnicodeDecodeError):
        return False
