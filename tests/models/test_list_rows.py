"""The recipe that counts the lines of the phrase lists, and the dictionaries that it asks."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from auditor.repairs.rules import phrase_lists
from models.train import list_rows
from models.train.dictionaries import Dictionary, read_all

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _save_dictd(folder: Path, name: str, entries: Sequence[tuple[str, str]]) -> None:
    """Write a dictd dictionary: entries one after the other, and an index of (word, start, size)."""
    data, index = b"", ""
    for word, glosses in entries:
        entry = f"{word} /x/ <n>\n{glosses}\n".encode()
        index += f"{word}\t{DIGITS[len(data)]}\t{DIGITS[len(entry)]}\n"
        data += entry
    (folder / f"{name}.dict.dz").write_bytes(gzip.compress(data))
    (folder / f"{name}.index").write_text(index, encoding="utf-8")


@pytest.fixture
def dictionaries(tmp_path: Path) -> list[Dictionary]:
    _save_dictd(tmp_path, "freedict-fra-eng", [("éventuel", "1. possible, (rare) likely")])
    _save_dictd(tmp_path, "freedict-eng-spa", [("repeal", "abrogar")])
    (tmp_path / "cedict_ts.u8").write_text("# CC-CEDICT\n站 站 [zhan4] /station/to stand/\n", encoding="utf-8")
    return list(read_all(tmp_path))


@pytest.mark.parametrize(
    ("original", "english", "names"),
    [
        ("Éventuel", "possible", ["FreeDict fra-eng"]),
        ("éventuel", "likely", ["FreeDict fra-eng"]),
        ("abrogar", "repeal", ["FreeDict eng-spa"]),
        ("abrogar", "repeals", ["FreeDict eng-spa"]),
        ("站", "stand", ["CC-CEDICT"]),
        ("éventuel", "current", []),
    ],
)
def test_a_dictionary_confirms_a_pair(
    dictionaries: list[Dictionary], original: str, english: str, names: list[str]
) -> None:
    """Accents, capitals, asides and inflection do not matter, and either direction will do."""
    assert [each.name for each in dictionaries if each.confirms(original, english)] == names


def test_a_line_is_counted_where_it_is_proposed() -> None:
    """Translations and native news apart, each word once, and only where the context is that of the line."""
    texts = [
        ("mt_news", "The eventual sale worries them. Thousands joined manifestations."),
        ("native_news", "An eventual sale is unlikely."),
    ]

    counted = list_rows.count(texts)

    (eventual,) = (entry for entry in phrase_lists.read("false_friends.tsv") if entry.wrong == ("eventual",))
    assert (counted.translated[eventual], counted.native[eventual]) == (1, 1)
    assert counted.words == {"mt_news": 8, "native_news": 5}


def test_a_line_stays_if_anything_speaks_for_it(dictionaries: list[Dictionary], tmp_path: Path) -> None:
    """Found or cited, and what it is goes into the line; the others go."""
    by_language = {each.language: [each] for each in dictionaries}
    (eventual,) = (entry for entry in phrase_lists.read("false_friends.tsv") if entry.wrong == ("eventual",))
    file = tmp_path / "list.tsv"
    file.write_text("wrong\tright\tevidence\na\tb\t\nc\td\tcounted\n", encoding="utf-8")

    assert list_rows.speaks_for(eventual, 3, by_language) == ("counted", "FreeDict fra-eng")
    assert list_rows.speaks_for(eventual, 0, {}) == ()
    list_rows.write(file, [("counted", "FreeDict fra-eng"), ()])
    assert file.read_text(encoding="utf-8") == "wrong\tright\tevidence\na\tb\tcounted|FreeDict fra-eng\n"
