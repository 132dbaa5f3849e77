"""Where a report goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from auditor import atomic_write
from auditor.errors import AuditorError


def write(data: bytes, path: Path | None) -> None:
    """Write a report to `path`, or to standard output where that is None.

    A reader that closes the pipe early has seen enough; that is no error.

    Raises:
        AuditorError: it cannot be written; a file that was there before is still there.
    """
    try:
        if path is None:
            _write_out(data)
        elif path.exists() and not path.is_file():
            path.write_bytes(data)  # a device or a pipe
        else:
            atomic_write.write(path, data)
    except OSError as error:
        target = "standard output" if path is None else str(path)
        raise AuditorError(f"the report cannot be written to {target}: {error.strerror}.") from error


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
