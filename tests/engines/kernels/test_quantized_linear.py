"""Linear layers: as exact in float32 as torch's own, in int8 the same to the last digits in both arithmetics."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from auditor.engines.kernels import quantized_linear


@pytest.mark.parametrize("shape", [(1,), (7,), (2, 33), (3, 5, 17), (300,)])
@pytest.mark.parametrize("biased", [True, False])
def test_a_product_is_what_float64_makes_of_it(shape: tuple[int, ...], *, biased: bool) -> None:
    """Padding leaves no trace, and nothing is lost to a lower precision."""
    torch.manual_seed(1)
    x, weight, bias = torch.randn(*shape, 48), torch.randn(20, 48), torch.randn(20) if biased else None
    with torch.inference_mode():
        found = quantized_linear.linear(x, weight, bias)
    expected = x.double() @ weight.double().T + (0.0 if bias is None else bias.double())

    assert found.shape == expected.shape
    assert found.dtype == torch.float32
    assert (found - expected).abs().max() < 2e-5


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    """A sentence comes out the same whatever batch it is in."""
    torch.manual_seed(2)
    x, weight = torch.randn(100, 64), torch.randn(32, 64)
    with torch.inference_mode():
        together = quantized_linear.linear(x, weight)
        apart = torch.cat([quantized_linear.linear(part, weight) for part in x.split(20)])

    assert torch.equal(together, apart)


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float64])
def test_another_precision_is_left_to_torch(precision: torch.dtype) -> None:
    """What is asked for in another type comes back in it."""
    x, weight = torch.randn(4, 8, dtype=precision), torch.randn(3, 8, dtype=precision)

    assert torch.equal(quantized_linear.linear(x, weight), torch.nn.functional.linear(x, weight))


def test_without_onednn_torch_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch that was built without it gives the same product."""
    x, weight = torch.randn(4, 8), torch.randn(3, 8)
    with torch.inference_mode():
        found = quantized_linear.linear(x, weight)
        monkeypatch.setattr(quantized_linear, "_has_onednn", lambda: False)

        assert torch.allclose(quantized_linear.linear(x, weight), found, atol=1e-5)


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("rows", [1, 16, 100])
def test_a_matrix_that_is_laid_out_multiplies_alike(precision: torch.dtype, rows: int) -> None:
    """Bit by bit, in its own type, whatever the processor."""
    torch.manual_seed(3)
    x, weight = torch.randn(rows, 64).to(precision), torch.randn(32, 64).to(precision)
    with torch.inference_mode():
        found = quantized_linear.matmul(weight)(x)

        assert found.dtype == precision
        assert torch.equal(found, torch.nn.functional.linear(x, weight))


def test_what_cannot_be_laid_out_is_multiplied_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without oneDNN, or on another device."""
    matrix = torch.eye(4, dtype=torch.bfloat16)
    elsewhere = quantized_linear.matmul(matrix.to("meta"))
    monkeypatch.setattr(quantized_linear, "_reorders", lambda: False)

    assert torch.equal(quantized_linear.matmul(matrix)(matrix), matrix)
    assert elsewhere(matrix.to("meta")).device.type == "meta"


def _int8(outputs: int = 20, *, scales: int = 20) -> quantized_linear.Int8Linear:
    numbers = torch.randint(-127, 128, (outputs, 48), dtype=torch.int8)
    return quantized_linear.Int8Linear(numbers, torch.rand(scales) / 100 + 0.001, torch.randn(outputs), step=0.02)


@pytest.mark.parametrize("scales", [1, 20])
@pytest.mark.parametrize("fast", [True, False])
def test_eight_bits_are_rounded_and_added_up(monkeypatch: pytest.MonkeyPatch, scales: int, *, fast: bool) -> None:
    """The numbers of the definition, by the processor's own instructions and without; far numbers are cut off."""
    if fast and not quantized_linear.has_int8_kernel():
        pytest.skip("this processor has no such instructions")
    monkeypatch.setattr(quantized_linear, "has_int8_kernel", lambda: fast)
    torch.manual_seed(3)
    product, x = _int8(scales=scales), torch.randn(3, 7, 48)
    x[0, 0, :2] = torch.tensor([1e6, -1e6])
    levels = (x / 0.02).round().clamp(-128, 127).double() * 0.02
    expected = levels @ product.gather_weights(torch.arange(20)).double().T + product._bias.double()

    with torch.inference_mode():
        assert (product(x) - expected).abs().max() < 2e-5


def test_a_row_of_eight_bits_does_not_depend_on_its_neighbours() -> None:
    """Not by a single bit, where whole numbers are added up."""
    if not quantized_linear.has_int8_kernel():
        pytest.skip("this processor has no such instructions")
    torch.manual_seed(4)
    product, x = _int8(), torch.randn(100, 48)
    with torch.inference_mode():
        together = product(x)

        assert torch.equal(together, torch.cat([product(row) for row in x.split(1)]))


@pytest.mark.parametrize("kind", ["int8", "float32"])
def test_parts_of_a_product_are_its_own(kind: str) -> None:
    """Some outputs, one of each row, and the rows of the matrix."""
    torch.manual_seed(5)
    whole = _int8() if kind == "int8" else quantized_linear.FloatLinear(torch.randn(20, 48), torch.randn(20))
    x, outputs = torch.randn(5, 48), torch.tensor([3, 0, 19, 7, 3])
    with torch.inference_mode():
        made = whole(x)
        identity = whole(torch.zeros(1, 48))[0]

        assert torch.allclose(whole.select(outputs)(x), made[:, outputs], atol=1e-5)
        assert torch.allclose(whole.select(slice(4, 9))(x), made[:, 4:9], atol=1e-5)
        assert torch.allclose(whole.gather(x, outputs), made[torch.arange(5), outputs], atol=1e-5)
        assert torch.allclose(whole.gather_weights(outputs) @ x[0] + identity[outputs], made[0, outputs], atol=0.1)


def _uneven() -> tuple[torch.Tensor, torch.Tensor]:
    """Return a matrix of 200 rows and what it is given, of which every tenth number is a hundred times as large."""
    torch.manual_seed(6)
    large = torch.where(torch.arange(48) % 10 == 0, 100.0, 1.0)
    return torch.randn(200, 48) / large.sqrt(), torch.randn(300, 48) * large


@pytest.mark.parametrize("fast", [True, False])
def test_uneven_numbers_keep_their_small_ones(monkeypatch: pytest.MonkeyPatch, *, fast: bool) -> None:
    """With smoothed activations int8 is nearer to the exact product by far than as the numbers come."""
    if fast and not quantized_linear.has_int8_kernel():
        pytest.skip("this processor has no such instructions")
    monkeypatch.setattr(quantized_linear, "has_int8_kernel", lambda: fast)
    weight, x = _uneven()
    exact, reach = x @ weight.T, x.abs().amax(0)
    with torch.inference_mode():
        product, input_scale = quantized_linear.smooth_quantize(weight, reach)
        smooth_quantize = product(x * input_scale)
        as_they_come, _ = quantized_linear.smooth_quantize(weight, torch.full_like(reach, float(reach.max())))
        plain = as_they_come(x)

    assert (smooth_quantize - exact).std() < 0.02 * exact.std()
    assert (smooth_quantize - exact).std() < (plain - exact).std() / 3


def test_what_never_comes_and_what_makes_nothing_are_no_trouble() -> None:
    """Inputs that reach nowhere, columns and rows of noughts."""
    weight, x = _uneven()
    weight[3], weight[:, 5] = 0, 0
    x[:, 7] = 0
    with torch.inference_mode():
        product, input_scale = quantized_linear.smooth_quantize(weight, x.abs().amax(0))
        found = product(x * input_scale)

    assert found.isfinite().all()
    assert found[:, 3].eq(0).all()
    assert (found - x @ weight.T).std() < 0.02 * found.std()
    assert quantized_linear.smooth_quantize(weight, torch.zeros(48))[0](torch.zeros(1, 48)).eq(0).all()


@pytest.mark.parametrize(
    ("amx", "eight_bit", "preferred"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_eight_bits_are_preferred_where_nothing_is_faster(
    monkeypatch: pytest.MonkeyPatch, *, amx: bool, eight_bit: bool, preferred: bool
) -> None:
    """A processor that multiplies bfloat16 in tiles needs no int8."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": amx, "avx512_vnni": True})
    monkeypatch.setattr(quantized_linear, "has_int8_kernel", lambda: eight_bit)

    assert quantized_linear.prefers_int8.__wrapped__() is preferred


def test_packing_side_by_side_leaves_torch_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last who packs puts things back, and each packs for the right library."""
    if not quantized_linear.has_int8_kernel():
        pytest.skip("nothing is packed on this processor")
    monkeypatch.setattr(torch.backends.quantized, "engine", "onednn")
    made, x = [_int8() for _ in range(40)], torch.randn(2, 48)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda product: product(x), made))

    assert torch.backends.quantized.engine == "onednn"
    for product, answer in zip(made, found, strict=True):
        torch.testing.assert_close(answer, product._simulated_matmul()(x), atol=2e-5, rtol=0)


def test_packing_leaves_torch_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which library packs is a global of torch's."""
    if not quantized_linear.has_int8_kernel():
        pytest.skip("nothing is packed on this processor")
    monkeypatch.setattr(torch.backends.quantized, "engine", "onednn")
    _int8()(torch.randn(2, 48))

    assert torch.backends.quantized.engine == "onednn"


@pytest.mark.parametrize(
    ("device", "kernel", "expected"),
    [("cpu", True, "int8-fbgemm"), ("cpu", False, "int8-simulated"), ("cuda", True, "int8-simulated")],
)
def test_each_arithmetic_of_int8_has_its_own_name(
    monkeypatch: pytest.MonkeyPatch, device: str, expected: str, *, kernel: bool
) -> None:
    """What rounds otherwise must not share a signature."""
    monkeypatch.setattr(quantized_linear, "has_int8_kernel", lambda: kernel)

    assert quantized_linear.int8_arithmetic(device) == expected
