"""The report for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from hypothesis import given, settings

from auditor.errors import InputError
from auditor.reports import json as report
from auditor.values import Audit
from tests.reports.audits import audits
from tests.reports.golden import golden


def _validate(written: bytes) -> None:
    schema = json.loads(resources.files("auditor.reports").joinpath("audit.schema.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads(written))


def test_golden(audit: Audit) -> None:
    """The report is what a person last looked at."""
    written = report.render(audit)

    assert golden("audit.json", written) == written


@settings(max_examples=50)  # each draws a whole audit
@given(audits())
def test_parsing_brings_back_the_audit(audit: Audit) -> None:
    """Nothing is lost, and what is written keeps to the committed schema."""
    written = report.render(audit)

    _validate(written)
    assert report.parse(written) == audit


def test_file_names_that_are_no_text_come_back(audit: Audit) -> None:
    """A path with undecodable bytes holds lone surrogates; the report is UTF-8 all the same."""
    odd = replace(audit, document=replace(audit.document, name="caf\udce9.txt"))

    written = report.render(odd)

    assert report.parse(written.decode("utf-8").encode()) == odd


def test_text_stands_at_its_offsets(audit: Audit) -> None:
    """A program that slices `document.text` gets what the report quotes."""
    written = json.loads(report.render(audit))

    for paragraph in written["paragraphs"]:
        for part in (paragraph, *paragraph["findings"]):
            assert written["document"]["text"][part["start"] : part["end"]] == part["text"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[]", b"{}", b'{"schema_version": "2.0"}', b'{"schema_version": "1.0", "document": {"name": "a"}}'],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """What is no report is an error of input, said in one sentence."""
    with pytest.raises(InputError, match="this is not a JSON report of auditor"):
        report.parse(data)
