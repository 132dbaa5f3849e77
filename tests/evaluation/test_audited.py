"""Documents are put together from rows, and what an audit says is brought back to each row's words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.evaluation.audited import assemble, open_audit, suspicions
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.systems import Options, Request
from auditor.values import Audit, Document, Finding, Kind, ParagraphAudit, Settings, Severity, Span
from tests.evaluation import rows as made


@pytest.fixture
def row(tmp_path: Path) -> GoldRow:
    """A judged row."""
    return made.row(tmp_path)


def _requests(row: GoldRow, *texts: tuple[str, str, str | None]) -> list[Request]:
    return [Request(replace(row, segment=segment, target=text), source) for segment, text, source in texts]


def test_rows_become_paragraphs_in_the_order_of_their_numbers(row: GoldRow) -> None:
    """Segment 10 follows segment 9, texts of a segment follow each other in it, raters share a place."""
    requests = _requests(
        row, ("10", "It ended.", None), ("9", "It began.", None), ("9", "It went on.", None), ("10", "It ended.", None)
    )
    document, offsets = assemble(requests)

    assert document.text == "It began. It went on.\n\nIt ended."
    assert [document.text[offset : offset + 6] for offset in offsets] == ["It end", "It beg", "It wen", "It end"]
    assert len(document.paragraphs) == 2


def test_a_line_break_inside_a_row_begins_no_paragraph(row: GoldRow) -> None:
    """Offsets stay those of the row, and each row is one paragraph."""
    text = "It began\r\nand\u2028ended."
    document, offsets = assemble(_requests(row, ("1", text, None), ("2", "So.", None)))

    assert len(document.paragraphs) == 2
    assert offsets == [0, len(text) + 2]


def test_every_paragraph_has_its_own_source(row: GoldRow) -> None:
    """Also where a row before it is empty and makes no paragraph."""
    document, _ = assemble(
        _requests(row, ("1", "It began.", "Começou."), ("2", " ", "x"), ("3", "It ended.", "Acabou."))
    )

    assert [sentence.source for sentence in document.sentences] == ["Começou.", "Acabou."]


def test_without_sources_there_are_none(row: GoldRow) -> None:
    """A document whose sources are not shown is an ordinary one."""
    document, _ = assemble(_requests(row, ("1", "It began.", None)))

    assert [sentence.source for sentence in document.sentences] == [None]


def test_a_word_is_as_suspect_as_the_judge_finds_it_and_flagged_where_a_finding_is_told() -> None:
    """At least the bar on a finding that is told, less elsewhere; a mark of punctuation takes what the finding has."""
    found = [_finding(Span(0, 2), 0.3), _finding(Span(3, 8), 0.7), _finding(Span(14, 15), 0.6)]
    document = Document("x", "en", "It began again.", ())
    audit = Audit(document, 50.0, (0.0, 100.0), (ParagraphAudit(Span(0, 15), 50.0, (0.0, 100.0), tuple(found)),), "s")
    chances = [(Span(0, 2), 0.2), (Span(3, 8), 0.4), (Span(9, 14), 0.9)]

    values = suspicions(audit, chances, [Span(0, 2), Span(3, 8), Span(9, 14), Span(14, 15)], bar=0.5)

    assert values == pytest.approx([0.2, 0.5, 0.5, 0.6], abs=1e-5)
    assert [value >= 0.5 for value in values] == [False, True, False, True]


def _finding(span: Span, probability: float) -> Finding:
    return Finding(span, Kind.GRAMMAR, Severity.MINOR, probability, "inflections", "odd")


@pytest.mark.weights
def test_an_audit_reads_whole_documents(tmp_path: Path) -> None:
    """Each row gets one value a word and the score of its own paragraph."""
    good = replace(made.row(tmp_path), segment="2")
    bad = replace(
        good, segment="1", target="Hell meet the captain on Monday, he said.", words=(Span(0, 4), Span(14, 21))
    )
    audited = open_audit(Options(Settings(threads=1, quality_estimator="none"), seed=1))

    first, second = audited.predict([Request(bad, None), Request(good, None)])

    assert first.words[0] > first.words[1]
    assert len(second.words) == len(good.words)
    assert first.score < second.score
