"""Take sound sentences to another language and back with Apertium: rules and a dictionary, other wrong senses.

    apt-get install apertium apertium-eng-spa apertium-eng-cat apertium-en-gl apertium-eo-en
    python -m models.train.noise.apertium --data DATA --more DATA2 --through spa --out FILE

One JSON line a sentence, as `models.train.noise.round_trip` writes them. Apertium is under the GPL: a tool of training,
never shipped. Run the same command again after an interruption: it goes on after the last line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from models.train.noise.round_trip import sentences
from models.train.noise.texts import native

PAIRS = {
    "spa": ("eng-spa", "spa-eng"),
    "cat": ("eng-cat", "cat-eng"),
    "gl": ("en-gl", "gl-en"),
    "eo": ("en-eo", "eo-en"),
}
BATCH = 400


def main() -> None:
    """Write round trips until there are words enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True, help="the second data pack")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--through", choices=sorted(PAIRS), required=True)
    parser.add_argument("--split", choices=("train", "dev"), default="train")
    parser.add_argument("--words", type=int, default=200_000)
    given = parser.parse_args()
    out, home = PAIRS[given.through]
    done = len(given.out.read_text(encoding="utf-8").splitlines()) if given.out.exists() else 0
    wanted = islice(sentences(native(given.data, given.more, split=given.split), words=given.words), done, None)
    with given.out.open("a", encoding="utf-8") as lines:
        while group := list(islice(wanted, BATCH)):
            trips = translate(translate([text for _, _, text in group], out), home)
            for (name, number, text), trip in zip(group, trips, strict=True):
                maker = f"apertium-{given.through}"
                record = {"document": name, "number": number, "maker": maker, "before": text, "after": trip}
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")
            lines.flush()


def translate(texts: Sequence[str], pair: str) -> list[str]:
    """Translate each text, words that the dictionary lacks left as they are.

    Raises:
        RuntimeError: Apertium is not installed, or lost count of the texts.
    """
    command = shutil.which("apertium")
    if command is None:
        raise RuntimeError("apertium is not installed; see the top of this module")
    lines = "".join(f"{' '.join(text.split())}\n\n" for text in texts)
    done = subprocess.run([command, "-u", pair], input=lines, capture_output=True, text=True, check=True)  # noqa: S603
    found = done.stdout.split("\n\n")
    if len(found) < len(texts):
        raise RuntimeError(f"apertium {pair} returned {len(found)} texts for {len(texts)}")
    return [text.strip() for text in found[: len(texts)]]


if __name__ == "__main__":
    main()
