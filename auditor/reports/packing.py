"""Office files are zip archives; packed here so that the same content gives the same bytes on any day."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows


def repack(data: bytes, *, members: Mapping[str, bytes] | None = None) -> bytes:
    """Return the archive with a fixed date on every member, `members` in the place of those with their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = (members or {}).get(name)
            _write(new, name, old.read(name) if content is None else content)
    return stream.getvalue()


def update(original: bytes, changed: bytes, *, names: frozenset[str]) -> bytes:
    """Return the original archive with the members `names`, and those it lacks, taken from the changed one.

    All other members keep their bytes, their order and their dates.
    """
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original)) as old,
        zipfile.ZipFile(io.BytesIO(changed)) as fresh,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            if item.filename in names:
                _write(new, item.filename, fresh.read(item.filename))
            else:
                new.writestr(item, old.read(item))
        for name in fresh.namelist():
            if name not in old.NameToInfo:
                _write(new, name, fresh.read(name))
    return stream.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    item = zipfile.ZipInfo(name, date_time=_DATE)
    item.compress_type = zipfile.ZIP_DEFLATED
    item.external_attr = 0o600 << 16
    archive.writestr(item, content)
