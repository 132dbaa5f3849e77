"""Annotations for GitHub Actions."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given

from auditor.reports import github
from auditor.values import Audit
from tests.readers.word_files import story
from tests.reports.audits import audits
from tests.reports.golden import golden

_COMMAND = re.compile(r"::(?:notice|warning|error) file=[^,:]*(?:,\w+=[^,:\n]*)*::[^\n\r]*")


def test_golden(audit: Audit) -> None:
    """The commands are what a person last looked at."""
    written = github.render(audit)

    assert golden("audit.github.txt", written) == written


@given(audits())
def test_hostile_text_cannot_issue_a_command(audit: Audit) -> None:
    """Whatever the text, there is one command a finding, a line each, and nothing else."""
    lines = github.render(audit).decode().split("\n")[:-1]

    assert len(audit.findings) == len(lines)
    assert [line for line in lines if not _COMMAND.fullmatch(line)] == []


def test_separators_in_a_name_are_escaped(audit: Audit) -> None:
    """A file name cannot end its property."""
    named = replace(audit, document=replace(audit.document, name="a,b:c%\n::error::d.txt"))

    assert b"file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ad.txt," in github.render(named)


def test_a_file_without_lines_is_annotated_as_a_whole(audit: Audit) -> None:
    """What the annotation of a Word document names is the file alone, not a line of the extracted text."""
    written = github.render(audit, original=story()).decode()

    assert "line=" not in written
    assert written.startswith(f"::warning file={audit.document.name},title=")
