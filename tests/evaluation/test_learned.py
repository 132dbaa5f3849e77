"""The probe as a system to evaluate: which answer it gives to which gold, and of which model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.engines.causal_lm import CausalLM
from auditor.engines.probe import open_probe
from auditor.errors import SettingsError
from auditor.evaluation import learned
from auditor.evaluation.systems import Options, Request
from auditor.values import Settings, Span
from tests.engines.small_probe import make_probe
from tests.evaluation import rows as made
from tests.small_models import make_causal_lm


@pytest.fixture
def system(tmp_path: Path) -> learned.Probed:
    probe = open_probe(make_probe(tmp_path / "probe"))
    return learned.Probed(CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", probe=probe))


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
    """Of "the hell meet the leaders" it doubts "hell" more than any word of a sound sentence."""
    system = learned.open_probe(Options(Settings(), seed=1))
    texts = ("He flew to New Delhi, where the hell meet the leaders.", "He flew to New Delhi to meet the leaders.")
    requests = []
    for text in texts:
        starts = [at for at, letter in enumerate(text) if at == 0 or text[at - 1] == " "]
        words = tuple(Span(start, (text + " ").index(" ", start)) for start in starts)
        requests.append(Request(replace(made.row(tmp_path), target=text, words=words), None))
    wrong, right = system.predict(requests)

    assert max(wrong.words) == wrong.words[texts[0].split().index("hell")]
    assert max(wrong.words) > 2 * max(right.words)
