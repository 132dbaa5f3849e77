"""The review of what was found: an organisation's policy and the comments in the text decide what is reported."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from auditor.registry import Table
from auditor.review import baseline
from auditor.review.baseline import Accepted, InlineSuppression, Reviewed
from auditor.review.terminology import Terms, apply_terms
from auditor.values import Document, Finding

POLICIES = Table("policy", {"terms": "auditor.review.terminology", "baseline": "auditor.review.baseline"})
"""What an organisation can decide, each explained by its module; "terms" is also the mechanism of findings."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organisation has decided: its terms, and the findings that it has accepted."""

    terms: Terms = field(default_factory=Terms)
    accepted: tuple[Accepted, ...] = ()

    @property
    def signature(self) -> str:
        """What is added to the signature of an audit, "" where nothing was decided."""
        parts = []
        if self.terms.fingerprint:
            parts.append(f"|terms:{self.terms.fingerprint}")
        if self.accepted:
            parts.append(f"|baseline:{hashlib.sha256(baseline.dump(self.accepted)).hexdigest()[:8]}")
        return "".join(parts)


def review(
    document: Document,
    findings: Sequence[Finding],
    policy: Policy,
    *,
    suppressions: Sequence[InlineSuppression] = (),
) -> Reviewed:
    """Apply the terms of a policy, then the suppressions of the text and the baseline.

    Args:
        document: what was audited.
        findings: sorted by span.
        policy: the organisation's.
        suppressions: what the text's own comments ask for.
    """
    found = apply_terms(document, findings, policy.terms)
    return baseline.sift(document, found, accepted=policy.accepted, suppressions=suppressions)
