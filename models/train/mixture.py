"""Which examples are seen when: epochs, synthetic errors, lost sources, batches. All of it follows from the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.engines.quality_estimation.estimator import KINDS, SubwordBatcher
from auditor.protocols import Pair
from auditor.values import Severity
from models.train.corruptions import NEED_SOURCE, VISIBLE, Corruption, Damage, damage
from models.train.examples import Corpus, Example, tokens

MARKED_SHARE = 0.5
"""Of the marked news, what one epoch sees: ten systems translate each source, which teaches less than new sources."""
SYNTHETIC = 0.06
"""Of the clean translations, how many are damaged in an epoch."""
SOURCE_LOST = 0.25
BUDGET = 2600
"""Padded subwords a batch."""
CHUNK = 10_000
"""Examples sorted together: the more, the less padding, and the more alike a batch."""
LONGEST = 160
"""Subwords a side; longer examples are left out of fitting (under 1 %)."""


def epoch(corpus: Corpus, *, seed: int, number: int) -> list[Example]:
    """Return the examples of epoch `number`, in no particular order."""
    chance = random.Random(f"{seed}-{number}")  # noqa: S311 (not for cryptography)
    marked = chance.sample(corpus.marked, int(MARKED_SHARE * len(corpus.marked)))
    examples = [*corpus.edited, *marked]
    sound = [example for example in examples if example.is_clean]
    translated = chance.sample(sound, int(SYNTHETIC * len(examples)))
    synthetic = [_damaged(example, chance, (*NEED_SOURCE, *VISIBLE)) for example in translated]
    synthetic += [_damaged(example, chance, VISIBLE) for example in corpus.clean]
    lost = [example.without_source() if chance.random() < SOURCE_LOST else example for example in examples]
    made = (example for example in synthetic if example is not None)
    return [*lost, *corpus.clean, *made, *corpus.resampled]


def _damaged(example: Example, chance: random.Random, corruptions: Sequence[Corruption]) -> Example | None:
    done = damage(example.pair.target, chance, corruptions)
    return None if done is None else label(example, done)


def label(example: Example, done: Damage) -> Example:
    """Return the damaged sentence with its labels; sentence scores no longer hold and are dropped."""
    words = tokens(done.text)
    wrong = [word.overlaps(done.span) for word in words]
    bad = (0.0, 0.0, 1.0) if done.severity is Severity.MAJOR else (0.0, 1.0, 0.0)
    kind = tuple(float(each is done.kind) for each in KINDS)
    none = (0.0,) * len(KINDS)
    return replace(
        example,
        pair=Pair(done.text, words, example.pair.source),
        marked=(*(bad if each else (1.0, 0.0, 0.0) for each in wrong), (1.0, 0.0, 0.0)),
        edited=(*((float(each), float(each)) for each in wrong), (0.0, 0.0)) if example.pair.source else None,
        kinds=(*(kind if each else none for each in wrong), none),
        assessment=None,
        mqm=None,
    )


def batches(
    examples: Sequence[Example], subwords: SubwordBatcher, *, seed: int, number: int
) -> Iterator[list[Example]]:
    """Yield batches of examples of like length, in a random order."""
    chance = random.Random(f"{seed}-{number}-batches")  # noqa: S311 (not for cryptography)
    sizes = subwords.count([example.pair.target for example in examples])
    others = subwords.count([example.pair.source or "" for example in examples])
    kept = [at for at in range(len(examples)) if max(sizes[at], others[at]) <= LONGEST]
    chance.shuffle(kept)
    groups: list[list[int]] = []
    for start in range(0, len(kept), CHUNK):
        chunk = sorted(kept[start : start + CHUNK], key=lambda at: (sizes[at] // 4, others[at]))
        groups.extend(_packed(chunk, sizes, others))
    chance.shuffle(groups)
    for group in groups:
        yield [examples[at] for at in group]


def _packed(order: Sequence[int], sizes: Sequence[int], others: Sequence[int]) -> Iterator[list[int]]:
    group: list[int] = []
    target = source = 0
    for at in order:
        target, source = max(target, sizes[at]), max(source, others[at])
        if group and (target + source) * (len(group) + 1) > BUDGET:
            yield group
            group, target, source = [], sizes[at], others[at]
        group.append(at)
    if group:
        yield group
