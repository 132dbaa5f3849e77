"""Damage sound English with the embedded students: take it to Portuguese and back, and keep one word of the way back.

    python -m models.train.resampled --data DATA --out resampled.jsonl

Clean news and translations that nobody objected to are translated and come back; where a word came back as another,
it is put into the sentence, if the language model (which had no part in making it) finds the sentence much the worse
for it: a synonym costs 2-4 nats and is no error. What comes out is one JSON object a line, `text`, `start` and `end` of
the wrong words, `source`, and the words of the text; `models.train.fit_quality_estimator --resampled FILE` adds it to
every epoch.
Run the same command again after an interruption: it goes on after the last line.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import regex

from auditor.engines.factory import load_back_translator, load_language_model
from auditor.protocols import BackTranslator, Edit, LanguageModel, Pair
from auditor.values import Kind, Settings, Severity, Span
from models.train.corruptions import Damage
from models.train.examples import Example, read_corpus, tokens
from models.train.mixture import label

COST = 6.0
"""Nats that a word must cost the sentence to count as an error; harmless synonyms cost 2-4."""
LONGEST = 3
"""Words that are replaced at once, on either side."""
BATCH = 16
_WORDS = regex.compile(r"\p{L}+(?: \p{L}+)*")


def main() -> None:
    """Write damaged sentences until there are enough of them, or no sound ones are left."""
    parser = argparse.ArgumentParser(description="Damage sound sentences with the embedded translation models.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=4000, help="sound sentences to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    settings = Settings(threads=given.threads)
    students, reader = load_back_translator(settings), load_language_model(settings)
    done = len(given.out.read_text(encoding="utf-8").splitlines()) if given.out.exists() else 0
    with given.out.open("a", encoding="utf-8") as lines:
        for group in _groups(islice(sound(given.data, seed=given.seed), done, given.sentences)):
            for example, damaged in zip(group, damage(group, students, reader, seed=given.seed), strict=True):
                lines.write(json.dumps(_record(example, damaged), ensure_ascii=False) + "\n")
            lines.flush()


def _groups(examples: Iterator[Example]) -> Iterator[list[Example]]:
    while group := list(islice(examples, BATCH)):
        yield group


def sound(data: Path, *, seed: int) -> Iterator[Example]:
    """Yield sentences without a fault in a seeded order, clean news first: nothing in them but what we put there."""
    chance = random.Random(seed)  # noqa: S311 (not for cryptography)
    corpus = read_corpus(data)
    translated = [example for example in (*corpus.edited, *corpus.marked) if example.is_clean]
    yield from chance.sample(corpus.clean, len(corpus.clean))
    yield from chance.sample(translated, len(translated))


def damage(
    examples: Sequence[Example], students: BackTranslator, reader: LanguageModel, *, seed: int
) -> list[Damage | None]:
    """Return each sentence with a word of its round trip in it; None where none makes it much worse."""
    texts = [example.pair.target for example in examples]
    trips = students.measure(texts, [() for _ in texts])
    found: list[Damage | None] = []
    for text, trip in zip(texts, trips, strict=True):
        chance = random.Random(f"{seed}|{text}")  # noqa: S311 (not for cryptography)
        found.append(_damaged(text, differences(text, trip.round_trip), reader, chance))
    return found


def differences(text: str, trip: str) -> list[Edit]:
    """Return what the round trip says instead, a few words at a time; case and punctuation do not count."""
    ours, theirs = tokens(text), tokens(trip)
    before = [span.of(text).casefold() for span in ours]
    after = [span.of(trip).casefold() for span in theirs]
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "replace" or max(b - a, d - c) > LONGEST:
            continue
        span, wrong = Span(ours[a].start, ours[b - 1].end), trip[theirs[c].start : theirs[d - 1].end]
        if _WORDS.fullmatch(span.of(text)) and _WORDS.fullmatch(wrong):
            found.append(Edit(span, wrong.capitalize() if span.of(text)[0].isupper() else wrong))
    return found


def _damaged(text: str, edits: Sequence[Edit], reader: LanguageModel, chance: random.Random) -> Damage | None:
    if not edits:
        return None
    (passage, *_) = reader.read(text, [Span(0, len(text))])
    gains = passage.rescore(edits, following=8)
    costly: list[Edit] = []
    for edit, gain in zip(edits, gains, strict=True):
        if passage.span.contains(edit.span) and gain <= -COST:
            costly.append(edit)
    if not costly:
        return None
    chosen = chance.choice(costly)
    damaged = text[: chosen.span.start] + chosen.replacement + text[chosen.span.end :]
    span = Span(chosen.span.start, chosen.span.start + len(chosen.replacement))
    return Damage(damaged, span, Kind.MISTRANSLATION, Severity.MAJOR)


def _record(example: Example, damaged: Damage | None) -> dict[str, object]:
    if damaged is None:
        return {}
    return {
        "language": example.language,
        "text": damaged.text,
        "start": damaged.span.start,
        "end": damaged.span.end,
        "source": example.pair.source,
    }


def read_resampled(file: Path) -> list[Example]:
    """Read what `main` wrote as examples; sentences that could not be damaged have empty lines."""
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [_example(record) for record in records if record]


def _example(record: dict[str, str | int | None]) -> Example:
    text, source = str(record["text"]), record["source"]
    bare = Example(str(record["language"]), Pair(text, (), str(source) if source else None))
    span = Span(int(record["start"] or 0), int(record["end"] or 0))
    return label(bare, Damage(text, span, Kind.MISTRANSLATION, Severity.MAJOR))
