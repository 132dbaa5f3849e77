"""What decides the last digits of a number, told without loading torch: libraries, processor, threads, our own code."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from auditor import concurrency
from auditor.cache.sqlite_store import Store

_LIBRARIES = ("torch", "transformers", "tokenizers", "sentencepiece")
_OF_RULES = ("lemminflect", "numpy", "rapidfuzz", "regex")
"""The libraries that decide what is proposed and how it is judged."""
_TUNING = ("ATEN_", "GOMP_", "KMP_", "MKL_", "OMP_", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA")
"""How variables begin that change which of a processor's instructions and threads are used."""
_PROCESSOR = ("model name", "flags", "CPU part", "Features")
"""The lines of Linux's account of the processor that tell what it computes with."""


def surroundings(store: Store, *, threads: int | None = None) -> list[object]:
    """Describe what computes here, as JSON; `threads` is how many the user asks for, None for all there are.

    What torch says of the machine is remembered, so that torch need not be loaded to hear it again. It is not asked for
    its threads: it counts them for each thread apart.
    """
    libraries = [_version(library) for library in _LIBRARIES]
    capability = _heard() if "torch" in sys.modules else _remembered(store, [libraries, _machine()])
    return [libraries, capability, threads or concurrency.available_threads(), _code()]


def _heard() -> str:
    """Ask torch for its instructions."""
    import torch

    return torch.backends.cpu.get_cpu_capability()


def _remembered(store: Store, machine: list[object]) -> str:
    key = hashlib.sha256(json.dumps(["torch's instructions", machine]).encode()).digest()
    known = store.get(key)
    if known is None:
        known = json.dumps(_heard()).encode()
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


def package() -> list[str]:
    """Tell this state of the whole package, of its tables and of what its rules rest on, from every other."""
    files = (file for file in Path(__file__).parents[1].rglob("*") if file.suffix in (".py", ".tsv"))
    return [_stamp(files), sys.version, *map(_version, _OF_RULES)]


def _code() -> str:
    return _stamp((Path(__file__).parents[1] / "engines").rglob("*.py"))


def _stamp(files: Iterable[Path]) -> str:
    found = [(str(file), file.stat()) for file in sorted(files)]
    return hashlib.sha256(repr([(name, s.st_size, s.st_mtime_ns) for name, s in found]).encode()).hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "unknown"
