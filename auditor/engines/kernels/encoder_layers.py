"""Post-norm transformer layers that read both ways, as BERT's do; encoders of several families are made of them.

Plain batched matrix products are used on purpose: at a head width of 32 the fused attention's backward pass is slower.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from auditor.engines.kernels.padding import bucketed_rows, pad_to


class LayerSizes(Protocol):
    """The shape of a layer."""

    @property
    def width(self) -> int:
        """Numbers of a state."""

    @property
    def heads(self) -> int:
        """Heads of attention."""

    @property
    def feed_forward(self) -> int:
        """Numbers in the middle of the feed-forward part."""

    @property
    def epsilon(self) -> float:
        """What keeps the norms from dividing by 0."""


class EncoderLayer(nn.Module):
    """A post-norm transformer layer."""

    def __init__(self, sizes: LayerSizes, *, dropout: float = 0.0) -> None:
        super().__init__()
        width = sizes.width
        self.heads = sizes.heads
        self.dropout = nn.Dropout(dropout)
        self.qkv = _unfilled(width, 3 * width)
        self.out = _unfilled(width, width)
        self.norm_attention = nn.LayerNorm(width, eps=sizes.epsilon)
        self.up = _unfilled(width, sizes.feed_forward)
        self.down = _unfilled(sizes.feed_forward, width)
        self.norm_out = nn.LayerNorm(width, eps=sizes.epsilon)

    def forward(self, rows: Tensor, shape: tuple[int, int], bias: Tensor | None) -> Tensor:
        """Apply the layer to a batch of `shape` (batch, time); see `run_layers`.

        Args:
            rows: the batch's positions one after another, and padding behind them, (rows, width), float32.
            shape: batch and time.
            bias: what is added to the logits of attention, broadcast to (batch, heads, time, time); None for nothing.
        """
        batch, time = shape
        projected = self.qkv(rows.to(self.qkv.weight.dtype))[: batch * time]  # (batch * time, 3 * width)
        heads = projected.view(batch, time, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # (3, batch, heads, time, …)
        mixed = pad_to(_attend(heads, bias), len(rows), dim=-2)  # (rows, width)
        rows = self.norm_attention(rows + self.dropout(self.out(mixed)))
        widened = functional.gelu(self.up(rows.to(projected.dtype)))  # (rows, feed-forward width)
        output: Tensor = self.norm_out(rows + self.dropout(self.down(widened)))
        return output


def run_layers(layers: Iterable[nn.Module], x: Tensor, mask: Tensor, *, relative: Tensor | None = None) -> Tensor:
    """Run x (batch, time, width), float32, through layers.

    Matrices are multiplied in the type that they are kept in, at few bucketed lengths; sums stay float32.

    Args:
        layers: of type `EncoderLayer`.
        x: the embeddings, or what earlier layers made of them.
        mask: True where a subword stands, (batch, time).
        relative: what attention adds for the distance of two places, (heads, time, time); None for nothing.
    """
    batch, time, _ = x.shape
    rows = pad_to(x.flatten(0, 1), bucketed_rows(batch * time), dim=-2)  # (rows, width)
    bias = None if bool(mask.all()) else (~mask).float().mul(-1e4)[:, None, None, :]  # (batch, 1, 1, time)
    if relative is not None:
        bias = relative[None] if bias is None else relative[None] + bias
    for layer in layers:
        rows = layer(rows, (batch, time), bias)
    return rows[: batch * time].view(x.shape)


def matrix_type(precision: str, device: str) -> torch.dtype:
    """Return what matrices are multiplied in; a processor that has no bfloat16 itself is faster in float32."""
    low = precision == "bfloat16"
    if precision in ("auto", "int8"):
        low = device != "cpu" or bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
    return torch.bfloat16 if low else torch.float32


def _attend(projected: Tensor, bias: Tensor | None) -> Tensor:
    """Attend, given queries, keys and values (3, batch, heads, time, head width); return (batch * time, width)."""
    time = projected.shape[3]
    query, key, value = pad_to(projected, bucketed_rows(time), dim=-2)
    logits = (query @ key.transpose(-1, -2))[..., :time, :time] / math.sqrt(
        query.shape[-1]
    )  # (batch, heads, time, time)
    if bias is not None:
        logits += bias.to(logits.dtype)
    padded = query.shape[-2]
    shares = pad_to(pad_to(logits.softmax(-1), padded, dim=-1), padded, dim=-2)  # (batch, heads, padded, padded)
    mixed: Tensor = (shares.to(value.dtype) @ value)[:, :, :time]  # (batch, heads, time, head width)
    return mixed.transpose(1, 2).flatten(2).flatten(0, 1)


def _unfilled(inputs: int, outputs: int) -> nn.Linear:
    """Make a linear layer to be filled from a file: drawing 21 million numbers takes longer than reading them.

    torch's `skip_init` would import sympy, 38 MiB and half a second.
    """
    layer = nn.Linear(1, 1)
    layer.in_features, layer.out_features = inputs, outputs
    layer.weight, layer.bias = nn.Parameter(torch.empty(outputs, inputs)), nn.Parameter(torch.empty(outputs))
    return layer
