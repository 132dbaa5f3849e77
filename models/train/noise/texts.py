"""The sound English that is broken: native documents of both data packs, as sentences in order.

Voice of America is a third of the words and terse; posts of US federal staff are no news: a share of each is taken.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq

from auditor.evaluation.gold import is_development, read_clean
from auditor.text import segmentation

SEED = 20261130
SHARES = {"voa/groningen-meaning-bank": 0.25, "18f-blog": 0.15, "digitalgov": 0.1}
"""How many of a hundred documents are taken of what is not quite the news that is audited."""
FEWEST = 3  # words of a sentence


@dataclass(frozen=True, slots=True)
class Native:
    """A sound document: its sentences in order."""

    name: str
    origin: str
    sentences: tuple[str, ...]


def native(data: Path, more: Path, *, split: str) -> list[Native]:
    """Return the native documents of a split ("train" or "dev") of both packs, in a seeded order.

    The first pack's clean news is split by `gold.is_development`, as everything else that was fitted.
    """
    found = [*_first_pack(data / "clean_news.parquet", split), *_second_pack(more / "native_news.parquet", split)]
    found.sort(key=_name)
    random.Random(SEED).shuffle(found)  # noqa: S311 (a seeded order, not a secret)
    return found


def _name(document: Native) -> str:
    return document.name


def _first_pack(file: Path, split: str) -> Iterator[Native]:
    for name, rows in groupby(read_clean(file), key=lambda row: row.document):
        if is_development(name) == (split == "dev"):
            yield Native(name, "clean_news", _sentences([row.text for row in rows]))


def _second_pack(file: Path, split: str) -> Iterator[Native]:
    columns = ["doc_id", "text", "origin", "split"]
    rows = pq.read_table(file, columns=columns, filters=[("split", "==", split)]).to_pylist()
    for name, group in groupby(rows, key=lambda row: row["doc_id"]):
        texts = list(group)
        origin = texts[0]["origin"]
        chance = random.Random(f"{SEED}/{name}").random()  # noqa: S311
        if chance < SHARES.get(origin, 1.0):
            yield Native(name, origin, _sentences([row["text"] for row in texts]))


def _sentences(texts: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for text in texts:
        whole = segmentation.document(" ".join(text.split()), name="")
        for sentence in whole.sentences:
            if len(sentence.words) >= FEWEST:
                found.append(sentence.span.of(whole.text))
    return tuple(found)
