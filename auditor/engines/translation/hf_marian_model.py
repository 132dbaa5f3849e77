"""A MarianMT network at work on one batch of subword numbers, through transformers.

Shapes: B sentences, S source subwords, T target positions, D width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import floor
from typing import Any

import torch
from torch import Tensor

from auditor.engines.kernels import hf_cache, quantized_linear
from auditor.engines.translation.forced_decoding import (
    Forced,
    Ids,
    SubwordRoles,
    complete_words,
    find_rivals,
    gather_forced,
    pad,
)
from auditor.engines.translation.output_layer import FORBIDDEN, OutputLayer

_LENGTH_FACTOR = 2.5  # as the Firefox students: a longer translation has run wild
_SPARE = 4  # more top subwords than rivals asked: some are no word, one is the given subword
_CONTINUATIONS = 64  # rivals continued at once


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the encoder makes of a batch: hidden (B, S, D) and the mask (B, S), 1 where there is a subword."""

    hidden: Tensor
    mask: Tensor

    def rows(self, kept: Tensor) -> _Memory:
        return _Memory(self.hidden[kept], self.mask[kept])


class MarianSequences:
    """A `SequenceModel`; `mark` are subwords put before each source to choose the language it is translated to."""

    def __init__(self, model: Any, subwords: SubwordRoles, *, unknown: int, mark: Sequence[int]) -> None:  # noqa: ANN401 - transformers is untyped
        config = model.config
        self._network = model.model
        self._pieces = subwords
        self._mark = tuple(mark)
        self._start = int(config.decoder_start_token_id)
        self.end = int(config.eos_token_id)
        self.positions = int(config.max_position_embeddings) - len(self._mark)
        bias = model.final_logits_bias[0].detach().clone()
        bias[[config.pad_token_id, unknown]] = FORBIDDEN  # padding also starts a sentence; neither is ever written
        self._output = OutputLayer(quantized_linear.FloatLinear(model.lm_head.weight.detach(), bias), len(bias))
        self._device = bias.device

    @torch.inference_mode()
    def greedy(self, sources: Sequence[Ids]) -> list[list[int]]:
        """Translate; the result has no end symbol."""
        return self._greedy(self._read(sources), sources)

    @torch.inference_mode()
    def greedy_and_force(
        self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int
    ) -> tuple[list[list[int]], list[Forced]]:
        """Do `greedy` and `force`, reading each source once."""
        memory = self._read(sources)
        return self._greedy(memory, sources), self._force(memory, targets, best=best)

    def _greedy(self, memory: _Memory, sources: Sequence[Ids]) -> list[list[int]]:
        limits = torch.tensor([min(floor(_LENGTH_FACTOR * len(s)), self.positions) for s in sources])
        found: list[list[int]] = [[] for _ in sources]
        rows = list(range(len(sources)))
        previous = torch.full((len(sources), 1), self._start, device=self._device)
        cache = None
        for step in range(int(limits.max())):
            state = self._network.decoder(
                input_ids=previous,
                encoder_hidden_states=memory.hidden,
                encoder_attention_mask=memory.mask,
                use_cache=True,
                **hf_cache.given(self._network.decoder, cache),
            )
            cache = hf_cache.returned(state)
            picked = self._output.first_choice(state.last_hidden_state[:, -1]).cpu()
            previous = picked.unsqueeze(1).to(self._device)
            for row, subword in zip(rows, picked.tolist(), strict=True):
                found[row].append(subword)
            going = (picked != self.end) & (limits > step + 1)
            if not going.any():
                break
            if not going.all():
                kept = going.nonzero().squeeze(1)
                rows, limits = [rows[place] for place in kept.tolist()], limits[kept]
                kept = kept.to(self._device)
                memory, previous = memory.rows(kept), previous[kept]
                cache.batch_select_indices(kept)
        return [self._without_end(subwords) for subwords in found]

    def _without_end(self, subwords: Sequence[int]) -> list[int]:
        return [subword for subword in subwords if subword != self.end]

    @torch.inference_mode()
    def force(self, sources: Sequence[Ids], targets: Sequence[Ids], *, best: int) -> list[Forced]:
        """Score given translations over the full vocabulary less the unknown subword; see `SequenceModel.force`."""
        return self._force(self._read(sources), targets, best=best)

    def _force(self, memory: _Memory, targets: Sequence[Ids], *, best: int) -> list[Forced]:
        hidden = self._decode(memory, targets)
        given = torch.tensor(list(chain.from_iterable(targets)), device=self._device)
        scored = self._output.score(torch.cat(hidden), given, best=best + _SPARE if best else 0)
        lengths = [len(target) for target in targets]
        if not best:
            return gather_forced(scored, lengths, None)
        rivals = find_rivals(scored, given.cpu(), self._pieces, best=best)
        places: list[tuple[int, int]] = []  # of each target subword: its sentence, its position
        for sentence, length in enumerate(lengths):
            places += [(sentence, at) for at in range(length)]

        def follow(begun: Mapping[int, list[int]]) -> Tensor:
            return self._follow(memory, targets, [(places[rivals[index].row], begun[index]) for index in begun])

        return gather_forced(scored, lengths, complete_words(rivals, self._pieces, follow))

    def _read(self, sources: Sequence[Ids]) -> _Memory:
        ids, mask = pad([[*self._mark, *source] for source in sources], device=self._device)
        return _Memory(self._network.encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state, mask.long())

    def _shifted(self, targets: Sequence[Ids]) -> tuple[Tensor, Tensor]:
        """Return what precedes each target subword, (B, T), and where there is one; padding stands right."""
        return pad([[self._start, *target[:-1]] for target in targets], device=self._device)

    def _decode(self, memory: _Memory, targets: Sequence[Ids]) -> list[Tensor]:
        """Return the last layer at each subword of each target, (subwords, D)."""
        inputs, mask = self._shifted(targets)
        state = self._network.decoder(
            input_ids=inputs, encoder_hidden_states=memory.hidden, encoder_attention_mask=memory.mask
        )
        return [row[kept] for row, kept in zip(state.last_hidden_state, mask, strict=True)]

    def _follow(
        self, memory: _Memory, targets: Sequence[Ids], continuations: Sequence[tuple[tuple[int, int], list[int]]]
    ) -> Tensor:
        """Return the next subword after each continuation: ((sentence, position), the subwords written from there on).

        Each is read anew from the sentence's start. That costs more than keeping every position's cache, and is
        simple; rivals are few.
        """
        found = []
        for first in range(0, len(continuations), _CONTINUATIONS):
            part = continuations[first : first + _CONTINUATIONS]
            rows = torch.tensor([sentence for (sentence, _), _ in part], device=self._device)
            written = [[*targets[sentence][:at], *subwords][: self.positions - 1] for (sentence, at), subwords in part]
            hidden = self._decode(memory.rows(rows), [[*subwords, self.end] for subwords in written])
            found.append(self._output.first_choice(torch.stack([row[-1] for row in hidden])))
        return torch.cat(found)
