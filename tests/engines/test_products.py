"""Float32 products: as exact as torch's own, whatever the shape."""

from __future__ import annotations

import pytest
import torch

from auditor.engines import products


@pytest.mark.parametrize("shape", [(1,), (7,), (2, 33), (3, 5, 17), (300,)])
@pytest.mark.parametrize("biased", [True, False])
def test_a_product_is_what_float64_makes_of_it(shape: tuple[int, ...], *, biased: bool) -> None:
    """Padding leaves no trace, and nothing is lost to a lower precision."""
    torch.manual_seed(1)
    x, weight, bias = torch.randn(*shape, 48), torch.randn(20, 48), torch.randn(20) if biased else None
    with torch.inference_mode():
        found = products.linear(x, weight, bias)
    expected = x.double() @ weight.double().T + (0.0 if bias is None else bias.double())

    assert found.shape == expected.shape
    assert found.dtype == torch.float32
    assert (found - expected).abs().max() < 2e-5


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    """A sentence comes out the same whatever batch it is in."""
    torch.manual_seed(2)
    x, weight = torch.randn(100, 64), torch.randn(32, 64)
    with torch.inference_mode():
        together = products.linear(x, weight)
        apart = torch.cat([products.linear(part, weight) for part in x.split(20)])

    assert torch.equal(together, apart)


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float64])
def test_another_precision_is_left_to_torch(precision: torch.dtype) -> None:
    """What is asked for in another type comes back in it."""
    x, weight = torch.randn(4, 8, dtype=precision), torch.randn(3, 8, dtype=precision)

    assert torch.equal(products.linear(x, weight), torch.nn.functional.linear(x, weight))


def test_without_onednn_torch_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch that was built without it gives the same product."""
    x, weight = torch.randn(4, 8), torch.randn(3, 8)
    with torch.inference_mode():
        found = products.linear(x, weight)
        monkeypatch.setattr(products, "_has_onednn", lambda: False)

        assert torch.allclose(products.linear(x, weight), found, atol=1e-5)
