"""An audit as pandas tables, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.readers.extras import need
from auditor.reports import rows
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
