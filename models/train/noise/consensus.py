"""Label the words of real systems' translations by what all other systems and the references say of them.

    python -m models.train.noise.consensus --more DATA2 --out FILE

A word that stands in no other translation of the segment and in no reference is 1.3 % of the words, and raters mark it
as often as a second rater repeats the marks of the first. What most others write in its place is what it ought to be.
zh-en and he-en, on which others are measured, stay out. One JSON line a segment: `document`, `number`, `maker`,
`text`, and `labels`, a word: 1 (kept: at least three others write it at this place), 0 (unsure), or what it ought to
be, null where the others do not agree.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from auditor.text import segmentation
from auditor.values import Span

LEFT_OUT = ("zh-en", "he-en")
DOMAINS = ("news", "unknown")
COLUMNS = ["doc_id", "seg_id", "lang_pair", "domain", "system", "target", "reference", "reference_b", "split"]
FEWEST = 6
"""Other translations that are needed to say that nobody supports a word."""
KEPT = 3
AGREE = 2
"""Others that must write the same word in its place for it to be the repair."""
SHARE = 6
"""One of so many translations of a segment is labelled: they are much alike."""


def main() -> None:
    """Write the labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--more", type=Path, required=True, help="the second data pack")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with given.out.open("w", encoding="utf-8") as lines:
        for record in labelled(given.more / "mt_news.parquet"):
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def labelled(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the labelled translations of the training split."""
    segments: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for batch in pq.ParquetFile(file).iter_batches(columns=COLUMNS):
        for row in batch.to_pylist():
            if row["split"] == "train" and row["lang_pair"] not in LEFT_OUT and row["domain"] in DOMAINS:
                segments[row["doc_id"], row["seg_id"]].append(row)
    for (document, number), rows in segments.items():
        texts = [row["target"] for row in rows]
        references = [text for text in (rows[0]["reference"], rows[0]["reference_b"]) if text]
        for row in rows:
            key = f"{document}/{row['system']}"  # whole documents of a system, so that windows are of one text
            if int(hashlib.sha256(key.encode()).hexdigest(), 16) % SHARE:
                continue
            others = [*(text for text in dict.fromkeys(texts) if text != row["target"]), *references]
            if len(others) >= FEWEST:
                labels = label(row["target"], others)
                yield {"document": key, "number": number, "maker": "consensus", "text": row["target"], "labels": labels}


def label(text: str, others: Sequence[str]) -> list[int | str | None]:
    """Return the label of each word of a translation, given the other translations of its source."""
    mine = _words(text)
    supported, written = [0] * len(mine), [0] * len(mine)
    votes: list[Counter[str]] = [Counter() for _ in mine]
    for other in others:
        theirs = _words(other)
        bag = set(theirs)
        for at, word in enumerate(mine):
            written[at] += word in bag
        for kind, a, b, c, d in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
            for at in range(a, b):
                supported[at] += kind == "equal"
            if kind == "replace" and b - a == d - c:
                for at in range(a, b):
                    votes[at][theirs[c + at - a]] += 1
    return [_label(*known) for known in zip(mine, supported, written, votes, strict=True)]


def _label(word: str, supported: int, written: int, votes: Counter[str]) -> int | str | None:
    if supported >= KEPT:
        return 1
    if written or not any(character.isalpha() for character in word):
        return 0
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= AGREE else None


def _words(text: str) -> list[str]:
    return [word.text.casefold().replace("’", "'") for word in segmentation.words(text, Span(0, len(text)))]


if __name__ == "__main__":
    main()
