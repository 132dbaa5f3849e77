"""Gold data is read with the right side, polarity and offsets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from auditor.errors import InputError
from auditor.evaluation.gold import GoldRow, is_development, locate, read_clean, read_rows
from auditor.values import Severity, Span
from tests.evaluation import rows as made

PACK = Path(__file__).parents[3] / "shared" / "data"
needs_pack = pytest.mark.skipif(not PACK.is_dir(), reason="the data pack is not beside the repository")

# Looked at one by one, with source and post-edit or marked spans: (row, number of words, wrong words, words wrong in
# WMT22's counting, whether the score is above 0). Where the two countings differ, a gap comes before a word.
CHECKED = {
    "mlqe_et-en": (
        ("mlqe-eten-dev-00000", 13, (7, 8), (7, 8), True),  # one misspelt name and its 's
        ("mlqe-eten-dev-00175", 13, (6, 8), (4, 6, 8), False),  # "the" is missing before word 4
        ("mlqe-eten-dev-00342", 11, (1, 6, 9), (1, 6, 9), False),  # cavalry, regiments, home guard
    ),
    "mlqe_ro-en": (
        ("mlqe-roen-dev-00019", 11, (9,), (9,), False),  # lichens became something else
        ("mlqe-roen-dev-00140", 13, tuple(range(13)), tuple(range(13)), False),  # a loop, nothing of it is right
        ("mlqe-roen-dev-00243", 12, (0,), (0,), True),  # one letter too many in a name
    ),
    "mlqe_ru-en": (
        ("mlqe-ruen-dev-00001", 11, (0, 4, 5, 6), (0, 4, 5, 6), False),
        ("mlqe-ruen-dev-00098", 6, (4,), (4,), True),  # a negation too many
        ("mlqe-ruen-dev-00249", 7, (4,), (4,), False),
    ),
    "mlqe_ne-en": (
        ("mlqe-neen-dev-00010", 12, (0, 1, 3, 4, 5, 9, 10), (0, 1, 3, 4, 5, 9, 10), False),
        ("mlqe-neen-dev-00120", 12, (0, 1, 2, 10), (0, 1, 2, 10), True),
        ("mlqe-neen-dev-00207", 13, (0, 2, 5, 6, 8, 10, 11), (0, 2, 5, 6, 8, 10, 11), False),
    ),
    "mlqe_si-en": (
        ("mlqe-sien-dev-00006", 13, (*range(10), 11), (*range(10), 11), True),
        ("mlqe-sien-dev-00057", 13, (0, 2, 5, 10, 11), (0, 2, 5, 10, 11), True),
        ("mlqe-sien-dev-00158", 12, (0, 6, 7, 8, 9, 10), (0, 6, 7, 8, 9, 10), True),
    ),
    "mlqe_ps-en": (
        ("mlqe-psen-test21-00100", 12, (9,), (9,), True),  # coloured for colourless
        ("mlqe-psen-test21-00346", 11, (3, 4, 6, 9), (3, 4, 6, 9), True),  # which plants, and what becomes of them
        ("mlqe-psen-test21-00895", 9, tuple(range(8)), tuple(range(8)), False),
    ),
    "mlqe_km-en": (
        ("mlqe-kmen-test21-00001", 11, (0, 2, 3, 4, 5, 8, 9, 10), (0, 2, 3, 4, 5, 8, 9, 10), False),
        ("mlqe-kmen-test21-00088", 9, (0, 1, 5, 6, 7), (0, 1, 5, 6, 7), True),
        ("mlqe-kmen-test21-00154", 12, tuple(range(8)), (*range(8), 11), True),
    ),
    "wmt_mqm_zh-en": (
        # An omission marked after the last word counts for the end of the sentence.
        ("mqm-zhen-news20-Online-B.1605-chinanews.com.102830-1-rater4", 11, (2, 3, 4, 5), (2, 3, 4, 5, 11), False),
        ("mqm-zhen-news21-Online-W-chinanews.com.229575-15-rater4", 7, (4, 5, 6), (4, 5, 6), False),
        ("mqm-zhen-ted21-SMU-talk.2-3-rater5", 7, (5,), (5,), False),
        ("wmt22-zhen-mqmdev-00093", 11, (5, 9, 10), (5, 9, 10), False),
    ),
    "other/mlqe_en-de": (
        ("mlqe-ende-dev-00007", 12, (0, 1), (0, 1), True),  # a genitive that should be a compound
        ("mlqe-ende-dev-00033", 9, (6,), (6,), False),  # a word that is none
        ("mlqe-ende-dev-00056", 12, (10,), (10,), True),  # a unit left in English
    ),
    "other/mlqe_en-zh": (
        ("mlqe-enzh-dev-00002", 11, (10,), (10,), False),  # the full stop is not a Chinese one
        ("mlqe-enzh-dev-00031", 11, (2, 8), (2, 8), False),  # commas for prepositions
        ("mlqe-enzh-dev-00034", 7, (3,), (3,), True),
    ),
    "other/mlqe_en-cs": (
        ("mlqe-encs-test21-00053", 12, tuple(range(7)), tuple(range(7)), False),  # generations for genera
        ("mlqe-encs-test21-00173", 12, (2, 3, 4, 5, 6), (2, 3, 4, 5, 6), False),
        ("mlqe-encs-test21-00203", 12, (5, 6), (5, 6), True),  # a name cut in two
    ),
    "other/wmt_mqm_en-de": (
        ("wmt22-ende-mqmdev-00051", 8, (3, 4), (3, 4), False),
        ("wmt22-ende-mqmdev-00073", 10, (5,), (5,), False),  # no article
        ("wmt22-ende-mqmdev-00134", 8, (1,), (1,), False),  # a word left in English
    ),
    "other/wmt_mqm_en-ru": (
        ("wmt22-enru-mqmdev-00115", 8, (5,), (5,), False),
        ("wmt22-enru-mqmdev-00138", 9, (6, 7, 8), (6, 7, 8), False),  # the full stop is glued to a marked word
        ("wmt22-enru-mqmdev-00168", 12, (0, 10, 11), (0, 10, 11), False),
    ),
}


def _rows(name: str, numbers: Sequence[str], folder: Path) -> dict[str, GoldRow]:
    """Read just these rows of a file of the pack."""
    few = folder / "few.parquet"
    parquet.write_table(parquet.read_table(PACK / "qe" / f"{name}.parquet", filters=[("id", "in", numbers)]), few)
    return {row.id: row for row in read_rows(few)}


@needs_pack
@pytest.mark.parametrize("name", CHECKED)
def test_hand_checked_rows_keep_side_polarity_and_offsets(name: str, tmp_path: Path) -> None:
    """Rows that a person has compared with source and post-edit come out as that person read them."""
    rows = _rows(name, [number for number, *_ in CHECKED[name]], tmp_path)

    for number, words, wrong, official, good in CHECKED[name]:
        row = rows[number]
        assert words == len(row.words)
        assert wrong == tuple(at for at, flag in enumerate(row.tags or ()) if flag)
        assert official == tuple(at for at, flag in enumerate(row.official or ()) if flag)
        assert words + 1 == len(row.official or ())
        assert row.score is not None
        assert good == (row.score > 0)


@needs_pack
def test_critical_errors_score_lower_than_sound_translations(tmp_path: Path) -> None:
    """In the critical-error file 1 is a translation without such an error, 0 one with (each of these was read)."""
    scores = {"wmt22-pten-ceddev-00000": 1, "wmt22-pten-ceddev-00510": 0, "wmt22-pten-ceddev-00988": 0}
    rows = _rows("wmt22_ced_dev_pt-en", list(scores), tmp_path)

    assert scores == {number: row.score for number, row in rows.items()}


@needs_pack
@pytest.mark.parametrize("name", ["mlqe_ro-en", "mlqe_km-en"])
def test_word_ranges_spell_the_tokens_of_the_file(name: str) -> None:
    """Slicing the translation with a word's range gives the token that the tag belongs to."""
    file = PACK / "qe" / f"{name}.parquet"
    tokens = parquet.read_table(file, columns=["target_tokens"]).slice(0, 500).to_pylist()

    for row, record in zip(read_rows(file), tokens, strict=False):
        assert record["target_tokens"] == [word.of(row.target) for word in row.words]


@needs_pack
def test_a_marked_error_lies_on_the_words_tagged_wrong(tmp_path: Path) -> None:
    """The span of a marked error covers exactly the words that the row's tags call wrong."""
    number = "mqm-zhen-news21-Online-W-chinanews.com.229575-15-rater4"
    row = _rows("wmt_mqm_zh-en", [number], tmp_path)[number]

    (error,) = row.errors or ()
    assert error.severity is Severity.MAJOR
    assert [word for word, tag in zip(row.words, row.tags or (), strict=True) if tag] == [
        word for word in row.words if word.overlaps(error.span)
    ]


@needs_pack
def test_clean_news_is_parted_by_document() -> None:
    """About a fifth of the clean documents are kept for measuring, whole."""
    documents = {segment.document for segment in read_clean(PACK / "clean_news.parquet")}
    kept = {name for name in documents if is_development(name)}

    assert 0.1 < len(kept) / len(documents) < 0.3


def test_development_documents_never_change() -> None:
    """The rule depends on the name alone; these answers must stay as they are."""
    names = ["a", "b", "c", "d", "e", "f", "g", "h"]

    assert [is_development(name) for name in names] == [False, True, False, True, True, False, False, False]


def test_a_token_is_found_after_the_one_before() -> None:
    """A repeated token gets its own place, and one that is not there an empty range."""
    assert (Span(0, 2), Span(3, 5), Span(5, 5), Span(6, 7)) == locate(("no", "no", "yes", "x"), "no no x")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """A Parquet file of another schema is refused with the name of what it lacks."""
    file = tmp_path / "other.parquet"
    parquet.write_table(pyarrow.table({"id": ["1"], "lang_pair": ["pt-en"]}), file)

    with pytest.raises(InputError, match="lacks the column 'source'"):
        list(read_rows(file))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """Text given for Parquet is refused in words."""
    file = tmp_path / "rows.parquet"
    file.write_text("id\tsource\n")

    with pytest.raises(InputError, match="cannot be read as Parquet"):
        list(read_rows(file))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word_tags": ["OK"]}, "word_tags has 1 tags where 8 belong"),
        ({"word_tags_wmt22": ["OK"] * 8}, "word_tags_wmt22 has 8 tags where 9 belong"),
        ({"word_tags": ["ok"] * 8}, "word_tags has the tag 'ok'; tags are OK and BAD"),
        ({"token_starts": [0], "token_ends": [1, 2]}, "token_starts has 1 numbers and token_ends 2"),
        ({"token_starts": [0] * 8, "token_ends": [99] * 8}, "a token from 0 to 99 lies outside 'target'"),
        ({"error_spans": [{"start": 4, "end": 2, "severity": "minor", "category": ""}]}, "an error from 4 to 2"),
        ({"target": None}, "'target' is empty"),
        ({"score": "good"}, "the column 'score' is of type string"),
        ({"word_tags": "OK OK"}, "the column 'word_tags' is of type string"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes: dict[str, object], message: str, tmp_path: Path) -> None:
    """The message names the file, the row where there is one, and what is wrong; nothing is mended in silence."""
    with pytest.raises(InputError, match=message):
        made.row(tmp_path, **changes)


def test_only_five_columns_are_needed(tmp_path: Path) -> None:
    """Without tags, spans and documents a file still gives sentence scores."""
    file = tmp_path / "scores.parquet"
    columns = {"id": ["1"], "lang_pair": ["pt-en"], "source": ["Acabou."], "target": ["It ended."], "score": [0.5]}
    parquet.write_table(pyarrow.table(columns), file)

    (row,) = read_rows(file)

    assert (row.tags, row.official, row.errors, row.words) == (None, None, None, ())
    assert (row.document, row.score) == ("1", 0.5)
