"""Tables to pairs and stories."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.errors import InputError
from auditor.readers import tables
from auditor.readers.tables import Columns, Row

ROWS = [
    {"doc_id": "a", "source": "O voto.", "target": 'The vote, "as it is".'},
    {"doc_id": "a", "source": "Fim.", "target": "This is the end."},
    {"doc_id": "b", "source": None, "target": "It's all of it;\tdone"},
    {"doc_id": "b", "source": "", "target": ""},
]


def _write(path: Path) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS))
    else:
        path.write_text(
            'doc_id;source;target\r\na;O voto.;"The vote, ""as it is""."\r\na;Fim.;This is the end.\r\n'
            'b;;"It\'s all of it;\tdone"\r\n'
        )
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_rows_come_with_their_story_and_source(tmp_path: Path, name: str) -> None:
    """Columns are known by their names whatever the format; rows without a text are left out."""
    rows = list(tables.rows(_write(tmp_path / name), name=name))

    assert [(row.number, row.story, row.text) for row in rows] == [
        (1, "a", 'The vote, "as it is".'),
        (2, "a", "This is the end."),
        (3, "b", "It's all of it;\tdone"),
    ]
    assert [row.source for row in rows][:2] == ["O voto.", "Fim."]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_a_whole_table_is_one_document(tmp_path: Path, name: str) -> None:
    """Each row is a paragraph whose sentences know the row's source."""
    document = tables.read(_write(tmp_path / name).read_bytes(), name=name)

    found = [(paragraph.span.of(document.text), paragraph.sentences[0].source) for paragraph in document.paragraphs]
    assert found[:2] == [('The vote, "as it is".', "O voto."), ("This is the end.", "Fim.")]
    assert len(found) == 3


def test_stories_are_rows_that_agree_on_their_story() -> None:
    """Rows without a story are a story each, called by their number."""
    rows = [Row(1, "a", "x", None), Row(2, "a", "y", None), Row(3, "", "z", None), Row(4, "", "w", None)]

    assert [(name, len(group)) for name, group in tables.stories(rows)] == [("a", 2), ("3", 1), ("4", 1)]


def test_tab_separated_text_knows_no_quoting(tmp_path: Path) -> None:
    """A quotation mark that is never closed is text; two columns without a header are source and text."""
    path = tmp_path / "pairs.tsv"
    path.write_text('O voto.\t"The vote\nFim.\tThis is the end."\n')

    rows = list(tables.rows(path, name="pairs.tsv"))

    assert [(row.source, row.text) for row in rows] == [("O voto.", '"The vote'), ("Fim.", 'This is the end."')]


def test_a_spreadsheets_quoted_tabs_are_read(tmp_path: Path) -> None:
    """Where lines differ in tabs, a spreadsheet has quoted them."""
    path = tmp_path / "pairs.tsv"
    path.write_text('source\ttarget\nUm.\t"The\tone"\nDois.\tThe ""two""\n')

    assert next(tables.rows(path, name="pairs.tsv")).text == "The\tone"


def test_columns_may_be_named(tmp_path: Path) -> None:
    """What the user names goes before what would be recognised."""
    path = tmp_path / "t.csv"
    path.write_text("text,copy,nr\nnot this,the copy,7\n")

    assert [Row(1, "7", "the copy", None)] == list(tables.rows(path, name="t.csv", columns=Columns("copy", "", "nr")))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "a,b,c\n1,2,3\n", "has 3 columns and no header; call the one to be audited 'text' in a first line"),
        ("t.csv", "text,id\nthe one\nthe,two,three\n", "t.csv:3: expected 2 columns, found 3; quote or remove"),
        ("t.csv", "", "is empty"),
        ("t.jsonl", '{"a": "the"}\n', "has the columns a; call the one to be audited 'text' or 'target'"),
        ("t.jsonl", '{"text": {"a": 1}}\n', "row 1: 'text' is dict, not text"),
        ("t.jsonl", '{"text": "the"\n{{{', "cannot be read as JSON lines"),
        ("t.parquet", "PAR1 cut off", "cannot be read as Parquet"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    """Each mistake in a table gets a sentence that says where and what to do."""
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(InputError, match=message):
        list(tables.rows(path, name=name))


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    """A column that the table lacks is an error that lists those it has."""
    path = tmp_path / "t.csv"
    path.write_text("text,id\nthe,1\n")

    with pytest.raises(InputError, match=r"t\.csv has no column 'txt'; it has text, id\."):
        list(tables.rows(path, name="t.csv", columns=Columns(text="txt")))


def test_a_broken_row_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    """The streaming library writes nothing of its own on the screen."""
    with pytest.raises(InputError, match=r"^feed\.jsonl cannot be read as JSON lines: "):
        tables.read(b'{"text": "a"\n', name="feed.jsonl")

    assert capfd.readouterr() == ("", "")
