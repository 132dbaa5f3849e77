"""Matrix products on a processor, by the library that does them fastest here.

In float32: torch hands these to MKL, and bfloat16 ones to oneDNN. One core of an AMD EPYC with AVX-512 (torch 2.13, MKL
2024.2, oneDNN 3.12; the embedded students' shapes): 105 GFLOPs with MKL, 105 to 240 with oneDNN, depending on the host,
from 256 rows on, 90 and 160 with 24 rows; both within 2e-6 of float64.

In eight bits, added up in whole numbers: FBGEMM, which torch carries, rounds, multiplies and scales in one step, 320 to
370 GFLOPs where float32 has 105, 170 to 240 with 32 rows. Where it is not, or the processor has no instructions for it,
rounded numbers are multiplied in float32, more slowly: each product the same but for its last digits, though a network
of many rounds some numbers otherwise then, and ends as far from the other as eight bits are from float32.

Shapes: in, out: the width of what goes in and comes out; N rows.
"""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from auditor.engines.kernels.padding import coarsely_rounded, filled

_LEVELS = (-128, 127)
_MOVED = 0.85  # how much of a number's reach is moved into its column of the matrix; see models/ranges.md
_LEAST = 1e-6
_ROWS = 64  # of a matrix that are turned into whole numbers at once: what stays in the cache is four times as fast
_ZERO = 128  # FBGEMM counts the levels of what goes in from 0
_ENGINE = "fbgemm"
_USUAL_ROWS = 256  # what a matrix is laid out for; it multiplies any number


Times = Callable[[Tensor], Tensor]
"""Multiplies by a matrix, (…, in) -> (…, out), in the type of the matrix."""


class Product(Protocol):
    """Multiplies by one matrix and adds one bias; what comes out is float32."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return x @ weight.T + bias, (…, in) -> (…, out)."""

    def some(self, outputs: slice | Tensor) -> Product:
        """Return what makes these outputs alone."""

    def weights(self, outputs: Tensor) -> Tensor:
        """Return the rows of the matrix that make these outputs, float32: (…) -> (…, in)."""

    def picked(self, x: Tensor, outputs: Tensor) -> Tensor:
        """Return one output of each row, (N, in) and (N) -> (N): what the whole product has there, but for rounding."""


class Float:
    """A product in the type of its matrix (out, in), bias (out)."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Take both in one type."""
        self._weight, self._bias = weight, bias

    def __call__(self, x: Tensor) -> Tensor:
        """See `Product`."""
        return linear(x.to(self._weight.dtype), self._weight, self._bias).float()

    def some(self, outputs: slice | Tensor) -> Float:
        """See `Product`."""
        return Float(self._weight[outputs], self._bias[outputs])

    def weights(self, outputs: Tensor) -> Tensor:
        """See `Product`."""
        return functional.embedding(outputs, self._weight).float()

    def picked(self, x: Tensor, outputs: Tensor) -> Tensor:
        """See `Product`."""
        made: Tensor = torch.linalg.vecdot(x, self.weights(outputs)) + self._bias[outputs].float()
        return made


class EightBit:
    """A product in eight bits: what goes in is rounded to one of 256 levels, `step` apart, the middle one 0.

    Nothing depends on the rows beside a row, whatever computes. It is made ready when it is first called.
    """

    def __init__(self, numbers: Tensor, scales: Tensor, bias: Tensor, *, step: float) -> None:
        """Take a matrix of whole numbers (out, in), int8; what 1 is worth, (out), or (1) for all rows; a bias (out)."""
        self._numbers, self._scales, self._bias, self._step = numbers, scales, bias, step

    def __call__(self, x: Tensor) -> Tensor:
        """See `Product`."""
        return self.times(x)

    def some(self, outputs: slice | Tensor) -> EightBit:
        """See `Product`."""
        return EightBit(self._numbers[outputs], self._scales_of(outputs), self._bias[outputs], step=self._step)

    def weights(self, outputs: Tensor) -> Tensor:
        """See `Product`."""
        return functional.embedding(outputs, self._numbers).float().mul_(self._scales_of(outputs).unsqueeze(-1))

    def picked(self, x: Tensor, outputs: Tensor) -> Tensor:
        """See `Product`."""
        made: Tensor = torch.linalg.vecdot(_rounded(x, self._step), self.weights(outputs)) + self._bias[outputs]
        return made

    @functools.cached_property
    def times(self) -> Times:
        """What it calls; it holds no more than it needs for that."""
        packs = self._numbers.device.type == "cpu" and has_eight_bit()
        return self._packed() if packs else self._emulated()

    def _scales_of(self, outputs: slice | Tensor) -> Tensor:
        return self._scales if len(self._scales) == 1 else self._scales[outputs]

    def _packed(self) -> Times:
        with _PACKING:
            matrix = _whole(self._numbers, self._scales)
            packed = torch.ops.quantized.linear_prepack(matrix, self._bias)
        product, step = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32, self._step
        return lambda x: product(x, step, _ZERO, packed)

    def _emulated(self) -> Times:
        weight = self._numbers.float().mul_(self._scales.unsqueeze(-1))
        step, bias = self._step, self._bias
        return lambda x: linear(_rounded(x, step), weight, bias)


def _rounded(x: Tensor, step: float) -> Tensor:
    return torch.fake_quantize_per_tensor_affine(x, step, 0, *_LEVELS)


def evened(weight: Tensor, reach: Tensor) -> tuple[EightBit, Tensor]:
    """Return what multiplies by a matrix (out, in) in eight bits, and what its input is to be multiplied by before.

    Of some inputs the numbers are a hundred times as large as of the others. In eight bits, which count levels as far
    as the furthest reach, nothing would be left of the others. So each is made smaller by what its `reach` (in), the
    greatest absolute value that is expected, and its matrix suggest, and its column of the matrix larger.

    Source: Xiao et al. (2023), "SmoothQuant", equation 4.
    """
    parts = weight.split(_ROWS)
    widest = torch.stack([part.abs().amax(0) for part in parts]).amax(0).float()
    apart = reach.clamp(min=_LEAST) ** _MOVED / widest.clamp_(min=_LEAST) ** (1 - _MOVED)
    apart /= apart.mean()
    numbers = torch.empty(weight.shape, dtype=torch.int8, device=weight.device)
    scales = torch.empty(len(weight), device=weight.device)
    for part, whole, scale in zip(parts, numbers.split(_ROWS), scales.split(_ROWS), strict=True):
        wide = part * apart
        scale.copy_(wide.abs().amax(1).clamp_(min=_LEAST).div_(_LEVELS[1]))
        whole.copy_(wide.div_(scale.unsqueeze(-1)).round_())
    step = max(float((reach / apart).amax()), _LEAST) / _LEVELS[1]
    return EightBit(numbers, scales, torch.zeros_like(scales), step=step), apart.reciprocal_()


def _whole(numbers: Tensor, scales: Tensor) -> Tensor:
    """Return a tensor of torch's own kind of whole numbers; one scale for all is packed three times as fast."""
    if len(scales) == 1:
        return torch._make_per_tensor_quantized_tensor(numbers, float(scales), 0)
    return torch._make_per_channel_quantized_tensor(numbers, scales.double(), torch.zeros_like(scales).long(), 0)


class _Packing:
    """While anyone is inside, torch packs for FBGEMM; then it is as it was: which library packs is a global of its.

    It warns that tensors of whole numbers will leave it one day; then `has_eight_bit` says no.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._changed = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._changed.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                self._changed.callback(setattr, torch.backends.quantized, "engine", torch.backends.quantized.engine)
                torch.backends.quantized.engine = _ENGINE
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._changed.close()


_PACKING = _Packing()


@functools.cache
def has_eight_bit() -> bool:
    """Tell whether products in eight bits are fast and exact here: older instructions overflow."""
    return (
        torch.cpu.get_capabilities().get("avx512_vnni", False)
        and _ENGINE in torch.backends.quantized.supported_engines
        and hasattr(torch, "_make_per_channel_quantized_tensor")
        and hasattr(torch.ops.quantized, "linear_prepack")
        and hasattr(torch.ops.quantized, "linear_with_input_q_dq_qweight_dq_output_fp32")
    )


@functools.cache
def prefers_eight_bit() -> bool:
    """Tell whether eight bits are faster here than bfloat16, too; a processor with AMX multiplies that in tiles.

    One core of an Intel Xeon with AMX (512 rows, SmolLM2's shapes): 1,050 to 1,130 GFLOPs, FBGEMM 390 to 420.
    """
    return has_eight_bit() and not torch.cpu.get_capabilities().get("amx_bf16", False)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x @ weight.T + bias, for inference alone: no gradient goes through it.

    Args:
        x: (…, in).
        weight: (out, in).
        bias: (out), or None.
    """
    if x.dtype != torch.float32 or x.device.type != "cpu" or not _has_onednn():
        return functional.linear(x, weight, bias)
    rows = x.reshape(-1, x.shape[-1])
    padded = filled(rows, coarsely_rounded(len(rows)), dim=-2)
    # The operator that torch's own compiler puts in a linear layer's place.
    made: Tensor = torch.ops.mkldnn._linear_pointwise(padded, weight, bias, "none", [], "")
    return made[: len(rows)].view(*x.shape[:-1], -1)


def times(weight: Tensor) -> Times:
    """Return what multiplies by a matrix (out, in); a bfloat16 one is laid out, a copy, as oneDNN reads it.

    Otherwise it is brought into that order whenever it multiplies: 4 to 8 % of the time from 64 rows on. Every product
    is the same, bit by bit.
    """
    if weight.dtype != torch.bfloat16 or weight.device.type != "cpu" or not _reorders():
        return lambda x: functional.linear(x, weight)
    laid = torch.ops.mkldnn._reorder_linear_weight(weight, _USUAL_ROWS)
    return lambda x: torch.ops.mkldnn._linear_pointwise(x, laid, None, "none", [], "")


@functools.cache
def _reorders() -> bool:
    """Tell whether oneDNN is here, multiplies in bfloat16, and takes a matrix in its own order."""
    known = torch.ops.mkldnn
    return (
        _has_onednn()
        and hasattr(known, "_reorder_linear_weight")
        and hasattr(known, "_is_mkldnn_bf16_supported")
        and bool(known._is_mkldnn_bf16_supported())
    )


@functools.cache
def _has_onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
