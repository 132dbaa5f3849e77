"""The prefilter: what deserves a closer look."""

from __future__ import annotations

from dataclasses import replace

from auditor.detection import prefilter
from auditor.detection.boosted_trees import BoostedTrees, Tree
from auditor.detection.parameters import DetectorParameters
from auditor.text import document_context, segmentation
from auditor.values import Candidate, Kind, Measurements, QualityEstimate, Severity, Span

TEXT = "The minister met the mayor. Nobody saw the the politic of the town."
# A word of which the quality estimator says more than even chances is suspect.
ON_TAGGED = BoostedTrees(
    ("tagged",), 0.0, (Tree((0, -1, -1), (0.0, 0, 0), (True,) * 3, (1, 0, 0), (2, 0, 0), (0.0, -3.0, 3.0)),)
)
PARAMETERS = DetectorParameters({}, prefilter_trees=ON_TAGGED, prefilter_threshold=0.5)


def _measured(marked: str | None) -> Measurements:
    """Measure the text by a quality estimator that marks one word."""
    document = segmentation.document(TEXT, name="test")
    estimates = {
        sentence.span.start: QualityEstimate(
            minor=tuple(0.9 * (word.text == marked) for word in sentence.words),
            major=(0.0,) * len(sentence.words),
            marked_end=0.0,
            edited=(0.0,) * len(sentence.words),
            edited_gaps=(0.0,) * len(sentence.words),
            edited_end=0.0,
            kinds=(Kind.MISTRANSLATION,) * len(sentence.words),
            assessment=0.0,
            mqm=0.0,
        )
        for sentence in document.sentences
        if marked
    }
    return Measurements(document, document_context.measure(document), quality_estimates=estimates)


def _doubted(measurements: Measurements, parameters: DetectorParameters = PARAMETERS) -> list[str]:
    look = prefilter.closer_look(measurements, measurements.document.sentences, parameters)
    return [word.text for word in measurements.document.words if word.span.start in look.words]


def test_a_word_at_the_threshold_and_its_neighbours_are_in_doubt() -> None:
    """What stands beside a suspect word may be what is wrong with it."""
    assert _doubted(_measured("politic")) == ["the", "politic", "of"]


def test_a_word_at_the_end_has_one_neighbour() -> None:
    """The last word of a text."""
    assert _doubted(_measured("town")) == ["the", "town"]


def test_a_function_word_that_nobody_would_write_there_is_in_doubt() -> None:
    """Whatever the fit says of it; a rare word is no reason by itself."""
    measurements = _measured("town")
    surprisals = {word.span.start: 13.0 for word in measurements.document.words if word.text in {"met", "of"}}

    assert _doubted(replace(measurements, surprisals=surprisals)) == ["politic", "of", "the", "town"]


def test_without_a_quality_estimator_or_a_fit_every_word_is_in_doubt() -> None:
    """A prefilter that cannot tell leaves nothing out."""
    assert _doubted(_measured(None)) == TEXT.replace(".", "").split()
    assert _doubted(_measured("politic"), DetectorParameters({})) == TEXT.replace(".", "").split()


def test_a_sentence_without_a_doubtful_word_is_left_alone() -> None:
    """It is not translated; neither is one for nothing but an odd function word, at which wordings are tried."""
    measurements = _measured("politic")
    sentences = measurements.document.sentences
    odd = replace(measurements, surprisals={sentences[0].words[3].span.start: 13.0})

    assert prefilter.closer_look(measurements, sentences, PARAMETERS).sentences == (sentences[1],)
    assert prefilter.closer_look(odd, sentences, PARAMETERS).sentences == (sentences[1],)
    assert _doubted(odd)[:3] == ["met", "the", "mayor"]


def test_a_rule_is_rescored_wherever_it_fires_and_a_guess_only_where_there_is_doubt() -> None:
    """Mechanisms that try many words are gated; those that know something are not."""
    measurements = _measured("politic")
    sentences = measurements.document.sentences
    doubted = prefilter.closer_look(measurements, sentences, PARAMETERS).words

    def candidate(word: str, mechanism: str) -> Candidate:
        start = TEXT.index(word)
        return Candidate(Span(start, start + len(word)), "x", mechanism, Kind.GRAMMAR, Severity.MINOR, "wrong")

    near, far = candidate("politic", "inflections"), candidate("mayor", "inflections")
    rule = candidate("mayor", "false-friends")

    assert prefilter.select_candidates([near, far, rule], sentences, doubted) == [near, rule]
