"""The network of a Firefox student: a transformer encoder and a decoder with simpler simple recurrent units.

Source: Kim et al. (2019), "From Research to Production and Back: Ludicrously Fast Neural Machine Translation"; the
facts of this very format are read from the model files. Post-norm, one embedding shared by both sides and the output.

Shapes: B sentences, S source pieces, T target positions, D width, H heads, V vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from auditor.engines import products
from auditor.engines.firefox_files import Array, StudentConfig
from auditor.engines.output_layer import FORBIDDEN

_EPSILON = 1e-6  # marian's layer norm


@dataclass(frozen=True, slots=True)
class Linear:
    """x @ weight.T + bias, computed in the weight's type, returned as float32."""

    weight: Tensor  # (out, in)
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """(…, in) -> (…, out)."""
        return products.linear(x.to(self.weight.dtype), self.weight, self.bias).float()


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation over the last axis."""

    scale: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """(…, D) -> (…, D)."""
        return functional.layer_norm(x, self.scale.shape, self.scale, self.bias, _EPSILON)


@dataclass(frozen=True, slots=True)
class FeedForward:
    """Widen, rectify, narrow; add and normalise."""

    first: Linear
    second: Linear
    norm: Norm

    def __call__(self, x: Tensor) -> Tensor:
        """(…, D) -> (…, D)."""
        return self.norm(x + self.second(self.first(x).relu_()))


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """Self-attention, then feed-forward."""

    inputs: Linear  # (3 * D, D): queries, keys, values
    output: Linear
    norm: Norm
    feed: FeedForward
    heads: int

    def __call__(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """(B, S, D) -> (B, S, D); `mask` (B, 1, 1, S) is True where there is a piece."""
        query, key, value = (split_heads(part, self.heads) for part in self.inputs(x).chunk(3, dim=-1))
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.feed(self.norm(x + self.output(merge_heads(attended))))


@dataclass(frozen=True, slots=True)
class DecoderLayer:
    """Recurrent unit, attention to the source, feed-forward.

    The unit: f = sigmoid(Wf x + bf), c = f * c_before + (1 - f) * (W x), output relu(c).
    """

    unit: Linear  # (2 * D, D): W, then Wf
    unit_norm: Norm
    query: Linear
    memory: Linear  # (2 * D, D): keys, values
    output: Linear
    norm: Norm
    feed: FeedForward
    heads: int

    def recur(self, x: Tensor, before: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return the unit's output and its states, both (B, T, D).

        With `before` (B, T, D) each position takes one step of its own from that state; without it the positions
        follow one another from a state of zeros.
        """
        candidate, gate = self.unit(x).chunk(2, dim=-1)
        forget = gate.sigmoid()
        fresh = candidate - forget * candidate  # (1 - f) * (W x)
        states = fresh.addcmul_(forget, before) if before is not None else _scan(forget, fresh)
        return self.unit_norm(states.relu() + x), states

    def attend(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """Attend to the source and feed forward; `keys`, `values` and `mask` as in `Memory`.

        Written out, because for the one position of a search step it is half again as fast as torch's fused attention.
        """
        query = split_heads(self.query(x), self.heads)
        weights = (query @ keys).mul_(1.0 / math.sqrt(query.shape[-1]))  # (B, H, T, S)
        weights = weights if mask is None else weights.add_(mask)
        attended = weights.softmax(-1) @ values
        return self.feed(self.norm(x + self.output(merge_heads(attended))))


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder needs of the source, a layer: keys (B, H, D / H, S) and values (B, H, S, D / H).

    `mask` (B, 1, 1, S) is 0 where there is a piece and minus infinity where there is none; None when none is missing.
    """

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]
    mask: Tensor | None

    @property
    def length(self) -> int:
        """S, padding included."""
        return self.keys[0].shape[3]

    def rows(self, kept: Tensor) -> Memory:
        """Keep some sentences."""
        return Memory(
            keys=tuple(key[kept] for key in self.keys),
            values=tuple(value[kept] for value in self.values),
            mask=None if self.mask is None else self.mask[kept],
        )

    def padded(self, length: int) -> Memory:
        """Pad to `length` pieces."""
        more = length - self.length
        mask = self.keys[0].new_zeros(len(self.keys[0]), 1, 1, self.length) if self.mask is None else self.mask
        return Memory(
            keys=tuple(functional.pad(key, (0, more)) for key in self.keys),
            values=tuple(functional.pad(value, (0, 0, 0, more)) for value in self.values),
            mask=functional.pad(mask, (0, more), value=-math.inf),
        )

    @classmethod
    def joined(cls, parts: Sequence[Memory]) -> Memory:
        """Put batches after one another, padded to the longest."""
        if len(parts) == 1:
            return parts[0]
        longest = max(part.length for part in parts)
        wide = [part.padded(longest) for part in parts]
        return cls(
            keys=tuple(torch.cat(layer) for layer in zip(*(part.keys for part in wide), strict=True)),
            values=tuple(torch.cat(layer) for layer in zip(*(part.values for part in wide), strict=True)),
            mask=torch.cat([part.mask for part in wide if part.mask is not None]),
        )


States = tuple[Tensor, ...]  # one (B, T, D) a decoder layer


@dataclass(frozen=True, slots=True)
class Network:
    """The whole student; `embedding` (V, D) and `bias` (V) also make the output layer, always in float32.

    The unknown piece has no part in it: its bias is `FORBIDDEN`.
    """

    embedding: Tensor
    bias: Tensor
    positions: Tensor  # (positions, D)
    encoder: tuple[EncoderLayer, ...]
    decoder: tuple[DecoderLayer, ...]

    def encode(self, ids: Tensor, mask: Tensor | None) -> Memory:
        """Read source pieces (B, S); `mask` (B, S) is True where there is a piece, None when none is missing."""
        wide = None if mask is None else mask[:, None, None, :]
        x = self._embed(ids) + self.positions[: ids.shape[1]]
        for layer in self.encoder:
            x = layer(x, wide)
        pairs = [
            [split_heads(part, layer.heads) for part in layer.memory(x).chunk(2, dim=-1)] for layer in self.decoder
        ]
        return Memory(
            keys=tuple(keys.transpose(2, 3).contiguous() for keys, _ in pairs),
            values=tuple(values.contiguous() for _, values in pairs),
            mask=None if wide is None else x.new_zeros(wide.shape).masked_fill_(~wide, -math.inf),
        )

    def inputs(self, ids: Tensor, positions: Tensor) -> Tensor:
        """Embed the previous pieces (B, T); a negative number is the start of the sentence, whose embedding is zero."""
        known = (ids >= 0).unsqueeze(-1)
        return self._embed(ids.clamp_min(0)) * known + self.positions[positions]

    def decode(self, memory: Memory, x: Tensor, before: States | None) -> tuple[Tensor, States]:
        """Run the decoder over inputs (B, T, D), `before` as in `DecoderLayer.recur`; return last layer and states."""
        states = []
        for index, layer in enumerate(self.decoder):
            x, state = layer.recur(x, None if before is None else before[index])
            x = layer.attend(x, memory.keys[index], memory.values[index], memory.mask)
            states.append(state)
        return x, tuple(states)

    def attention(self, memory: Memory, x: Tensor) -> Tensor:
        """Return head 0 of the last layer's attention before softmax, (B, T, S): it was trained to align words."""
        last = len(self.decoder) - 1
        for index, layer in enumerate(self.decoder):
            x, _ = layer.recur(x, None)
            if index < last:
                x = layer.attend(x, memory.keys[index], memory.values[index], memory.mask)
        query = split_heads(self.decoder[last].query(x), self.decoder[last].heads)[:, 0]  # (B, T, D / H)
        weights = query @ memory.keys[last][:, 0]
        return weights if memory.mask is None else weights + memory.mask[:, 0]

    def _embed(self, ids: Tensor) -> Tensor:
        return functional.embedding(ids, self.embedding) * math.sqrt(self.embedding.shape[1])


def build_network(config: StudentConfig, tensors: Mapping[str, Array], *, dtype: torch.dtype, device: str) -> Network:
    """Put the tensors of a rewritten student together; the matrices of the layers are held in `dtype`.

    Raises:
        KeyError: a tensor is missing.
    """

    def plain(name: str) -> Tensor:
        values = torch.from_numpy(tensors[name]).float()  # of whole numbers a copy, which may be changed
        scale = tensors.get(f"{name}.scale")
        return (values if scale is None else values.mul_(float(scale[0]))).to(device)

    def linear(*pairs: tuple[str, str | None]) -> Linear:
        parts = [plain(matrix) for matrix, _ in pairs]
        weight = parts[0] if len(parts) == 1 else torch.cat(parts)
        biases = [weight.new_zeros(plain(m).shape[0]) if bias is None else plain(bias) for m, bias in pairs]
        return Linear(weight.to(dtype), torch.cat(biases).to(dtype))

    bias = plain("decoder_ff_logit_out_b")
    bias[config.unknown] = FORBIDDEN
    return Network(
        embedding=plain("Wemb"),
        bias=bias,
        positions=_sinusoids(config.positions, config.width).to(device),
        encoder=tuple(_encoder_layer(f"encoder_l{i + 1}", config, linear, plain) for i in range(config.encoder_layers)),
        decoder=tuple(_decoder_layer(f"decoder_l{i + 1}", config, linear, plain) for i in range(config.decoder_layers)),
    )


_Plain = Callable[[str], Tensor]
_Fuse = Callable[..., Linear]


def _norm(name: str, plain: _Plain) -> Norm:
    return Norm(plain(f"{name}_ln_scale"), plain(f"{name}_ln_bias"))


def _feed(name: str, linear: _Fuse, plain: _Plain) -> FeedForward:
    return FeedForward(
        first=linear((f"{name}_ffn_W1", f"{name}_ffn_b1")),
        second=linear((f"{name}_ffn_W2", f"{name}_ffn_b2")),
        norm=_norm(f"{name}_ffn_ffn", plain),
    )


def _encoder_layer(name: str, config: StudentConfig, linear: _Fuse, plain: _Plain) -> EncoderLayer:
    own = f"{name}_self"
    return EncoderLayer(
        inputs=linear(*((f"{own}_W{part}", f"{own}_b{part}") for part in "qkv")),
        output=linear((f"{own}_Wo", f"{own}_bo")),
        norm=_norm(f"{own}_Wo", plain),
        feed=_feed(name, linear, plain),
        heads=config.heads,
    )


def _decoder_layer(name: str, config: StudentConfig, linear: _Fuse, plain: _Plain) -> DecoderLayer:
    cross = f"{name}_context"
    return DecoderLayer(
        unit=linear((f"{name}_rnn_W", None), (f"{name}_rnn_Wf", f"{name}_rnn_bf")),
        unit_norm=_norm(f"{name}_rnn_ffn", plain),
        query=linear((f"{cross}_Wq", f"{cross}_bq")),
        memory=linear(*((f"{cross}_W{part}", f"{cross}_b{part}") for part in "kv")),
        output=linear((f"{cross}_Wo", f"{cross}_bo")),
        norm=_norm(f"{cross}_Wo", plain),
        feed=_feed(name, linear, plain),
        heads=config.heads,
    )


def _sinusoids(positions: int, width: int) -> Tensor:
    """Return marian's positions: sines of all frequencies, then cosines; f_k = exp(-k ln 10000 / (D / 2 - 1))."""
    half = width // 2
    steps = torch.arange(half, dtype=torch.float64)
    frequencies = torch.exp(steps * -(math.log(10000.0) / (half - 1)))
    angles = torch.arange(positions, dtype=torch.float64).unsqueeze(1) * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1).float()


def _scan(forget: Tensor, fresh: Tensor) -> Tensor:
    """c_t = f_t * c_{t-1} + fresh_t along T, c before the first = 0; changes and returns `fresh`."""
    for step in range(1, fresh.shape[1]):
        fresh[:, step].addcmul_(forget[:, step], fresh[:, step - 1])
    return fresh


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(B, T, D) -> (B, H, T, D / H)."""
    return x.view(*x.shape[:-1], heads, -1).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, D / H) -> (B, T, D)."""
    return x.transpose(1, 2).flatten(2)
