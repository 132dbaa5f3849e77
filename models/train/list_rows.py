"""Count where the lines of the phrase lists are found, and leave out those that nothing speaks for.

    python -m models.train.list_rows --data DATA [--data MORE] --dictionaries DIR            # minutes; prints tables
    python -m models.train.list_rows --data DATA [--data MORE] --dictionaries DIR --write    # and writes the lists

A line is *found* where its mechanism proposes it: the pattern and its context stand in the sentence, whatever the
language model thinks of the repair. Every text of the data packs is read once, machine translations and native news,
dev and train: nothing is fitted on them. A line that is found nowhere stays only if a bilingual dictionary has the pair
(`models.train.dictionaries`) or a list of false friends that its line names. The same packs give the same tables.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from auditor.repairs.rules import phrase_lists
from auditor.repairs.rules.phrase_lists import Entry
from auditor.text import segmentation
from models.train.dictionaries import Dictionary, read_all

LISTS = ("false_friends.tsv", "fixed_phrases.tsv")
FOLDER = Path(phrase_lists.__file__).parents[1] / "data"
NATIVE = frozenset({"clean_news", "native_news"})
COUNTED = "counted"
NAMED = {
    "EU guide": "J. Gardner, Misused English words and expressions in EU publications, European Court of Auditors",
}
"""Lists of false friends that a line may name as its evidence."""
_ORIGINAL = re.compile(r"(?P<language>[a-z]{2})\. (?P<words>[^,]+)")


@dataclass(slots=True)
class Count:
    """What was read: words, how often each line was found in translations and in native news."""

    words: Counter[str] = field(default_factory=Counter)
    translated: Counter[Entry] = field(default_factory=Counter)
    native: Counter[Entry] = field(default_factory=Counter)

    def of(self, entry: Entry) -> int:
        """Return how often a line was found, anywhere."""
        return self.translated[entry] + self.native[entry]


def main() -> None:
    """Count, print, and with `--write` keep only what something speaks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, action="append", help="a folder of data packs")
    parser.add_argument("--dictionaries", type=Path, required=True, help="a folder of FreeDict's and CC-CEDICT's files")
    parser.add_argument("--write", action="store_true", help="write the lists again")
    options = parser.parse_args()
    counted = count(texts(options.data))
    by_language = defaultdict(list)
    for dictionary in read_all(options.dictionaries):
        by_language[dictionary.language].append(dictionary)
    print("words read: " + ", ".join(f"{name} {words:,}" for name, words in counted.words.items()))
    for name in LISTS:
        rows = phrase_lists.read(name)
        evidence = [speaks_for(entry, counted.of(entry), by_language) for entry in rows]
        _print_table(name, rows, counted, evidence)
        if options.write:
            write(FOLDER / name, evidence)


def texts(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield (file, text) of every translation into English and every piece of native news, each text once."""
    seen: set[str] = set()
    files = [file for folder in folders for file in sorted([*folder.glob("*.parquet"), *folder.glob("qe/*.parquet")])]
    for file in files:
        columns = pq.read_schema(file).names
        column = "text" if "text" in columns else "target"
        if column not in columns:
            continue  # tags of a file that is read anyway
        for text in pq.read_table(file, columns=[column]).column(column).to_pylist():
            if text not in seen:
                seen.add(text)
                yield file.stem, text


def count(read: Iterable[tuple[str, str]]) -> Count:
    """Count the lines that are found in (file, text)."""
    counted = Count()
    for file, text in read:
        found = counted.native if file in NATIVE else counted.translated
        document = segmentation.document(text, name=file)
        for sentence in document.sentences:
            counted.words[file] += len(sentence.words)
            for name in LISTS:
                for _, form in phrase_lists.matches(sentence, text, name):
                    found[form.entry] += 1
    return counted


def speaks_for(entry: Entry, found: int, dictionaries: Mapping[str, Sequence[Dictionary]]) -> tuple[str, ...]:
    """Return what speaks for a line: that it is found, the dictionaries that have the pair, the list it names."""
    names = set(entry.evidence) & set(NAMED)
    for original in _ORIGINAL.finditer(entry.source):
        for words in original["words"].split("/"):
            for dictionary in dictionaries.get(original["language"], ()):
                if any(dictionary.confirms(words, right) for right in entry.right):
                    names.add(dictionary.name)
    return ((COUNTED,) if found else ()) + tuple(sorted(names))


def write(file: Path, evidence: Sequence[tuple[str, ...]]) -> None:
    """Write a list again: the lines with evidence, and what it is."""
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    place = header.split("\t").index("evidence")
    kept = [header]
    for line, names in zip(lines, evidence, strict=True):
        columns = line.split("\t")
        columns[place] = "|".join(names)
        if names:
            kept.append("\t".join(columns))
    file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _print_table(name: str, rows: Sequence[Entry], counted: Count, evidence: Sequence[tuple[str, ...]]) -> None:
    found = sum(counted.of(entry) > 0 for entry in rows)
    native_only = sum(counted.translated[entry] == 0 and counted.native[entry] > 0 for entry in rows)
    cited = sum(COUNTED not in names and bool(names) for names in evidence)
    without = [entry for entry, names in zip(rows, evidence, strict=True) if not names]
    print(f"{name}: {len(rows)} rows, {found} found ({native_only} in native news alone), {cited} not found but cited")
    print(f"{name}: {len(without)} with nothing to speak for them, removed")
    by_word = sum(entry.source == "word-by-word translation" for entry in without)
    print(f"{name}: of these {by_word} cite only “word-by-word translation”")


if __name__ == "__main__":
    main()
