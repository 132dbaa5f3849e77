"""A Firefox student at work on one batch of subword numbers: translation, forced decoding with rivals, alignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import floor

import torch
from torch import Tensor

from auditor.engines.translation.firefox.file_format import StudentConfig
from auditor.engines.translation.firefox.greedy_search import Choices, Hypothesis, Shortlist, search
from auditor.engines.translation.firefox.network import Memory, Network, States
from auditor.engines.translation.forced_decoding import (
    Forced,
    Ids,
    Rival,
    SubwordRoles,
    complete_words,
    find_rivals,
    gather_forced,
    groups_of_like_length,
    pad,
)

_SPARE = 4  # more top subwords than rivals asked: some are no word, one is the given subword


@dataclass(frozen=True, slots=True)
class _Decoded:
    """Forced sentences: the packed rows of the last layer (N, D) and of the states, one (N, D) a layer."""

    hidden: Tensor
    states: States


@dataclass(frozen=True, slots=True)
class _Rows:
    """Target positions of a batch, packed: each one's sentence (sorted), position, and states, one (N, D) a layer."""

    sentences: Tensor
    positions: Tensor
    states: States

    @classmethod
    def of(cls, lengths: Sequence[int], states: Sequence[States], *, device: torch.device) -> _Rows:
        counts = torch.tensor(lengths, device=device)
        return cls(
            sentences=torch.arange(len(lengths), device=device).repeat_interleave(counts),
            positions=torch.cat([torch.arange(length, device=device) for length in lengths]),
            states=tuple(torch.cat(layer) for layer in zip(*states, strict=True)),
        )

    def keep(self, rows: Sequence[int]) -> _Rows:
        kept = torch.tensor(rows, dtype=torch.long, device=self.positions.device)
        return _Rows(self.sentences[kept], self.positions[kept], tuple(state[kept] for state in self.states))


@dataclass(frozen=True, slots=True)
class Student:
    """The model; sources and targets close with the end symbol. Without a shortlist every subword is allowed."""

    config: StudentConfig
    network: Network
    shortlist: Shortlist | None
    subwords: SubwordRoles

    @property
    def end(self) -> int:
        """The end symbol's number."""
        return self.config.end

    @property
    def positions(self) -> int:
        """The most subwords of a sentence, the end symbol included."""
        return self.config.positions

    def greedy(self, sources: Sequence[Ids]) -> list[list[int]]:
        """Translate; the result has no end symbol."""
        return [self._without_end(found) for found in self.search(sources)]

    @torch.inference_mode()
    def search(self, sources: Sequence[Ids], *, scored: bool = False) -> list[Hypothesis]:
        """Translate greedily, each sentence within its own shortlist; `scored` adds the log-probabilities."""
        return self._search(self._read(sources), sources, scored=scored)

    @torch.inference_mode()
    def force(self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int = 0) -> list[Forced]:
        """Score given translations over the full vocabulary less the unknown subword; see `SequenceModel.force`."""
        groups = list(groups_of_like_length(sources, targets))
        return self._force([self._read_alike(sources[group]) for group in groups], groups, targets, best=best)

    @torch.inference_mode()
    def greedy_and_force(
        self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int
    ) -> tuple[list[list[int]], list[Forced]]:
        """Do `greedy` and `force`, reading each source once."""
        groups = list(groups_of_like_length(sources, targets))
        memories = [self._read_alike(sources[group]) for group in groups]
        found = self._search(Memory.joined(memories), sources, scored=False)
        return [self._without_end(hypothesis) for hypothesis in found], self._force(
            memories, groups, targets, best=best
        )

    def _without_end(self, hypothesis: Hypothesis) -> list[int]:
        return [subword for subword in hypothesis.ids if subword != self.end]

    @property
    def _device(self) -> torch.device:
        return self.network.bias.device

    def _read(self, sources: Sequence[Ids]) -> Memory:
        return Memory.joined([self._read_alike(sources[group]) for group in groups_of_like_length(sources)])

    def _read_alike(self, sources: Sequence[Ids]) -> Memory:
        ids, mask = pad(sources, device=self._device)
        return self.network.encode(ids, mask)

    def _search(self, memory: Memory, sources: Sequence[Ids], *, scored: bool) -> list[Hypothesis]:
        allowed = None if self.shortlist is None else [self.shortlist.of(source) for source in sources]
        choices = Choices.of(self.network, allowed, batch=len(sources))
        longest = self.config.positions
        limits = [min(floor(self.config.length_factor * len(source)), longest) for source in sources]
        return search(self.network, memory, choices, limits, end=self.end, scored=scored)

    def _force(
        self, memories: Sequence[Memory], groups: Sequence[slice], targets: Sequence[Ids], *, best: int
    ) -> list[Forced]:
        """Score the targets of each group of sentences given what was read of their sources."""
        parts = [self._forced(memory, targets[group]) for memory, group in zip(memories, groups, strict=True)]
        given = torch.tensor(list(chain.from_iterable(targets)), device=self._device)
        hidden = torch.cat([part.hidden for part in parts])
        scored = self.network.output.score(hidden, given, best=best + _SPARE if best else 0)
        lengths = [len(target) for target in targets]
        if not best:
            return gather_forced(scored, lengths, None)
        rivals = find_rivals(scored, given.cpu(), self.subwords, best=best)
        rows = _Rows.of(lengths, [part.states for part in parts], device=self._device)
        continuations = _RivalContinuations(self, Memory.joined(memories), rivals, rows)
        return gather_forced(scored, lengths, complete_words(rivals, self.subwords, continuations.follow))

    def _forced(self, memory: Memory, targets: Sequence[Ids]) -> _Decoded:
        ids, mask = pad(targets, device=self._device)
        hidden, states = self.network.decode(memory, self._shifted(ids), None)
        return _Decoded(hidden[mask], tuple(state[mask] for state in states))

    def _shifted(self, targets: Tensor) -> Tensor:
        """Embed what precedes each target subword; the sentence starts with nothing (-1)."""
        before = torch.cat([targets.new_full((len(targets), 1), -1), targets[:, :-1]], dim=1)
        return self.network.inputs(before, torch.arange(before.shape[1], device=before.device).expand_as(before))


class _RivalContinuations:
    """Rivals in progress: decoder steps that continue a forced sentence from any number of its positions at once.

    Only the recurrent state ties a sentence's positions together, so all continuations are decoded side by side, each
    from the state of its own row.
    """

    def __init__(self, student: Student, memory: Memory, rivals: Sequence[Rival], rows: _Rows) -> None:
        self._student = student
        self._memory = memory
        self._indices = list(range(len(rivals)))
        self._rows = rows.keep([rival.row for rival in rivals])

    def follow(self, begun: Mapping[int, list[int]]) -> Tensor:
        """Take one step in the rows of the rivals `begun`, from each one's last subword; return the next subwords."""
        places = {index: place for place, index in enumerate(self._indices)}
        rows = self._rows.keep([places[index] for index in begun])
        previous = torch.tensor([subwords[-1] for subwords in begun.values()], device=rows.positions.device)
        positions = (rows.positions + 1).clamp_max(self._student.positions - 1)
        x = self._student.network.inputs(previous, positions)
        hidden, states = self._step(x, rows)
        self._indices, self._rows = list(begun), _Rows(rows.sentences, positions, states)
        return self._student.network.output.first_choice(hidden)

    def _step(self, x: Tensor, rows: _Rows) -> tuple[Tensor, States]:
        """Spread packed rows over their sentences, (sentences, most rows, D), decode, and pack them again."""
        counts = torch.bincount(rows.sentences, minlength=len(self._memory.keys[0]))
        first = counts.cumsum(0) - counts
        place = (rows.sentences, torch.arange(len(x), device=x.device) - first[rows.sentences])

        def spread(packed: Tensor) -> Tensor:
            # A lone row would be multiplied in another order of additions than one of many.
            wide = packed.new_zeros(len(counts), max(2, int(counts.max())), packed.shape[1])
            wide[place] = packed
            return wide

        states = tuple(spread(state) for state in rows.states)
        hidden, after = self._student.network.decode(self._memory, spread(x), states)
        return hidden[place], tuple(state[place] for state in after)
