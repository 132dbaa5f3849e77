"""Judged rows of our own making, as records of a file and as rows."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from auditor.evaluation.gold import GoldRow, read_rows

WORDS = ("the", "old", "bridge", "was", "closed", "again", "for", "repairs", "in", "spring")


def record(number: int, rater: str, chance: random.Random, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A translation judged by one rater, who marks each word by chance: document, system and text stay the same."""
    words = [WORDS[(number + at) % len(WORDS)] for at in range(8)]
    text = " ".join(words)
    starts = [sum(len(word) + 1 for word in words[:at]) for at in range(8)]
    tags = ["BAD" if chance.random() < 0.3 else "OK" for _ in words]
    spans = [
        {"start": start, "end": start + len(word), "severity": "minor", "category": "Fluency/Grammar"}
        for start, word, tag in zip(starts, words, tags, strict=True)
        if tag == "BAD"
    ]
    return {
        "id": f"{number}-{rater}", "lang_pair": "pt-en", "doc_id": f"paper.{number // 5}", "seg_id": str(number % 5),
        "system": "one", "source": f"fonte {number}", "target": text, "target_tokens": words, "token_starts": starts,
        "token_ends": [start + len(word) for start, word in zip(starts, words, strict=True)], "word_tags": tags,
        "word_tags_wmt22": [*tags, "OK"], "error_spans": spans, "score": chance.gauss(0, 1), "score_type": "mqm",
        "score_raw": -1.0, "score_raw_type": "mqm_penalty_sum", "rater": rater, "split": "dev", "origin": "made/up",
        "licence": "CC0-1.0", **changes,
    }  # fmt: skip


def save(file: Path, *records: dict[str, Any]) -> Path:
    """Write records as a Parquet file."""
    parquet.write_table(pyarrow.Table.from_pylist(list(records)), file)
    return file


def row(folder: Path, **changes: Any) -> GoldRow:  # noqa: ANN401
    """One row with these columns changed."""
    made = record(0, "one", random.Random(1), **changes)  # noqa: S311 (not for cryptography)
    return next(read_rows(save(folder / "row.parquet", made)))
