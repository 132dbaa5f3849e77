"""The noisy channel: staged rescoring, values and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditor.detection.parameters import DetectorParameters
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.protocols import Edit
from auditor.repairs import noisy_channel
from auditor.text import document_context, segmentation
from auditor.values import BackTranslation, Candidate, Kind, Measurements, Severity, Span
from tests.small_models import make_causal_lm

TEXT = "The minister said on Monday that the talks would go on. The court rejected the claims."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> CausalLM:
    folder = make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")
    return CausalLM(folder, name="tiny", precision="float32")


def _measurements(text: str = TEXT) -> Measurements:
    document = segmentation.document(text, name="test")
    back = {
        sentence.span.start: BackTranslation("pivot", "", (0.0,) * len(sentence.words), ((),) * len(sentence.words))
        for sentence in document.sentences
    }
    return Measurements(document, document_context.measure(document), back=back)


def _candidate(wrong: str, right: str, mechanism: str = "inflections") -> Candidate:
    start = TEXT.index(wrong)
    return Candidate(Span(start, start + len(wrong)), right, mechanism, Kind.GRAMMAR, Severity.MINOR, "wrong")


def _fitted(threshold: float) -> DetectorParameters:
    return DetectorParameters({"inflections": threshold, "false-friends": threshold})


def test_stages_keep_the_gain_that_a_repair_has_alone(model: CausalLM) -> None:
    """What the cheap stages let through is rescored as `Passage.rescore` does it, with eight tokens after it."""
    measurements = _measurements()
    candidates = [_candidate(*pair) for pair in (("talks", "talk"), ("Monday", "court"), ("court", "minister"))]
    (passage,) = model.read(TEXT, [sentence.span for sentence in measurements.document.sentences])
    gains = passage.rescore([Edit(c.span, c.replacement) for c in candidates], following=8)

    rescored = dict(noisy_channel.rescore(passage, candidates, _fitted(-1000.0).threshold))

    assert rescored == {c: pytest.approx(gain, abs=1e-3) for c, gain in zip(candidates, gains, strict=True)}


@pytest.mark.parametrize(("threshold", "least"), [(10.0, 7.0), (0.0, 0.0), (-4.0, -4.0)])
@pytest.mark.parametrize("prior", [0.0, 3.0])
def test_a_threshold_below_zero_is_its_own_reach(threshold: float, least: float, prior: float) -> None:
    """A first gain may fall short of a threshold by a share of it, but never has to exceed it; a prior counts too."""
    candidate = replace(_candidate("talks", "talk"), prior_nats=prior)

    assert noisy_channel.is_reached(candidate, least - prior + 0.01, threshold)
    assert not noisy_channel.is_reached(candidate, least - prior - 0.01, threshold)


def test_a_mechanism_out_of_reach_costs_nothing(model: CausalLM) -> None:
    """A threshold that no bound reaches, or none at all, ends the matter before a forward pass."""
    measurements = _measurements()
    (passage,) = model.read(TEXT, [sentence.span for sentence in measurements.document.sentences])

    assert noisy_channel.rescore(passage, [_candidate("talks", "talk")], _fitted(1000.0).threshold) == []
    assert noisy_channel.rescore(passage, [_candidate("talks", "talk", "unfitted")], _fitted(-1000.0).threshold) == []


def test_what_speaks_for_a_repair_beforehand_counts_with_its_gain(model: CausalLM) -> None:
    """It gets past every stage, and its value is the gain and the prior; the gain itself stays what it is."""
    measurements = _measurements()
    (passage,) = model.read(TEXT, [sentence.span for sentence in measurements.document.sentences])
    plain = _candidate("talks", "talk", "false-friends")
    likely = replace(plain, prior_nats=1000.0)
    rescored = noisy_channel.rescore(passage, [plain, likely], _fitted(500.0).threshold)
    (repair,) = noisy_channel.weigh(rescored, measurements, _fitted(500.0).threshold, None)

    assert [candidate for candidate, _ in rescored] == [likely]
    assert repair.value_nats == pytest.approx(repair.gain_nats + 1000.0 - 0.75 * 500.0)


def test_the_meaning_is_asked_of_rearrangements_only() -> None:
    """The pivot check sees the sentence as it stands and as repaired; a false friend changes the meaning on purpose."""
    asked: list[tuple[str, str, str]] = []

    def check(pivots: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[float]:
        asked.extend(zip(pivots, before, after, strict=True))
        return [-5.0] * len(pivots)

    rescored = [(_candidate("talks", "talk"), 6.0), (_candidate("claims", "complaints", "false-friends"), 6.0)]
    moved, renamed = noisy_channel.weigh(rescored, _measurements(), _fitted(4.0).threshold, check)

    assert [("pivot", TEXT[:55], TEXT[:55].replace("talks", "talk"))] == asked
    assert (moved.meaning_nats, renamed.meaning_nats) == (-5.0, None)
    assert moved.value_nats == pytest.approx(6.0 - 0.5 - 0.75 * 4.0)
    assert renamed.value_nats == pytest.approx(6.0 - 0.75 * 4.0)


def test_each_repair_of_a_mechanism_is_proposed_once() -> None:
    """Duplicates cost time; a repair that changes nothing is none."""
    measurements = _measurements("The minister have resigned. The minister have resigned.")
    found = noisy_channel.propose(measurements.document.sentences, measurements, ["inflections"])
    keys = [(candidate.span, candidate.replacement) for candidate in found]

    assert len(set(keys)) == len(keys) > 0
    assert all(candidate.replacement != candidate.span.of(measurements.document.text) for candidate in found)
