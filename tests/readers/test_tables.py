"""Tables to pairs and stories."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.errors import InputError
from auditor.readers import files, tables
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
        (
            "t.csv",
            "a,b,c\n1,it is,3\n",
            "--column text=b; if these are no names, put a line above them",
        ),
        ("t.csv", "text,id\nthe one\nthe,two,three\n", "t.csv:3: expected 2 columns, found 3; quote or remove"),
        ("t.csv", "", "is empty"),
        (
            "t.csv",
            'text,id\n"the ' + "word " * 30_000,
            r"t\.csv:2 cannot be read: the cell that ends here is longer than 131",
        ),
        (
            "t.jsonl",
            '{"a": "the"}\n',
            "has the columns a, and no name that is known; say .* --column text=a",
        ),
        ("t.jsonl", '{"text": {"a": 1}}\n', "row 1: 'text' is dict, not text"),
        ("t.jsonl", '{"text": "the"}\n\n{"text": ', "cannot be read as JSON lines: line 3 is no record of its own"),
        ("t.parquet", "PAR1 cut off", "cannot be read as Parquet: it is damaged or cut off"),
        ("t.csv", "Nr;Quelle;Ziel\n1;Das ist so.;It is so.\n", r"columns Nr, Quelle, Ziel, .* --column text=Ziel\.$"),
        (
            "t.csv",
            "Texte source;Traduction\nC’est lui.;It is he.\n",
            r"columns Texte source, Trad.*=Traduction\.$",
        ),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    """Each mistake in a table gets a sentence that says where and what to do."""
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(InputError, match=message):
        list(tables.rows(path, name=name))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("line", "mark"), [("sep=;", ";"), ('"sep=|"', "|"), ("SEP=\t", "\t"), ("sep=,", ",")])
def test_the_line_that_names_the_separator_is_obeyed(tmp_path: Path, newline: str, line: str, mark: str) -> None:
    """Excel writes and reads such a first line; it is no row, and lines are counted with it."""
    path = tmp_path / "t.csv"
    content = newline.join([line, f"text{mark}note", f'"It is; so, | or"{mark}x', f"It is not.{mark}", ""])
    path.write_bytes(b"\xef\xbb\xbf" + content.encode())

    assert [row.text for row in tables.rows(path, name="t.csv")] == ["It is; so, | or", "It is not."]
    path.write_bytes(f"{content}a{mark}b{mark}c".encode())
    with pytest.raises(InputError, match=r"^t\.csv:5: expected 2 columns, found 3"):
        list(tables.rows(path, name="t.csv"))


CELLS = {
    "plain": ("It is < 5 & > 3, “so”.", ["It is < 5 & > 3, “so”."]),
    "paragraphs": ("<p>It is&nbsp;so.</p>\n<p>It <b>was</b> not&#8217;s.</p>", ["It is\u00a0so.", "It was not’s."]),
    "a list": ("It is so:<ul><li>One thing</li><li>And another</li></ul>", ["It is so:", "One thing", "And another"]),
    "no story": ('<p>It is so.</p><script>x("it")</script><iframe src="x"></iframe>', ["It is so."]),
    "references alone": ("Tom &amp; Ann said &quot;it is so&quot;.", ['Tom & Ann said "it is so".']),
    "escaped HTML": (
        "&lt;p&gt;It is &amp;#8220;so&amp;#8221;.&lt;/p&gt;&lt;p&gt;It was.&lt;/p&gt;",
        ["It is “so”.", "It was."],
    ),
}


@pytest.mark.parametrize("case", CELLS)
def test_html_in_a_column_is_read_as_html(case: str) -> None:
    """A feed's story reads as its page does: its paragraphs apart, no tag and no reference in the text."""
    cell, paragraphs = CELLS[case]
    data = json.dumps({"id": "a", "body_html": cell, "src": "<p>Es <i>ist</i> so.</p>"}) + "\n"

    document = tables.read(data.encode(), name="feed.jsonl")

    found = [paragraph.span.of(document.text) for paragraph in document.paragraphs]
    assert found == paragraphs
    assert {sentence.source for sentence in document.sentences} == {"Es ist so."}


def test_what_a_table_does_not_tell_is_counted() -> None:
    """Rows without a text, and what HTML shows beside its story, are left out and told."""
    data = b"text,id\n<p>It is so and it was so before.</p><p>Read also: <a href=x>The other story</a></p>,1\n,2\n ,3\n"

    document = tables.read(data, name="t.csv")

    assert document.text == "It is so and it was so before."
    assert document.notes == ("left out: 2 rows without a text, 1 box of other stories",)


def test_columns_are_for_tables() -> None:
    """The column that is to be audited may be named for one file, too; a text has none."""
    table = b"a;b\nnot this;It is so.\n"

    assert files.parse(table, name="t.csv", columns=Columns(text="b")).text == "It is so."
    with pytest.raises(InputError, match=r"^story\.txt is no table, and has no columns; leave out --column\.$"):
        files.parse(b"It is so.", name="story.txt", columns=Columns(text="b"))


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
