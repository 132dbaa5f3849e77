"""Ask the language model what each difference of a round trip costs the sound sentence: a paraphrase costs little.

    python -m models.train.noise.price --noise FILE --out PRICED [--words 100000]

Reads what `models.train.noise.round_trip` or `models.train.noise.apertium` wrote and repeats each line with `costs`, in
nats, one a hunk of `models.train.noise.hunks` that is short enough, in order. A synonym costs 2-4. Resumable.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import torch

from auditor.engines.factory import load_language_model
from auditor.protocols import Edit, LanguageModel
from auditor.values import Settings, Span
from models.train.noise import hunks

FOLLOWING = 6
"""Tokens behind a hunk that are priced with it."""


def main() -> None:
    """Write the priced lines of whole documents until there are words enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=100_000)
    given = parser.parse_args()
    model = load_language_model(Settings(threads=1, cache=False))
    torch.set_num_threads(1)
    done = {(line["document"], line["number"]) for line in _lines(given.out)} if given.out.exists() else set()
    words = 0
    with given.out.open("a", encoding="utf-8") as out:
        for _, group in groupby(_lines(given.noise), key=_document):
            lines = list(group)
            words += sum(line["before"].count(" ") + 1 for line in lines)
            if (lines[0]["document"], lines[0]["number"]) not in done:
                for line, costs in zip(lines, price(lines, model), strict=True):
                    out.write(json.dumps({**line, "costs": costs}, ensure_ascii=False) + "\n")
                out.flush()
            if words > given.words:
                return


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _document(line: dict[str, Any]) -> str:
    return str(line["document"])


def price(lines: Sequence[dict[str, Any]], model: LanguageModel) -> list[list[float]]:
    """Return the costs of each line's hunks in nats, each put alone into the document as it was written."""
    text, starts = "", []
    for line in lines:
        text += " " if text else ""
        starts.append(len(text))
        text += line["before"]
    edits: list[tuple[int, Edit]] = []
    for row, (line, start) in enumerate(zip(lines, starts, strict=True)):
        for hunk in hunks.hunks(line["before"], line["after"]):
            if hunks.is_short(hunk):
                span, written = hunks.replaced(line["before"], hunk)
                edits.append((row, Edit(Span(span.start + start, span.end + start), written)))
    units = [Span(start, start + len(line["before"])) for start, line in zip(starts, lines, strict=True)]
    costs: list[list[float]] = [[] for _ in lines]
    for passage in model.read(text, units):
        mine = [(row, edit) for row, edit in edits if passage.span.start <= edit.span.start < passage.span.end]
        gains = passage.rescore([edit for _, edit in mine], following=FOLLOWING)
        for (row, _), gain in zip(mine, gains, strict=True):
            costs[row].append(round(-gain, 2))
    return costs


if __name__ == "__main__":
    main()
