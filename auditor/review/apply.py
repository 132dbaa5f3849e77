"""The editors' desk: what the house has decided is applied to an audit, which is then scored again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from auditor import scoring
from auditor.registry import Table
from auditor.review import baseline
from auditor.review.baseline import Accepted, Allowance, Sifted, Suppressed
from auditor.review.terminology import Terms, apply_terms
from auditor.values import Audit, Document

DECISIONS = Table(
    "decision of the house", {"terms": "auditor.review.terminology", "baseline": "auditor.review.baseline"}
)
"""What the house can decide, each explained by its module; "terms" is also the mechanism of findings."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the house has decided: its terms, the accepted findings, and the points an error costs."""

    terms: Terms = field(default_factory=Terms)
    accepted: tuple[Accepted, ...] = ()
    penalties: Mapping[str, float] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """What is added to the signature of an audit, "" for no decisions."""
        parts = []
        if self.terms.fingerprint:
            parts.append(f"|terms:{self.terms.fingerprint}")
        if self.accepted:
            parts.append(f"|baseline:{hashlib.sha256(baseline.dump(self.accepted)).hexdigest()[:8]}")
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Settled:
    """An audit after the house's decisions, what they suppressed, and which of them met nothing."""

    audit: Audit
    suppressed: tuple[Suppressed, ...]
    unused: tuple[str, ...]


def markup(data: bytes, document: Document) -> str:
    """Return the text in which comments to the auditor are looked for: the file's own, or what a packed one says."""
    return data.decode("utf-8", errors="replace") if b"auditor:" in data else document.text


def settle(audit: Audit, decisions: Decisions, *, allowances: Sequence[Allowance] = ()) -> Settled:
    """Apply terms, then allowances and the baseline; score what stays.

    Args:
        audit: an audit of the whole text.
        decisions: the house's.
        allowances: what the text's own comments allow.
    """
    findings = apply_terms(audit.document, audit.findings, decisions.terms)
    sifted = baseline.sift(audit.document, findings, accepted=decisions.accepted, allowances=allowances)
    signature = audit.signature + decisions.signature
    settled = replace(audit, signature=signature, notes=(*audit.notes, *_notes(sifted)))
    if sifted.kept != audit.findings:
        score, interval, paragraphs = scoring.score(audit.document, sifted.kept, penalties=decisions.penalties or None)
        settled = replace(settled, score=score, interval=interval, paragraphs=paragraphs)
    return Settled(settled, sifted.suppressed, sifted.unused)


def _notes(sifted: Sifted) -> Iterator[str]:
    count = len(sifted.suppressed)
    if count:
        yield f"{count} finding{'s' if count > 1 else ''} suppressed by the baseline or by a comment in the text"
    for text in sifted.unused:
        yield f"what was accepted as “{text}” was not found any more; it can be taken out"
