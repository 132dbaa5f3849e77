"""Sets are fair parts of files: whole documents where asked, never what was there for fitting."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from auditor.errors import InputError
from auditor.evaluation.data_sets import Sample, data_sets
from auditor.evaluation.gold import is_development
from tests.evaluation import rows as made

SYSTEMS = ("one", "two", "three")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight documents of five segments, by three systems, two raters each, written rater by rater."""
    chance = random.Random(2)  # noqa: S311 (not for cryptography)
    records = [
        made.record(number, rater, chance, id=f"{number}-{system}-{rater}", system=system)
        for rater in ("x", "y")
        for number in range(40)
        for system in SYSTEMS
    ]
    return made.save(tmp_path_factory.mktemp("gold") / "made.parquet", *records)


def test_whole_documents_are_taken_whole(judged: Path) -> None:
    """Each chosen document has all segments of one system, and different documents come before other systems."""
    (chosen,) = data_sets(judged, Sample(50, whole=True))
    documents = {(row.document, row.system) for row in chosen.rows}

    assert chosen.sample == "documents"
    assert len(documents) == 5
    assert len({document for document, _ in documents}) == 5
    for document, system in documents:
        segments = {row.segment for row in chosen.rows if (row.document, row.system) == (document, system)}
        assert segments == set("01234")


def test_rows_of_a_document_stand_side_by_side(judged: Path) -> None:
    """However the file is sorted, a document of a system is one run of rows, and so are the raters of a translation."""
    (chosen,) = data_sets(judged)
    keys = [(row.document, row.system, row.segment) for row in chosen.rows]

    assert len(chosen.rows) == 240
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == 120


def test_every_translation_of_a_source_is_kept_with_it(judged: Path) -> None:
    """A sample of segments has all systems and raters of each."""
    (chosen,) = data_sets(judged, Sample(60))

    assert len(chosen.rows) == 60
    assert len({row.source for row in chosen.rows}) == 10


def test_what_was_fitted_on_is_left_out(tmp_path: Path) -> None:
    """Of rows for fitting, only marked ones of development documents are measured on."""
    chance = random.Random(3)  # noqa: S311 (not for cryptography)
    records = [made.record(number, "x", chance, split="train") for number in range(60)]
    unmarked = [made.record(number, "y", chance, split="train", error_spans=None) for number in range(60)]
    (chosen,) = data_sets(made.save(tmp_path / "train.parquet", *records, *unmarked))

    assert {row.rater for row in chosen.rows} == {"x"}
    assert all(is_development(row.document) for row in chosen.rows)


def test_a_file_with_nothing_to_measure_on_is_refused(tmp_path: Path) -> None:
    """The message says why."""
    chance = random.Random(3)  # noqa: S311 (not for cryptography)
    file = made.save(tmp_path / "train.parquet", made.record(0, "x", chance, split="train", error_spans=None))

    with pytest.raises(InputError, match="nothing to measure on"):
        list(data_sets(file))


def test_json_lines_give_the_same_rows(judged: Path, tmp_path: Path) -> None:
    """The documented columns are read from JSON Lines as from Parquet."""
    lines = tmp_path / "made.jsonl"
    lines.write_text("".join(json.dumps(each) + "\n" for each in parquet.read_table(judged).to_pylist()))

    assert [chosen.rows for chosen in data_sets(judged)] == [chosen.rows for chosen in data_sets(lines)]


def test_clean_documents_are_taken_whole(tmp_path: Path) -> None:
    """A sample of clean news by documents has every paragraph of each, sentence by sentence."""
    names = [f"story.{number}" for number in range(60) for _ in range(2)]
    file = tmp_path / "news.parquet"
    texts = ["Bridge closed", "It was closed again. Nobody was hurt."] * 60
    parquet.write_table(pyarrow.table({"doc_id": names, "segment": [0, 1] * 60, "text": texts}), file)
    (chosen,) = data_sets(file, Sample(10, whole=True))

    assert len(chosen.rows) == 12
    assert [row.segment for row in chosen.rows] == ["0", "1", "1"] * 4
