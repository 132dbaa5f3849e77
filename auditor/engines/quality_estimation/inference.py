"""Runs the quality estimator's network where nothing is learned: in the batches that are read soonest.

The layers that read a side by itself read each text once, in batches of texts of like length, whether translation or
source. The matrices are kept in the type they are multiplied in. The forward pass is the network's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from auditor import concurrency
from auditor.engines.kernels.encoder_layers import EncoderLayer
from auditor.engines.quality_estimation.network import Batch, Outputs, QualityNetwork, Side

BUDGET = 600
"""Padded subwords a batch: more bring more padding and lose the cache, fewer waste time between batches."""
WINDOW = 512
"""Pairs sorted together; what the first layers made of them is held in memory, about 1.5 KB a subword."""
PAD = 1


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """A pair as subword ids, begin and end marks included; `source` is empty where there is none.

    `words` has, for each word and for the end of the sentence, the places of its subwords in `target`.
    """

    target: tuple[int, ...]
    source: tuple[int, ...]
    words: tuple[tuple[int, ...], ...]


class InferenceNetwork:
    """The network, made ready for inference; it takes the network over."""

    def __init__(self, network: QualityNetwork, *, dtype: torch.dtype, device: str = "cpu") -> None:
        self._device = torch.device(device)
        self._network = network.eval().to(self._device)
        for layer in network.layers:
            if isinstance(layer, EncoderLayer):
                for linear in (layer.qkv, layer.out, layer.up, layer.down):
                    linear.to(dtype)

    def read(self, pairs: Sequence[EncodedPair]) -> Iterator[tuple[list[int], Outputs]]:
        """Yield batch by batch the numbers of the pairs in it and what the network says of them, until all are read."""
        for start in range(0, len(pairs), WINDOW):
            concurrency.use_thread_share()
            window = pairs[start : start + WINDOW]
            with torch.inference_mode():
                texts = itertools.chain.from_iterable((pair.target, pair.source) for pair in window)
                read = self._read_sides([text for text in texts if text])
                for group in groups([len(pair.target) + len(pair.source) for pair in window]):
                    yield [start + at for at in group], self._join([window[at] for at in group], read)

    def _read_sides(self, texts: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], Tensor]:
        """Read each distinct text by itself; return (subwords, width) for each."""
        distinct = list(dict.fromkeys(texts))
        found: dict[tuple[int, ...], Tensor] = {}
        for group in groups([len(text) for text in distinct]):
            x = self._network.read(_side([distinct[at] for at in group]).to(self._device))
            for row, at in enumerate(group):
                found[distinct[at]] = x[row, : len(distinct[at])]
        return found

    def _join(self, pairs: Sequence[EncodedPair], read: dict[tuple[int, ...], Tensor]) -> Outputs:
        """Read translations and sources together, given each side as it was read by itself."""
        target = _stack([read[pair.target] for pair in pairs])  # (batch, subwords, width)
        nothing = target.new_zeros(1, target.shape[-1])
        source = _stack([read[pair.source] if pair.source else nothing for pair in pairs])
        return self._network.join(batch_of(pairs).to(self._device), target, source).to(torch.device("cpu"))


def groups(sizes: Sequence[int], budget: int = BUDGET) -> Iterator[list[int]]:
    """Yield numbers of texts of like size, the longest first, as many as fit the budget when padded."""
    group: list[int] = []
    for at in sorted(range(len(sizes)), key=lambda at: -sizes[at]):
        if group and sizes[group[0]] * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(at)
    if group:
        yield group


def batch_of(pairs: Sequence[EncodedPair]) -> Batch:
    """Build the network's input."""
    target = _side([pair.target for pair in pairs])
    pool = torch.zeros(len(pairs), max(len(pair.words) for pair in pairs), target.ids.shape[1])
    rows: list[int] = []
    words: list[int] = []
    places: list[int] = []
    shares: list[float] = []
    for row, pair in enumerate(pairs):
        for word, subwords in enumerate(pair.words):
            rows += [row] * len(subwords)
            words += [word] * len(subwords)
            places += subwords
            shares += [1 / max(1, len(subwords))] * len(subwords)  # a control character has none
    pool[rows, words, places] = torch.tensor(shares)
    has_source = torch.tensor([bool(pair.source) for pair in pairs])
    return Batch(target, _side([pair.source for pair in pairs]), pool, has_source)


def _side(texts: Sequence[tuple[int, ...]]) -> Side:
    """Pad the ids; an empty text counts as one subword of padding that may be attended to."""
    longest = max(1, *map(len, texts))
    ids = torch.tensor([[*text, *[PAD] * (longest - len(text))] for text in texts])  # (texts, longest)
    mask = torch.arange(longest) < torch.tensor([max(1, len(text)) for text in texts])[:, None]
    return Side(ids, mask)


def _stack(texts: Sequence[Tensor]) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence(list(texts), batch_first=True)
