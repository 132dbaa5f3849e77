"""The Llama network, written out: what transformers computes for it, in less time.

Matrices that share their input are one. The continuations of many edits attend to the text to their left in one
multiplication for the heads of a group together, with masks only where some tokens attend to what others do not.

Source: Touvron et al. (2023), "LLaMA"; Su et al. (2021), "RoFormer" (rotary positions); Ainslie et al. (2023), "GQA".

Shapes: N new tokens, P tokens read before, D width, H query heads, G key-value heads, E width of a head, F inner width,
V vocabulary.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from auditor import concurrency
from auditor.engines.kernels.activation_ranges import ActivationRanges
from auditor.engines.kernels.padding import bucketed_columns, bucketed_rows, pad_to
from auditor.engines.kernels.quantized_linear import MatMul, int8_arithmetic, matmul, smooth_quantize
from auditor.engines.language_model.network import ContinuationTree, tree_attention_mask

_QUERIES = 64  # tokens whose attention is in memory at once: with more it is half as fast again, out of the cache
_INT8_ROWS = 64  # rows of the feed-forward that are computed at once in int8: float32 between, to stay in the cache


@dataclass(frozen=True, slots=True)
class _Shape:
    heads: int
    groups: int
    width: int  # of a head
    inner: int  # of the feed-forward, F
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Layer:
    """The matrix multiplications of one layer; the norm before `inputs` and before `widen` is part of them.

    In queries and keys the numbers that are rotated together stand side by side, not half a head apart.
    """

    inputs: MatMul  # queries, keys and values: D to (H + 2 G) E
    output: MatMul  # of attention: H E to D
    widen: MatMul  # gate and up projection: D to 2 F
    narrow: MatMul  # down projection: F to D


@dataclass(frozen=True, slots=True)
class _View:
    """What a few query rows attend to: the positions before `end`, once each mask is added from its column on."""

    rows: slice
    end: int
    masks: tuple[tuple[int, Tensor], ...]


@dataclass(frozen=True, slots=True)
class _KeyValues:
    """Keys and values of each layer, (G, tokens, E)."""

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]

    def gather(self, tokens: slice | Tensor) -> _KeyValues:
        """Return the keys and values of some tokens."""
        return _KeyValues(tuple(key[:, tokens] for key in self.keys), tuple(value[:, tokens] for value in self.values))

    def concatenated(self, other: _KeyValues) -> _KeyValues:
        """Put the tokens of another behind these."""
        keys = tuple(torch.cat(both, 1) for both in zip(self.keys, other.keys, strict=True))
        values = tuple(torch.cat(both, 1) for both in zip(self.values, other.values, strict=True))
        return _KeyValues(keys, values)


@dataclass(frozen=True, slots=True)
class LlamaState:
    """The keys and values read: of the text's P tokens, and of the nodes of continuation trees."""

    text: _KeyValues
    tree: _KeyValues


class LlamaNetwork:
    """A `Network` for checkpoints of the Llama architecture."""

    def __init__(
        self,
        shape: _Shape,
        tensors: Mapping[str, Tensor],
        copied: Mapping[str, Tensor],
        layers: int,
        *,
        base: float,
        ranges: ActivationRanges | None,
    ) -> None:
        self._shape = shape
        self._embedding = tensors["model.embed_tokens.weight"]
        arithmetic = int8_arithmetic(self._embedding.device.type)
        self.name = f"llama-{arithmetic}-{ranges.name}" if ranges else "llama"
        make = functools.partial(_layer, tensors, copied, shape, ranges)
        self._layers = _build_layers(make, layers, device=self._embedding.device.type)
        last = tensors.get("lm_head.weight", self._embedding)
        self._predict = _norm_then_matmul(tensors["model.norm.weight"], last, None, epsilon=shape.epsilon)
        self._base = base
        self._int8_rows = _INT8_ROWS if ranges else None

    @torch.inference_mode()
    def read(
        self, ids: Sequence[int], *, keep: int, hidden_layers: Sequence[int] = ()
    ) -> tuple[LlamaState, Tensor, Tensor]:
        """Read a text; see `Network.read`."""
        device = self._embedding.device
        rows = bucketed_rows(len(ids))
        x = self._embed(ids, rows)
        rotation = self._rotations(torch.arange(rows, device=device))
        views = list(self._causal_views(rows, len(ids)))
        keys, values = [], []
        last = slice(len(ids) - keep, len(ids))
        hidden_states = x.new_empty(keep, len(hidden_layers), x.shape[-1])
        for number, layer in enumerate(self._layers):
            query, key, value = self._project(layer, x, rotation)
            keys.append(key)
            values.append(value)
            x = self._feed_forward(layer, x, self._attend(query, key, value, views))
            if number in hidden_layers:
                hidden_states[:, hidden_layers.index(number)] = x[last]
        hidden = pad_to(x[last], bucketed_rows(keep), dim=-2)
        text = _KeyValues(tuple(keys), tuple(values))
        return LlamaState(text, text.gather(slice(0))), self._predict(hidden)[:keep], hidden_states

    @torch.inference_mode()
    def extend(self, state: LlamaState, tree: ContinuationTree) -> tuple[LlamaState, Tensor]:
        """Read a continuation tree; see `Network.extend`."""
        device = self._embedding.device
        count, rows = len(tree.ids), bucketed_rows(len(tree.ids))
        known = state.tree.keys[0].shape[1]
        ancestors = set(chain.from_iterable(tree.ancestors))
        reread = sorted(node for node in ancestors if node < known)
        before = state.tree.gather(torch.tensor(reread, dtype=torch.long, device=device))
        high = max(tree.prefix_lengths)
        views = list(self._tree_views(tree, rows, known, reread))
        x = self._embed(tree.ids, rows)
        rotation = self._rotations(pad_to(torch.tensor(tree.positions, device=device), rows, dim=-1))
        keys, values = [], []
        for index, layer in enumerate(self._layers):
            query, key, value = self._project(layer, x, rotation)
            keys.append(key[:, :count])
            values.append(value[:, :count])
            # The nodes stand before the text, of which those that begin early attend to the start alone.
            key = torch.cat([key, before.keys[index], state.text.keys[index][:, :high]], 1)
            value = torch.cat([value, before.values[index], state.text.values[index][:, :high]], 1)
            x = self._feed_forward(layer, x, self._attend(query, key, value, views))
        now = _KeyValues(tuple(keys), tuple(values))
        return LlamaState(state.text, state.tree.concatenated(now)), self._predict(x)[:count]

    def _causal_views(self, rows: int, places: int) -> Iterator[_View]:
        """Yield what the tokens of a text attend to: themselves and what stands before them."""
        corner = self._mask(torch.ones(_QUERIES, _QUERIES, dtype=torch.bool).tril())
        for first in range(0, rows, _QUERIES):
            end = min(first + _QUERIES, places)
            yield _View(slice(first, first + _QUERIES), end, ((first, corner[: rows - first, : end - first]),))

    def _tree_views(self, tree: ContinuationTree, rows: int, known: int, reread: Sequence[int]) -> Iterator[_View]:
        """Yield what nodes attend to: their ancestors, new or `reread`, and behind these their prefix of the text."""
        attended = tree_attention_mask(tree.ancestors, before=known)  # (N, known + N)
        own = torch.zeros(rows, rows + len(reread), dtype=torch.bool)
        own[: len(attended), : len(attended)] = attended[:, known:]
        own[: len(attended), rows:] = attended[:, reread]
        own.fill_diagonal_(True)  # noqa: FBT003 (torch's own)
        among = self._mask(own)
        places = among.shape[1]
        starts = torch.tensor([*tree.prefix_lengths, *tree.prefix_lengths[-1:] * (rows - len(tree.prefix_lengths))])
        for first in range(0, rows, _QUERIES):
            part = slice(first, first + _QUERIES)
            low, high = int(starts[part].min()), int(starts[part].max())
            text = self._mask(torch.arange(low, high)[None, :] < starts[part, None])
            yield _View(part, places + high, ((0, among[part]), (places + low, text)))

    def _mask(self, allowed: Tensor) -> Tensor:
        mask = torch.zeros(allowed.shape, dtype=self._embedding.dtype).masked_fill_(~allowed, -torch.inf)
        return mask.to(self._embedding.device)

    def _embed(self, ids: Sequence[int], rows: int) -> Tensor:
        """Return (rows, D); rows beyond the tokens are padding, whose results nobody uses."""
        numbers = torch.tensor(ids, device=self._embedding.device)
        return functional.embedding(pad_to(numbers, rows, dim=-1), self._embedding)

    def _project(self, layer: _Layer, x: Tensor, rotation: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries (H, N, E), scaled, and keys and values (G, N, E); queries and keys are rotated."""
        shape = self._shape
        made = layer.inputs(x).view(len(x), -1, shape.width).transpose(0, 1)  # (H + 2 G, N, E)
        both, values = made.split([shape.heads + shape.groups, shape.groups])
        value = values.to(x.dtype, memory_format=torch.contiguous_format)
        numbers = both.to(torch.float32, memory_format=torch.contiguous_format)
        pairs = torch.view_as_complex(numbers.view(*both.shape[:-1], -1, 2))  # (H + G, N, E / 2)
        pairs[: shape.heads].mul_(rotation * shape.width**-0.5)
        pairs[shape.heads :].mul_(rotation)
        # Apart, as the keys stay and the queries go.
        return numbers[: shape.heads].to(x.dtype), numbers[shape.heads :].to(x.dtype, copy=True), value

    def _attend(self, query: Tensor, keys: Tensor, values: Tensor, views: Sequence[_View]) -> Tensor:
        """Attend from (H, N, E) to what the views show of (G, S, E); return (N, H E)."""
        heads, _, width = query.shape
        share = heads // len(keys)
        places = max(view.end for view in views)
        keys, values = (pad_to(x, max(bucketed_columns(places), x.shape[1]), dim=-2) for x in (keys, values))
        turned = keys.transpose(1, 2)  # (G, E, S)
        done = []
        for view in views:
            part = query[:, view.rows]
            count, end = part.shape[1], view.end
            rows = part.reshape(len(keys), -1, width)  # (G, heads of a group * count, E)
            scores = torch.bmm(rows, turned[:, :, : bucketed_columns(end)])[..., :end]
            apart = scores.view(len(keys), share, count, -1)  # (G, heads of a group, count, end)
            for first, mask in view.masks:
                apart[..., first : first + mask.shape[1]].add_(mask)
            shares = pad_to(scores.softmax(-1), bucketed_columns(end), dim=-1)
            mixed = torch.bmm(shares, values[:, : bucketed_columns(end)]).view(heads, count, width)
            done.append(mixed.transpose(0, 1).reshape(count, heads * width))
        return torch.cat(done)

    def _feed_forward(self, layer: _Layer, x: Tensor, attended: Tensor) -> Tensor:
        x = x + layer.output(attended)
        inner = x.new_empty(len(x), self._shape.inner)
        rows = self._int8_rows or len(x)
        for part, room in zip(x.split(rows), inner.split(rows), strict=True):
            gate, through = layer.widen(part).chunk(2, dim=-1)
            torch.mul(functional.silu(gate), through, out=room)
        return x + layer.narrow(inner)

    def _rotations(self, positions: Tensor) -> Tensor:
        """Return the rotation of each pair of numbers, as a complex number of length 1: (N, E / 2)."""
        half = self._shape.width // 2
        steps = torch.arange(half, dtype=torch.float32, device=positions.device) / half
        angles = positions[:, None].float() * (1.0 / self._base**steps)
        return torch.polar(torch.ones_like(angles), angles)


def _build_layers(make: Callable[[int], _Layer], layers: int, *, device: str) -> list[_Layer]:
    """Make the layers, as many at a time as there are threads: what makes one keeps a single thread busy."""

    def make_some(numbers: range) -> list[_Layer]:
        return [make(number) for number in numbers]

    threads = torch.get_num_threads()
    share = -(-layers // threads)
    shares = [range(layers)[first : first + share] for first in range(0, layers, share)]
    return list(chain.from_iterable(concurrency.in_order(make_some, shares, threads=threads, device=device)))


def _layer(
    tensors: Mapping[str, Tensor],
    copied: Mapping[str, Tensor],
    shape: _Shape,
    ranges: ActivationRanges | None,
    number: int,
) -> _Layer:
    name = f"model.layers.{number}"

    def joined(*parts: str) -> Tensor:
        return torch.cat([copied[f"{name}.{part}.weight"] for part in parts])

    def norm_then_matmul(norm: str, weight: Tensor, activation_range: Tensor | None) -> MatMul:
        return _norm_then_matmul(tensors[f"{name}.{norm}.weight"], weight, activation_range, epsilon=shape.epsilon)

    inputs, widen = (ranges.inputs[number], ranges.widen[number]) if ranges else (None, None)
    turned = joined("self_attn.q_proj", "self_attn.k_proj")
    paired = turned.view(-1, 2, shape.width // 2, turned.shape[1]).transpose(1, 2).reshape(turned.shape)
    return _Layer(
        inputs=norm_then_matmul("input_layernorm", torch.cat([paired, joined("self_attn.v_proj")]), inputs),
        output=matmul(joined("self_attn.o_proj")),
        widen=norm_then_matmul("post_attention_layernorm", joined("mlp.gate_proj", "mlp.up_proj"), widen),
        narrow=matmul(joined("mlp.down_proj")),
    )


def _norm_then_matmul(scale: Tensor, weight: Tensor, activation_range: Tensor | None, *, epsilon: float) -> MatMul:
    """Return an RMS norm followed by a multiplication; given an `activation_range` in int8, with float32 output."""
    if activation_range is None:
        product = matmul(weight)
        return lambda x: product(functional.rms_norm(x, scale.shape, scale, epsilon))
    quantized, input_scale = smooth_quantize(weight, activation_range.to(weight.device))
    product, norm_scale = quantized.matmul, scale.float() * input_scale
    return lambda x: product(functional.rms_norm(x.float(), scale.shape, norm_scale, epsilon))


def runs(config: Mapping[str, Any]) -> bool:
    """Tell whether a checkpoint's config.json describes exactly what this file computes."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    plain_rope = rope.get("rope_type", rope.get("type", "default")) == "default" and not rope.get(
        "partial_rotary_factor"
    )
    return (
        config.get("model_type") == "llama"
        and config.get("hidden_act") == "silu"
        and not config.get("attention_bias")
        and not config.get("mlp_bias")
        and plain_rope
    )


def build(
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    *,
    copied: Mapping[str, Tensor] | None = None,
    ranges: ActivationRanges | None = None,
) -> LlamaNetwork:
    """Put a checkpoint's tensors together.

    Args:
        config: the checkpoint's config.json.
        tensors: the checkpoint's tensors, kept as they are.
        copied: the same once more, for matrices that are copied into one and then forgotten; None takes `tensors`.
        ranges: those of this checkpoint, to multiply in int8 behind each norm; None multiplies in the tensors' own
            type.

    Raises:
        KeyError: a tensor or a number of the configuration is missing.
        ValueError: the ranges are of a checkpoint of another shape.
    """
    heads = int(config["num_attention_heads"])
    rope = config.get("rope_parameters") or {}
    shape = _Shape(
        heads=heads,
        groups=int(config.get("num_key_value_heads") or heads),
        width=int(config.get("head_dim") or config["hidden_size"] // heads),
        inner=int(config["intermediate_size"]),
        epsilon=float(config.get("rms_norm_eps", 1e-6)),
    )
    base = float(rope.get("rope_theta") or config.get("rope_theta") or 10000.0)
    layers = int(config["num_hidden_layers"])
    if ranges and not ranges.inputs.shape == ranges.widen.shape == (layers, int(config["hidden_size"])):
        raise ValueError("the activation ranges are another model's")
    return LlamaNetwork(shape, tensors, copied or tensors, layers, base=base, ranges=ranges)
