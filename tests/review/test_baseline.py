"""Accepted findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.errors import InputError, SettingsError
from auditor.review import baseline
from auditor.review.baseline import Accepted, Allowance
from auditor.text import segmentation
from auditor.values import Audit


def test_an_accepted_finding_is_not_reported_again(audit: Audit, tmp_path: Path) -> None:
    """A baseline written from an audit, read back, suppresses all of its findings, with the reason."""
    path = tmp_path / "baseline.json"
    path.write_bytes(baseline.dump(baseline.accept(audit, reason="read by the desk")))

    sifted = baseline.sift(audit.document, audit.findings, accepted=baseline.load(path))

    assert (sifted.kept, sifted.unused) == ((), ())
    assert {item.reason for item in sifted.suppressed} == {"read by the desk"}
    assert audit.findings == tuple(item.finding for item in sifted.suppressed)


def test_one_acceptance_covers_one_finding(audit: Audit) -> None:
    """A finding more than was accepted is new, and an acceptance that met nothing is told."""
    one, *_ = baseline.accept(audit, reason="read")
    twice = (one, Accepted(one.document, one.fingerprint, "again"))

    sifted = baseline.sift(audit.document, audit.findings[:1], accepted=twice)

    assert sifted.unused == ("affirmative",)
    assert audit.findings[1:] == baseline.sift(audit.document, audit.findings, accepted=(one,)).kept


@pytest.mark.parametrize("name", ["other.txt", "a-ferry.txt", "desk", "ferry.txt/desk.txt"])
def test_another_document_accepted_nothing(audit: Audit, name: str) -> None:
    """A baseline holds for the document it was made of."""
    other = [Accepted(name, item.fingerprint, "read") for item in baseline.accept(audit, reason="read")]

    assert audit.findings == baseline.sift(audit.document, audit.findings, accepted=other).kept


@pytest.mark.parametrize("name", ["./ferry.txt", "desk/ferry.txt", "/home/desk/./ferry.txt"])
def test_a_document_is_the_same_from_another_folder(audit: Audit, name: str) -> None:
    """How the path was written when the baseline was made does not matter."""
    same = [Accepted(name, item.fingerprint, "read") for item in baseline.accept(audit, reason="read")]

    assert baseline.sift(audit.document, audit.findings, accepted=same).kept == ()


def test_words_are_allowed_wherever_they_stand(audit: Audit) -> None:
    """Findings inside the allowed words are suppressed; a wider finding is not."""
    allowed = [Allowance("listen at the unions", "house style"), Allowance("ferries", "unused")]

    sifted = baseline.sift(audit.document, audit.findings, allowances=allowed)

    assert [item.finding.span.of(audit.document.text) for item in sifted.suppressed] == ["at"]
    assert sifted.unused == ("ferries",)


def test_comments_in_a_file_allow_words() -> None:
    """A comment of a web page and a bracket in a text are read, over lines too."""
    markup = (
        '<p>x</p><!-- auditor: allow "increasingly affirmative" because he said so,\n on tape -->\n'
        "[auditor: allow “Bidens” because it is a family]"
    )

    assert baseline.allowances(markup, name="a.html") == (
        Allowance("increasingly affirmative", "he said so, on tape"),
        Allowance("Bidens", "it is a family"),
    )


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ('\n<!-- auditor: allow "x" -->', 'a.txt:2: say why "x" is allowed'),
        ('[auditor: allow "x" because ]', 'a.txt:1: say why "x" is allowed'),
        ("[auditor: ignore everything]", "a.txt:1: write auditor: allow"),
    ],
)
def test_a_comment_without_a_reason_is_refused(comment: str, message: str) -> None:
    """The message says where and how it is written."""
    with pytest.raises(InputError, match=message):
        baseline.allowances(comment, name="a.txt")


def test_comments_in_a_text_are_not_audited_and_offsets_stay() -> None:
    """The comment's words are no words of the document; all others stand where they stood."""
    text = 'The talks go on.\r\n[auditor: allow "on" because é]\r\nThe end of it.'
    document = segmentation.document(text, name="a.txt")

    blank = baseline.blank(document)

    assert [word.text for word in blank.words] == ["The", "talks", "go", "on", "The", "end", "of", "it"]
    assert all(word.span.of(text) == word.text for word in blank.words)
    assert baseline.blank(blank) is blank


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
