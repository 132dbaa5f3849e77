"""How time and memory grow with the words: a process of its own, so that nothing else is counted.

    python -m tests.bench.growth 1000 4000 [--threads N]

prints a line of JSON a size: words, wall and processor seconds, the memory held after it and the most ever held (MiB),
and what the audit of the same story costs once a word in its middle was changed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path

from auditor import segment
from auditor.audit import Auditor
from auditor.values import Settings
from tests.bench.story import edited, story
from tests.bench.timing import Cost, cost

_WARM_UP = 200  # words


def main() -> None:
    """Audit stories of the given sizes, each once and once more after an edit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    plain = Auditor(Settings(threads=arguments.threads))
    remembering = Auditor(Settings(threads=arguments.threads, cache=True))
    _audit(plain, story(_WARM_UP, seed=0))
    _audit(remembering, story(_WARM_UP, seed=0))
    for size in sorted(arguments.sizes):
        text = story(size)
        whole = _audit(plain, text)
        _audit(remembering, text)
        again = _audit(remembering, edited(text))
        row = {
            "words": len(segment.document(text, name="size").words),
            "wall": whole.wall,
            "processor": whole.processor,
            "edited_wall": again.wall,
            "edited_processor": again.processor,
            "held_mib": _held(),
            "peak_mib": _peak(),
        }
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def _audit(auditor: Auditor, text: str) -> Cost:
    return cost(lambda: auditor.audit(segment.document(text, name="size")))


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _held() -> float | None:
    """Return the memory held now, None where the system does not tell it."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20 if statm.exists() else None


if __name__ == "__main__":
    main()
