"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from auditor.errors import AuditorError

BESIDE = ".auditor-"
"""How the name begins under which a file is written; what is left under it belongs to a program that was killed."""


def write(path: Path, data: bytes) -> None:
    """Write beside the file and move into its place, which is one step on every system; its rights stay as they were.

    A link stays a link: what it points to is written.

    Raises:
        AuditorError: it cannot be written; a file that was there before is still there, and nothing half-made.
    """
    try:
        _write(path.resolve(), data)
    except OSError as error:
        kept = "; the file that was there is unchanged" if path.is_file() else ""
        raise AuditorError(f"{path} cannot be written: {error.strerror or error}{kept}.") from error


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{BESIDE}{secrets.token_hex(6)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
