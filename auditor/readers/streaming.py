"""Parquet and JSON lines, read in batches by `datasets`: memory does not grow with the file.

`datasets` and what it brings (pyarrow, pandas) take a second or two to load, so nothing but a table asks for them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import InputError

if TYPE_CHECKING:
    from pyarrow import Table

BATCH = 2_000
"""Rows a batch."""


def batches(path: Path, *, name: str, parquet: bool) -> Iterator[Table]:
    """Yield the rows of a file in order, as Arrow tables of `BATCH` rows; a file without rows gives one without rows.

    Nothing is left behind: the library's locks go into a folder that is deleted at once.

    Args:
        path: the file.
        name: what the user calls it.
        parquet: whether it is Parquet; JSON lines otherwise.

    Raises:
        InputError: it is not what it should be.
    """
    import datasets
    import pyarrow as arrow

    make = datasets.IterableDataset.from_parquet if parquet else datasets.IterableDataset.from_json
    log = datasets.utils.logging
    verbosity = log.get_verbosity()
    log.set_verbosity(log.CRITICAL)  # what is wrong is raised, and said once
    try:
        with tempfile.TemporaryDirectory() as cache:  # the locks would stay in the user's own cache
            stream = make(str(path), cache_dir=cache)
            rows = 0
            for batch in stream.with_format("arrow").iter(batch_size=BATCH):
                rows += batch.num_rows
                yield batch
            if not rows and stream.features is not None:
                yield stream.features.arrow_schema.empty_table()
    except (arrow.ArrowException, ValueError, OSError, KeyError, TypeError) as error:
        reason = "it is damaged or cut off; write it again" if parquet else _json_complaint(path)
        raise InputError(f"{name} cannot be read as {'Parquet' if parquet else 'JSON lines'}: {reason}.") from error
    finally:
        log.set_verbosity(verbosity)


def _json_complaint(path: Path) -> str:
    """Say in an editor's words what is wrong with JSON lines."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip() and not _is_record(line):
                return f'line {number:,} is no record of its own, such as {{"text": "…"}}; mend or remove it'
    return "its lines do not hold the same fields in the same form"


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
