"""An audit as pandas tables, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.readers.extras import need
from auditor.reports import rows
from auditor.reports.numbers import of_sentence
from auditor.reports.rows import FindingRow, ParagraphRow
from auditor.values import Audit

if TYPE_CHECKING:
    from pandas import DataFrame


def findings(audit: Audit) -> DataFrame:
    """Return a row a finding, with the columns of `FindingRow`, also when there is none."""
    pandas = need("pandas", package="pandas", purpose="make tables", extra="notebook")
    frame: DataFrame = pandas.DataFrame(list(rows.findings(audit)), columns=list(FindingRow._fields))
    return frame


def paragraphs(audit: Audit) -> DataFrame:
    """Return a row a paragraph, with the columns of `ParagraphRow`."""
    pandas = need("pandas", package="pandas", purpose="make tables", extra="notebook")
    frame: DataFrame = pandas.DataFrame(list(rows.paragraphs(audit)), columns=list(ParagraphRow._fields))
    return frame


def sentences(audit: Audit) -> DataFrame:
    """Return a row a sentence: its paragraph and number, from 1, where it stands, its text, and what was measured.

    There is a column for each number of the audit, such as "round-trip-chrf"; it is empty where nothing was measured.
    """
    pandas = need("pandas", package="pandas", purpose="make tables", extra="notebook")
    table: list[dict[str, object]] = []
    for paragraph_number, paragraph in enumerate(audit.document.paragraphs, start=1):
        for number, sentence in enumerate(paragraph.sentences, start=1):
            place = {"paragraph": paragraph_number, "sentence": number, "start": sentence.span.start}
            text = {"end": sentence.span.end, "text": sentence.span.of(audit.document.text)}
            table.append({**place, **text, **of_sentence(audit.numbers, sentence)})
    columns = ["paragraph", "sentence", "start", "end", "text", *audit.numbers]
    frame: DataFrame = pandas.DataFrame(table, columns=columns)
    return frame
