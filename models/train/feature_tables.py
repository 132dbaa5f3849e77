"""What is known of each word of the labelled documents, as the numbers that the detector is fitted on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auditor.detection import features
from auditor.engines import factory
from auditor.signals import quality_estimation
from auditor.values import Document, Measurements, Repair, Settings
from models.train.collect import Collected

FOLDS = 5
SHARES = {"planted": 1.0, "zh-en": 0.5, "damaged": 0.75, "et-en": 0.3, "ro-en": 0.3, "ru-en": 0.05}
"""What a word of each origin counts for the trees: raters' marks of news are what is asked, of which there are twice as
many words as of each kind of planted errors, some of which mirror rules ("damaged"); a post-editor's changes are a
wider question, and their text is no news (that of ru-en is proverbs and forum posts)."""
CLEAN = 0.5
"""What all words of clean news count, as a share of all others: a third of what is audited is sound."""


@dataclass(frozen=True, slots=True)
class Table:
    """A document's words as numbers: `rows` (words, columns), `labels` (words,): the share of raters who marked each.

    `weight` is what each of its words counts. `sources` are "given", "none", or "shuffled": those of other paragraphs,
    which are only measured, never fitted on.
    """

    collected: Collected
    measurements: Measurements
    repairs: tuple[Repair, ...]
    rows: np.ndarray
    labels: np.ndarray
    weight: float
    sources: str

    @property
    def fold(self) -> int:
        """Which fifth its story is in."""
        return int(hashlib.sha256(f"fold/{self.collected.labelled.story}".encode()).hexdigest(), 16) % FOLDS


def tabulate(collected: Sequence[Collected], estimator: Path | None) -> Iterator[Table]:
    """Yield a table for each version of each document."""
    network = factory.load_quality_estimator(Settings(quality_estimator=str(estimator or "")))
    clean = sum(item.words for item in collected if item.labelled.origin == "clean")
    other = sum(item.words * SHARES.get(item.labelled.origin, 0.0) for item in collected)
    for item in collected:
        weight = CLEAN * other / clean if item.labelled.origin == "clean" else SHARES[item.labelled.origin]
        for sources, document in versions(item.labelled.document).items():
            estimates = quality_estimation.estimate(document, document.sentences, network)
            measurements = replace(item.measurements, quality_estimates=estimates)
            rows = np.array(features.of_words(measurements, item.repairs, document.sentences), dtype=float)
            labels = np.array([item.labelled.share(word.span) for word in document.words])
            yield Table(item, measurements, item.repairs, rows, labels, weight, sources)


def versions(document: Document) -> dict[str, Document]:
    """Return the document as if its sources were lost and, where it has some, with them and with each other's."""
    alone = {"none": quality_estimation.without_source(document)}
    if not any(sentence.source for sentence in document.sentences):
        return alone
    sources: list[str] = []
    for paragraph in document.paragraphs:
        first = paragraph.sentences[0] if paragraph.sentences else None
        sources.append((first.source if first else None) or "")
    return {
        **alone,
        "given": document,
        "shuffled": quality_estimation.with_source(document, [*sources[1:], sources[0]]),
    }
