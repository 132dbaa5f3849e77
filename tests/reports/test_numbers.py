"""What signals measured, in the reports that show it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from auditor.reports import frames, terminal
from auditor.reports import json as report
from auditor.values import Audit, Numbers, Per


@pytest.fixture
def measured(audit: Audit) -> Audit:
    """The audit with a number of one sentence, and one of each word of another but its first."""
    _, second, third, *_ = audit.document.sentences
    lengths = {word.span.start: float(len(word.text)) for word in third.words[1:]}
    numbers = {
        "round-trip-chrf": Numbers("chrF, 0-100", Per.SENTENCE, {second.span.start: 61.25}),
        "length": Numbers("code points", Per.WORD, lengths),
    }
    return replace(audit, numbers=numbers)


def test_json_has_them_with_their_sentences(measured: Audit) -> None:
    """By name; one a word stands in the order of the words, and what was not measured is not invented."""
    written = json.loads(report.render(measured))

    first, second, third, *_ = (sentence for part in written["paragraphs"] for sentence in part["sentences"])
    assert written["numbers"]["round-trip-chrf"] == {"unit": "chrF, 0-100", "per": "sentence"}
    assert (first["numbers"], second["numbers"]) == ({}, {"round-trip-chrf": 61.25})
    assert third["numbers"]["length"][0] is None
    assert len(third["numbers"]["length"]) == len(third["words"])
    assert report.parse(report.render(measured)) == measured


def test_a_report_of_the_form_before_can_be_read(audit: Audit) -> None:
    """Form 1.0 had no numbers."""
    written = json.loads(report.render(audit))
    del written["numbers"]
    for paragraph in written["paragraphs"]:
        for sentence in paragraph["sentences"]:
            del sentence["numbers"]

    assert report.parse(json.dumps({**written, "schema_version": "1.0"}).encode()) == audit


def test_the_terminal_shows_them_when_asked(measured: Audit) -> None:
    """A line a sentence, below its paragraph's notes; nobody else is bothered."""
    lines = terminal.render(measured, numbers=True).decode().splitlines()

    assert "  sentence 1: round-trip-chrf 61.2" in lines
    assert any(line.startswith("  sentence 1: length - ") for line in lines)
    assert b"round-trip-chrf" not in terminal.render(measured)


def test_a_table_has_a_column_for_each(measured: Audit) -> None:
    """For notebooks: a row a sentence."""
    table = frames.sentences(measured)

    assert len(table) == len(measured.document.sentences)
    assert table["round-trip-chrf"].dropna().tolist() == [61.25]
    assert table["text"][1] == measured.document.sentences[1].span.of(measured.document.text)
