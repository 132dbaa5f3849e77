"""Rows for Google's MQM Viewer."""

from __future__ import annotations

import json

from hypothesis import given

from auditor.reports import mqm
from auditor.values import Audit
from tests.reports.audits import audits
from tests.reports.golden import golden


def test_golden(audit: Audit) -> None:
    """The rows are what a person last looked at."""
    written = mqm.render(audit)

    assert golden("audit.mqm.tsv", written) == written


@given(audits())
def test_hostile_text_stays_in_its_cell(audit: Audit) -> None:
    """Whatever the text: a row a finding and a row a clean sentence, ten cells, one pair of marks an error."""
    header, *lines = mqm.render(audit).decode().removesuffix("\n").split("\n")
    rows = [line.split("\t") for line in lines]

    assert list(mqm.COLUMNS) == header.split("\t")
    assert {10} >= {len(row) for row in rows}
    errors = [row for row in rows if row[7] != "no-error"]
    assert len(audit.findings) == len(errors)
    assert [(1, 1)] * len(errors) == [(row[6].count("<v>"), row[6].count("</v>")) for row in errors]
    assert {row[2] for row in rows} == {str(number + 1) for number in range(len(audit.document.sentences))}


def test_the_marked_words_are_the_findings(audit: Audit) -> None:
    """What stands between the marks is what the finding quotes."""
    rows = [line.split("\t") for line in mqm.render(audit).decode().splitlines()[1:]]

    marked = [row[6].partition("<v>")[2].partition("</v>")[0] for row in rows if row[7] != "no-error"]
    assert [finding.span.of(audit.document.text) for finding in audit.findings] == marked
    assert json.loads(rows[1][9])["suggestions"] == ["sensitive", "touchy"]
