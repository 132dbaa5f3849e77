"""The Llama network, written out: what transformers computes for it, at less of a price.

Matrices that share their input are one, and the branches of many edits attend to the text to their left in one
multiplication for the heads of a group together, with masks only where some tokens see what others do not.

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
from auditor.engines.kernels.activation_ranges import Ranges
from auditor.engines.kernels.padding import columns, filled, rounded
from auditor.engines.kernels.quantized_linear import Times, evened, times
from auditor.engines.language_model.network import Branches, outline

_QUERIES = 64  # tokens whose attention is in memory at once: with more it is half as fast again, out of the cache
_WIDENED = 64  # rows that are widened at once in eight bits: float32 numbers, which are to stay in the cache, too


@dataclass(frozen=True, slots=True)
class _Shape:
    heads: int
    groups: int
    width: int  # of a head
    inner: int  # what a layer is widened to, F
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Layer:
    """The products of one layer; `inputs` makes queries, keys and values, `widen` the gate and what it lets through.

    Both have the norm before them. In queries and keys the numbers that are turned together stand side by side, not
    half a head apart.
    """

    inputs: Times  # D to (H + 2 G) E
    output: Times  # H E to D
    widen: Times  # D to 2 F
    narrow: Times  # F to D


@dataclass(frozen=True, slots=True)
class _View:
    """What some tokens attend to: the places before `end`, once each mask is added from its column on."""

    rows: slice
    end: int
    masks: tuple[tuple[int, Tensor], ...]


@dataclass(frozen=True, slots=True)
class _Remembered:
    """Keys and values of each layer, (G, tokens, E)."""

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]

    def picked(self, tokens: slice | Tensor) -> _Remembered:
        """Return what is remembered of some tokens."""
        return _Remembered(tuple(key[:, tokens] for key in self.keys), tuple(value[:, tokens] for value in self.values))

    def joined(self, other: _Remembered) -> _Remembered:
        """Put the tokens of another behind these."""
        pairs = (zip(self.keys, other.keys, strict=True), zip(self.values, other.values, strict=True))
        return _Remembered(*(tuple(torch.cat(both, 1) for both in layers) for layers in pairs))


@dataclass(frozen=True, slots=True)
class LlamaState:
    """What was read: the text, behind whose P tokens stands nothing, and the tokens of branches."""

    text: _Remembered
    branches: _Remembered


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
        ranges: Ranges | None,
    ) -> None:
        self._shape = shape
        self.name = f"llama-int8-{ranges.name}" if ranges else "llama"
        self._embedding = tensors["model.embed_tokens.weight"]
        make = functools.partial(_layer, tensors, copied, shape, ranges)
        self._layers = _side_by_side(make, layers, device=self._embedding.device.type)
        last = tensors.get("lm_head.weight", self._embedding)
        self._predict = _behind_norm(tensors["model.norm.weight"], last, None, epsilon=shape.epsilon)
        self._base = base
        self._widened = _WIDENED if ranges else None

    @torch.inference_mode()
    def read(self, ids: Sequence[int], *, keep: int, watch: Sequence[int] = ()) -> tuple[LlamaState, Tensor, Tensor]:
        """Read a text; see `Network.read`."""
        device = self._embedding.device
        rows = rounded(len(ids))
        x = self._embed(ids, rows)
        turn = self._turns(torch.arange(rows, device=device))
        views = list(self._leftward(rows, len(ids)))
        keys, values = [], []
        last = slice(len(ids) - keep, len(ids))
        seen = x.new_empty(keep, len(watch), x.shape[-1])
        for number, layer in enumerate(self._layers):
            query, key, value = self._project(layer, x, turn)
            keys.append(key)
            values.append(value)
            x = self._finish(layer, x, self._attend(query, key, value, views))
            if number in watch:
                seen[:, watch.index(number)] = x[last]
        hidden = filled(x[last], rounded(keep), dim=-2)
        text = _Remembered(tuple(keys), tuple(values))
        return LlamaState(text, text.picked(slice(0))), self._predict(hidden)[:keep], seen

    @torch.inference_mode()
    def branch(self, state: LlamaState, branches: Branches) -> tuple[LlamaState, Tensor]:
        """Run branches; see `Network.branch`."""
        device = self._embedding.device
        count, rows = len(branches.ids), rounded(len(branches.ids))
        known = state.branches.keys[0].shape[1]
        met = sorted({number for path in branches.paths for number in path if number < known})
        before = state.branches.picked(torch.tensor(met, dtype=torch.long, device=device))
        high = max(branches.starts)
        views = list(self._backward(branches, rows, known, met))
        x = self._embed(branches.ids, rows)
        turn = self._turns(filled(torch.tensor(branches.positions, device=device), rows, dim=-1))
        keys, values = [], []
        for index, layer in enumerate(self._layers):
            query, key, value = self._project(layer, x, turn)
            keys.append(key[:, :count])
            values.append(value[:, :count])
            # The branches stand before the text, of which those that begin early see but the start.
            key = torch.cat([key, before.keys[index], state.text.keys[index][:, :high]], 1)
            value = torch.cat([value, before.values[index], state.text.values[index][:, :high]], 1)
            x = self._finish(layer, x, self._attend(query, key, value, views))
        now = _Remembered(tuple(keys), tuple(values))
        return LlamaState(state.text, state.branches.joined(now)), self._predict(x)[:count]

    def _leftward(self, rows: int, places: int) -> Iterator[_View]:
        """Yield what the tokens of a text see: themselves and what stands before them."""
        corner = self._mask(torch.ones(_QUERIES, _QUERIES, dtype=torch.bool).tril())
        for first in range(0, rows, _QUERIES):
            end = min(first + _QUERIES, places)
            yield _View(slice(first, first + _QUERIES), end, ((first, corner[: rows - first, : end - first]),))

    def _backward(self, branches: Branches, rows: int, known: int, met: Sequence[int]) -> Iterator[_View]:
        """Yield what tokens of branches see: of their own branch, new or `met` before, and of the text behind these."""
        seen = outline(branches.paths, before=known)
        own = torch.zeros(rows, rows + len(met), dtype=torch.bool)
        own[: len(seen), : len(seen)] = seen[:, known:]
        own[: len(seen), rows:] = seen[:, met]
        own.fill_diagonal_(True)  # noqa: FBT003 (torch's own)
        among = self._mask(own)
        places = among.shape[1]
        starts = torch.tensor([*branches.starts, *branches.starts[-1:] * (rows - len(branches.starts))])
        for first in range(0, rows, _QUERIES):
            part = slice(first, first + _QUERIES)
            low, high = int(starts[part].min()), int(starts[part].max())
            text = self._mask(torch.arange(low, high)[None, :] < starts[part, None])
            yield _View(part, places + high, ((0, among[part]), (places + low, text)))

    def _mask(self, allowed: Tensor) -> Tensor:
        mask = torch.zeros(allowed.shape, dtype=self._embedding.dtype).masked_fill_(~allowed, -torch.inf)
        return mask.to(self._embedding.device)

    def _embed(self, ids: Sequence[int], rows: int) -> Tensor:
        """Return (rows, D); rows beyond the tokens are those of some token, and nothing is made of them."""
        numbers = torch.tensor(ids, device=self._embedding.device)
        return functional.embedding(filled(numbers, rows, dim=-1), self._embedding)

    def _project(self, layer: _Layer, x: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries (H, N, E), scaled, and keys and values (G, N, E); queries and keys are turned."""
        shape = self._shape
        made = layer.inputs(x).view(len(x), -1, shape.width).transpose(0, 1)
        both, values = made.split([shape.heads + shape.groups, shape.groups])
        value = values.to(x.dtype, memory_format=torch.contiguous_format)
        numbers = both.to(torch.float32, memory_format=torch.contiguous_format)
        pairs = torch.view_as_complex(numbers.view(*both.shape[:-1], -1, 2))
        pairs[: shape.heads].mul_(turn * shape.width**-0.5)
        pairs[shape.heads :].mul_(turn)
        # Apart, as the keys stay and the queries go.
        return numbers[: shape.heads].to(x.dtype), numbers[shape.heads :].to(x.dtype, copy=True), value

    def _attend(self, query: Tensor, keys: Tensor, values: Tensor, views: Sequence[_View]) -> Tensor:
        """Attend from (H, N, E) to what the views show of (G, S, E); return (N, H E)."""
        heads, _, width = query.shape
        share = heads // len(keys)
        places = max(view.end for view in views)
        keys, values = (filled(x, max(columns(places), x.shape[1]), dim=-2) for x in (keys, values))
        turned = keys.transpose(1, 2)
        done = []
        for view in views:
            part = query[:, view.rows]
            count, end = part.shape[1], view.end
            rows = part.reshape(len(keys), -1, width)  # the heads of a group together
            scores = torch.bmm(rows, turned[:, :, : columns(end)])[..., :end]
            apart = scores.view(len(keys), share, count, -1)
            for first, mask in view.masks:
                apart[..., first : first + mask.shape[1]].add_(mask)
            shares = filled(scores.softmax(-1), columns(end), dim=-1)
            mixed = torch.bmm(shares, values[:, : columns(end)]).view(heads, count, width)
            done.append(mixed.transpose(0, 1).reshape(count, heads * width))
        return torch.cat(done)

    def _finish(self, layer: _Layer, x: Tensor, attended: Tensor) -> Tensor:
        x = x + layer.output(attended)
        inner = x.new_empty(len(x), self._shape.inner)
        rows = self._widened or len(x)
        for part, room in zip(x.split(rows), inner.split(rows), strict=True):
            gate, through = layer.widen(part).chunk(2, dim=-1)
            torch.mul(functional.silu(gate), through, out=room)
        return x + layer.narrow(inner)

    def _turns(self, positions: Tensor) -> Tensor:
        """Return what turns each pair of numbers, as a complex number of length 1: (N, E / 2)."""
        half = self._shape.width // 2
        steps = torch.arange(half, dtype=torch.float32, device=positions.device) / half
        angles = positions[:, None].float() * (1.0 / self._base**steps)
        return torch.polar(torch.ones_like(angles), angles)


def _side_by_side(make: Callable[[int], _Layer], layers: int, *, device: str) -> list[_Layer]:
    """Make the layers, as many at a time as there are threads: what makes one keeps a single thread busy."""

    def make_some(numbers: range) -> list[_Layer]:
        return [make(number) for number in numbers]

    threads = torch.get_num_threads()
    share = -(-layers // threads)
    shares = [range(layers)[first : first + share] for first in range(0, layers, share)]
    return list(chain.from_iterable(concurrency.in_order(make_some, shares, threads=threads, device=device)))


def _layer(
    tensors: Mapping[str, Tensor], copied: Mapping[str, Tensor], shape: _Shape, ranges: Ranges | None, number: int
) -> _Layer:
    name = f"model.layers.{number}"

    def joined(*parts: str) -> Tensor:
        return torch.cat([copied[f"{name}.{part}.weight"] for part in parts])

    def behind_norm(norm: str, weight: Tensor, reach: Tensor | None) -> Times:
        return _behind_norm(tensors[f"{name}.{norm}.weight"], weight, reach, epsilon=shape.epsilon)

    inputs, widen = (ranges.inputs[number], ranges.widen[number]) if ranges else (None, None)
    turned = joined("self_attn.q_proj", "self_attn.k_proj")
    paired = turned.view(-1, 2, shape.width // 2, turned.shape[1]).transpose(1, 2).reshape(turned.shape)
    return _Layer(
        inputs=behind_norm("input_layernorm", torch.cat([paired, joined("self_attn.v_proj")]), inputs),
        output=times(joined("self_attn.o_proj")),
        widen=behind_norm("post_attention_layernorm", joined("mlp.gate_proj", "mlp.up_proj"), widen),
        narrow=times(joined("mlp.down_proj")),
    )


def _behind_norm(scale: Tensor, weight: Tensor, reach: Tensor | None, *, epsilon: float) -> Times:
    """Return what norms and then multiplies; in eight bits, and what comes out in float32, where a `reach` is told."""
    if reach is None:
        product = times(weight)
        return lambda x: product(functional.rms_norm(x, scale.shape, scale, epsilon))
    eight_bit, relief = evened(weight, reach.to(weight.device))
    product, relieved = eight_bit.times, scale.float() * relief
    return lambda x: product(functional.rms_norm(x.float(), scale.shape, relieved, epsilon))


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
    ranges: Ranges | None = None,
) -> LlamaNetwork:
    """Put a checkpoint's tensors together.

    Args:
        config: the checkpoint's config.json.
        tensors: the checkpoint's tensors, kept as they are.
        copied: the same once more, for matrices that are copied into one and then forgotten; None takes `tensors`.
        ranges: those of this checkpoint, to multiply in eight bits behind each norm; None multiplies in the tensors'
            own type.

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
        raise ValueError("the ranges for eight bits are another model's")
    return LlamaNetwork(shape, tensors, copied or tensors, layers, base=base, ranges=ranges)
