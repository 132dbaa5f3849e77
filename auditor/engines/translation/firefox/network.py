"""The network of a Firefox student: a transformer encoder and a decoder with simpler simple recurrent units.

Source: Kim et al. (2019), "From Research to Production and Back: Ludicrously Fast Neural Machine Translation"; the
facts of this very format are read from the model files. Post-norm, one embedding shared by both sides and the output.

Shapes: B sentences, S source subwords, T target positions, D width, H heads, V vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from auditor.engines.kernels.padding import pad_to
from auditor.engines.kernels.quantized_linear import FloatLinear, Int8Linear, Linear
from auditor.engines.translation.firefox.file_format import Array, StudentConfig
from auditor.engines.translation.output_layer import FORBIDDEN, OutputLayer

_EPSILON = 1e-6  # marian's layer norm
_BUCKET = 16


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

    def __call__(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, S, D) -> (B, S, D); `mask` (B, 1, 1, `bucketed_length(S)`) is True where there is a subword."""
        made = pad_to(self.inputs(x), mask.shape[-1], dim=-2)
        query, key, value = (split_heads(part, self.heads) for part in made.chunk(3, dim=-1))
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.feed(self.norm(x + self.output(merge_heads(attended)[:, : x.shape[1]])))


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

    def attend(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """Attend to the source and feed forward; `keys`, `values` and `mask` as in `Memory`.

        Written out, because for the one position of a search step it is half again as fast as torch's fused attention.
        """
        rows = bucketed_length(x.shape[1]) if x.shape[1] > 1 else 1  # a step of a search is always one
        query = split_heads(pad_to(self.query(x), rows, dim=-2), self.heads)
        weights = (query @ keys).mul_(1.0 / math.sqrt(query.shape[-1])).add_(mask)  # (B, H, T, S)
        attended = weights.softmax(-1) @ values
        return self.feed(self.norm(x + self.output(merge_heads(attended)[:, : x.shape[1]])))


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder needs of the source, a layer: keys (B, H, D / H, S) and values (B, H, S, D / H).

    S is a `bucketed_length`.
    `mask` (B, 1, 1, S) is 0 where there is a subword and minus infinity where there is none.
    """

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]
    mask: Tensor

    @property
    def length(self) -> int:
        """S, padding included."""
        return self.keys[0].shape[3]

    def rows(self, kept: Tensor) -> Memory:
        """Keep some sentences."""
        return Memory(
            keys=tuple(key[kept] for key in self.keys),
            values=tuple(value[kept] for value in self.values),
            mask=self.mask[kept],
        )

    def padded(self, length: int) -> Memory:
        """Pad to `length` subwords."""
        more = length - self.length
        return Memory(
            keys=tuple(functional.pad(key, (0, more)) for key in self.keys),
            values=tuple(functional.pad(value, (0, 0, 0, more)) for value in self.values),
            mask=functional.pad(self.mask, (0, more), value=-math.inf),
        )

    @classmethod
    def joined(cls, parts: Sequence[Memory]) -> Memory:
        """Put batches after one another, padded to the longest."""
        if len(parts) == 1:
            return parts[0]
        longest = max(part.length for part in parts)
        wide = [part.padded(longest) for part in parts]
        return cls(
            keys=_cat_layers([part.keys for part in wide]),
            values=_cat_layers([part.values for part in wide]),
            mask=torch.cat([part.mask for part in wide]),
        )


def _cat_layers(parts: Sequence[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
    """Put batches after one another, layer by layer."""
    return tuple(torch.cat(layer) for layer in zip(*parts, strict=True))


States = tuple[Tensor, ...]  # one (B, T, D) a decoder layer


@dataclass(frozen=True, slots=True)
class Network:
    """The whole student; its embedding is also the matrix (V, D) of `subwords`, which makes logits.

    `bias` (V) stands in `subwords`, too; that of the unknown subword is `FORBIDDEN`.
    """

    subwords: Linear
    bias: Tensor
    output: OutputLayer
    positions: Tensor  # (positions, D)
    encoder: tuple[EncoderLayer, ...]
    decoder: tuple[DecoderLayer, ...]

    def encode(self, ids: Tensor, mask: Tensor) -> Memory:
        """Read source subwords (B, S); `mask` (B, S) is True where there is a subword."""
        wide = pad_to(mask, bucketed_length(ids.shape[1]), dim=-1)[:, None, None, :]
        x = self._embed(ids) + self.positions[: ids.shape[1]]
        for encoder_layer in self.encoder:
            x = encoder_layer(x, wide)
        keys: list[Tensor] = []
        values: list[Tensor] = []
        for layer in self.decoder:
            key, value = layer.memory(x).chunk(2, dim=-1)  # (B, S, D) each
            key, value = (split_heads(pad_to(part, wide.shape[-1], dim=-2), layer.heads) for part in (key, value))
            keys.append(key.transpose(2, 3).contiguous())
            values.append(value.contiguous())
        return Memory(tuple(keys), tuple(values), mask=x.new_zeros(wide.shape).masked_fill_(~wide, -math.inf))

    def inputs(self, ids: Tensor, positions: Tensor) -> Tensor:
        """Embed the previous subwords (B, T); a negative number is the sentence's start, whose embedding is zero."""
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

    def _embed(self, ids: Tensor) -> Tensor:
        return self.subwords.gather_weights(ids).mul_(math.sqrt(self.positions.shape[1]))


def build_network(config: StudentConfig, tensors: Mapping[str, Array], *, precision: str, device: str) -> Network:
    """Put the tensors of a rewritten student together.

    Args:
        config: its shape.
        tensors: by the names of the original.
        precision: "int8", in which the student was made to compute; or of the layers' matrices, "float32" or
            "bfloat16", with an output layer in float32.
        device: a torch device.

    Raises:
        KeyError: a tensor is missing.
    """

    def plain(name: str) -> Tensor:
        return torch.from_numpy(tensors[name]).to(device)

    def matrix(names: Sequence[str], bias: Tensor, dtype: torch.dtype) -> Linear:
        """Put matrices that share their input under one another."""
        numbers = torch.cat([plain(name) for name in names])
        scales = plain(f"{names[0]}.scale")
        if len(names) > 1:
            scales = torch.cat([plain(f"{name}.scale").expand(len(tensors[name])) for name in names])
        if precision == "int8":
            return Int8Linear(numbers, scales, bias, step=float(tensors[f"{names[0]}.step"][0]))
        return FloatLinear((numbers.float() * scales.unsqueeze(-1)).to(dtype), bias.to(dtype))

    def linear(*pairs: tuple[str, str | None]) -> Linear:
        biases = [plain(bias) if bias else torch.zeros(len(tensors[name]), device=device) for name, bias in pairs]
        dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
        return matrix([name for name, _ in pairs], torch.cat(biases), dtype)

    bias = plain("decoder_ff_logit_out_b").clone()
    bias[config.unknown] = FORBIDDEN
    subwords = matrix(["Wemb"], bias, torch.float32)
    return Network(
        subwords=subwords,
        bias=bias,
        output=OutputLayer(subwords, len(bias)),
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


def bucketed_length(places: int) -> int:
    """Return how many positions to pad `places` to, so that no sum depends on the other sentences of the batch.

    Libraries add up the last few rows or columns in an order of their own; with eight bits the last digit of a sum now
    and then decides how a number is rounded.
    """
    return -(-places // _BUCKET) * _BUCKET


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(B, T, D) -> (B, H, T, D / H)."""
    return x.view(*x.shape[:-1], heads, -1).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, D / H) -> (B, T, D)."""
    return x.transpose(1, 2).flatten(2)
