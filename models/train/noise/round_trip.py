"""Take sound sentences to Portuguese and back with the embedded students, drawing each piece instead of the likeliest.

    python -m models.train.noise.round_trip --data DATA --more DATA2 --out FILE [--words 200000]

One JSON line a sentence: `document`, `number`, `maker`, `before`, `after`. The maker's name tells the temperature and
how often the sentence went around. Run the same command again after an interruption: it goes on after the last line.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import floor
from pathlib import Path

import torch
from torch import Tensor

from auditor.engines.translation.firefox.greedy_search import Choices, search
from auditor.engines.translation.firefox.network import Memory
from auditor.engines.translation.firefox.student import Student
from auditor.engines.translation.firefox.translator import load_student
from auditor.engines.translation.vocabulary import Vocabulary
from auditor.engines.weights import installed
from models.train.noise.texts import SEED, Native, native

BATCH = 48
LEAST = 0.06
"""A piece is drawn only if it is at least so likely as a share of the likeliest one (min-p sampling)."""
WAYS = (("round-trip-.6", 0.6, 1), ("round-trip-1", 1.0, 1), ("round-trip-.6-twice", 0.6, 2))
"""Name, temperature, and how often a sentence goes around."""
LONGEST = 400  # code points


class Drawn(Choices):
    """The output layer, its logits disturbed so that the greatest is a draw from the likely pieces (Gumbel)."""

    def logits(self, hidden: Tensor) -> Tensor:
        """Return (B, U): log-probabilities over the temperature plus Gumbel noise; unlikely pieces are barred."""
        plain = Choices.logits(self, hidden)
        far = plain < plain.amax(1, keepdim=True) + torch.log(torch.tensor(LEAST))
        noise = -torch.log(-torch.log(torch.rand_like(plain).clamp_(1e-9, 1 - 1e-7)))
        return (plain / _Temperature.value + noise).masked_fill_(far, -1e9)

    def rows(self, kept: Tensor) -> Choices:
        """Keep some sentences."""
        fewer = Choices.rows(self, kept)
        return Drawn(fewer.ids, fewer.linear, fewer.barred)


class _Temperature:
    value = 1.0


@dataclass(frozen=True, slots=True)
class Direction:
    """One student with its vocabulary."""

    student: Student
    vocabulary: Vocabulary

    @classmethod
    def open(cls, name: str) -> Direction:
        """Load a student by the name of the manifest."""
        return cls(*load_student(installed.model_folder(name)))

    @torch.inference_mode()
    def translate(self, sentences: Sequence[str], temperature: float) -> list[str]:
        """Translate each sentence by drawing."""
        student = self.student
        sources = [[*self.vocabulary.encode(text).ids[:250], student.end] for text in sentences]
        order = sorted(range(len(sources)), key=lambda at: len(sources[at]))
        ordered = [sources[at] for at in order]
        memory: Memory = student._read(ordered)
        allowed = None if student.shortlist is None else [student.shortlist.of(source) for source in ordered]
        plain = Choices.of(student.network, allowed, batch=len(ordered))
        _Temperature.value = temperature
        limits = [min(floor(1.6 * len(source)) + 8, student.positions) for source in ordered]
        drawn = Drawn(plain.ids, plain.linear, plain.barred)
        written = search(student.network, memory, drawn, limits, end=student.end, scored=False)
        results = [""] * len(sentences)
        for at, found in zip(order, written, strict=True):
            results[at] = self.vocabulary.decode([piece for piece in found.ids if piece != student.end])
        return results


def main() -> None:
    """Write round trips until there are words enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True, help="the second data pack")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", choices=("train", "dev"), default="train")
    parser.add_argument("--words", type=int, default=200_000)
    given = parser.parse_args()
    torch.set_num_threads(1)
    out, home = Direction.open("firefox-en-pt"), Direction.open("firefox-pt-en")
    done = len(given.out.read_text(encoding="utf-8").splitlines()) if given.out.exists() else 0
    wanted = islice(sentences(native(given.data, given.more, split=given.split), words=given.words), done, None)
    with given.out.open("a", encoding="utf-8") as lines:
        while group := list(islice(wanted, BATCH)):
            way = random.Random(f"{SEED}/{done}").choice(WAYS)  # noqa: S311
            torch.manual_seed(done)
            done += len(group)
            for (name, number, text), trip in zip(group, around(group, out, home, way), strict=True):
                record = {"document": name, "number": number, "maker": way[0], "before": text, "after": trip}
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")
            lines.flush()


def sentences(documents: Sequence[Native], *, words: int) -> Iterator[tuple[str, int, str]]:
    """Yield (document, number, sentence) of all sentences that are not too long, until there are words enough."""
    for document in documents:
        for number, text in enumerate(document.sentences):
            if len(text) <= LONGEST:
                yield document.name, number, text
                words -= text.count(" ") + 1
        if words <= 0:
            return


def around(
    group: Sequence[tuple[str, int, str]], out: Direction, home: Direction, way: tuple[str, float, int]
) -> list[str]:
    """Take a batch there and back."""
    texts = [text for _, _, text in group]
    for _ in range(way[2]):
        texts = home.translate(out.translate(texts, way[1]), way[1])
    return texts


if __name__ == "__main__":
    main()
