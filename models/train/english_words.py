"""Write the English words that the dictionary lacks: those of SCOWL, and those that sound English writes.

    python -m models.train.english_words --lists DIR --more ../shared/data2     # seconds

`DIR` holds SCOWL's lists as Debian packs them (`apt-get download wamerican-large wbritish-large`, then `dpkg -x`):
levels 10 to 70, American and British spelling, proper names among them. Of native English come the words of at least
two documents of US federal staff and Voice of America (CC0-1.0, public domain; train rows). What
`auditor.text.morphology` knows is left out.
"""

from __future__ import annotations

import argparse
import gzip
import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq

from auditor.text import english_words, morphology
from models.train.foreign_words import FREE_NATIVE

LISTS = ("american-english-large", "british-english-large")
FEWEST_DOCUMENTS = 2
_PLAIN = re.compile(r"(?:[A-Z](?=[a-z]{3}))?[a-zéèêëàâäáãåæçíîïñóôöøœúûü]{3,}")


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lists", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True)
    parser.add_argument("--file", type=Path, default=english_words.FILE)
    arguments = parser.parse_args()
    listed = set(_listed(arguments.lists))
    documents: Counter[str] = Counter(_native(arguments.more))
    written: set[str] = set()
    for word, count in documents.items():
        if count >= FEWEST_DOCUMENTS and word.capitalize() not in listed:
            written.add(word)
    words = sorted(word for word in listed | written if not word[0].isupper() and not morphology.lemmas(word))
    capitals = sorted(word for word in listed if word[0].isupper() and not _is_small_too(word, listed))
    arguments.file.write_bytes(gzip.compress("\n".join([*capitals, *words, ""]).encode(), mtime=0))
    print(f"{len(words)} words, {len(set(words) & listed)} of SCOWL's, and {len(capitals)} with a capital")


def _is_small_too(word: str, listed: Collection[str]) -> bool:
    """Tell whether a word is written small, too; the dictionary has proper names small, so it is not asked."""
    return word.lower() in listed


def _listed(folder: Path) -> Iterator[str]:
    for name in LISTS:
        for file in folder.rglob(name):
            for line in file.read_text(encoding="utf-8").splitlines():
                if _PLAIN.fullmatch(line):
                    yield line


def _native(more: Path) -> Iterator[str]:
    """Yield each word once a document."""
    rows = pq.read_table(more / "native_news.parquet", columns=["doc_id", "origin", "text", "split"]).to_pylist()
    free = [row for row in rows if row["origin"] in FREE_NATIVE and row["split"] == "train"]
    for _, group in groupby(free, key=lambda row: row["doc_id"]):
        text = " ".join(row["text"] for row in group)
        yield from {
            word for word in re.findall(r"(?<![\w'’.@/-])[^\W\d_]+(?![\w'’@/-])", text) if _PLAIN.fullmatch(word)
        }


if __name__ == "__main__":
    main()
