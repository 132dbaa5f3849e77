"""Rows make a document, which is audited as users' documents are; what it says is brought back to each row's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.detection.parameters import DetectorParameters
from auditor.evaluation.audited import Audited, assemble, open_audit, word_values
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.pipeline import Auditor
from auditor.repairs import REPAIRS
from auditor.reports.json import parse, render
from auditor.text import segmentation
from auditor.values import Audit, Document, Finding, Kind, ParagraphAudit, Settings, Severity, Span
from tests.engines.small_marian import save_small_marian
from tests.evaluation import rows as made
from tests.small_models import SENTENCES, make_causal_lm


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


def test_a_word_is_as_suspect_as_the_detector_finds_it_and_flagged_where_a_finding_is_reported() -> None:
    """At least the threshold on a finding, less elsewhere; a mark of punctuation takes what the finding has."""
    document = segmentation.document("It began again.", name="x")
    found = [_finding(Span(0, 2), 0.3), _finding(Span(3, 8), 0.7), _finding(Span(14, 15), 0.6)]
    audit = Audit(document, 50.0, (0.0, 100.0), (ParagraphAudit(Span(0, 15), 50.0, (0.0, 100.0), tuple(found)),), "s")
    probabilities = {0: 0.2, 3: 0.4, 9: 0.9}

    words = [Span(0, 2), Span(3, 8), Span(9, 14), Span(14, 15)]
    values = word_values(audit, probabilities, words, threshold=0.5)

    assert values == pytest.approx([0.2, 0.5, 0.5, 0.6], abs=1e-5)
    assert [value >= 0.5 for value in values] == [False, True, False, True]


def _finding(span: Span, probability: float) -> Finding:
    return Finding(span, Kind.GRAMMAR, Severity.MINOR, probability, "inflections", "odd")


@pytest.fixture(scope="module")
def small_auditor(tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    """An auditor of small models that reports every repair which gains a nat."""
    folder = tmp_path_factory.mktemp("models")
    models: dict[str, str] = {}
    for pair in (("en", "fr"), ("fr", "en")):
        models["-".join(pair)] = str(save_small_marian(folder / "-".join(pair), pair=pair, positions=104, end_nats=4.0))
    settings = Settings(
        fluency_model=str(make_causal_lm(folder / "tiny")),
        back_translation=models,
        quality_estimator="none",
        post_editor="none",
        mechanisms=("contractions", "extra-function-words", "inflections"),
    )
    parameters = DetectorParameters(
        dict.fromkeys(REPAIRS, 1.0), repair_weights={"intercept": 2.0}, minimum_probability=0.5
    )
    return Auditor(settings, parameters=parameters)


def test_what_is_measured_is_what_ships(small_auditor: Auditor, row: GoldRow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several passages: findings and scores are the library's own; what it reports is flagged, nothing else."""
    texts = [f"{first} {second}" for first in SENTENCES[:3] for second in SENTENCES[:2]]
    texts[0] = texts[0].replace("minister", "mini\u00adster")  # what a reader does not see
    requests = [Request(_words(row, str(at), text), None) for at, text in enumerate(texts)]
    document, _ = assemble(requests)
    audited = Audited(small_auditor)

    made: list[tuple[Audit, dict[int, float]]] = []
    usual = Audited.audit

    def kept(own: Audited, document: Document) -> tuple[Audit, dict[int, float]]:
        made.append(usual(own, document))
        return made[-1]

    monkeypatch.setattr(Audited, "audit", kept)
    predictions = audited.predict(requests)
    ((audit, probabilities),) = made

    sentences = [sentence.span for sentence in document.sentences]
    assert len(list(small_auditor.engines.language_model.read(document.text, sentences))) > 1
    assert audit.document == document
    assert audit == Auditor(small_auditor.settings, parameters=small_auditor.parameters).audit(document)
    assert len(audit.findings) > 3
    assert list(probabilities) == [word.span.start for word in document.words]
    _assert_flagged(audit, predictions, audited.threshold)


def _words(row: GoldRow, segment: str, text: str) -> GoldRow:
    """Return a row with this text, tagged word by word as the audit cuts it."""
    words = tuple(word.span for word in segmentation.document(text, name="x").words)
    return replace(row, segment=segment, target=text, words=words, tags=None, official=None)


def _assert_flagged(audit: Audit, predictions: Sequence[Prediction], threshold: float) -> None:
    """Hold the values of all words to the findings: what reaches the threshold stands in one, all else in none."""
    values = [value for prediction in predictions for value in prediction.words]
    for word, value in zip(audit.document.words, values, strict=True):
        reported = any(finding.span.overlaps(word.span) for finding in audit.findings)
        assert (value >= threshold) == reported


XLIFF = """<?xml version="1.0"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a" source-language="pt" target-language="en" datatype="plaintext"><body>{units}</body></file></xliff>
"""
UNITS = (
    (
        "A presidente da câmara disse que vai abrir o porto na segunda-feira.",
        "The mayor said that shell open the harbor on Monday.",
    ),
    ("Morreram 14 pessoas e a aldeia foi destruída.", "It killed 41 people, and the village was destroyed."),
    ("A ponte vai continuar fechada até ao outono.", "The bridge will remain closed until the the autumn."),
)


@pytest.mark.weights
@pytest.mark.parametrize("with_sources", [True, False])
def test_the_command_reports_what_is_measured(row: GoldRow, tmp_path: Path, *, with_sources: bool) -> None:
    """`auditor check` and `auditor evaluate`, with the embedded models: the same places, chances and scores."""
    requests: list[Request] = []
    units = ""
    for at, (source, text) in enumerate(UNITS):
        requests.append(Request(_words(row, str(at), text), source if with_sources else None))
        units += f'<trans-unit id="{at}"><source>{source}</source><target>{text}</target></trans-unit>'
    file = tmp_path / ("story.xlf" if with_sources else "story.txt")
    file.write_text(XLIFF.format(units=units) if with_sources else "\n\n".join(text for _, text in UNITS), "utf-8")
    report = tmp_path / "report.json"
    main(["check", str(file), "--format", "json", "--output", str(report), "--no-cache", "--quiet"])
    shipped = parse(report.read_bytes())

    audited = open_audit(Options(Settings(), seed=1))
    audit, _ = audited.audit(assemble(requests)[0])
    predictions = audited.predict(requests)

    measured = parse(render(audit))
    assert measured.paragraphs == shipped.paragraphs
    assert measured.signature == shipped.signature
    assert len(audit.findings) > 1
    assert [prediction.score for prediction in predictions] == [part.score for part in audit.paragraphs]
    _assert_flagged(audit, predictions, audited.threshold)
