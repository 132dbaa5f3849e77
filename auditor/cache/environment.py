"""What decides the last digits of an engine's answer, told without loading torch."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

from auditor import signature
from auditor.cache.sqlite_store import Store

_TUNING = ("ATEN_", "GOMP_", "KMP_", "MKL_", "OMP_", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA")
"""How variables begin that change which of a processor's instructions and threads are used."""
_PROCESSOR = ("model name", "flags", "CPU part", "Features")
"""The lines of Linux's account of the processor that tell what it computes with."""


def environment_fingerprint(arithmetic: str) -> list[object]:
    """Describe, as JSON, what computes here: libraries, instructions, and our own code.

    How many threads there are changes no number, and is left out.
    """
    return [signature.libraries(signature.ENGINE_LIBRARIES), arithmetic, signature.code(signature.ENGINE_MODULES)]


def arithmetic(store: Store, hear: Callable[[], str]) -> str:
    """Return the name of the arithmetic; what `hear` once said of this machine is remembered.

    So torch, which knows, need not be loaded to hear it again.
    """
    machine = [signature.libraries(signature.ENGINE_LIBRARIES), _machine()]
    key = hashlib.sha256(json.dumps(["arithmetic", machine]).encode()).digest()
    known = store.get(key)
    if known is None:
        known = json.dumps(hear()).encode()
        store.put(key, known)
    return str(json.loads(known))


def _machine() -> list[object]:
    """Return all that torch's choices rest on."""
    variables = sorted(item for item in os.environ.items() if item[0].startswith(_TUNING))
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [platform.machine(), _processor(), cores, variables]


def _processor() -> list[str]:
    """Return what the system says of the first processor, "" where it says nothing."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return [platform.processor()]
    with info.open(encoding="utf-8", errors="replace") as lines:
        first = list(iter(lambda: lines.readline().strip(), ""))
    return [line for line in first if line.startswith(_PROCESSOR)]
