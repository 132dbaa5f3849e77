"""The store of remembered results: bounded, shared by processes, and never in the way."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cache import sqlite_store
from auditor.cache.sqlite_store import FILE, Store

_WRITE = """
import sys
from pathlib import Path
from auditor.cache.sqlite_store import Store
kept = Store(Path(sys.argv[1]))
for number in range(100):
    kept.put(f"{sys.argv[2]}-{number}".encode(), b"value" * number)
"""


def test_what_was_put_is_there(tmp_path: Path) -> None:
    """Also for whoever opens the same folder later; what was never put is not."""
    Store(tmp_path / "new" / "cache").put(b"key", b"\x00value")

    again = Store(tmp_path / "new" / "cache")
    assert (again.get(b"key"), again.get(b"other")) == (b"\x00value", None)


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    """The file stays near its limit, however much is put into it, and holds the newest."""
    kept = Store(tmp_path, limit=1_000_000)
    for number in range(60):
        kept.put(b"%d" % number, bytes(50_000))

    found = [number for number in range(60) if kept.get(b"%d" % number) is not None]
    assert (tmp_path / FILE).stat().st_size < 1_200_000
    assert found == list(range(found[0], 60))
    assert 10 <= len(found) <= 20


def test_processes_share_it(tmp_path: Path) -> None:
    """Two programs that write at the same time lose nothing."""
    writers = [subprocess.Popen([sys.executable, "-c", _WRITE, str(tmp_path), name]) for name in "ab"]

    assert [writer.wait() for writer in writers] == [0, 0]
    kept = Store(tmp_path)
    assert all(kept.get(f"{name}-{number}".encode()) == b"value" * number for name in "ab" for number in range(100))


def test_a_damaged_file_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is said once, and the store works again."""
    (tmp_path / FILE).write_bytes(b"this is no database " * 500)
    kept = Store(tmp_path)
    with caplog.at_level(logging.WARNING):
        found = kept.get(b"key")
    kept.put(b"key", b"value")

    assert (found, kept.get(b"key")) == (None, b"value")
    assert "was damaged" in caplog.text


def test_a_damaged_value_is_not_believed(tmp_path: Path) -> None:
    """One bit on the disk must not become a number in a report."""
    kept = Store(tmp_path)
    kept.put(b"key", b"value")
    kept.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE results SET value = CAST(replace(value, 'value', 'valve') AS BLOB)")
    connection.close()

    assert kept.get(b"key") is None


def test_without_a_place_it_keeps_nothing(tmp_path: Path) -> None:
    """A folder that cannot be made is no error."""
    (tmp_path / "file").write_text("in the way")
    kept = Store(tmp_path / "file" / "cache")
    kept.put(b"key", b"value")

    assert kept.get(b"key") is None


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`AUDITOR_CACHE` goes before the environment's and the user's own."""
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path))

    assert sqlite_store.home() == tmp_path
