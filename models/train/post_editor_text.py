"""What the post-editor is fitted on: windows of labelled sentences, drawn from several sources."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import pyarrow.parquet as pq
import regex

from auditor.text import segmentation
from auditor.values import Span
from models.train import documents
from models.train.noise import foreign, hunks, rules, senses
from models.train.noise.texts import Native, native

WINDOW = 160
"""Pieces of a window."""
HELD_OUT = ("pronoun",)
"""Rules that break nothing here, so that they can be measured on; so are `dictionary` and Apertium through Galician."""
SURE, PARAPHRASE = 5.0, 2.0
"""Nats of what a hunk costs the sentence: from where it is an error, and up to where it is none."""
PAIRS = ("ro-en", "et-en", "ru-en")
_SENSES, _FOREIGN = 0.35, 0.1
"""Of the sentences that are not broken by a round trip, how many get another sense, and how many a foreign word."""
_RULES = tuple(name for name in rules.RULES if name not in HELD_OUT)
_JOIN_LEFT = regex.compile(r" (?='(?:s|re|ve|ll|d|m)\b|n't\b|[,.;:!?%)\]}])")
_JOIN_RIGHT = regex.compile(r"(?<=[(\[{$£€]) ")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with what is known of each of its words.

    `wanted` is the word that ought to stand there, "" if none, None if no one word mends it, `KEPT` or `UNKNOWN`.
    `sure`: keeping the word is known to be right or wrong. `missing`: the word missing before it, "" if none. `edited`,
    `marked`: the chance that a post-editor changes or a rater marks it, below 0 where nobody was asked.
    """

    KEPT: ClassVar[str] = "\0kept"
    UNKNOWN: ClassVar[str] = "\0unknown"

    text: str
    words: tuple[Span, ...]
    wanted: tuple[str | None, ...]
    sure: tuple[bool, ...]
    missing: tuple[str, ...]
    edited: tuple[float, ...]
    marked: tuple[float, ...]

    @classmethod
    def plain(cls, text: str, *, edited: float = -1.0, marked: float = -1.0) -> Self:
        """Return a sound sentence."""
        words = tuple(word.span for word in segmentation.words(text, Span(0, len(text))))
        count = len(words)
        return cls(
            text, words, (cls.KEPT,) * count, (True,) * count, ("",) * count, (edited,) * count, (marked,) * count
        )

    @classmethod
    def of(cls, text: str, labels: Sequence[hunks.Label], *, judged: bool = False) -> Self:
        """Return a sentence by its labels; `judged` if they are a post-editor's."""
        wanted = []
        for label in labels:
            unknown = label.before is None and not label.sure
            wanted.append(cls.KEPT if label.kept else cls.UNKNOWN if unknown else label.before)
        missing = tuple("\0several" if label.missing is None else label.missing for label in labels)
        edited = tuple((0.0 if label.kept else 1.0) if judged else -1.0 for label in labels)
        sure = tuple(label.sure for label in labels)
        spans = tuple(label.span for label in labels)
        return cls(text, spans, tuple(wanted), sure, missing, edited, (-1.0,) * len(labels))


@dataclass(slots=True)
class Mixture:
    """How often each source is drawn, which changes as the run goes on: people's judgements come last."""

    progress: float = 0.0

    def draw(self, chance: random.Random) -> str:
        """Draw a source."""
        now = self.progress
        weights = {
            "planted": 0.42 - 0.16 * now,
            "consensus": 0.16,
            "edited": 0.18 + 0.10 * now,
            "marked": 0.06 + 0.08 * now,
            "sound": 0.18 - 0.02 * now,
        }
        return chance.choices(list(weights), list(weights.values()))[0]


@dataclass(slots=True)
class Material:
    """All that is drawn from; `length` counts the pieces of a text."""

    documents: list[Native]
    trips: dict[str, dict[int, list[dict[str, Any]]]]
    consensus: list[list[Line]]
    edited: list[list[tuple[Line, Line]]]
    marked: list[list[Line]]
    length: Callable[[str], int]
    senses: senses.Senses
    foreign: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls, data: Path, more: Path, noise: Path, *, length: Callable[[str], int]) -> Self:
        """Read the data packs and the noise that was made so far."""
        found = native(data, more, split="train")
        edited: list[list[tuple[Line, Line]]] = []
        for pair in PAIRS:
            edited += _edited(data / "qe" / f"mlqe_{pair}.parquet")
        marked = list(_marked(data / "qe" / "wmt_mqm_zh-en.parquet"))
        consensus = list(_consensus(noise / "consensus.jsonl"))
        return cls(found, _trips(noise), consensus, edited, marked, length, senses.senses(), foreign.words())

    def window(self, chance: random.Random, mixture: Mixture) -> list[Line]:
        """Draw a window."""
        source = mixture.draw(chance)
        if source == "planted":
            return self._filled(self._planted(chance))
        if source == "consensus" and self.consensus:
            return self._filled(iter(_from(chance.choice(self.consensus), chance)))
        if source == "edited":
            article = chance.choice(self.edited)
            sound = chance.random() < 0.3
            return self._filled(pair[1 if sound else 0] for pair in _around(self.edited, article, chance))
        if source == "marked":
            return self._filled(iter(_from(chance.choice(self.marked), chance)))
        sentences = _from(chance.choice(self.documents).sentences, chance)
        return self._filled(Line.plain(text, marked=0.0) for text in sentences)

    def _filled(self, lines: Iterator[Line]) -> list[Line]:
        """Take lines until the window is full; a last one that reaches far beyond it is left out."""
        found: list[Line] = []
        room = WINDOW
        for line in lines:
            pieces = self.length(line.text)
            if found and pieces > room + 30:
                break
            found.append(line)
            room -= pieces
            if room <= 15:
                break
        return found

    def _planted(self, chance: random.Random) -> Iterator[Line]:
        """Yield the sentences of a document, some of them broken; how many differs from window to window."""
        known = chance.random() < 0.75
        document = chance.choice(self.documents)
        while known and document.name not in self.trips:
            document = chance.choice(self.documents)
        trips = self.trips.get(document.name, {})
        share = chance.uniform(0.15, 1.0)
        first = chance.randrange(len(document.sentences))
        for number in range(first, len(document.sentences)):
            text = document.sentences[number]
            if chance.random() >= share:
                yield Line.plain(text)
            elif number in trips and chance.random() < 0.65:
                yield _tripped(chance.choice(trips[number]), chance)
            else:
                yield self._broken(text, chance)

    def _broken(self, text: str, chance: random.Random) -> Line:
        """Break a sentence once, by a word or by a rule, and three times in ten by a rule once more."""
        drawn = chance.random()
        if drawn < _SENSES:
            broken = senses.mistake(text, chance, self.senses)
        elif drawn < _SENSES + _FOREIGN:
            broken = foreign.mistake(text, chance, self.foreign)
        else:
            broken = _ruled(text, chance)
        if broken and chance.random() < 0.3:
            broken = _ruled(broken, chance) or broken
        return Line.of(broken, hunks.labels(text, broken)) if broken else Line.plain(text)


def _from(lines: Sequence[Any], chance: random.Random) -> Sequence[Any]:
    return lines[chance.randrange(len(lines)) :]


def _around(
    articles: Sequence[Sequence[tuple[Line, Line]]], article: Sequence[tuple[Line, Line]], chance: random.Random
) -> Iterator[tuple[Line, Line]]:
    """Yield an article's sentences, and then those of others, so that a window is filled."""
    while True:
        yield from article
        article = chance.choice(articles)


def _ruled(text: str, chance: random.Random) -> str | None:
    done = rules.break_sentence(text, chance, _RULES)
    return done[1] if done else None


def _tripped(trip: dict[str, Any], chance: random.Random) -> Line:
    """Return a sentence into which some or all short differences of its round trip were put.

    Where nobody priced them, those of Apertium count as errors, unless they only leave words out: of 815 priced ones
    82 % cost 5 nats or more (of 126 lost words 40 %). Those of a neural round trip may then be paraphrases.
    """
    before = trip["before"]
    short = [hunk for hunk in hunks.hunks(before, trip["after"]) if hunks.is_short(hunk)]
    costs = trip.get("costs")
    count = len(short) if chance.random() < 0.25 else chance.randint(1, 3)
    numbers = sorted(chance.sample(range(len(short)), min(count, len(short))))
    doubtful = []
    for place, number in enumerate(numbers):
        crude = trip["maker"].startswith("apertium") and bool(short[number].after)
        grave = crude if costs is None else costs[number] >= SURE
        if not grave:
            doubtful.append(place)
    text, labels = hunks.broken(before, [short[number] for number in numbers], doubtful=doubtful)
    return Line.of(text, labels)


def _trips(noise: Path) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """Read all round trips; those that were priced take the place of the same ones unpriced."""
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    plain = sorted([*noise.glob("round_trip*.jsonl"), *noise.glob("apertium*.jsonl")])
    for file in [*plain, *sorted(noise.glob("priced_*.jsonl"))]:
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            found[record["document"], record["number"], record["maker"]] = record
    trips: dict[str, dict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for (document, number, _), record in found.items():
        trips[document][number].append(record)
    return {document: dict(numbers) for document, numbers in trips.items()}


def _consensus(file: Path) -> Iterator[list[Line]]:
    stories: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for text in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(text)
        plain = Line.plain(record["text"])
        wanted, sure = [], []
        for label in record["labels"]:
            wanted.append(Line.KEPT if label == 1 else Line.UNKNOWN if label == 0 else label)
            sure.append(label != 0)
        unknown = (Line.UNKNOWN,) * len(plain.words)
        line = Line(plain.text, plain.words, tuple(wanted), tuple(sure), unknown, plain.edited, plain.marked)
        stories[record["document"]].append((record["number"], line))
    for lines in stories.values():
        yield [line for _, line in sorted(lines, key=_number)]


def _number(item: tuple[int, Line]) -> int:
    return item[0]


def _edited(file: Path) -> list[list[tuple[Line, Line]]]:
    """Return the training rows of MLQE-PE, a list an article: the translation, and its post-edit, which is sound."""
    articles: dict[str, list[tuple[Line, Line]]] = defaultdict(list)
    columns = ["doc_id", "target", "post_edit", "split"]
    for row in pq.read_table(file, columns=columns, filters=[("split", "==", "train")]).to_pylist():
        if row["post_edit"] and row["target"].strip():
            sound = joined(row["post_edit"])
            line = Line.of(row["target"], hunks.labels(sound, row["target"]), judged=True)
            articles[row["doc_id"]].append((line, Line.plain(sound)))
    return list(articles.values())


def joined(tokens: str) -> str:
    """Put a tokenised sentence together again, as far as words go."""
    return _JOIN_RIGHT.sub("", _JOIN_LEFT.sub("", tokens))


def _marked(file: Path) -> Iterator[list[Line]]:
    """Yield the translations of zh-en news that are not kept for measuring, with the shares of raters."""
    for item in documents.marked(file, development=False):
        lines = []
        for sentence in item.document.sentences:
            words = tuple(
                Span(w.span.start - sentence.span.start, w.span.end - sentence.span.start) for w in sentence.words
            )
            shares = tuple(round(item.share(word.span), 3) for word in sentence.words)
            wanted = []
            for share in shares:
                wanted.append(Line.KEPT if share == 0 else None if share > 0.6 else Line.UNKNOWN)
            sure = tuple(share == 0 or share > 0.6 for share in shares)
            text, count = sentence.span.of(item.document.text), len(words)
            lines.append(Line(text, words, tuple(wanted), sure, (Line.UNKNOWN,) * count, (-1.0,) * count, shares))
        if lines:
            yield lines
