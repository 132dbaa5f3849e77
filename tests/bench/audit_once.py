"""One audit, clocked inside its process; run by any version, so it asks nothing of the library but its front door.

python audit_once.py warm STORY     load the models, warm up, audit: wall and processor seconds, and the peak
python audit_once.py first STORY    seconds from the start of the process to the first finding and to the end
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_BEGAN = time.perf_counter()
_WARM_UP = 200  # words
_MIB = 2**20 if sys.platform == "darwin" else 2**10


def _warm(path: Path) -> dict[str, float]:
    import auditor

    engine = auditor.Auditor()
    text = path.read_text(encoding="utf-8")
    engine.audit(" ".join(text.split()[:_WARM_UP]))
    wall, processor = time.perf_counter(), time.process_time()
    engine.audit(text)
    return {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


def _first(path: Path) -> dict[str, float]:
    import auditor

    first = 0.0
    parts: Iterator[Any] = auditor.Auditor().stream(auditor.read(str(path)))
    for part in parts:
        findings = part.found.findings if hasattr(part, "found") else part[1]  # a pair before 0.2.0
        if findings and not first:
            first = time.perf_counter() - _BEGAN
    return {"finding": first, "wall": time.perf_counter() - _BEGAN, "processor": time.process_time()}


if __name__ == "__main__":
    measured = {"warm": _warm, "first": _first}[sys.argv[1]](Path(sys.argv[2]))
    measured["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB
    sys.stdout.write(json.dumps(measured) + "\n")
