"""Where a report goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli.output import write
from auditor.errors import AuditorError

_FULL = Path("/dev/full")


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The report is there, nothing else is, and the file's rights stay as they were."""
    path = tmp_path / "report.txt"
    path.write_bytes(b"old")
    path.chmod(0o640)

    write(b"new", path)

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What the link points to is written."""
    (tmp_path / "real.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to("real.txt")

    write(b"new", tmp_path / "link.txt")

    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"new"


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """A report that does not fit leaves the old one as it was, and nothing half-made; a size limit is the disk here."""
    path = tmp_path / "report.txt"
    path.write_bytes(b"old")
    code = (
        "import resource, signal, sys; from pathlib import Path; from auditor.cli.output import write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n"
        "write(b'x' * 4096, Path(sys.argv[1]))"
    )

    result = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)

    assert result.stderr.splitlines()[-1].endswith("the file that was there is unchanged.")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not _FULL.exists(), reason="no device that is always full")
def test_a_full_device_is_one_sentence() -> None:
    """A device is written to, not replaced, and its complaint is passed on."""
    with pytest.raises(AuditorError, match="the report cannot be written to /dev/full: No space left on device"):
        write(b"new", _FULL)
    assert _FULL.is_char_device()


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    """What cannot be made says why."""
    with pytest.raises(AuditorError, match=r"missing.* cannot be written: No such file or directory"):
        write(b"new", tmp_path / "missing" / "report.txt")


@pytest.mark.skipif(not _FULL.exists(), reason="no device that is always full")
def test_a_full_standard_output_is_one_sentence() -> None:
    """The report could not be delivered, and the code says so."""
    code = "from auditor.cli.output import write; write(b'new', None)"
    with _FULL.open("wb") as full:
        command = [sys.executable, "-c", code]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert "the report cannot be written to standard output: No space left on device." in result.stderr
    assert result.returncode != 0


def test_a_closed_pipe_is_no_error() -> None:
    """`auditor check story.txt | head -1` ends in silence."""
    code = "from auditor.cli.output import write; write(b'new' * 100_000, None)"
    read, written = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, text=True, check=False)
    os.close(written)

    assert (result.returncode, result.stderr) == (0, "")
