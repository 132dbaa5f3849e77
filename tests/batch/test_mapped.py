"""Stories and outcomes as rows of a table: what comes back is what went in."""

from __future__ import annotations

import pytest

from auditor.batch import mapped
from auditor.batch.shards import Outcome, outcome
from auditor.readers.tables import Row
from auditor.values import Audit
from auditor.workflow import SourceFile, Story

HALF = "half a pair \ud83d in a cell"
NAME = "a byte \udcff of a file's name"


@pytest.mark.parametrize(
    "story",
    [
        Story("a.txt", b"The talks \x00\xff go on.", source=SourceFile("b.txt", b"Fim.")),
        Story(NAME, rows=(Row(1, HALF, HALF, None), Row(2, "", "The end.", "Fim."))),
        Story("c.docx", refusal="is a folder", input_format="word"),
    ],
)
def test_a_story_travels_as_a_row(story: Story) -> None:
    """Through Arrow, whatever its bytes and characters."""
    datasets = pytest.importorskip("datasets")
    (row,) = datasets.Dataset.from_list([mapped._story_row(story)])

    assert mapped._story(row) == story


def test_an_outcome_travels_as_a_row(audit: Audit) -> None:
    """An audited story with its reports, summary and findings, and one that failed."""
    done = outcome(NAME, "content", audit, signature="s")
    failed = Outcome("b.txt", failure=HALF)

    for each in (done, failed):
        assert mapped._outcome(mapped._outcome_row(each)) == each
