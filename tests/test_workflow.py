"""One story from its file to its scores."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from auditor import scoring, workflow
from auditor.errors import InputError
from auditor.review.apply import Policy
from auditor.review.terminology import Terms
from auditor.text import segmentation
from auditor.values import Document, Finding, Settings
from auditor.workflow import SourceFile, Story, Watcher
from tests.batch import rules

TEXT = "The actual government took office in May.\n\nThousands joined manifestations against the reform."
POLICY = Policy(Terms(never=("actual government",), always={"reform": "changes"}))


def _auditor(settings: Settings = Settings()) -> rules.RuleAuditor:  # noqa: B008 (frozen)
    return rules.build(settings)


def _quoted(findings: Sequence[Finding], document: Document) -> list[str]:
    return [finding.span.of(document.text) for finding in findings]


def test_a_story_is_reviewed_before_it_is_scored() -> None:
    """The scores are those of the findings that the policy leaves, at the points of the settings."""
    points = {"minor": 2.0, "major": 3.0}

    audit = workflow.audit(Story("a.txt", TEXT.encode()), lambda: _auditor(Settings(penalties=points)), POLICY)

    expected = scoring.score(audit.document, audit.findings, penalties=points)
    assert _quoted(audit.findings, audit.document) == ["manifestations", "reform"]
    assert expected == (audit.score, audit.interval, audit.paragraphs)
    assert audit.signature.endswith(POLICY.signature)


@pytest.mark.parametrize(("name", "data"), [
    ("a.txt", f'{TEXT}\n[auditor: allow "actual" because quoted]\n'),
    ("a.html", f'<p>{TEXT}</p><!-- auditor: allow "actual" because quoted -->'),
    ("a.md", f'{TEXT}\n\n<!-- auditor: allow "actual" because quoted -->\n'),
])  # fmt: skip
def test_comments_in_the_file_suppress_findings(name: str, data: str) -> None:
    """The reader hands them on, whatever the format; a note says how many findings they hide."""
    audit = workflow.audit(Story(name, data.encode()), _auditor, Policy())

    assert _quoted(audit.findings, audit.document) == ["manifestations"]
    assert audit.notes[-1] == "1 finding suppressed by the baseline or by a comment in the text"


def test_each_thing_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is segmented once and scored once, comments and policy or not."""
    counts = {"document": 0, "score": 0}

    def counting(module: object, name: str) -> None:
        own = getattr(module, name)

        def call(*arguments: object, **options: object) -> object:
            counts[name] += 1
            return own(*arguments, **options)

        monkeypatch.setattr(module, name, call)

    counting(segmentation, "document")
    counting(scoring, "score")
    story = Story("a.txt", f'{TEXT}\n[auditor: allow "actual" because quoted]\n'.encode())

    workflow.audit(story, _auditor, POLICY, Watcher(lambda *_: None, lambda: True, lambda *_: None))

    assert counts == {"document": 1, "score": 1}


def test_what_is_finished_is_shown_as_it_will_be_reported() -> None:
    """Early findings are reviewed, and none of a paragraph that is still to come is among them."""
    shown: list[list[str]] = []

    def show(document: Document, findings: Sequence[Finding]) -> None:
        shown.append(_quoted(findings, document))

    workflow.audit(Story("a.txt", TEXT.encode()), _auditor, POLICY, Watcher(lambda *_: None, lambda: True, show))

    assert shown == [[], ["manifestations", "reform"]]


@pytest.mark.parametrize(("story", "message"), [
    (Story("a.txt", b""), "a.txt is empty"),
    (Story("a.txt", refusal="a.txt has no source"), "a.txt has no source"),
    (Story("a.txt", TEXT.encode() + b"\n[auditor: hush]"), r"a\.txt:4: write auditor: allow"),
    (Story("a.txt", TEXT.encode(), source=SourceFile("b.txt", TEXT.encode())), "b.txt is in English"),
])  # fmt: skip
def test_what_cannot_be_read_needs_no_auditor(story: Story, message: str) -> None:
    """It is refused before a model is loaded."""

    def unwanted() -> rules.RuleAuditor:
        raise AssertionError("no auditor is wanted")

    with pytest.raises(InputError, match=message):
        workflow.audit(story, unwanted, Policy())
