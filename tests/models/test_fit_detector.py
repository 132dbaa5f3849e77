"""The detector's recipe: what it learns from, how it is fitted, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from auditor.detection.candidate_spans import CandidateSpan
from auditor.detection.features import NAMES
from auditor.detection.parameters import DetectorParameters
from auditor.signals.quality_estimation import with_source
from auditor.text import document_context, segmentation
from auditor.values import Candidate, Kind, Measurements, Repair, Severity, Span
from models.train import columns, feature_tables, fit_detector, fit_trees
from models.train.collect import Collected
from models.train.cross_fitted import CrossFitted
from models.train.documents import Labelled, clean_documents, damaged, labelled

TEXT = """The ministers don't agree on the price of the bridge in the north of the country.

They said the talks would go on until the end of the week, and then in the spring.

Nobody asked the engineers of the company whether the ferry was safe."""


def _table(seed: int, *, origin: str = "zh-en") -> feature_tables.Table:
    """Make a table of 300 words of which those are wrong that the quality estimator marks, more or less."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(300, len(NAMES)))
    rows[chance.random(rows.shape) < 0.1] = np.nan
    labels = (np.nan_to_num(rows[:, NAMES.index("tagged")]) + chance.normal(size=300) > 1.0).astype(float)
    document = segmentation.document(TEXT, name=str(seed))
    measurements = Measurements(document, document_context.measure(document))
    collected = Collected(Labelled(str(seed), origin, str(seed), document), measurements, ())
    return feature_tables.Table(collected, measurements, (), rows, labels, 1.0, "none")


def _repair(span: Span) -> Repair:
    candidate = Candidate(span, "envoys", "false-friends", Kind.MISTRANSLATION, Severity.MAJOR, "a word")
    return Repair(candidate, 5.0, None, 2.0)


def test_the_trees_that_ship_are_those_that_were_fitted() -> None:
    """The export is compared with scikit-learn's own answer inside; more of what must rise never lowers a chance."""
    trees = fit_trees.grow([_table(seed) for seed in range(5)], NAMES)
    rows = np.zeros((50, len(NAMES)))
    rows[:, NAMES.index("tagged")] = np.linspace(-4, 4, 50)

    chances = trees.probabilities(rows.tolist(), NAMES)

    assert list(chances) == sorted(chances)
    assert chances[-1] > 3 * chances[0]


def test_a_calibration_never_falls_and_stays_within_its_bounds() -> None:
    """Whatever the labels."""
    chance = np.random.default_rng(4)
    points = [(p, float(chance.random() < p / 2), 1.0) for p in chance.random(2000)]

    knots = fit_detector._curve(points).knots

    assert [x for x, _ in knots] == sorted(x for x, _ in knots)
    assert [y for _, y in knots] == sorted(y for _, y in knots)
    assert all(abs(y - x / 2) < 0.2 for x, y in knots)


def test_a_damaged_copy_is_wrong_exactly_where_it_was_damaged() -> None:
    """Outside the marked places both texts have the same words; the story is the same, so the fold is too."""
    clean = Labelled("a story", "clean", "a story", segmentation.document(TEXT * 5, name="a story"))
    broken = damaged(clean)
    text = broken.document.text

    assert broken.errors
    assert broken.story == clean.story
    wrong = [Span(start, end) for start, end, _ in broken.errors]
    kept = {word.text for word in broken.document.words if not any(word.span.overlaps(span) for span in wrong)}
    assert kept <= {word.text for word in clean.document.words} | {text[span.start : span.end] for span in wrong}


def test_other_sources_are_those_of_the_same_document() -> None:
    """What is measured with shuffled sources has the right ones too, each beside another paragraph."""
    document = with_source(segmentation.document(TEXT, name="a story"), ["um", "dois", "três"])

    found = feature_tables.versions(document)

    assert [s.source for s in found["none"].sentences] == [None, None, None]
    assert [s.source for s in found["given"].sentences] == ["um", "dois", "três"]
    assert [s.source for s in found["shuffled"].sentences] == ["dois", "três", "um"]
    assert list(feature_tables.versions(segmentation.document(TEXT, name="a story"))) == ["none"]


def test_a_rule_is_hardly_blamed_for_a_silent_rater_and_fully_for_clean_news() -> None:
    """An unmarked place counts a quarter in a translation; a marked one counts in full in both."""
    place = CandidateSpan(Span(0, 3), 0.5, 0.5, 0, described={"rule_based": 1.0})
    news, clean = (CrossFitted(_table(1, origin=origin), (), DetectorParameters({})) for origin in ("zh-en", "clean"))

    assert news.verdict(place) == (0.0, 0.25)
    assert clean.verdict(place) == (0.0, 1.0)


def test_a_column_that_tells_ranks_above_one_that_does_not() -> None:
    """What the labels were made of tells them; what is noise is worth the share of wrong words."""
    several = [_table(seed) for seed in range(4)]
    share = float(np.mean([table.labels.mean() for table in several]))

    telling, (low, high) = columns.precision(several, ["tagged"])
    noise, _ = columns.precision(several, ["letters"])

    assert low <= telling <= high
    assert telling > 2 * noise
    assert noise == pytest.approx(share, abs=0.08)


def test_what_ten_translations_share_is_one_case() -> None:
    """Copies of a repair in the translations of a story count together as much as a single one."""
    fitted = CrossFitted(_table(1), (0.5,) * 300, DetectorParameters({}))
    place = CandidateSpan(Span(4, 13), 0.5, 0.5, 1, repair=_repair(Span(4, 13)))
    alone = fitted.verdict(place)
    copied = replace(fitted, copies={fitted.copied(place): 10}).verdict(place)

    assert copied == (alone[0], alone[1] / 10)
    assert fitted.copied(replace(place, repair=None)) is None
    assert fitted.copied(place) != fitted.copied(replace(place, span=Span(14, 19)))


def test_nothing_is_learned_from_what_the_quality_estimator_has_seen(few_data: Path) -> None:
    """Clean news of fitting documents serves for the thresholds alone; no name is used twice."""
    found = list(labelled(few_data, words=300, clean_words=300))
    seen = {item.name for item in clean_documents(few_data / "clean_news.parquet") if item.origin == "plain"}

    assert {item.origin for item in found} == {"clean", "damaged", "plain", "zh-en", "ro-en", "et-en", "ru-en"}
    assert all((item.name in seen) == (item.origin == "plain") for item in found if item.origin in {"clean", "plain"})
    assert len({item.name for item in found}) == len(found)
