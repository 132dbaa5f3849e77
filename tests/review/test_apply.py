"""What an organisation's policy does to findings."""

from __future__ import annotations

from auditor.review import apply, baseline, fingerprints
from auditor.review.apply import Policy
from auditor.review.baseline import InlineSuppression
from auditor.review.terminology import Terms
from auditor.values import Audit


def test_no_policy_changes_nothing(audit: Audit) -> None:
    """Without a policy every finding stays, and there is nothing to say."""
    reviewed = apply.review(audit.document, audit.findings, Policy())

    assert (audit.findings, (), (), ()) == (
        reviewed.findings,
        reviewed.suppressed,
        reviewed.unused,
        reviewed.notes,
    )
    assert Policy().signature == ""


def test_terms_and_comments_decide_what_is_reported(audit: Audit) -> None:
    """What may stand is gone, what may not is found, and the notes count what was suppressed."""
    policy = Policy(Terms(never=("sensible",), always={"mayors": "councils"}))
    suppressions = [InlineSuppression("of of", "a title"), InlineSuppression("ferries", "unused")]

    reviewed = apply.review(audit.document, audit.findings, policy, suppressions=suppressions)

    marked = [finding.span.of(audit.document.text) for finding in reviewed.findings]
    assert marked == ["shell pay", "mayors", "We are ready to listen at the unions,", "at", "nobody"]
    assert [item.reason for item in reviewed.suppressed] == ["a title"]
    assert reviewed.notes == (
        "1 finding suppressed by the baseline or by a comment in the text",
        "what was accepted as “ferries” was not found any more; it can be taken out",
    )
    assert policy.signature.startswith("|terms:")


def test_a_forbidden_term_can_be_accepted(audit: Audit) -> None:
    """The baseline comes after the terms, and stands in the signature."""
    forbidding = Policy(Terms(always={"mayors": "councils"}))
    found = apply.review(audit.document, audit.findings, forbidding).findings
    accepted = tuple(
        baseline.Accepted(audit.document.name, fingerprint, "quoted")
        for fingerprint in fingerprints.take(audit.document, found)
    )

    policy = Policy(forbidding.terms, accepted)

    assert apply.review(audit.document, audit.findings, policy).findings == ()
    assert "|baseline:" in policy.signature
