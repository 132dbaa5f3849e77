"""`auditor explain`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from auditor import scoring, signature
from auditor.cli import main
from auditor.cli.explain import KINDS
from auditor.repairs import REPAIRS
from auditor.review import terminology
from auditor.review.apply import POLICIES
from auditor.signals import SIGNALS
from auditor.text import segmentation
from auditor.values import Finding, Kind, Severity, Span

_HEADINGS = ("What it measures", "Why it suggests an error", "Known problems", "Example", "Source")


def test_without_a_name_all_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every signal, mechanism, kind and policy, once."""
    assert main(["explain"]) == 0

    listed = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert listed == [*SIGNALS, *REPAIRS, *Kind, *POLICIES, "score", "signature", "suspicion"]


@pytest.mark.parametrize("name", [*SIGNALS, *REPAIRS, terminology.MECHANISM])
def test_each_signal_and_mechanism_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is its own documentation, with all five headings."""
    assert main(["explain", name]) == 0

    out = capsys.readouterr().out
    assert [heading for heading in _HEADINGS if f"\n{heading}" not in out] == []


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_explained(kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence with an example, and where the typology is found."""
    assert main(["explain", kind]) == 0
    assert KINDS[kind] in capsys.readouterr().out


def test_the_signature_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Its fields, and in full what two of them are digests of."""
    assert main(["explain", "signature"]) == 0

    out = capsys.readouterr().out
    assert all(f"  {name:<18}  {value}" in out for name, value in signature.rules().items())
    assert all(f"  {name:<18}  " in out for name in signature.short_rules())


def test_the_baseline_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """How to write a suppression, and how to accept what was found."""
    assert main(["explain", "baseline"]) == 0

    out = capsys.readouterr().out
    assert "--write-baseline" in out
    assert '[auditor: allow "Hallers" because it is a family]' in out


def test_an_unknown_name_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip exits with 2."""
    assert main(["explain", "fluencey"]) == 2
    assert capsys.readouterr().err.startswith("error: unknown name 'fluencey'. Did you mean 'fluency'?")


def test_explaining_loads_no_model_library() -> None:
    """All explanations together need neither torch nor transformers."""
    code = (
        "import sys; from auditor.cli import main\n"
        "from auditor.repairs import REPAIRS; from auditor.signals import SIGNALS\n"
        "codes = [main(['explain', name]) for name in (*SIGNALS, *REPAIRS)] + [main(['models', 'list'])]\n"
        "print(set(codes), [name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.splitlines()[-1] == "{0} []"


def test_the_score_is_explained_by_numbers_that_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """The example's score and costs are what the scoring gives for such a story."""
    text = "Word " * 249 + "word."
    document = segmentation.document(text, name="-")
    major = Finding(Span(0, 4), Kind.GRAMMAR, Severity.MAJOR, 0.8, "names", "“Word” may be wrong")
    minor = Finding(Span(5, 9), Kind.GRAMMAR, Severity.MINOR, 0.5, "names", "“Word” may be wrong")
    score, _, (paragraph,) = scoring.score(document, [major, minor])

    assert main(["explain", "score"]) == 0

    out = " ".join(capsys.readouterr().out.split())
    first, second = (finding.cost for finding in paragraph.findings)
    assert f"the score is {score:.0f}." in out
    assert f"the major error costs {first:.1f}, the minor one {second:.1f}." in out
    assert "{" not in out
