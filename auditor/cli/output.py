"""Where a report goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from pathlib import Path

from auditor.errors import AuditorError


def write(data: bytes, path: Path | None) -> None:
    """Write a report to `path`, or to standard output where that is None.

    A reader that closes the pipe early has seen enough; that is no error.

    Raises:
        AuditorError: it cannot be written; a file that was there before is still there.
    """
    target = "standard output" if path is None else str(path)
    try:
        if path is None:
            _write_out(data)
        elif path.exists() and not path.is_file():
            path.write_bytes(data)  # a device or a pipe
        else:
            _write_whole(data, path.resolve())
    except OSError as error:
        kept = "; the file that was there is unchanged" if path is not None and path.is_file() else ""
        raise AuditorError(f"the report cannot be written to {target}: {error.strerror}{kept}.") from error


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_whole(data: bytes, path: Path) -> None:
    """Write beside the file and move into its place, which is one step on every system."""
    beside = path.with_name(f".auditor-{secrets.token_hex(4)}")
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
