"""The audit passage by passage, with small models: early findings are the final ones, remembered ones the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from auditor import signals
from auditor.cache.sqlite_store import FILE
from auditor.detection.parameters import DetectorParameters
from auditor.pipeline import Auditor
from auditor.registry import Table
from auditor.repairs import REPAIRS
from auditor.reports import json as json_report
from auditor.reports import terminal
from auditor.text import segmentation
from auditor.text.characters import plain_text
from auditor.values import Audit, Document, Finding, Settings
from tests.engines.small_marian import save_small_marian
from tests.small_models import SENTENCES, make_causal_lm

SHORT = f"{SENTENCES[0]} {SENTENCES[1]}"
STORY = "\n\n".join(f"{first} {second}" for first in SENTENCES[:3] for second in SENTENCES[:2])
"""Two passages."""
EDITED = f"{STORY.removesuffix('said so.')}agreed."
"""Changed in the second passage alone."""

MECHANISMS = ("contractions", "extra-function-words", "inflections", "round-trip")
# Everything that gains a nat is reported, with whatever probability: a small model has no better judgement.
EAGER = DetectorParameters(
    thresholds=dict.fromkeys(REPAIRS, 1.0),
    repair_weights={"intercept": 2.0},
    minimum_probability=0.5,
    fingerprint="eager",
)


_LOADED = """
import json, sys
from auditor import Auditor, Settings
from auditor.text import segmentation
fluency, back, text = json.loads(sys.argv[1])
small = {"fluency_model": fluency, "back_translation": back, "quality_estimator": "none", "post_editor": "none"}
auditor = Auditor(Settings(**small, cache=True))
audit = auditor.audit(segmentation.document(text, name="story"))
print("torch" in sys.modules, audit.signature, [finding.probability for finding in audit])
"""
"""Audits a story; prints whether torch was loaded, and the audit."""


def _document(text: str) -> Document:
    return segmentation.document(text, name="story")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Auditor]:
    """Build an auditor of small models; a folder in which to remember may be given."""
    folder = tmp_path_factory.mktemp("models")
    back = {
        "-".join(pair): str(save_small_marian(folder / "-".join(pair), pair=pair, positions=104, end_nats=4.0))
        for pair in (("en", "fr"), ("fr", "en"))
    }
    fluency = str(make_causal_lm(folder / "tiny"))

    def build(*, cache: bool = False) -> Auditor:
        settings = Settings(
            fluency_model=fluency,
            back_translation=back,
            quality_estimator="none",
            post_editor="none",
            mechanisms=MECHANISMS,
            cache=cache,
        )
        return Auditor(settings, parameters=EAGER)

    return build


@pytest.fixture(scope="module")
def plain(make: Callable[..., Auditor]) -> Auditor:
    return make()


@pytest.fixture(scope="module")
def audits(plain: Auditor) -> dict[str, Audit]:
    return {text: plain.audit(_document(text)) for text in (SHORT, STORY, EDITED)}


@dataclass(frozen=True)
class Remembered:
    """A cache that remembers a story: where it lies, what was audited and which stages were gone through."""

    folder: Path
    audit: Audit
    stages: frozenset[str]


@pytest.fixture(scope="module")
def first_time(make: Callable[..., Auditor], tmp_path_factory: pytest.TempPathFactory) -> Remembered:
    """Audit the story with a cache that is empty."""
    folder = tmp_path_factory.mktemp("remembered")
    stages: list[str] = []
    auditor = Auditor(make(cache=True).settings, parameters=EAGER, progress=lambda stage, *_: stages.append(stage))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITOR_CACHE", str(folder))
        audit = auditor.audit(_document(STORY))
    return Remembered(folder, audit, frozenset(stages))


@pytest.fixture
def remembered(first_time: Remembered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remembered:
    """Give the test a cache of its own that remembers the story."""
    shutil.copytree(first_time.folder, tmp_path / "cache")
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "cache"))
    return first_time


def test_early_findings_are_final(plain: Auditor, audits: dict[str, Audit]) -> None:
    """Paragraph by paragraph, in order, the findings are those of the finished audit."""
    streamed = list(plain.stream(_document(STORY)))

    assert [finished.paragraph for finished in streamed] == list(_document(STORY).paragraphs)
    early = [_uncosted(finished.found.findings) for finished in streamed]
    assert early == [_uncosted(part.findings) for part in audits[STORY].paragraphs]
    assert len(audits[STORY].findings) > 3


def test_what_is_found_does_not_depend_on_how_characters_are_written(plain: Auditor) -> None:
    """Soft hyphens, letter apostrophes and the like change no finding and no score; spans are those of the text."""
    story = "\n\n".join(SENTENCES)
    disguised = (
        story.replace("’", "ʼ").replace("'", "ʼ").replace("minister", "min\u00adis\u00adter").replace("an", "a\u200bn")
    )
    ours = story.replace("'", "’")

    audit, expected = plain.audit(_document(disguised)), plain.audit(_document(ours))

    assert [finding.message for finding in audit] == [finding.message for finding in expected]
    assert [plain_text(finding.span.of(disguised)).text for finding in audit] == [
        finding.span.of(ours) for finding in expected
    ]
    assert audit.score == expected.score
    assert len(audit.findings) > 3


@pytest.mark.parametrize("threads", [1, 2])
def test_passages_side_by_side_are_those_one_by_one(plain: Auditor, audits: dict[str, Audit], threads: int) -> None:
    """No number depends on how many threads share the work."""
    auditor = Auditor(replace(plain.settings, threads=threads), parameters=EAGER)

    assert auditor.audit(_document(STORY)) == audits[STORY]


def test_the_first_paragraph_does_not_wait_for_the_last(plain: Auditor) -> None:
    """Where the text goes on after the first passage, its paragraphs are told before the rest is read."""
    done: list[int] = []
    auditor = Auditor(plain.settings, parameters=EAGER, progress=lambda _, words, __: done.append(words))
    document = _document(STORY)
    next(auditor.stream(document))

    assert max(done) < len(document.words)


def test_examining_joins_the_stretches(plain: Auditor) -> None:
    """What is measured and priced by passages covers every word and sentence once."""
    document = _document(STORY)
    measured, repairs = plain.examine(document)

    assert sorted(measured.surprisals) == [word.span.start for word in document.words]
    assert sorted(measured.back) == [sentence.span.start for sentence in document.sentences]
    assert plain.measure(document).surprisals == measured.surprisals
    assert len({(r.candidate.span, r.candidate.replacement, r.candidate.mechanism) for r in repairs}) == len(repairs)


@pytest.mark.parametrize("table", ["FIRST_LOOK", "CLOSER_LOOK"])
def test_a_new_signal_is_one_file_and_one_line(plain: Auditor, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    """Its line in a table makes it run, and its numbers are found wherever numbers are shown."""
    lines = getattr(signals, table).modules
    monkeypatch.setattr(signals, table, Table("signal", {**lines, "length": "tests.signals.sentence_length"}))
    document = _document(SHORT)
    expected = {sentence.span.start: float(len(sentence.words)) for sentence in document.sentences}

    audit = plain.audit(document)

    written = json.loads(json_report.render(audit))
    shown = [sentence["numbers"] for paragraph in written["paragraphs"] for sentence in paragraph["sentences"]]
    assert plain.measure(document).numbers["sentence-length"].values == expected
    assert [numbers["sentence-length"] for numbers in shown] == list(expected.values())
    assert f"sentence-length {shown[0]['sentence-length']:.1f}" in terminal.render(audit, numbers=True).decode()
    assert set(audit.numbers["round-trip-chrf"].values) == set(expected)


def test_a_remembered_audit_is_the_same(
    make: Callable[..., Auditor], audits: dict[str, Audit], remembered: Remembered
) -> None:
    """Computed, remembered, and partly remembered after an edit: equal to the audit of one who forgets."""
    assert remembered.audit == audits[STORY]
    assert make(cache=True).audit(_document(STORY)) == audits[STORY]
    assert make(cache=True).audit(_document(EDITED)) == audits[EDITED]


def test_what_is_known_loads_no_library(make: Callable[..., Auditor], tmp_path: Path) -> None:
    """A story that was audited before, by another program, needs no model; torch alone would take a second."""
    settings = make(cache=True).settings
    choices = json.dumps([settings.fluency_model, dict(settings.back_translation), STORY])  # several passages
    environment = {**os.environ, "AUDITOR_CACHE": str(tmp_path)}
    first, again = (
        subprocess.run(
            [sys.executable, "-c", _LOADED, choices], env=environment, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )

    assert (first[0], again[0]) == ("True", "False")
    assert first[1:] == again[1:]


def test_a_broken_cache_changes_nothing(
    make: Callable[..., Auditor], audits: dict[str, Audit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lies where the cache should be, the audit is the same."""
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path))
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    assert make(cache=True).audit(_document(SHORT)) == audits[SHORT]

    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / FILE / "below"))
    assert make(cache=True).audit(_document(SHORT)) == audits[SHORT]


def test_a_stage_begins_when_its_models_are_there(plain: Auditor) -> None:
    """What is said to be done is being done: loading is a stage of its own."""
    stages: list[str] = []
    auditor = Auditor(plain.settings, parameters=EAGER, progress=lambda stage, *_: stages.append(stage))
    auditor.audit(_document(SENTENCES[0]))

    assert [stage for stage in dict.fromkeys(stages) if stage] == [
        "loading the fluency model",
        "reading",
        "loading the back-translation models",
        "translating there and back",
        "rescoring repairs",
        "detecting errors",
    ]


def test_what_was_found_before_is_not_judged_again(make: Callable[..., Auditor], remembered: Remembered) -> None:
    """Nothing is measured, priced or judged a second time."""
    stages: list[str] = []
    auditor = Auditor(make(cache=True).settings, parameters=EAGER, progress=lambda stage, *_: stages.append(stage))
    auditor.audit(_document(STORY))

    judging = {"detecting errors", "rescoring repairs", "translating there and back"}
    assert judging <= remembered.stages
    assert judging.isdisjoint(stages)


def test_another_detector_has_findings_of_its_own(make: Callable[..., Auditor], remembered: Remembered) -> None:
    """Numbers that were changed by hand, under the same name, and another choice of kinds."""
    settings = make(cache=True).settings
    found = remembered.audit.findings
    strict = Auditor(settings, parameters=replace(EAGER, minimum_probability=1.0))
    other = Auditor(replace(settings, ignore=frozenset({found[0].kind})), parameters=EAGER)

    assert found
    assert strict.audit(_document(STORY)).findings == ()
    others = tuple(finding for finding in found if finding.kind is not found[0].kind)
    assert _uncosted(other.audit(_document(STORY)).findings) == _uncosted(others)


def _uncosted(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without what each costs, which depends on the others."""
    return [replace(finding, cost=None) for finding in findings]
