"""What translation engines share on the level of subword numbers: the contract of a model on one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from auditor.engines.translation.output_layer import Scored
from auditor.engines.translation.vocabulary import Vocabulary

Ids = Sequence[int]

# A rival this much less likely than the subword that the model ranks first is nothing it "would rather write".
_RIVAL_NATS = 5.0
_MORE_SUBWORDS = 5  # a rival that is no whole word after so many more subwords is dropped
_GROUP_SUBWORDS = 768
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Forced:
    """What a model says of each subword of a given translation, the end symbol included (see `TokenScores`).

    `rivals` has, a subword, what the model would rather write there, best first; empty unless asked.
    """

    log_probs: tuple[float, ...]
    entropies: tuple[float, ...]
    ranks: tuple[int, ...]
    rivals: tuple[tuple[tuple[int, ...], ...], ...] = ()


class SequenceModel(Protocol):
    """A translation model on subword numbers, one batch at a time; targets close with the end symbol."""

    @property
    def end(self) -> int:
        """The end symbol's number."""

    @property
    def positions(self) -> int:
        """The most subwords of a sentence, the end symbol included."""

    def greedy(self, sources: Sequence[Ids]) -> list[list[int]]:
        """Translate; the result has no end symbol."""

    def force(self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int) -> list[Forced]:
        """Score given translations; with `best` > 0 also give up to so many rivals a subword.

        Where the given subword starts a word the rivals are whole words, continued greedily; elsewhere single subwords.
        """

    def greedy_and_force(
        self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int
    ) -> tuple[list[list[int]], list[Forced]]:
        """Do `greedy` and `force`, reading each source once."""


@dataclass(frozen=True, slots=True)
class SubwordRoles:
    """Which subwords start a word and which can only continue one, both bool (V), in main memory."""

    starts: Tensor
    continues: Tensor


def subword_roles(vocabulary: Vocabulary, size: int) -> SubwordRoles:
    """Sort the `size` subwords of a model's output by what they can be in a word."""
    numbers = range(size)
    return SubwordRoles(
        starts=torch.tensor([vocabulary.starts_word(number) for number in numbers]),
        continues=torch.tensor([vocabulary.continues_word(number) for number in numbers]),
    )


@dataclass(frozen=True, slots=True)
class Rival:
    """A subword that the model would rather write at a row (counted over the packed target positions of a batch)."""

    row: int
    subword: int
    starts: bool


def pad(sequences: Sequence[Ids], *, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return (B, longest) numbers, 0 where there is none, and the mask that is True where there is one."""
    longest = max(len(sequence) for sequence in sequences)
    rows = [[*sequence, *[0] * (longest - len(sequence))] for sequence in sequences]
    lengths = torch.tensor([len(sequence) for sequence in sequences], device=device)
    mask = torch.arange(longest, device=device) < lengths.unsqueeze(1)
    return torch.tensor(rows, dtype=torch.long, device=device), mask


def groups_of_like_length(*sides: Sequence[Ids]) -> Iterator[slice]:
    """Cut a batch, in its order, into groups whose sentences are about as long as their longest.

    Padding is computed for nothing, and larger groups than `_GROUP_SUBWORDS` fall out of the processor's cache.
    """
    lengths = [max(map(len, pair)) for pair in zip(*sides, strict=True)]
    start = longest = 0
    for index, length in enumerate(lengths):
        longer, shorter = max(longest, length), min([*lengths[start:index], length])
        if index > start and ((index + 1 - start) * longer > _GROUP_SUBWORDS or shorter < _ALIKE * longer):
            yield slice(start, index)
            start, longer = index, length
        longest = longer
    yield slice(start, len(lengths))


def find_rivals(scored: Scored, given: Tensor, subwords: SubwordRoles, *, best: int) -> list[Rival]:
    """Choose each row's rivals among its top subwords: such as could stand in the given subword's place."""
    starts = subwords.starts[scored.top_ids]
    fits = torch.where(subwords.starts[given].unsqueeze(1), starts, subwords.continues[scored.top_ids])
    fits &= subwords.starts[given].unsqueeze(1) | subwords.continues[given].unsqueeze(1)
    fits &= scored.top_ids != given.unsqueeze(1)
    fits &= scored.top_log_probs >= scored.top_log_probs[:, :1] - _RIVAL_NATS
    fits &= fits.cumsum(1) <= best
    rows, columns = fits.nonzero(as_tuple=True)
    chosen = zip(rows.tolist(), scored.top_ids[rows, columns].tolist(), starts[rows, columns].tolist(), strict=True)
    return [Rival(row, subword, start) for row, subword, start in chosen]


def complete_words(
    rivals: Sequence[Rival], subwords: SubwordRoles, follow: Callable[[Mapping[int, list[int]]], Tensor]
) -> list[tuple[Rival, tuple[int, ...]]]:
    """Continue the rivals that start a word to the word's end; one that comes to none is left out.

    `follow` is given the unfinished rivals (index in `rivals`: its subwords so far) and returns each one's next.
    """
    words: dict[int, tuple[int, ...]] = {
        index: (rival.subword,) for index, rival in enumerate(rivals) if not rival.starts
    }
    begun = {index: [rival.subword] for index, rival in enumerate(rivals) if rival.starts}
    for _ in range(_MORE_SUBWORDS):
        if not begun:
            break
        following = follow(begun).cpu()
        goes_on = subwords.continues[following].tolist()
        for index, subword, inside in zip(list(begun), following.tolist(), goes_on, strict=True):
            if inside:
                begun[index].append(subword)
            else:
                words[index] = tuple(begun.pop(index))
    return [(rivals[index], words[index]) for index in sorted(words)]


def gather_forced(
    scored: Scored, lengths: Sequence[int], rivals: Sequence[tuple[Rival, tuple[int, ...]]] | None
) -> list[Forced]:
    """Cut the packed rows of a batch into one `Forced` a sentence; `rivals` with their subwords, None if not asked."""
    listed: list[list[tuple[int, ...]]] = [[] for _ in range(sum(lengths))]
    for rival, subwords in rivals or ():
        if subwords not in listed[rival.row]:
            listed[rival.row].append(subwords)
    log_probs, entropies, ranks = (x.tolist() for x in (scored.log_probs, scored.entropies, scored.ranks))
    forced = []
    at = 0
    for length in lengths:
        part = slice(at, at + length)
        forced.append(
            Forced(
                log_probs=tuple(log_probs[part]),
                entropies=tuple(entropies[part]),
                ranks=tuple(ranks[part]),
                rivals=() if rivals is None else tuple(tuple(row) for row in listed[part]),
            )
        )
        at += length
    return forced
