"""Runs the quality estimator's network where nothing is learned: the same numbers as its `forward`, sooner.

Three things are spared. The layers that read a side by itself read each text once, in batches of texts of like length,
whether translation or source. The layers that read both read them without a gap between. And the matrices are kept in
the precision they are multiplied in; what is added up stays float32.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from auditor import concurrency
from auditor.engines.kernels.padding import filled, rounded
from auditor.engines.quality_estimation.network import APART, FEATURES, Batch, Layer, Outputs, QualityNetwork, Side

BUDGET = 600
"""Padded pieces a batch: more bring more padding and lose the cache, fewer waste time between batches."""
WINDOW = 512
"""Pairs sorted together; what the first layers made of them is held in memory, about 1.5 KB a piece."""
PAD = 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """A pair as piece ids, begin and end marks included; `source` is empty where there is none.

    `words` has, for each word and for the end of the sentence, the places of its pieces in `target`.
    """

    target: tuple[int, ...]
    source: tuple[int, ...]
    words: tuple[tuple[int, ...], ...]


class Reader:
    """The network, made ready for reading; it takes the network over."""

    def __init__(self, network: QualityNetwork, *, dtype: torch.dtype, device: str = "cpu") -> None:
        self._device = torch.device(device)
        self._network = network.eval().to(self._device)
        self._layers = [layer for layer in network.layers if isinstance(layer, Layer)]
        for layer in self._layers:
            for linear in (layer.qkv, layer.out, layer.up, layer.down):
                linear.to(dtype)

    def read(self, pairs: Sequence[Encoded]) -> Iterator[tuple[list[int], Outputs]]:
        """Yield batch by batch the numbers of the pairs in it and what the network says of them, until all are read."""
        for start in range(0, len(pairs), WINDOW):
            concurrency.use_thread_share()
            window = pairs[start : start + WINDOW]
            with torch.inference_mode():
                read = self._apart([text for pair in window for text in (pair.target, pair.source) if text])
                for group in groups([len(pair.target) + len(pair.source) for pair in window]):
                    yield [start + at for at in group], self._together([window[at] for at in group], read)

    def _apart(self, texts: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], Tensor]:
        """Read each text by itself; return (pieces, width) for each."""
        distinct = list(dict.fromkeys(texts))
        found: dict[tuple[int, ...], Tensor] = {}
        for group in groups([len(text) for text in distinct]):
            side = _side([distinct[at] for at in group]).to(self._device)
            x, bias = self._network.embeddings(side.ids), _bias(side.mask)
            x = _apply(self._layers[:APART], x, bias)
            for row, at in enumerate(group):
                found[distinct[at]] = x[row, : len(distinct[at])]
        return found

    def _together(self, pairs: Sequence[Encoded], read: dict[tuple[int, ...], Tensor]) -> Outputs:
        """Read translations and sources together."""
        network = self._network
        target = _stack([read[pair.target] for pair in pairs])
        nothing = target.new_zeros(1, target.shape[-1])
        source = _stack([read[pair.source] if pair.source else nothing for pair in pairs])
        batch = _batch(pairs).to(self._device)
        features, match = self._matched(batch, target, source)
        x = torch.cat([target + match[0] + network.sides[0], source + match[1] + network.sides[1]], dim=1)
        sizes = torch.tensor([(len(pair.target), len(pair.source)) for pair in pairs], device=self._device)
        places, mask = _places(sizes, target.shape[1])
        x = x.gather(1, places[..., None].expand(-1, -1, x.shape[-1]))  # (batch, pieces of both, width)
        x = _apply(self._layers[APART:], x, _bias(mask))
        back = sizes[:, :1] + torch.arange(source.shape[1], device=self._device)
        back = back.clamp_max(x.shape[1] - 1)  # beyond a source stands nothing that its mask shows
        other = x.gather(1, back[..., None].expand(-1, -1, x.shape[-1]))
        return network.heads(batch, x[:, : target.shape[1]], other, features).to(torch.device("cpu"))

    def _matched(self, batch: Batch, target: Tensor, source: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return how well the translation's pieces are matched, and what both sides' matches add to their pieces."""
        network = self._network
        if bool(batch.has_source.any()):
            features, others = network.compare(batch, target, source)
            return features, (network.match(features), network.match(others))
        features = target.new_zeros(*target.shape[:2], FEATURES)
        return features, (network.match.bias, network.match.bias)


def _apply(layers: Sequence[Layer], x: Tensor, bias: Tensor | None) -> Tensor:
    """Apply layers to x (batch, time, width), float32."""
    batch, time, _ = x.shape
    rows = filled(x.flatten(0, 1), rounded(batch * time), dim=-2)  # (rows, width), the last of them for nothing
    for layer in layers:
        made = layer.qkv(rows.to(layer.qkv.weight.dtype))[: batch * time]
        mixed = _attend(made.view(batch, time, 3, layer.heads, -1).permute(2, 0, 3, 1, 4), bias)
        rows = layer.norm_attention(rows + layer.out(filled(mixed, len(rows), dim=-2)))
        rows = layer.norm_out(rows + layer.down(functional.gelu(layer.up(rows.to(made.dtype)))))
    read: Tensor = rows[: batch * time].view(x.shape)
    return read


def _attend(made: Tensor, bias: Tensor | None) -> Tensor:
    """Attend, given queries, keys and values (3, batch, heads, time, head width); return (batch * time, width)."""
    time = made.shape[3]
    query, key, value = filled(made, rounded(time), dim=-2)
    logits = (query @ key.transpose(-1, -2))[..., :time, :time] / math.sqrt(query.shape[-1])
    if bias is not None:
        logits += bias.to(logits.dtype)
    shares = filled(filled(logits.softmax(-1), len(query[0, 0]), dim=-1), len(query[0, 0]), dim=-2)
    mixed: Tensor = (shares @ value)[:, :, :time]
    return mixed.transpose(1, 2).flatten(2).flatten(0, 1)


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


def _side(texts: Sequence[tuple[int, ...]]) -> Side:
    """Pad the ids; an empty text counts as one piece of padding that may be looked at."""
    longest = max(1, *map(len, texts))
    ids = torch.tensor([[*text, *[PAD] * (longest - len(text))] for text in texts])
    mask = torch.arange(longest) < torch.tensor([max(1, len(text)) for text in texts])[:, None]
    return Side(ids, mask)


def _batch(pairs: Sequence[Encoded]) -> Batch:
    target = _side([pair.target for pair in pairs])
    pool = torch.zeros(len(pairs), max(len(pair.words) for pair in pairs), target.ids.shape[1])
    entries = [
        (row, number, piece, 1 / len(pieces))
        for row, pair in enumerate(pairs)
        for number, pieces in enumerate(pair.words)
        for piece in pieces
    ]
    rows, words, pieces, shares = zip(*entries, strict=True)
    pool[list(rows), list(words), list(pieces)] = torch.tensor(shares)
    has_source = torch.tensor([bool(pair.source) for pair in pairs])
    return Batch(target, _side([pair.source for pair in pairs]), pool, has_source)


def _stack(texts: Sequence[Tensor]) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence(list(texts), batch_first=True)


def _places(sizes: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Say where the pieces of translation and source come from when both stand side by side, `width` apart.

    `sizes` has the lengths of both, (batch, 2).

    Returns:
        Places and which of them are real, both (batch, pieces of the longest pair).
    """
    targets, sources = sizes[:, :1], sizes[:, 1:]
    steps = torch.arange(int(sizes.sum(1).max()), device=sizes.device)
    places = torch.where(steps < targets, steps, steps - targets + width)
    mask = steps < targets + sources
    return places.where(mask, 0), mask


def _bias(mask: Tensor) -> Tensor | None:
    """Return what hides padding, (batch, 1, 1, time); None where there is none."""
    return None if bool(mask.all()) else (~mask).float().mul(-1e4)[:, None, None, :]
