"""What was fitted, as systems to evaluate: which answer is given to which gold, by which model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import HiddenStateHook
from auditor.engines.language_model.probe import load_probe
from auditor.errors import SettingsError
from auditor.evaluation import learned
from auditor.evaluation.systems import Options, Request
from auditor.protocols import Pair
from auditor.values import Kind, QualityEstimate, Settings, Span
from tests.engines.small_probe import make_probe
from tests.evaluation import rows as made
from tests.small_models import make_causal_lm


@dataclass(frozen=True, slots=True)
class Undecided:
    """A quality estimator that gives each word even odds, and counts the pairs that it is asked about."""

    asked: list[Pair] = field(default_factory=list)
    name: str = "undecided"

    def estimate(self, pairs: Sequence[Pair]) -> list[QualityEstimate]:
        self.asked.extend(pairs)
        return [_even(len(pair.words)) for pair in pairs]


def _even(count: int) -> QualityEstimate:
    return QualityEstimate(
        minor=(0.1,) * count,
        major=(0.2,) * count,
        marked_end=0.4,
        edited=(0.5,) * count,
        edited_gaps=(0.6,) * count,
        edited_end=0.7,
        kinds=(Kind.GRAMMAR,) * count,
        assessment=1.0,
        mqm=2.0,
    )


def test_each_gold_is_estimated_in_its_own_terms(tmp_path: Path) -> None:
    """Raters' marks and a post-editor's changes are two questions, each with words, gaps, end and score of its own."""
    row = made.row(tmp_path)
    estimator = Undecided()
    requests = [Request(replace(row, score_type=kind), "fonte") for kind in ("mqm", learned.POST_EDITED, "mqm")]
    marked, edited, again = learned.QualityEstimation(estimator).predict(requests)
    count = len(row.words)

    assert marked == again
    assert marked.words == pytest.approx((0.3,) * count)
    assert marked.official == pytest.approx((*(0.3,) * count, 0.4))
    assert marked.major == (True,) * count
    assert (edited.words, edited.official) == ((0.5,) * count, (*(0.6,) * count, 0.7))
    assert (marked.score, edited.score) == (2.0, 1.0)
    assert estimator.asked == [Pair(row.target, row.words, "fonte")]


@pytest.fixture
def system(tmp_path: Path) -> learned.Probed:
    probe = load_probe(make_probe(tmp_path / "probe"))
    return learned.Probed(
        CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", hook=HiddenStateHook.for_probe(probe))
    )


def test_each_gold_is_answered_in_its_own_terms(system: learned.Probed, tmp_path: Path) -> None:
    """A rater's marks and a post-editor's changes are two questions; the better a sentence, the higher its score."""
    row = made.row(tmp_path)
    marked, edited = system.predict([Request(row, None), Request(replace(row, score_type="da_z_mean"), "fonte")])

    assert len(marked.words) == len(row.words) == len(marked.official) - 1
    assert marked.words != edited.words
    assert marked.score == pytest.approx(-sum(marked.words) / len(marked.words))
    assert "+probe-" in system.name


def test_a_text_longer_than_a_passage_is_answered_to_its_end(system: learned.Probed, tmp_path: Path) -> None:
    """No word goes unanswered."""
    target = "The minister said so. " * 200
    words = tuple(Span(at, at + 3) for at in range(0, len(target), len("The minister said so. ")))
    (found,) = system.predict([Request(replace(made.row(tmp_path), target=target, words=words), None)])

    assert len(found.words) == 200
    assert min(found.words) > 0


def test_there_is_a_probe_for_the_embedded_model_alone() -> None:
    with pytest.raises(SettingsError, match="embedded"):
        learned.open_probe(Options(Settings(fluency_model="elsewhere"), seed=1))


@pytest.mark.weights
def test_the_embedded_probe_doubts_what_no_one_would_write(tmp_path: Path) -> None:
    """Of "the shell know the answer" it doubts "shell" more than any word of a sound sentence."""
    system = learned.open_probe(Options(Settings(), seed=1))
    texts = ("Ask the nurse, because the shell know the answer.", "Ask the nurse, because she knows the answer.")
    requests = []
    for text in texts:
        starts = [at for at, letter in enumerate(text) if at == 0 or text[at - 1] == " "]
        words = tuple(Span(start, (text + " ").index(" ", start)) for start in starts)
        requests.append(Request(replace(made.row(tmp_path), target=text, words=words), None))
    wrong, right = system.predict(requests)

    assert max(wrong.words) == wrong.words[texts[0].split().index("shell")]
    assert max(wrong.words) > max(right.words)
