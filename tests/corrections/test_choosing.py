"""What is taken without a question."""

from __future__ import annotations

from auditor.corrections import choosing
from auditor.text.edits import Correction
from auditor.values import Audit, Kind


def test_the_likeliest_first_and_nothing_in_quotations(audit: Audit) -> None:
    """Of two that overlap the likelier is taken; a quotation and what has no suggestion are left, with the reason."""
    taken = choosing.likely(audit.findings, threshold=0.5)
    words = {item.span.of(audit.document.text): item.wording for item in taken.corrections}
    left = {item.correction.span.of(audit.document.text): item.reason for item in taken.left}

    assert words == {
        "sensible": "sensitive",
        "shell pay": "she’ll pay",
        "We are ready to listen at the unions,": "“We are ready to listen at the unions,”",
        "of of": "of",
    }
    assert left == {"at": choosing.OVERLAPS, "nobody": choosing.QUOTED}
    assert list(taken.corrections) == sorted(taken.corrections)


def test_kinds_and_chances_decide(audit: Audit) -> None:
    """Only findings of the kinds named, and only those that are likely enough."""
    grammar = choosing.of_kinds(audit, {Kind.GRAMMAR})
    taken = choosing.likely(grammar, threshold=0.6)

    assert [item.wording for item in taken.corrections] == ["she’ll pay", "to"]
    assert choosing.of_kinds(audit, ()) == list(audit.findings)


def test_of_decisions_that_overlap_the_first_is_done(audit: Audit) -> None:
    """An editor who decided twice about the same words is told so."""
    span = audit.findings[0].span
    taken = choosing.disjoint([Correction(span, "one"), Correction(span, "two")])

    assert [item.wording for item in taken.corrections] == ["one"]
    assert [item.reason for item in taken.left] == [choosing.OVERLAPS]
