"""A small bounded store on disk for what was computed before: SQLite, shared by processes, never in the way.

Nothing here is needed for a result. A store that is damaged is made anew, one that cannot be used is done without; the
log of `auditor` says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

FILE = "results.sqlite3"
LIMIT = 256 * 2**20  # bytes: some 1,500 stories of 900 words
_KEPT = 0.8  # share of the limit that stays when old results are thrown away
_PATIENCE = 5.0  # seconds to wait for another process's write
_FRESH = 24 * 3600.0  # seconds within which a result that is used again need not be marked so
_CHECK = 8  # bytes of a digest that tells a damaged value
_LAYOUT = "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB NOT NULL, used REAL NOT NULL)"


def home() -> Path:
    """Return the folder of the store; it need not exist.

    `$AUDITOR_CACHE` if set; inside a virtual environment a folder of the environment, so that deleting it deletes the
    store; else the user's cache folder.
    """
    if value := os.environ.get("AUDITOR_CACHE"):
        return Path(value).expanduser()
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix) / "share" / "auditor" / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_path("auditor", appauthor=False))


class Store:
    """Values by key, both bytes; the ones not used for longest go when there are too many."""

    def __init__(self, folder: Path, *, limit: int = LIMIT) -> None:
        """Keep values in `folder`, which is made when the first one is asked for, up to `limit` bytes or so."""
        self._file = folder / FILE
        self._limit = limit
        self._connection: sqlite3.Connection | None = None
        self._owner = 0
        self._useless = False
        self._lock = threading.RLock()

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, None where there is none or it is damaged."""
        rows = self._do(lambda c: c.execute("SELECT value, used FROM results WHERE key = ?", (key,)).fetchall())
        for value, used in rows or ():
            if _check(key, value[_CHECK:]) != value[:_CHECK]:
                return None
            if time.time() - used > _FRESH:
                self._do(lambda c: c.execute("UPDATE results SET used = ? WHERE key = ?", (time.time(), key)))
            return bytes(value[_CHECK:])
        return None

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value."""
        row = (key, _check(key, value) + value, time.time())
        self._do(lambda c: c.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", row))
        self._do(self._make_room)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        if self._connection:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do something with the database; None where that is impossible."""
        with self._lock:  # a thread at a time: one connection serves all
            if self._useless:
                return None
            try:
                return work(self._open())
            except (sqlite3.OperationalError, OSError) as error:  # locked, read-only, full, no such folder
                self._give_up(error)
            except sqlite3.DatabaseError as error:
                self._begin_anew(error)
        return None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._owner != os.getpid():  # a forked process must not use its parent's
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file.touch(mode=0o600)  # stories may be embargoed
            # Two that turn a new file to WAL at once: SQLite refuses the second at once, whatever its patience.
            with FileLock(self._file.with_suffix(".lock"), timeout=_PATIENCE, mode=0o600):
                self._connection = sqlite3.connect(
                    self._file, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
                )
                self._owner = os.getpid()
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = OFF")  # what a power cut loses is computed again
                self._connection.execute(_LAYOUT)
        return self._connection

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Throw away the results not used for longest once there are too many; their pages are used again."""
        if _size(connection) <= self._limit:
            return
        rows = connection.execute("SELECT key, length(value) FROM results ORDER BY used").fetchall()
        excess = sum(size for _, size in rows) - _KEPT * self._limit
        for key, size in rows:
            if excess <= 0:
                break
            connection.execute("DELETE FROM results WHERE key = ?", (key,))
            excess -= size

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        """Delete a damaged file, so that the next value starts a new one."""
        self.close()
        try:
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(FILE + suffix).unlink(missing_ok=True)
        except OSError as refused:
            self._give_up(refused)
        else:
            _LOG.warning("the cache in %s was damaged (%s) and is made anew", self._file.parent, error)

    def _give_up(self, error: Exception) -> None:
        self.close()
        self._useless = True
        _LOG.info("the cache in %s cannot be used (%s); everything is computed", self._file.parent, error)


def _size(connection: sqlite3.Connection) -> int:
    """Return the bytes in use."""
    pages, free, page = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * page


def _check(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(value, key=key[:64], digest_size=_CHECK).digest()
