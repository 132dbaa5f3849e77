"""What the detector knows of each word."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from auditor.detection import features
from auditor.text import document_context, segmentation
from auditor.values import BackTranslation, Candidate, Kind, Measurements, Repair, Severity, Span

TEXT = "“We agree,” said Olsen. Nobody saw the the politic"


def _measured(text: str) -> Measurements:
    document = segmentation.document(text, name="test")
    surprisals = {word.span.start: float(number) for number, word in enumerate(document.words)}
    return Measurements(document, document_context.measure(document), surprisals)


def _column(measurements: Measurements, name: str, repairs: tuple[Repair, ...] = ()) -> list[float]:
    return [
        row[features.NAMES.index(name)]
        for row in features.of_words(measurements, repairs, measurements.document.sentences)
    ]


def _repair(span: Span, mechanism: str) -> Repair:
    candidate = Candidate(span, "x", mechanism, Kind.GRAMMAR, Severity.MINOR, "wrong")
    return Repair(candidate, 9.0, None, 9.0)


@given(st.text(alphabet="ab .,“”'\n", max_size=60))
def test_every_word_has_a_row_of_every_column(text: str) -> None:
    """Whatever the text, and with nothing measured but the document."""
    document = segmentation.document(text, name="test")
    rows = features.of_words(Measurements(document, document_context.measure(document)), [], document.sentences)

    assert len(rows) == len(document.words)
    assert all(len(row) == len(features.NAMES) for row in rows)


def test_what_was_not_measured_is_not_a_number() -> None:
    """Without a quality estimator or a translation their columns are NaN; neighbours beyond the sentence too."""
    measurements = _measured(TEXT)

    assert all(math.isnan(value) for value in _column(measurements, "tagged"))
    assert all(math.isnan(value) for value in _column(measurements, "returned"))
    assert math.isnan(_column(measurements, "surprisal_before")[0])
    assert _column(measurements, "surprisal_before")[1] == 0.0


def test_the_document_tells_what_stands_in_quotation_marks_and_where_no_sentence_ends() -> None:
    """The columns that need no model."""
    measurements = _measured(TEXT)

    assert _column(measurements, "quoted") == [1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert _column(measurements, "headline") == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert _column(measurements, "name")[3] == 1.0


def test_a_word_comes_back_from_the_pivot_or_not() -> None:
    """Marks and capitals do not matter."""
    text = "The ministers met, the Canal closed."
    measurements = _measured(text)
    back = BackTranslation("…", "“Ministers” closed the channel.", (-0.5,) * 6, ((),) * 6)
    measurements = Measurements(measurements.document, measurements.knowledge, back={0: back})

    assert _column(measurements, "returned") == [1, 1, 0, 1, 0, 1]
    assert _column(measurements, "forced") == [0.5] * 6


def test_a_repair_affects_the_words_it_touches_or_the_one_before_it() -> None:
    """A clause is wrong from its first word on; a stop belongs to the word it follows."""
    words = segmentation.document(TEXT, name="test").words
    stop = TEXT.index(".")

    assert list(features.affected_words(words, Span(TEXT.index("the the"), TEXT.index(" politic")))) == [6, 7]
    assert list(features.affected_words(words, Span(stop, stop + 1))) == [3]
    assert list(features.affected_words(words, Span(TEXT.index("Nobody"), len(TEXT)), clause_level=True)) == [4]
    assert list(features.affected_words((), Span(0, 1))) == []


def test_a_mechanism_that_tries_many_words_counts_for_its_words_alone() -> None:
    """Rules are weighed as a whole; nothing of them is in the rows."""
    at = TEXT.index("politic")
    proposed, rule = (_repair(Span(at, at + 7), name) for name in ("shared-pivot", "apostrophes"))
    measurements = _measured(TEXT)

    assert _column(measurements, "proposed", (proposed,))[-2:] == [-4.0, 3.0]
    assert _column(measurements, "proposed", (rule,)) == _column(measurements, "proposed")


def test_how_wrong_the_rest_looks_is_told_without_the_own_sentence() -> None:
    """Means over all other sentences; a sentence with no other long enough beside it knows nothing."""
    short, long = "Nobody came.", "They said that " + "it rained and " * 8 + "it rained."
    document = segmentation.document(f"{long} {short}", name="test")
    surprisals = {word.span.start: 4.0 for word in document.sentences[0].words}
    surprisals |= {word.span.start: 99.0 for word in document.sentences[1].words}
    measured = Measurements(document, document_context.measure(document), surprisals)

    column = _column(measured, "elsewhere_surprisal")

    assert all(math.isnan(value) for value in column[: len(document.sentences[0].words)])
    assert column[-2:] == [4.0, 4.0]
    assert all(math.isnan(value) for value in _column(measured, "elsewhere_wrong"))
