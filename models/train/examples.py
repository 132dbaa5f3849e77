"""What the quality estimator is fitted on: judged translations and clean news, as examples with soft labels.

Only rows under CC0-1.0 or Apache-2.0 are taken, and no TED transcript (their text is CC BY-NC-ND). Of the annotated
news and of the clean news, only the documents that `is_development` leaves for fitting.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import regex

from auditor.engines.quality_estimation.estimator import KINDS
from auditor.evaluation.gold import GoldRow, is_development, read_clean, read_rows
from auditor.protocols import Pair
from auditor.text.segmentation import document
from auditor.values import Kind, Severity, Span

LICENCES = frozenset({"CC0-1.0", "Apache-2.0"})
POST_EDITED = ("et-en", "ro-en", "ru-en", "ne-en", "si-en")
MARKED = "zh-en"

_TOKEN = regex.compile(r"[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]")

_KINDS = (
    ("mistranslation", Kind.MISTRANSLATION),
    ("omission", Kind.OMISSION),
    ("addition", Kind.ADDITION),
    ("untranslated", Kind.UNTRANSLATED),
    ("non-translation", Kind.MISTRANSLATION),
    ("inconsisten", Kind.INCONSISTENCY),
    ("terminology", Kind.TERMINOLOGY),
    ("grammar", Kind.GRAMMAR),
    ("register", Kind.AWKWARD),
    ("awkward", Kind.AWKWARD),
    ("punctuation", Kind.PUNCTUATION),
    ("spelling", Kind.SPELLING),
    ("encoding", Kind.SPELLING),
    ("name", Kind.NAME),
    ("address", Kind.NAME),
    ("currency", Kind.NUMBER),
    ("date", Kind.NUMBER),
    ("time", Kind.NUMBER),
    ("telephone", Kind.NUMBER),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with what the network should say of it; None where nobody judged that.

    `marked`: a word and the end of the sentence, shares of raters for (no, minor, major) error. `edited`: a word and
    the end, (changed, changed or after a gap), 0 or 1. `kinds`: a word, the share of raters for each kind of error.
    `assessment` and `mqm`: standardised, higher is better.
    """

    language: str
    pair: Pair
    marked: tuple[tuple[float, float, float], ...] | None = None
    edited: tuple[tuple[float, float], ...] | None = None
    kinds: tuple[tuple[float, ...], ...] | None = None
    assessment: float | None = None
    mqm: float | None = None

    def without_source(self) -> Example:
        """Return the same example as if its source were lost."""
        return replace(self, pair=replace(self.pair, source=None))

    @property
    def is_clean(self) -> bool:
        """Tell whether no rater and no post-editor objected to any word."""
        marked = all(word[0] == 1 for word in self.marked or ())
        return marked and all(word == (0, 0) for word in self.edited or ())


@dataclass(frozen=True, slots=True)
class Corpus:
    """All examples, by what they teach; `resampled` is sound text with a word of its round trip in it."""

    edited: tuple[Example, ...]
    marked: tuple[Example, ...]
    clean: tuple[Example, ...]
    resampled: tuple[Example, ...] = ()


def read_corpus(data: Path) -> Corpus:
    """Read everything that may be fitted on from the directory `data`."""
    edited: list[Example] = []
    for language in POST_EDITED:
        for row in read_rows(data / "qe" / f"mlqe_{language}.parquet", split="train"):
            if row.licence in LICENCES:
                edited.append(_post_edited(row))
    rows = (row for row in read_rows(data / "qe" / f"wmt_mqm_{MARKED}.parquet", split="train") if _may_fit(row))
    return Corpus(tuple(edited), tuple(marked_examples(rows)), tuple(_clean(data / "clean_news.parquet")))


def development(data: Path, rows: int) -> dict[str, list[Example]]:
    """Return, a language pair, the first `rows` development examples, for the curve printed while fitting."""
    chosen: dict[str, list[Example]] = {}
    for language in (*POST_EDITED, "ps-en", "km-en"):
        found = read_rows(data / "qe" / f"mlqe_{language}.parquet", split="dev")
        chosen[language] = [_post_edited(row) for row, _ in zip(found, range(rows), strict=False)]
    held: list[GoldRow] = []
    for row in read_rows(data / "qe" / f"wmt_mqm_{MARKED}.parquet", split="train"):
        if row.origin == "wmt-mqm/newstest2020" and is_development(row.document):
            held.append(row)
    # Every fifteenth translation, or all would be of one document.
    chosen[MARKED] = list(marked_examples(held))[::15][: 3 * rows]
    return chosen


def _may_fit(row: GoldRow) -> bool:
    return row.licence in LICENCES and "ted" not in row.origin and not is_development(row.document)


def _post_edited(row: GoldRow) -> Example:
    edited = None
    if row.tags is not None and row.official is not None:
        flags = zip((*row.tags, False), row.official, strict=True)
        edited = tuple((float(word), float(gap)) for word, gap in flags)
    return Example(row.pair, Pair(row.target, row.words, row.source), edited=edited, assessment=row.score)


def marked_examples(rows: Iterable[GoldRow]) -> Iterator[Example]:
    """Yield one example a translation, its labels averaged over the raters who judged the same text."""
    groups: dict[tuple[str, str, str, str], list[GoldRow]] = defaultdict(list)
    for row in rows:
        if row.official is not None and row.errors is not None:
            groups[row.document, row.segment, row.system, row.target].append(row)
    penalties = {key: _penalty(group) for key, group in groups.items()}
    mean, spread = statistics.fmean(penalties.values()), statistics.pstdev(penalties.values())
    for key, group in groups.items():
        first = group[0]
        yield Example(
            first.pair,
            Pair(first.target, first.words, first.source),
            marked=_average([_severities(row) for row in group]),
            kinds=_kinds(group),
            mqm=(mean - penalties[key]) / spread,
        )


def _penalty(group: Sequence[GoldRow]) -> float:
    """Return log(1 + 20 · penalty per word): WMT's scores are per word, and a few segments would outweigh the rest."""
    sums = [-row.raw_score for row in group if row.raw_score is not None]
    return math.log1p(20 * max(0.0, statistics.fmean(sums or [0.0])) / max(1, len(group[0].words)))


def _severities(row: GoldRow) -> tuple[tuple[float, float, float], ...]:
    major = [error.span for error in row.errors or () if error.severity in (Severity.MAJOR, Severity.CRITICAL)]
    flags = row.official or ()
    # The end of the sentence stands where the text stops.
    spans = (*row.words, Span(len(row.target), len(row.target)))
    shares: list[tuple[float, float, float]] = []
    for bad, span in zip(flags, spans, strict=True):
        if not bad:
            shares.append((1.0, 0.0, 0.0))
        elif _touches(span, major):
            shares.append((0.0, 0.0, 1.0))
        else:
            shares.append((0.0, 1.0, 0.0))
    return tuple(shares)


def _touches(word: Span, spans: Sequence[Span]) -> bool:
    end = max(word.end, word.start + 1)
    return any(span.start < end and max(span.end, span.start + 1) > word.start for span in spans)


def _average(raters: Sequence[Sequence[tuple[float, float, float]]]) -> tuple[tuple[float, float, float], ...]:
    means: list[tuple[float, float, float]] = []
    for words in zip(*raters, strict=True):
        no, minor, major = (sum(column) / len(raters) for column in zip(*words, strict=True))
        means.append((no, minor, major))
    return tuple(means)


def _kinds(group: Sequence[GoldRow]) -> tuple[tuple[float, ...], ...]:
    shares = [[0.0] * len(KINDS) for _ in range(len(group[0].words) + 1)]
    for row in group:
        for error in row.errors or ():
            kind = kind_of(error.category)
            for number, word in enumerate(row.words):
                if kind is not None and _touches(word, [error.span]):
                    shares[number][KINDS.index(kind)] += 1 / len(group)
    return tuple(tuple(share) for share in shares)


def kind_of(category: str) -> Kind | None:
    """Translate a rater's category ("Fluency/Grammar") into our kind; None for "Other"."""
    lower = category.lower()
    return next((kind for part, kind in _KINDS if part in lower), None)


def tokens(text: str) -> tuple[Span, ...]:
    """Cut text roughly as the annotated files do: words and single punctuation marks."""
    return tuple(Span(*match.span()) for match in _TOKEN.finditer(text))


def _clean(file: Path) -> Iterator[Example]:
    for segment in read_clean(file):
        if is_development(segment.document):
            continue
        for sentence in document(segment.text, name=segment.document).sentences:
            text = sentence.span.of(segment.text)
            words = tokens(text)
            if len(words) > 3:
                yield Example("en", Pair(text, words), marked=((1.0, 0.0, 0.0),) * (len(words) + 1))
