"""What a number was measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import torch


def machine(threads: int | None) -> dict[str, object]:
    """Describe the machine and the libraries."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads or torch.get_num_threads(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "bfloat16": bool(torch.cpu.get_capabilities().get("avx512_bf16", False)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("torch", "transformers", "tokenizers")},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
