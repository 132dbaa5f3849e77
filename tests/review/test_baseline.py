"""Accepted findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import InputError, SettingsError
from auditor.review import baseline
from auditor.review.baseline import Accepted, InlineSuppression
from auditor.text import segmentation
from auditor.values import Audit, Document, InlineComment


def test_an_accepted_finding_is_not_reported_again(audit: Audit, tmp_path: Path) -> None:
    """A baseline written from an audit, read back, suppresses all of its findings, with the reason."""
    path = tmp_path / "baseline.json"
    path.write_bytes(baseline.dump(baseline.accept(audit, reason="read by an editor")))

    reviewed = baseline.sift(audit.document, audit.findings, accepted=baseline.load(path))

    assert (reviewed.findings, reviewed.unused) == ((), ())
    assert {item.reason for item in reviewed.suppressed} == {"read by an editor"}
    assert audit.findings == tuple(item.finding for item in reviewed.suppressed)


def test_one_acceptance_covers_one_finding(audit: Audit) -> None:
    """A finding more than was accepted is new, and an acceptance that met nothing is told."""
    one, *_ = baseline.accept(audit, reason="read")
    twice = (one, Accepted(one.document, one.fingerprint, "again"))

    reviewed = baseline.sift(audit.document, audit.findings[:1], accepted=twice)

    assert reviewed.unused == ("sensible",)
    assert audit.findings[1:] == baseline.sift(audit.document, audit.findings, accepted=(one,)).findings


@pytest.mark.parametrize("name", ["other.txt", "a-ferry.txt", "desk", "ferry.txt/desk.txt"])
def test_another_document_accepted_nothing(audit: Audit, name: str) -> None:
    """A baseline holds for the document it was made of."""
    other = [Accepted(name, item.fingerprint, "read") for item in baseline.accept(audit, reason="read")]

    assert audit.findings == baseline.sift(audit.document, audit.findings, accepted=other).findings


@pytest.mark.parametrize("name", ["./ferry.txt", "desk/ferry.txt", "/home/desk/./ferry.txt"])
def test_a_document_is_the_same_from_another_folder(audit: Audit, name: str) -> None:
    """How the path was written when the baseline was made does not matter."""
    same = [Accepted(name, item.fingerprint, "read") for item in baseline.accept(audit, reason="read")]

    assert baseline.sift(audit.document, audit.findings, accepted=same).findings == ()


def test_words_are_allowed_wherever_they_stand(audit: Audit) -> None:
    """Findings inside the allowed words are suppressed; a wider finding is not."""
    allowed = [InlineSuppression("listen at the unions", "house style"), InlineSuppression("ferries", "unused")]

    reviewed = baseline.sift(audit.document, audit.findings, suppressions=allowed)

    assert [item.finding.span.of(audit.document.text) for item in reviewed.suppressed] == ["at"]
    assert reviewed.unused == ("ferries",)


def _commented(*comments: InlineComment) -> Document:
    return replace(segmentation.document("The talks go on.", name="a.txt"), comments=comments)


def test_comments_suppress_words() -> None:
    """Quotation marks may be curly, and a reason may run over lines."""
    document = _commented(
        InlineComment('allow "a sensible subject" because he said so,\n on tape', 1),
        InlineComment("allow “Hallers” because it is a family", 3),
    )

    assert baseline.inline_suppressions(document) == (
        InlineSuppression("a sensible subject", "he said so, on tape"),
        InlineSuppression("Hallers", "it is a family"),
    )


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        (InlineComment('allow "x"', 2), 'a.txt:2: say why "x" is allowed'),
        (InlineComment('allow "x" because', 1), 'a.txt:1: say why "x" is allowed'),
        (InlineComment("ignore everything", 1), "a.txt:1: write auditor: allow"),
    ],
)
def test_a_comment_without_a_reason_is_refused(comment: InlineComment, message: str) -> None:
    """The message says where and how it is written."""
    with pytest.raises(InputError, match=message):
        baseline.inline_suppressions(_commented(comment))


def test_a_baseline_needs_a_reason(audit: Audit) -> None:
    """Nothing is accepted in silence."""
    with pytest.raises(SettingsError, match="a baseline needs a reason"):
        baseline.accept(audit, reason=" ")


ENTRY = {"document": "a", "kind": "name", "text": "x", "before": "", "after": "", "reason": "read"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not valid JSON"),
        ("[]", "is not of version 1; write it again"),
        ('{"schema_version": 2}', "is not of version 1; write it again"),
        ('{"schema_version": 1}', "has no list 'accepted'"),
        (json.dumps({"schema_version": 1, "accepted": [{**ENTRY, "reason": " "}]}), "entry 1 .* has no reason"),
        (json.dumps({"schema_version": 1, "accepted": [ENTRY, {"kind": 1}]}), "entry 2 must have the text fields"),
    ],
)
def test_a_broken_baseline_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """Each mistake in the file gets a sentence."""
    path = tmp_path / "baseline.json"
    path.write_text(content)

    with pytest.raises(SettingsError, match=message):
        baseline.load(path)


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    """The message says which file."""
    with pytest.raises(SettingsError, match=r"the baseline .*no\.json cannot be read: No such file"):
        baseline.load(tmp_path / "no.json")
