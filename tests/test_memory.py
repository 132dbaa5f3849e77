"""What keeps memory flat is set for every engine, and a user's own setting stands."""

from __future__ import annotations

import os

import pytest

from auditor import concurrency

KERNELS = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"


def test_few_kernels_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few dozen at most, where nothing else is asked."""
    monkeypatch.delenv(KERNELS, raising=False)
    concurrency.limit_kernel_cache()

    assert 0 < int(os.environ[KERNELS]) <= 64


def test_a_setting_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sets it knows why."""
    monkeypatch.setenv(KERNELS, "512")
    concurrency.limit_kernel_cache()

    assert os.environ[KERNELS] == "512"


def test_memory_can_be_given_back_anywhere() -> None:
    """Where the system has no such call nothing happens."""
    concurrency.release_memory()
