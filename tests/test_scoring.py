"""Findings to scores."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import scoring
from auditor.errors import ModelError, SettingsError, UnknownNameError
from auditor.scoring import ScoreParameters
from auditor.text import segmentation
from auditor.values import Finding, Kind, Numbers, ParagraphAudit, Per, Severity, Span

_DOCUMENT = segmentation.document(
    "Ferry talks resume\n\nThe minister said the boats would run again. Nobody believed him.\n\n" + "Word " * 120,
    name="-",
)


def _finding(start: int, probability: float, severity: Severity, kind: Kind) -> Finding:
    return Finding(Span(start, start + 4), kind, severity, probability, "names", "“word” may be wrong")


_FINDINGS = st.lists(
    st.builds(
        _finding,
        st.integers(0, len(_DOCUMENT.text.strip()) - 4),
        st.floats(0, 1),
        st.sampled_from(Severity),
        st.sampled_from([Kind.PUNCTUATION, Kind.GRAMMAR]),
    ),
    max_size=12,
).map(lambda findings: sorted(findings, key=lambda finding: finding.span))


def _scores(findings: list[Finding]) -> list[float]:
    document, _, paragraphs = scoring.score(_DOCUMENT, findings)
    return [document, *(paragraph.score for paragraph in paragraphs)]


def _intervals(findings: list[Finding]) -> list[tuple[float, float]]:
    _, document, paragraphs = scoring.score(_DOCUMENT, findings)
    return [document, *(paragraph.interval for paragraph in paragraphs)]


@given(_FINDINGS)
def test_scores_lie_in_their_intervals(findings: list[Finding]) -> None:
    """0 <= low <= score <= high <= 100, whatever was found."""
    for score, (low, high) in zip(_scores(findings), _intervals(findings), strict=True):
        assert 0 <= low <= score <= high <= 100


@given(_FINDINGS, st.data())
def test_one_more_finding_never_raises_a_score(findings: list[Finding], data: st.DataObject) -> None:
    """Neither the document's nor any paragraph's."""
    if findings:
        without = data.draw(st.sampled_from(range(len(findings))))
        fewer = [*findings[:without], *findings[without + 1 :]]

        assert all(more <= less for more, less in zip(_scores(findings), _scores(fewer), strict=True))


@given(_FINDINGS, st.floats(0, 1))
def test_lower_probabilities_never_lower_a_score(findings: list[Finding], share: float) -> None:
    """What is less likely an error costs no more."""
    doubted = [replace(finding, probability=share * finding.probability) for finding in findings]

    assert all(less >= more for less, more in zip(_scores(doubted), _scores(findings), strict=True))


@given(_FINDINGS)
def test_only_what_has_no_finding_scores_100(findings: list[Finding]) -> None:
    """Exactly 100 means: nothing was found here."""
    _, _, paragraphs = scoring.score(_DOCUMENT, findings)

    assert [score == 100 for score in _scores(findings)] == [not findings, *(not part.findings for part in paragraphs)]


@given(_FINDINGS)
def test_each_finding_is_in_the_paragraph_where_it_begins(findings: list[Finding]) -> None:
    """All findings come back, in order, each once."""
    _, _, paragraphs = scoring.score(_DOCUMENT, findings)

    scored = [finding for paragraph in paragraphs for finding in paragraph.findings]
    assert findings == [replace(finding, cost=None) for finding in scored]
    assert all(paragraph.span.start <= finding.span.start for paragraph in paragraphs for finding in paragraph.findings)


def test_twelve_points_in_a_hundred_words_halve_the_score() -> None:
    """The map's one number, with the prior's words counted as words."""
    words = len(_DOCUMENT.words) + scoring.PRIOR_WORDS
    points = scoring.HALF_RATE * words / 100

    half, _, _ = scoring.score(_DOCUMENT, [_finding(30, 1, Severity.MAJOR, Kind.NAME)], penalties={"major": points})
    assert half == pytest.approx(50)


def test_a_short_paragraph_is_drawn_towards_its_document() -> None:
    """One major error in three words scores as a bad paragraph, not as the worst possible one."""
    headline = _scores([_finding(0, 1, Severity.MAJOR, Kind.NAME)])[1]

    raw = 100 * 2 ** (-(100 * 5 / 3) / scoring.HALF_RATE)
    assert raw < 1
    assert 40 < headline < 90


def test_severities_and_punctuation_weigh_as_stated() -> None:
    """A minor error costs a fifth of a major one, a minor slip of punctuation a fiftieth."""
    sorts = [(Severity.MAJOR, Kind.NAME), (Severity.MINOR, Kind.NAME), (Severity.MINOR, Kind.PUNCTUATION)]
    major, minor, comma = (math.log(_scores([_finding(30, 1, *sort)])[0] / 100) for sort in sorts)

    assert [major / minor, major / comma] == pytest.approx([5, 50])


def test_penalties_can_be_chosen() -> None:
    """A penalty that is given replaces its default, the others stay."""
    finding = _finding(30, 1, Severity.MINOR, Kind.NAME)

    as_major = scoring.score(_DOCUMENT, [replace(finding, severity=Severity.MAJOR)])[0]
    assert as_major == scoring.score(_DOCUMENT, [finding], penalties={"minor": 5.0})[0]


def test_a_penalty_must_make_sense() -> None:
    """Unknown names and negative or endless points are refused."""
    with pytest.raises(UnknownNameError, match="Did you mean 'major'"):
        scoring.score(_DOCUMENT, [], penalties={"majr": 1.0})
    for points in (-1.0, math.inf, math.nan):
        with pytest.raises(SettingsError, match="the penalty 'major' must be from 0 to 1,000 points"):
            scoring.score(_DOCUMENT, [], penalties={"major": points})


def test_many_errors_leave_no_hope_of_none() -> None:
    """With three probable major errors the interval ends below 100, and it is wide on the worse side."""
    findings = [_finding(start, 0.7, Severity.MAJOR, Kind.GRAMMAR) for start in (30, 50, 70)]
    (low, high), score = _intervals(findings)[0], _scores(findings)[0]

    assert high < 99
    assert math.log(score / low) > math.log(high / score)


def test_longer_clean_texts_are_surer() -> None:
    """Without a finding the interval still says how little a few words prove."""
    lows = [low for low, _ in _intervals([])]

    assert lows[1] < lows[2] < lows[3] < lows[0] < 100


@given(_FINDINGS)
def test_costs_add_up_to_what_the_score_lacks(findings: list[Finding]) -> None:
    """Of the document's 100 points; none is below zero, and each is in proportion to what the finding counts."""
    score, _, paragraphs = scoring.score(_DOCUMENT, findings)
    costs = [finding.cost or 0.0 for paragraph in paragraphs for finding in paragraph.findings]

    assert all(cost >= 0 for cost in costs)
    assert math.isclose(math.fsum(costs), 100 - score, abs_tol=1e-9)


def test_what_counts_twice_costs_twice() -> None:
    """Two major errors of one chance cost the same, a minor one a fifth."""
    findings = [
        _finding(0, 0.5, Severity.MAJOR, Kind.GRAMMAR),
        _finding(5, 0.5, Severity.MAJOR, Kind.GRAMMAR),
        _finding(12, 0.5, Severity.MINOR, Kind.GRAMMAR),
    ]
    _, _, paragraphs = scoring.score(_DOCUMENT, findings)
    first, second, third = (finding.cost or 0.0 for paragraph in paragraphs for finding in paragraph.findings)

    assert first == second
    assert math.isclose(first, 5 * third)


_FITTED = ScoreParameters(
    0.05, 10.0, {"constant": 0.1, "words": 0.01, "suspicion": 0.001, "rest": 0.5, "document": 0.002}
)


def _suspected(percent: float) -> dict[str, Numbers]:
    """Every word of the document is suspected alike."""
    return {"suspicion": Numbers("%", Per.WORD, {word.span.start: percent for word in _DOCUMENT.words})}


def _judged(findings: list[Finding], numbers: dict[str, Numbers]) -> tuple[float, tuple[ParagraphAudit, ...]]:
    score, _, paragraphs = scoring.score(_DOCUMENT, findings, numbers=numbers, parameters=_FITTED)
    return score, paragraphs


def test_suspicion_beyond_that_of_sound_news_counts_points() -> None:
    """20 % a word beyond the floor are a point a word, of the words and those that are added."""
    score, paragraphs = _judged([], _suspected(30.0))

    words = len(_DOCUMENT.words)
    assert score == pytest.approx(100 * 2 ** (-100 * words / (words + scoring.PRIOR_WORDS) / scoring.HALF_RATE))
    assert math.fsum(paragraph.rest for paragraph in paragraphs) == pytest.approx(100 - score)
    assert _judged([], _suspected(10.0))[0] == 100.0


def test_only_what_is_beyond_the_floor_counts() -> None:
    """Of three words one is beyond it, by 30 %; a word below it makes up for nothing."""
    assert _FITTED.rest([2.0, 40.0, 10.0]) == pytest.approx(1.5)
    assert _FITTED.rest([]) == 0.0


@given(_FINDINGS, st.floats(0, 100), st.floats(0, 100))
def test_more_suspicion_never_raises_a_score_or_a_chance(findings: list[Finding], one: float, other: float) -> None:
    """Neither the document's nor a paragraph's; and with suspicion, costs and rests add up."""
    (less, calm), (more, worried) = (_judged(findings, _suspected(percent)) for percent in sorted((one, other)))

    assert more <= less
    assert all(bad.score <= good.score for bad, good in zip(worried, calm, strict=True))
    assert all((bad.sound or 0) <= (good.sound or 0) for bad, good in zip(worried, calm, strict=True))
    costs = [finding.cost or 0.0 for paragraph in worried for finding in paragraph.findings]
    rests = [paragraph.rest for paragraph in worried]
    assert math.isclose(math.fsum([*costs, *rests]), 100 - more, abs_tol=1e-9)


@given(_FINDINGS, st.floats(0, 100), st.data())
def test_one_more_finding_never_raises_anything(findings: list[Finding], percent: float, data: st.DataObject) -> None:
    """The rest of the suspicion, which a finding does not change, takes nothing of that away."""
    if findings:
        without = data.draw(st.sampled_from(range(len(findings))))
        (more, worried) = _judged(findings, _suspected(percent))
        (less, calm) = _judged([*findings[:without], *findings[without + 1 :]], _suspected(percent))

        assert more <= less
        assert all(bad.score <= good.score for bad, good in zip(worried, calm, strict=True))
        assert all((bad.sound or 0) <= (good.sound or 0) for bad, good in zip(worried, calm, strict=True))


def test_the_chance_of_no_error_by_hand() -> None:
    """exp(-(.1 + .01 * 3)) for three words without suspicion, four fifths less with a finding of .8."""
    finding = _finding(0, 0.8, Severity.MAJOR, Kind.NAME)
    sound = [_judged(found, {})[1][0].sound for found in ([], [finding])]

    assert sound == pytest.approx([math.exp(-0.13), 0.2 * math.exp(-0.13)])
    suspected = _judged([], _suspected(30.0))[1][0].sound
    assert suspected == pytest.approx(math.exp(-(0.13 + 0.001 * 90 + 0.5 * 3 + 0.002 * 3 * 30)))
    assert scoring.score(_DOCUMENT, [])[2][0].sound is None


def test_only_what_is_surely_sound_may_be_left_unread() -> None:
    """Nothing may be found in it, not even a doubt."""
    paragraph = ParagraphAudit(Span(0, 18), 100.0, (90.0, 100.0), (), sound=0.9)
    doubt = replace(_finding(0, 0.2, Severity.MINOR, Kind.NAME), is_doubt=True)

    assert paragraph.may_be_left_unread
    assert not replace(paragraph, sound=0.89).may_be_left_unread
    assert not replace(paragraph, sound=None).may_be_left_unread
    assert not replace(paragraph, doubts=(doubt,)).may_be_left_unread


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """It says which, and what to do."""
    file = tmp_path / "score.json"
    file.write_text('{"weight": 0.1}')

    with pytest.raises(ModelError, match=r"score\.json is missing or damaged"):
        scoring.load(file)
