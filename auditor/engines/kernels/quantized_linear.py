"""Linear layers by the library that multiplies fastest on this processor, in float32, bfloat16 and int8.

In float32: torch hands these to MKL, and bfloat16 ones to oneDNN. One core of an AMD EPYC with AVX-512 (torch 2.13, MKL
2024.2, oneDNN 3.12; the embedded students' shapes): 105 GFLOPs with MKL, 105 to 240 with oneDNN, depending on the host,
from 256 rows on, 90 and 160 with 24 rows; both within 2e-6 of float64.

In int8 there are two arithmetics (`int8_arithmetic`). "int8-fbgemm": FBGEMM, which torch carries, quantizes, multiplies
in whole numbers and scales in one step, 320 to 370 GFLOPs where float32 has 105, 170 to 240 with 32 rows.
"int8-simulated", where FBGEMM is not or the processor has no instructions for it: quantized numbers are multiplied in
float32, more slowly. Each product is the same but for its last digits, but a network of many layers then quantizes some
numbers otherwise, and ends as far from the other as int8 is from float32.

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

from auditor.engines.kernels.padding import coarse_bucketed_rows, pad_to

_INT8_RANGE = (-128, 127)
_MIGRATION_STRENGTH = 0.85  # SmoothQuant's alpha, how much of an input's range its column takes; see models/ranges.md
_EPSILON = 1e-6
_CHUNK_ROWS = 64  # of a matrix that are quantized at once: what stays in the cache is four times as fast
_ZERO_POINT = 128  # FBGEMM quantizes its input to unsigned numbers
_ENGINE = "fbgemm"
_EXTRA = {"avx512_vnni": "vnni", "avx512_bf16": "bf16", "amx_bf16": "amx"}
_USUAL_ROWS = 256  # what a matrix is laid out for; it multiplies any number


MatMul = Callable[[Tensor], Tensor]
"""Multiplies by a matrix, (…, in) -> (…, out), in the type of the matrix."""


class Linear(Protocol):
    """A linear layer: one matrix, one bias; its output is float32."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return x @ weight.T + bias, (…, in) -> (…, out)."""

    def select(self, outputs: slice | Tensor) -> Linear:
        """Return the layer of these outputs alone."""

    def gather_weights(self, outputs: Tensor) -> Tensor:
        """Return the rows of the matrix that belong to these outputs, float32: (…) -> (…, in)."""

    def gather(self, x: Tensor, outputs: Tensor) -> Tensor:
        """Return one output of each row, (N, in) and (N) -> (N): what the whole layer has there, but for rounding."""


class FloatLinear:
    """A linear layer in the type of its matrix (out, in), bias (out)."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Take both in one type."""
        self._weight, self._bias = weight, bias

    def __call__(self, x: Tensor) -> Tensor:
        """See `Linear`."""
        return linear(x.to(self._weight.dtype), self._weight, self._bias).float()

    def select(self, outputs: slice | Tensor) -> FloatLinear:
        """See `Linear`."""
        return FloatLinear(self._weight[outputs], self._bias[outputs])

    def gather_weights(self, outputs: Tensor) -> Tensor:
        """See `Linear`."""
        return functional.embedding(outputs, self._weight).float()

    def gather(self, x: Tensor, outputs: Tensor) -> Tensor:
        """See `Linear`."""
        made: Tensor = torch.linalg.vecdot(x, self.gather_weights(outputs)) + self._bias[outputs].float()
        return made


class Int8Linear:
    """A linear layer in int8: its input is quantized to 256 levels, `step` apart, the middle one 0.

    In whole numbers ("int8-fbgemm") nothing depends on the rows beside a row. It is made ready when it is first called.
    """

    def __init__(self, numbers: Tensor, scales: Tensor, bias: Tensor, *, step: float) -> None:
        """Take a quantized matrix (out, in), int8; its scales, (out), or (1) for all rows; a bias (out)."""
        self._numbers, self._scales, self._bias, self._step = numbers, scales, bias, step

    def __call__(self, x: Tensor) -> Tensor:
        """See `Linear`."""
        return self.matmul(x)

    def select(self, outputs: slice | Tensor) -> Int8Linear:
        """See `Linear`."""
        return Int8Linear(self._numbers[outputs], self._scales_of(outputs), self._bias[outputs], step=self._step)

    def gather_weights(self, outputs: Tensor) -> Tensor:
        """See `Linear`."""
        return functional.embedding(outputs, self._numbers).float().mul_(self._scales_of(outputs).unsqueeze(-1))

    def gather(self, x: Tensor, outputs: Tensor) -> Tensor:
        """See `Linear`."""
        quantized = _fake_quantize(x, self._step)
        made: Tensor = torch.linalg.vecdot(quantized, self.gather_weights(outputs)) + self._bias[outputs]
        return made

    @functools.cached_property
    def matmul(self) -> MatMul:
        """The function that computes it; it holds no more than it needs for that."""
        exact = int8_arithmetic(self._numbers.device.type) == "int8-fbgemm"
        return self._fbgemm_matmul() if exact else self._simulated_matmul()

    def _scales_of(self, outputs: slice | Tensor) -> Tensor:
        return self._scales if len(self._scales) == 1 else self._scales[outputs]

    def _fbgemm_matmul(self) -> MatMul:
        with _PACKING:
            matrix = _quantized_tensor(self._numbers, self._scales)
            packed = torch.ops.quantized.linear_prepack(matrix, self._bias)
        product, step = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32, self._step
        return lambda x: product(x, step, _ZERO_POINT, packed)

    def _simulated_matmul(self) -> MatMul:
        weight = self._numbers.float().mul_(self._scales.unsqueeze(-1))
        step, bias = self._step, self._bias
        return lambda x: linear(_fake_quantize(x, step), weight, bias)


def _fake_quantize(x: Tensor, step: float) -> Tensor:
    return torch.fake_quantize_per_tensor_affine(x, step, 0, *_INT8_RANGE)


def smooth_quantize(weight: Tensor, activation_range: Tensor) -> tuple[Int8Linear, Tensor]:
    """Quantize a matrix (out, in) for inputs of an `activation_range` (in), the greatest absolute value of each.

    Some inputs are a hundred times as large as the others. One step between levels for all would leave nothing of the
    others. So each input is divided by a smoothing factor, and its column of the matrix multiplied by it.

    Returns:
        The layer, without a bias, and the scale (in) by which its input is to be multiplied before.

    Source: Xiao et al. (2023), "SmoothQuant", equation 4.
    """
    parts = weight.split(_CHUNK_ROWS)
    widest = torch.stack([part.abs().amax(0) for part in parts]).amax(0).float()
    alpha = _MIGRATION_STRENGTH
    smoothing = activation_range.clamp(min=_EPSILON) ** alpha / widest.clamp_(min=_EPSILON) ** (1 - alpha)  # (in)
    smoothing /= smoothing.mean()
    numbers = torch.empty(weight.shape, dtype=torch.int8, device=weight.device)
    scales = torch.empty(len(weight), device=weight.device)
    for part, whole, scale in zip(parts, numbers.split(_CHUNK_ROWS), scales.split(_CHUNK_ROWS), strict=True):
        wide = part * smoothing
        scale.copy_(wide.abs().amax(1).clamp_(min=_EPSILON).div_(_INT8_RANGE[1]))
        whole.copy_(wide.div_(scale.unsqueeze(-1)).round_())
    step = max(float((activation_range / smoothing).amax()), _EPSILON) / _INT8_RANGE[1]
    return Int8Linear(numbers, scales, torch.zeros_like(scales), step=step), smoothing.reciprocal_()


def _quantized_tensor(numbers: Tensor, scales: Tensor) -> Tensor:
    """Return one of torch's quantized tensors; one scale for all is packed three times as fast."""
    if len(scales) == 1:
        return torch._make_per_tensor_quantized_tensor(numbers, float(scales), 0)
    return torch._make_per_channel_quantized_tensor(numbers, scales.double(), torch.zeros_like(scales).long(), 0)


class _Packing:
    """While anyone is inside, torch packs for FBGEMM; then it is as it was: which library packs is a global of its.

    It warns that quantized tensors will leave it one day; then `has_int8_kernel` says no.
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
def has_int8_kernel() -> bool:
    """Tell whether FBGEMM is here, fast and exact: older instructions overflow."""
    return (
        torch.cpu.get_capabilities().get("avx512_vnni", False)
        and _ENGINE in torch.backends.quantized.supported_engines
        and hasattr(torch, "_make_per_channel_quantized_tensor")
        and hasattr(torch.ops.quantized, "linear_prepack")
        and hasattr(torch.ops.quantized, "linear_with_input_q_dq_qweight_dq_output_fp32")
    )


def int8_arithmetic(device: str = "cpu") -> str:
    """Return the name of the arithmetic that "int8" is computed in: sums of the two round otherwise.

    "int8-fbgemm" adds up whole numbers; "int8-simulated" multiplies the same whole numbers in float32.
    """
    return "int8-fbgemm" if device == "cpu" and has_int8_kernel() else "int8-simulated"


@functools.cache
def arithmetic() -> str:
    """Name what decides the last digits of a product on this processor, as in "avx2-amd" or "avx512-vnni-amx-intel".

    That is the widest instructions torch's own code uses, those for eight bits and for bfloat16, and whose processor it
    is: MKL has other code for another maker's.
    """
    known = torch.cpu.get_capabilities()
    wide = torch.backends.cpu.get_cpu_capability().lower()
    extra = [name for flag, name in _EXTRA.items() if known.get(flag)]
    maker = str(known.get("cpu_name", "")).split(" ")[0].partition("(")[0].lower()
    return "-".join(part for part in (wide, *extra, maker) if part)


@functools.cache
def prefers_int8() -> bool:
    """Tell whether int8 is faster here than bfloat16, too; a processor with AMX multiplies that in tiles.

    One core of an Intel Xeon with AMX (512 rows, SmolLM2's shapes): 1,050 to 1,130 GFLOPs, FBGEMM 390 to 420.
    """
    return has_int8_kernel() and not torch.cpu.get_capabilities().get("amx_bf16", False)


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
    padded = pad_to(rows, coarse_bucketed_rows(len(rows)), dim=-2)
    # The operator that torch's own compiler puts in a linear layer's place.
    made: Tensor = torch.ops.mkldnn._linear_pointwise(padded, weight, bias, "none", [], "")
    return made[: len(rows)].view(*x.shape[:-1], -1)


def matmul(weight: Tensor) -> MatMul:
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
