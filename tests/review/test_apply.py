"""The house's decisions on an audit."""

from __future__ import annotations

from auditor import scoring
from auditor.review import apply, baseline
from auditor.review.apply import Decisions
from auditor.review.baseline import Allowance
from auditor.review.terminology import Terms
from auditor.values import Audit


def test_no_decision_changes_nothing(audit: Audit) -> None:
    """Without decisions the audit comes back as it was."""
    settled = apply.settle(audit, Decisions())

    assert (audit, (), ()) == (settled.audit, settled.suppressed, settled.unused)


def test_what_stays_is_scored_again(audit: Audit) -> None:
    """A suppressed finding costs no points, a forbidden term does, and the signature says that decisions were made."""
    decisions = Decisions(Terms(never=("affirmative",), always={"mayors": "councils"}), penalties={"major": 2.0})

    settled = apply.settle(audit, decisions, allowances=[Allowance("of of", "a title")])

    marked = [finding.span.of(audit.document.text) for finding in settled.audit.findings]
    expected = scoring.score(audit.document, settled.audit.findings, penalties={"major": 2.0})
    assert marked == ["the hell meet", "mayors", "We are ready to listen at the unions,", "at", "nobody"]
    assert expected == (settled.audit.score, settled.audit.interval, settled.audit.paragraphs)
    assert [item.reason for item in settled.suppressed] == ["a title"]
    assert settled.audit.signature.startswith(f"{audit.signature}|terms:")


def test_terms_go_before_the_baseline(audit: Audit) -> None:
    """A forbidden term can be accepted, and then meets its acceptance."""
    forbidding = Decisions(Terms(always={"mayors": "councils"}))
    found = apply.settle(audit, forbidding).audit

    accepted = Decisions(forbidding.terms, baseline.accept(found, reason="quoted"))

    assert apply.settle(audit, accepted).audit.findings == ()
    assert "|baseline:" in apply.settle(audit, accepted).audit.signature


def test_comments_are_looked_for_in_the_file_itself(audit: Audit) -> None:
    """A packed file has none in its bytes, so its text is asked."""
    assert apply.markup(b"<!-- auditor: x -->", audit.document) == "<!-- auditor: x -->"
    assert audit.document.text == apply.markup(b"PK\x03\x04", audit.document)
