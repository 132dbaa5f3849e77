"""The findings as SARIF."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from auditor import scoring
from auditor.readers import bitext, docx, html, markdown, tables, text
from auditor.reports import sarif
from auditor.values import Audit, Document, Finding, Kind, Severity, Span
from tests.readers.word_files import story
from tests.reports.audits import audits
from tests.reports.golden import golden


def test_golden(audit: Audit) -> None:
    """The log is what a person last looked at."""
    written = sarif.render(audit)

    assert golden("audit.sarif", written) == written


@given(audits())
def test_every_region_is_what_it_quotes(audit: Audit) -> None:
    """Whatever the text: valid JSON, a result a finding, and the offsets cut out the snippet."""
    (run,) = json.loads(sarif.render(audit))["runs"]

    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert [finding.span.of(audit.document.text) for finding in audit.findings] == [
        region["snippet"]["text"] for region in regions
    ]
    for region in regions:
        start = region["charOffset"]
        assert region["snippet"]["text"] == audit.document.text[start : start + region["charLength"]]
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


@settings(max_examples=50)  # each draws a whole audit
@given(audits())
def test_each_rule_and_each_fix_is_there_once(audit: Audit) -> None:
    """What the schema asks of lists, with the results' own rules in the driver."""
    (run,) = json.loads(sarif.render(audit))["runs"]

    listed = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert listed == sorted({result["ruleId"] for result in run["results"]})
    for result in run["results"]:
        texts = [fix["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] for fix in result["fixes"]]
        assert len(texts) == len(set(texts))


def test_lines_and_columns_count_from_one(audit: Audit) -> None:
    """The first finding stands in the third line of the story."""
    (run,) = json.loads(sarif.render(audit))["runs"]

    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    line = audit.document.text.split("\n")[region["startLine"] - 1]
    assert region["startLine"] == 3
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "sensible"


PAGE = b"<html>\n<nav>The menu</nav>\n<article><p>The &amp; of\n <b>the words</b>.</article></html>"
MARKDOWN = b"---\ntitle: x\n---\n\nSee [the link](http://example.org) and **the words**.\n"
XLIFF = b"""<xliff version="1.2">
<file original="a" source-language="fr" target-language="en"><body><trans-unit id="1"><source>a</source>
<target>See <g id="1">the</g> &amp; of \xf0\x9f\x98\x80 the words.</target></trans-unit></body></file></xliff>"""
PO = b'msgid "a"\nmsgstr ""\n"See \\"the\\" and of "\n"all the words.\\n"\n'


def _audit(document: Document, written: str) -> Audit:
    """Audit a document in which one place is in doubt."""
    start = document.text.index(written)
    finding = Finding(Span(start, start + len(written)), Kind.AWKWARD, Severity.MINOR, 0.6, "round-trip", "odd", ("a",))
    score, interval, paragraphs = scoring.score(document, [finding])
    return Audit(document, score, interval, paragraphs, "auditor:test")


@pytest.mark.parametrize(
    ("document", "original", "line", "written"),
    [
        (html.read(PAGE, name="a.html"), PAGE, 4, "the words"),
        (markdown.read(MARKDOWN, name="a.md"), MARKDOWN, 5, "the words"),
        (bitext.read(XLIFF, name="a.xlf"), XLIFF, 3, "the words"),
        (bitext.read(PO, name="a.po"), PO, 4, "the words"),
    ],
)
def test_marked_up_files_are_placed_in_their_markup(
    document: Document, original: bytes, line: int, written: str
) -> None:
    """With the file at hand, lines and columns are the file's."""
    audit = _audit(document, written)

    (run,) = json.loads(sarif.render(audit, original=original))["runs"]

    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    lines = original.decode().split("\n")
    assert region["startLine"] == line
    assert lines[line - 1][region["startColumn"] - 1 : region["endColumn"] - 1] == written


TABLE = b"source,target\nUm.,See the words of it.\n"


@pytest.mark.parametrize(
    ("document", "original"),
    [
        (docx.read(story(), name="a.docx"), story()),
        (tables.read(TABLE, name="a.csv"), TABLE),
        (text.read(b"<p>See</p>\nthe words", name="a.html"), b"<p>See</p>\nthe words"),
    ],
)
def test_a_file_without_lines_of_its_own_gets_none(document: Document, original: bytes) -> None:
    """A Word document, a table, a page that was read as text: the paragraph is named, and no line is made up."""
    (run,) = json.loads(sarif.render(_audit(document, "the"), original=original))["runs"]

    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": document.name}}
    assert location["logicalLocations"][0]["name"].startswith("paragraph ")
    assert run["results"][0]["fixes"] == []
