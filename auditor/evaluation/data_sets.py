"""What of a file may be measured on, and a fair part of it where all would take too long."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import InputError
from auditor.evaluation.gold import CleanSegment, GoldRow, is_clean, read_clean, read_rows
from auditor.text.segmentation import document
from auditor.values import Span


@dataclass(frozen=True, slots=True)
class Sample:
    """How much of a set to take: about `rows` of it (None: all), with `whole` as whole documents."""

    rows: int | None = None
    whole: bool = False

    @property
    def name(self) -> str:
        """What the signature calls it."""
        if self.rows is None:
            return "all"
        return "documents" if self.whole else "segments"


@dataclass(frozen=True, slots=True)
class DataSet:
    """Rows of one kind under one name, those of a document and system side by side; clean sets have no errors at all.

    `sample` says how the rows were chosen.
    """

    name: str
    rows: tuple[GoldRow, ...]
    is_clean: bool = False
    sample: str = "all"


def data_sets(file: Path, sample: Sample = Sample()) -> Iterator[DataSet]:
    """Yield what of a file may be measured on, a set an origin: its dev rows, and marked rows of development documents.

    Of a sample of segments every n-th source is taken, with all its translations; of whole documents one system each,
    as many different ones as possible. A file of clean news gives one set, of its
    development documents.

    Raises:
        InputError: the file cannot be read, or has nothing to measure on.
    """
    groups: dict[str, list[GoldRow]] = defaultdict(list)
    clean = is_clean(file)
    if clean:
        for each in read_clean(file, measurable=True):
            groups[f"clean {file.stem}"] += _clean_rows(each)
    else:
        for row in read_rows(file, measurable=True):
            groups[f"{row.pair} {row.origin.split('/')[-1] or file.stem}"].append(row)
    if not groups:
        raise InputError(f"{file} has nothing to measure on: no row outside 'train', no development document")
    for name, members in groups.items():
        chosen: Sequence[GoldRow] = members
        if sample.rows is not None:
            chosen = (_documents if sample.whole else _segments)(members, sample.rows)
        yield DataSet(name, _side_by_side(chosen), clean, sample.name)


def _segments(rows: Sequence[GoldRow], count: int) -> list[GoldRow]:
    groups = _grouped(rows, [(row.document, row.segment, row.source) for row in rows])
    step = max(1, round(len(rows) / count))
    chosen: list[GoldRow] = []
    for group in groups[::step]:
        chosen += group
    return chosen


def _documents(rows: Sequence[GoldRow], count: int) -> list[GoldRow]:
    """Take documents in an order that their names decide, one system of each before a second one of any."""
    groups = _grouped(rows, [(row.document, row.system) for row in rows])
    turns: dict[str, int] = defaultdict(int)
    queue = []
    for group in sorted(groups, key=lambda group: _throw(f"{group[0].document} {group[0].system}")):
        turns[group[0].document] += 1
        queue.append((turns[group[0].document], _throw(group[0].document), group))
    chosen: list[GoldRow] = []
    for _, _, group in sorted(queue, key=lambda entry: entry[:2]):
        if len(chosen) >= count:
            break
        chosen += group
    return chosen


def _throw(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _side_by_side(rows: Sequence[GoldRow]) -> tuple[GoldRow, ...]:
    """Put documents of a system together, and inside them the raters of a translation."""
    ordered: list[GoldRow] = []
    for group in _grouped(rows, [(row.document, row.system) for row in rows]):
        for translation in _grouped(group, [(row.segment, row.target) for row in group]):
            ordered += translation
    return tuple(ordered)


def _grouped(rows: Sequence[GoldRow], keys: Sequence[Hashable]) -> list[list[GoldRow]]:
    """Group rows by their keys, in the order in which the keys appear."""
    groups: dict[Hashable, list[GoldRow]] = defaultdict(list)
    for row, key in zip(rows, keys, strict=True):
        groups[key].append(row)
    return list(groups.values())


def _clean_rows(paragraph: CleanSegment) -> Iterator[GoldRow]:
    """Yield the sentences of a clean paragraph as rows without an error."""
    name, text = paragraph.document, paragraph.text
    for part, sentence in enumerate(document(text, name=name).sentences):
        start = sentence.span.start
        words = tuple(Span(word.span.start - start, word.span.end - start) for word in sentence.words)
        yield GoldRow(
            id=f"{name}-{paragraph.segment}-{part}",
            pair="en",
            document=name,
            segment=str(paragraph.segment),
            system="",
            source="",
            target=sentence.span.of(text),
            words=words,
            tags=(False,) * len(words),
            official=(False,) * (len(words) + 1),
            errors=(),
            score=None,
            score_type="mqm",
            raw_score=None,
            raw_score_type="",
            rater="",
            split="dev",
            origin="clean",
            licence="",
        )
