"""What an editor reads: no numbers of the models, and no word that only a linguist knows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from auditor.detection import messages
from auditor.detection.candidate_spans import CandidateSpan, DetectorInput
from auditor.repairs import REPAIRS
from auditor.text import document_context
from auditor.values import BackTranslation, Candidate, Forced, Measurements, PostEdits, Price, Repair
from tests.detection.small_detector import found, measurements, repair
from tests.repairs.sentences import document_of

_FOREIGN_TO_EDITORS = re.compile(
    r"\bnats?\b|\blog\b|log[- ]|-\d|\bsmall word|function word|probabilit|surprisal|token|pivot|logit|\bnan\b|\binf\b",
    re.IGNORECASE,
)
_GAINS = (-3.0, -0.01, 0.0, 0.4, 3.0, 25.0)
_MEANINGS = (None, -9.0, -0.2, 4.0)


def _measured(name: str, text: str) -> Measurements:
    """Measure a text as if every word of it surprised all models, which would rather have written another."""
    document = document_of(REPAIRS.load(name), text)
    back, edits = {}, {}
    for sentence in document.sentences:
        others = (("house", "garden"),) * len(sentence.words)
        costs = (-20.0,) * len(sentence.words)
        back[sentence.span.start] = BackTranslation("A casa.", "The house of the garden.", costs, others)
        told = ((("house", -0.1), ("", -2.0)),) * len(sentence.words)
        certain = (2.0,) * len(sentence.words)
        edits[sentence.span.start] = PostEdits(certain, told, (("the", 2.0),) * len(certain), certain, certain)
    starts = [word.span.start for word in document.words]
    return Measurements(
        document,
        document_context.measure(document),
        surprisals=dict.fromkeys(starts, 14.0),
        predictions=dict.fromkeys(starts, ("house", "garden")),
        back=back,
        entropies=dict.fromkeys(starts, 2.0),
        post_edits=edits,
    )


def _candidates(name: str) -> Iterator[tuple[Measurements, Candidate]]:
    module = REPAIRS.load(name)
    for text in (*(case[0] for case in module.INVALID), *module.VALID):
        measured = _measured(name, text)
        for sentence in measured.document.sentences:
            for candidate in module.propose(sentence, measured):
                yield measured, candidate


@pytest.mark.parametrize("name", tuple(REPAIRS))
def test_no_mechanism_speaks_in_numbers_of_the_models(name: str) -> None:
    """Whatever it proposes, and whatever that is worth: an editor reads no nats and no terms of the trade."""
    seen = 0
    for measured, candidate in _candidates(name):
        given = DetectorInput.whole(measured, [])
        for gain, meaning in itertools.product(_GAINS, _MEANINGS):
            priced = Repair(candidate, gain, meaning, gain)
            finding = messages.report(CandidateSpan(candidate.span, 0.9, 0.9, 0, repair=priced), given)
            own = candidate.span.of(measured.document.text)
            for line in (finding.message, *finding.evidence):
                told = line.replace(own, "").replace(candidate.replacement or own, "")
                assert not _FOREIGN_TO_EDITORS.search(told), line
                assert "reads as" not in line
            assert finding.evidence
            assert finding.price == Price(gain, meaning, gain)
            seen += 1
    assert seen


def test_a_tag_speaks_as_plainly() -> None:
    """A place without a better wording says why it is marked, in the words of a newsroom."""
    measured = measurements(marked={"politic": 0.99})
    sentence = measured.document.sentences[0]
    costs = (-20.0,) * len(sentence.words)
    forced = Forced(costs, (("policy",),) * len(costs))
    back = BackTranslation("A política.", "The policy was good.", costs, forced.alternatives)
    numbers = Measurements(
        measured.document,
        measured.knowledge,
        measured.surprisals,
        back={0: back},
        forced={0: forced},
        quality_estimates=measured.quality_estimates,
    )

    (finding,) = found([], numbers)

    assert finding.price is None
    assert len(finding.evidence) > 1
    assert [line for line in (finding.message, *finding.evidence) if _FOREIGN_TO_EDITORS.search(line)] == []


@pytest.mark.parametrize(
    ("gain", "told"),
    [
        (25.0, "The text reads much better as “policy”."),
        (3.0, "The text reads better as “policy”."),
        (0.2, "The text may read a little better as “policy”."),
    ],
)
def test_how_much_better_is_said_in_words(gain: float, told: str) -> None:
    """A thousand times likelier is much; where the models hardly tell the two apart, nothing is promised."""
    better = repair("politic", "policy", gain - 2.0)
    span = CandidateSpan(better.candidate.span, 0.9, 0.9, 0, repair=better)

    finding = messages.report(span, DetectorInput.whole(measurements(), []))

    assert finding.evidence[0] == told


def test_speech_without_marks_says_so() -> None:
    """Marks read no better to a model; that somebody speaks is the reason."""
    measured, candidate = next(_candidates("lost-quotation-marks"))
    span = CandidateSpan(candidate.span, 0.9, 0.9, 0, repair=Repair(candidate, -0.3, None, 1.0))

    finding = messages.report(span, DetectorInput.whole(measured, []))

    assert "speech that lost its quotation marks" in finding.message
    assert finding.evidence == ("Somebody speaks here as “I” or “we”, and no quotation marks say that it is speech.",)


def test_a_rule_that_no_model_confirms_names_itself() -> None:
    """Where the text reads no better, the rule is the reason, and where to read about it."""
    measured, candidate = next(_candidates("apostrophes"))
    span = CandidateSpan(candidate.span, 0.9, 0.9, 0, repair=Repair(candidate, 0.1, None, 1.0))

    finding = messages.report(span, DetectorInput.whole(measured, []))

    assert finding.evidence[0] == "By a rule of this house; `auditor explain apostrophes` says more."
