"""Count how often contractions stand in English with their apostrophe, and how often without.

    python -m models.train.contractions --data ../shared/data     # a minute

What is printed goes into `auditor.repairs.rules.contractions`. Clean news counts, and every translation once, also
those that
are held out: nothing is fitted on them.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import regex

from auditor.evaluation.gold import read_clean, read_rows
from auditor.repairs.rules.contractions import BROKEN, is_no_word

_APART = regex.compile(r" (?=(?:n't|'(?:t|s|m|d|re|ve|ll))\b)")  # as some data sets cut them
_WORDS = regex.compile(r"\p{L}+(?:'\p{L}+)*")


def main() -> None:
    """Print both counts, and the log of their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    words, whole, broken = count(texts(parser.parse_args().data))
    print(f"{words} words: {whole} whole, {broken} broken, {math.log((whole + 0.5) / (broken + 0.5)):.1f} nats")


def texts(data: Path) -> Iterator[str]:
    """Yield clean news, and each translation into English once."""
    yield from (segment.text for segment in read_clean(data / "clean_news.parquet"))
    for file in sorted((data / "qe").glob("*.parquet")):
        yield from {row.target: None for row in read_rows(file)}


def count(texts: Iterable[str]) -> tuple[int, int, int]:
    """Return how many words there are, how many are contractions, and how many are such without their apostrophe."""
    forms = {form for form in BROKEN if is_no_word(form)}
    contractions = {BROKEN[form].lower() for form in forms}
    words = whole = broken = 0
    for text in texts:
        for word in _WORDS.findall(_APART.sub("", text.replace("’", "'"))):
            words += 1
            whole += word.lower() in contractions
            broken += word in forms
    return words, whole, broken


if __name__ == "__main__":
    main()
