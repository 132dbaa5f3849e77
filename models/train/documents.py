"""What the detector is fitted and measured on: labelled translations, clean news, and damaged copies, as documents.

The quality estimator was fitted too, and is too sure of what it has seen. So only what it has not seen is used here:
the documents that `auditor.evaluation.gold.is_development` keeps apart, and the `dev` rows of MLQE-PE.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from auditor.evaluation import gold
from auditor.signals.quality_estimation import with_source
from auditor.text import segmentation
from auditor.values import Document, Span
from models.train import corruptions

SEED = 20261124
LONGEST = 2_000  # words of a document: one collection of proverbs would outweigh all others
DAMAGED_SHARE = 0.3  # of the sentences of the damaged copies
DAMAGES = (
    corruptions.lose_apostrophe,
    corruptions.lose_quotation_marks,
    corruptions.split_sentence,
    corruptions.use_calque,
    corruptions.swap_small_word,
    corruptions.change_inflection,
    corruptions.reorder,
    corruptions.repeat,
)
PAIRS = ("ro-en", "et-en", "ru-en")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with what the gold says: `errors` are (start, end, share of the raters who marked it).

    Documents of one `story` are versions of one text: they are always kept on the same side of a split.
    """

    name: str
    origin: str
    story: str
    document: Document
    errors: tuple[tuple[int, int, float], ...] = ()
    titles: tuple[tuple[int, int], ...] = ()

    def share(self, span: Span) -> float:
        """Return the share of the raters who marked a place, 0-1."""
        return min(1.0, sum(part for start, end, part in self.errors if start < span.end and span.start < end))


def labelled(data: Path, *, words: int, clean_words: int) -> Iterator[Labelled]:
    """Yield the documents to learn from, in a seeded order.

    Args:
        data: the directory of the data pack.
        words: of each pair with post-edits; of news with raters' marks, which is what is asked, six times as many.
        clean_words: of the clean news that the quality estimator was fitted on, which serves for the thresholds of the
            mechanisms alone ("plain"); the clean news it has not seen ("clean") is taken whole, and once more damaged.
    """
    news = list(clean_documents(data / "clean_news.parquet"))
    unseen = [item for item in news if item.origin == "clean"]
    sources: list[tuple[Iterable[Labelled], int]] = [(unseen, 10**9)]
    sources += [((damaged(item) for item in unseen), 10**9)]
    sources += [(marked(data / "qe" / "wmt_mqm_zh-en.parquet"), 6 * words)]
    sources += [(post_edited(data / "qe" / f"mlqe_{pair}.parquet"), words) for pair in PAIRS]
    sources += [((item for item in news if item.origin == "plain"), clean_words)]
    for documents, limit in sources:
        chosen = sorted(documents, key=lambda item: item.name)
        random.Random(SEED).shuffle(chosen)  # noqa: S311 (a seeded order, not a secret)
        taken = 0
        for item in chosen:
            if taken < limit and len(item.document.words) <= LONGEST:
                taken += len(item.document.words)
                yield item


def clean_documents(file: Path) -> Iterator[Labelled]:
    """Yield each clean document, its segments as paragraphs; "plain" are those quality estimation was fitted on."""
    for name, group in groupby(gold.read_clean(file), key=lambda row: row.document):
        rows = list(group)
        text, starts = _join([row.text for row in rows])
        titles = tuple((at, at + len(row.text)) for row, at in zip(rows, starts, strict=True) if row.is_title)
        origin = "clean" if gold.is_development(name) else "plain"
        yield Labelled(name, origin, name, segmentation.document(text, name=name), (), titles)


def damaged(item: Labelled, *, copy: int = 0) -> Labelled:
    """Break about three of ten sentences of a clean document, as translation does; what it touched is an error.

    Each `copy` is damaged elsewhere.
    """
    chance = random.Random(f"{SEED}/{copy}/{item.name}" if copy else f"{SEED}/{item.name}")  # noqa: S311
    text, errors, at, parts = item.document.text, [], 0, []
    for sentence in item.document.sentences:
        parts.append(text[at : sentence.span.start])
        own, at = sentence.span.of(text), sentence.span.end
        hit = corruptions.damage(own, chance, DAMAGES) if chance.random() < DAMAGED_SHARE else None
        if hit is not None:
            start = sum(map(len, parts))
            errors.append((start + hit.span.start, start + max(hit.span.end, hit.span.start + 1), 1.0))
            own = hit.text
        parts.append(own)
    name = f"damaged{copy or ''}/{item.name}"
    broken = "".join([*parts, text[at:]])
    return Labelled(name, "damaged", item.story, segmentation.document(broken, name=name), tuple(errors))


def planted(file: Path) -> Iterator[Labelled]:
    """Yield the stories of `models.train.planted`, each broken ("planted") and as it was ("clean")."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            name, origin = record["name"], record["set"]
            document = segmentation.document(record["text"], name=f"{origin}/{name}")
            yield Labelled(document.name, origin, name, document, tuple(map(tuple, record["errors"])))


def post_edited(file: Path, *, split: str = "dev") -> Iterator[Labelled]:
    """Yield the translations of each article of MLQE-PE as one document; a changed word is an error."""
    rows: dict[str, list[gold.GoldRow]] = defaultdict(list)
    for row in gold.read_rows(file, split=split):
        if row.official and row.words and row.target.strip() and "\n" not in row.target:
            rows[row.document].append(row)
    for name, group in rows.items():
        text, starts = _join([row.target for row in group])
        errors = []
        for row, at in zip(group, starts, strict=True):
            tags = zip(row.words, row.official or (), strict=False)
            errors += [(at + word.start, at + word.end, 1.0) for word, bad in tags if bad]
        key = f"{group[0].pair}/{name}"
        document = with_source(segmentation.document(text, name=key), [row.source for row in group])
        yield Labelled(key, group[0].pair, key, document, tuple(errors))


def marked(file: Path, *, development: bool = True) -> Iterator[Labelled]:
    """Yield the zh-en news translations of each system, its segments as paragraphs, with every rater's marks.

    Those of `development` are kept from everything else that is fitted; human translations are left out of them.
    """
    rows: dict[tuple[str, str], dict[str, list[gold.GoldRow]]] = defaultdict(lambda: defaultdict(list))
    for row in gold.read_rows(file, split="train"):
        human = row.system.lower().startswith(("human", "ref"))
        wanted = gold.is_development(row.document) == development and not (development and human)
        if "newstest" in row.origin and row.errors is not None and wanted:
            rows[row.document, row.system][row.segment].append(row)
    for (name, system), segments in rows.items():
        ordered = [segments[key] for key in sorted(segments, key=lambda key: (len(key), key))]
        text, starts = _join([group[0].target for group in ordered])
        errors = []
        for group, at in zip(ordered, starts, strict=True):
            for row in group:
                for error in row.errors or ():
                    end = max(error.span.end, error.span.start + 1)
                    errors.append((at + error.span.start, at + end, 1.0 / len(group)))
        key = f"zh-en/{name}/{system}"
        document = with_source(segmentation.document(text, name=key), [group[0].source for group in ordered])
        yield Labelled(key, "zh-en", name, document, tuple(errors))


def _join(parts: Sequence[str]) -> tuple[str, list[int]]:
    starts, at = [], 0
    for part in parts:
        starts.append(at)
        at += len(part) + 2
    return "\n\n".join(parts), starts
