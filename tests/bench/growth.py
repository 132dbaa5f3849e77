"""How time and memory grow with the words: a process of its own, so that nothing else is counted.

    python -m tests.bench.growth 1000 4000 [--threads N] [--edited]

prints a line of JSON a size: words, wall and processor seconds, the memory held after it and the most ever held (MiB).
With --edited models remember, and the seconds are those of the story with a word in its middle changed, after it was
audited as it was.

Measured with `1000 100000` on two cores of an AMD EPYC with AVX-512 BF16 (190 GFLOPs a core): 246 and 267 words a
second, 140 and 143 a processor second, 1,339 and 1,812 MiB at most, 978 and 1,221 MiB held after it, of which 900 are
the libraries (230) and the models as they are loaded. A faster one (480 GFLOPs a core) came to 313 and 354 words a
second with an earlier version, which came to 133 and 177 here.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path

from auditor.pipeline import Auditor
from auditor.text import segmentation
from auditor.values import Settings
from tests.bench.story import edited, story
from tests.bench.timing import Cost, cost

_WARM_UP = 200  # words


def main() -> None:
    """Audit stories of the given sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--edited", action="store_true")
    arguments = parser.parse_args()
    auditor = Auditor(Settings(threads=arguments.threads, cache=arguments.edited))
    _audit(auditor, story(_WARM_UP, seed=0))
    for size in sorted(arguments.sizes):
        text = story(size)
        found = _audit(auditor, text)
        if arguments.edited:
            found = _audit(auditor, edited(text))
        row = {
            "words": len(segmentation.document(text, name="size").words),
            "wall": found.wall,
            "processor": found.processor,
            "held_mib": _held(),
            "peak_mib": _peak(),
        }
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def _audit(auditor: Auditor, text: str) -> Cost:
    return cost(lambda: auditor.audit(segmentation.document(text, name="size")))


def _peak() -> float:
    """Return the most memory ever held by this process alone; a bare count would begin with its parent's."""
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 2**10
    )


def _held() -> float | None:
    """Return the memory held now, None where the system does not tell it."""
    return _status("VmRSS")


def _status(field: str) -> float | None:
    """Return a field of Linux's account of this process, in MiB."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 2**10 for line in lines if line.startswith(f"{field}:")), None)


if __name__ == "__main__":
    main()
