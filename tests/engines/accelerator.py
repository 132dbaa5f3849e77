"""A fake device: the processor computes, and tensors of two devices never meet, as on a real accelerator.

Inside `with Accelerator():` the device `Accelerator.DEVICE` can be asked for wherever torch takes a device. What is
made there, or of what is there, says that it is there; an operation on tensors of both devices raises, as CUDA's would,
but for single numbers and for indices in main memory, which a real accelerator takes, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode, resolve_name

_MARK = "_is_on_the_accelerator"
_INDEXING = (Tensor.__getitem__, Tensor.__setitem__)
_MOVING = (
    Tensor.data.__set__,  # type: ignore[attr-defined]
    torch._C._nn._parse_to,
    torch._has_compatible_shallow_copy_type,
)
"""What `Module.to` is made of."""


class Accelerator(TorchFunctionMode):
    """The mode; see the module."""

    DEVICE = "xpu"

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the function returns)
        del types
        if func is torch.device:
            return func(*args, **(kwargs or {}))
        if func == Tensor.device.__get__:
            return torch.device(self.DEVICE) if _is_there(args[0]) else func(*args)
        if func == Tensor.data.__set__:  # type: ignore[attr-defined]
            setattr(args[0], _MARK, _is_there(args[1]))
        if func in _MOVING:
            return func(*args, **(kwargs or {}))
        if func is Tensor.__iter__:
            return iter(args[0].unbind(0))
        given = dict(kwargs or {})
        target = self._target(func, args, given)
        args = tuple(self._at_home(arg) for arg in args)
        given = {name: self._at_home(value) for name, value in given.items()}
        tensors = list(_tensors((args, given)))
        there = any(map(_is_there, tensors))
        if there and target is None and func not in _INDEXING:
            strangers = [tensor for tensor in tensors if tensor.dim() and not _is_there(tensor)]
            if strangers:
                raise RuntimeError(f"{resolve_name(func)}: tensors on two devices, {strangers[0].shape} in main memory")
        result = func(*args, **given)
        return self._marked(result, args, there=there if target is None else target)

    def _target(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | None:
        """Tell whether the call names a device, and this one; None where it names none."""
        if func is Tensor.cpu:
            return False
        named = [value for value in (*args[1:], kwargs.get("device")) if self._is_device(value)]
        if named:
            return torch.device(named[0]).type == self.DEVICE
        other = args[1] if func is Tensor.to and len(args) > 1 and isinstance(args[1], Tensor) else None
        return None if other is None else _is_there(other)

    def _is_device(self, value: object) -> bool:
        return isinstance(value, torch.device) or (isinstance(value, str) and value in ("cpu", self.DEVICE))

    def _at_home(self, value: object) -> object:
        """Put the processor in the accelerator's place."""
        return torch.device("cpu") if not isinstance(value, Tensor) and self._is_device(value) else value

    def _marked(self, result: object, args: tuple[object, ...], *, there: bool) -> object:
        """Mark the tensors of a result; what would be the argument itself, moved, becomes another tensor."""
        if isinstance(result, Tensor):
            mine = any(result is argument for argument in args)
            if mine and _is_there(result) != there:
                result = result.detach().view_as(result)
            setattr(result, _MARK, there)
        elif isinstance(result, tuple | list):
            for tensor in _tensors(result):
                setattr(tensor, _MARK, there)
        return result


def _is_there(tensor: object) -> bool:
    return bool(getattr(tensor, "__dict__", {}).get(_MARK, False))


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
