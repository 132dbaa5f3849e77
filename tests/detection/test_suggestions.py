"""What is suggested where the detector found a place and no mechanism a wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditor.detection import suggestions
from auditor.detection.candidate_spans import DetectorInput
from auditor.protocols import Edit
from auditor.values import Finding, Kind, PostEdits, Severity, Span
from tests.detection.small_detector import TEXT, measurements

GAINS = {"policy": 6.0, "politics": 3.0, "politician": -2.0, "a policy": 5.0, "words": 0.2}


def _given(words: dict[str, Sequence[tuple[str, float]]]) -> DetectorInput:
    """Measure the text by a post-editor that would have these words in the place of others."""
    plain = measurements()
    own = plain.document.sentences[0].words
    replacements = tuple(tuple(words.get(word.text, ())) for word in own)
    zeros = (0.0,) * len(own)
    edits = PostEdits(zeros, replacements, (("the", -9.0),) * len(own), zeros, zeros)
    return DetectorInput.whole(replace(plain, post_edits={0: edits}), [])


def _finding(words: str, *, mechanism: str = "adequacy", wordings: tuple[str, ...] = ()) -> Finding:
    start = TEXT.index(words)
    span = Span(start, start + len(words))
    return Finding(span, Kind.MISTRANSLATION, Severity.MINOR, 0.6, mechanism, "a wrong translation", wordings)


def _rescore(edits: Sequence[Edit], *, following: int) -> list[float]:
    assert following > 0
    return [GAINS[edit.replacement] for edit in edits]


@pytest.fixture
def doubted() -> DetectorInput:
    """The post-editor would have another word for "politic"."""
    return _given(
        {"politic": (("", -0.1), ("politician", -2.5), ("politics", -3.0), ("policy", -3.5), ("politic", -4.0))}
    )


def test_a_place_without_a_wording_gets_those_that_read_better(doubted: DetectorInput) -> None:
    """The most valuable first; what reads worse, and leaving the word out, are not suggested."""
    (finding,) = suggestions.complete([_finding("politic")], doubted, _rescore)

    assert finding.suggestions == ("policy", "politics")
    assert finding.probability == 0.6


def test_a_wording_replaces_the_whole_place(doubted: DetectorInput) -> None:
    """The words beside it stay as they are."""
    (finding,) = suggestions.complete([_finding("the politic of")], doubted, _rescore)

    assert finding.suggestions == ("the policy of", "the politics of")


def test_a_mechanism_s_own_wording_comes_first_and_is_not_repeated(doubted: DetectorInput) -> None:
    """Its value rests on more than the post-editor's."""
    own = _finding("politic", mechanism="inflections", wordings=("politics",))

    (finding,) = suggestions.complete([own], doubted, _rescore)

    assert finding.suggestions == ("politics", "policy")


def test_another_order_is_not_added_to(doubted: DetectorInput) -> None:
    """One word in the place of two is no rival of both."""
    own = _finding("the politic", mechanism="word-order", wordings=("politic the",))

    assert suggestions.complete([own], doubted, _rescore) == (own,)


def test_what_a_rule_says_is_not_added_to(doubted: DetectorInput) -> None:
    """It knows what was meant."""
    own = _finding("politic", mechanism="false-friends", wordings=("polite",))

    assert suggestions.complete([own], doubted, _rescore) == (own,)


def test_nothing_is_suggested_that_gains_next_to_nothing() -> None:
    """Missing rather than silly."""
    given = _given({"talks": (("words", -0.5),)})
    own = _finding("talks")

    assert suggestions.complete([own], given, _rescore) == (own,)


def test_without_a_post_editor_nothing_changes() -> None:
    """A user may do without."""
    own = _finding("politic")

    assert suggestions.complete([own], DetectorInput.whole(measurements(), []), _rescore) == (own,)
