"""A Firefox student at work on one batch of piece numbers: translation, forced decoding with rivals, alignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import torch
from torch import Tensor

from auditor.engines.firefox_files import StudentConfig
from auditor.engines.firefox_network import Memory, Network, States
from auditor.engines.firefox_search import Choices, Hypothesis, Shortlist, search
from auditor.engines.output_layer import OutputLayer
from auditor.engines.sequences import Forced, Ids, Rival, WordPieces, find_rivals, gather_forced, pad

_SPARE = 4  # more top pieces than rivals asked: some are no word, one is the given piece
_MORE_PIECES = 5  # a rival that is no whole word after so many more pieces is dropped


@dataclass(frozen=True, slots=True)
class Student:
    """The model; sources and targets close with the end symbol. Without a shortlist every piece is allowed."""

    config: StudentConfig
    network: Network
    shortlist: Shortlist | None
    pieces: WordPieces

    @property
    def end(self) -> int:
        """The end symbol's number."""
        return self.config.end

    @property
    def positions(self) -> int:
        """The most pieces of a sentence, the end symbol included."""
        return self.config.positions

    def greedy(self, sources: Sequence[Ids]) -> list[list[int]]:
        """Translate; the result has no end symbol."""
        return [[piece for piece in found.ids if piece != self.end] for found in self.search(sources)]

    @torch.inference_mode()
    def search(self, sources: Sequence[Ids], *, scored: bool = False) -> list[Hypothesis]:
        """Translate greedily, each sentence within its own shortlist; `scored` adds the log-probabilities."""
        allowed = None if self.shortlist is None else [self.shortlist.of(source) for source in sources]
        choices = Choices.of(self.network, allowed, batch=len(sources), never=self.config.unknown)
        longest = self.config.positions
        limits = [min(floor(self.config.length_factor * len(source)), longest) for source in sources]
        return search(self.network, self._read(sources), choices, limits, end=self.end, scored=scored)

    @torch.inference_mode()
    def force(self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int = 0) -> list[Forced]:
        """Score given translations over the full vocabulary; see `SequenceModel.force`."""
        memory = self._read(sources)
        ids, mask = pad(targets, device=self._device)
        hidden, states = self.network.decode(memory, self._shifted(ids), None)
        given = ids[mask]
        scored = self._output.score(hidden[mask], given, best=best + _SPARE if best else 0)
        lengths = [len(target) for target in targets]
        if not best:
            return gather_forced(scored, lengths, None)
        rivals = find_rivals(scored, given.cpu(), self.pieces, best=best)
        words = self._whole_words(rivals, memory, mask, tuple(state[mask] for state in states))
        return gather_forced(scored, lengths, words)

    @torch.inference_mode()
    def attend(self, sources: Sequence[Ids], targets: Sequence[Ids]) -> list[list[int]]:
        """Return the source position that each target piece attends to most."""
        ids, mask = pad(targets, device=self._device)
        attention = self.network.attention(self._read(sources), self._shifted(ids))
        return [row[kept].tolist() for row, kept in zip(attention.argmax(2), mask, strict=True)]

    @property
    def _device(self) -> torch.device:
        return self.network.embedding.device

    @property
    def _output(self) -> OutputLayer:
        return OutputLayer(self.network.embedding, self.network.bias)

    def _read(self, sources: Sequence[Ids]) -> Memory:
        ids, mask = pad(sources, device=self._device)
        return self.network.encode(ids, None if mask.all() else mask)

    def _shifted(self, targets: Tensor) -> Tensor:
        """Embed what precedes each target piece; the sentence starts with nothing (-1)."""
        before = torch.cat([targets.new_full((len(targets), 1), -1), targets[:, :-1]], dim=1)
        return self.network.inputs(before, torch.arange(before.shape[1], device=before.device).expand_as(before))

    def _whole_words(
        self, rivals: Sequence[Rival], memory: Memory, mask: Tensor, states: States
    ) -> list[tuple[int, tuple[int, ...]]]:
        """Continue the rivals that start a word to the word's end, all at once; return (row, pieces) in their order.

        A rival's row stands in for the sentence's next position: only the recurrent state ties positions together, so
        any number of continuations of one sentence are decoded side by side.
        """
        words: list[tuple[int, ...] | None] = [None if rival.starts else (rival.piece,) for rival in rivals]
        open_ = [index for index, rival in enumerate(rivals) if rival.starts]
        pieces = {index: [rivals[index].piece] for index in open_}
        rows = torch.tensor([rivals[index].row for index in open_], dtype=torch.long, device=self._device)
        sentences, positions = (axis[rows] for axis in mask.nonzero(as_tuple=True))
        states = tuple(state[rows] for state in states)
        for more in range(1, _MORE_PIECES + 1):
            if not open_:
                break
            previous = torch.tensor([pieces[index][-1] for index in open_], device=self._device)
            x = self.network.inputs(previous, (positions + more).clamp_max(self.config.positions - 1))
            hidden, states = self._side_by_side(memory, sentences, x, states)
            following = self._output.first_choice(hidden).cpu()
            goes_on = self.pieces.continues[following]
            for index, piece, inside in zip(open_, following.tolist(), goes_on.tolist(), strict=True):
                if inside:
                    pieces[index].append(piece)
                else:
                    words[index] = tuple(pieces[index])
            open_ = [index for index, inside in zip(open_, goes_on.tolist(), strict=True) if inside]
            kept = goes_on.nonzero().squeeze(1).to(self._device)
            sentences, positions, states = sentences[kept], positions[kept], tuple(state[kept] for state in states)
        return [(rival.row, word) for rival, word in zip(rivals, words, strict=True) if word is not None]

    def _side_by_side(self, memory: Memory, sentences: Tensor, x: Tensor, states: States) -> tuple[Tensor, States]:
        """Take one decoder step in each row (N, D) of the sorted `sentences` (N), each from its own state (N, D)."""
        counts = torch.bincount(sentences, minlength=memory.keys[0].shape[0])
        first = counts.cumsum(0) - counts
        slots = torch.arange(len(sentences), device=sentences.device) - first[sentences]

        def spread(rows: Tensor) -> Tensor:
            wide = rows.new_zeros(len(counts), int(counts.max()), rows.shape[1])
            wide[sentences, slots] = rows
            return wide

        hidden, after = self.network.decode(memory, spread(x), tuple(spread(state) for state in states))
        return hidden[sentences, slots], tuple(state[sentences, slots] for state in after)
