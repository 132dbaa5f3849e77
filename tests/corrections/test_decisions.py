"""Files of decisions, and the places that they are about."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.corrections import decisions
from auditor.corrections.decisions import Chosen
from auditor.errors import InputError, SettingsError
from auditor.review import baseline, fingerprints
from auditor.text import segmentation
from auditor.text.edits import Correction
from auditor.values import Audit, Kind, Span

_ENTRY = {
    "document": "ferry.txt",
    "kind": "grammar",
    "text": "of of",
    "before": "prices",
    "after": "tickets rose",
    "words": "of of",
    "start": 186,
    "wording": "of",
}


def _written(path: Path, **changes: object) -> Path:
    content = {"schema_version": 1, "accepted": [], "corrections": [{**_ENTRY, **changes}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _chosen(audit: Audit, number: int, wording: str) -> Chosen:
    finding = audit.findings[number]
    (found,) = fingerprints.take(audit.document, [finding])
    return Chosen("ferry.txt", found, finding.span.of(audit.document.text), finding.span.start, wording)


def test_a_baseline_is_a_file_of_decisions_and_the_other_way_round(audit: Audit, tmp_path: Path) -> None:
    """`check --baseline` and `fix --decisions` take the same file."""
    accepted = baseline.accept(audit, reason="read")
    (tmp_path / "old.json").write_bytes(baseline.dump(accepted))
    both = _written(tmp_path / "new.json")

    assert decisions.load(tmp_path / "old.json").dismissed == baseline.load(tmp_path / "old.json")
    assert baseline.load(both) == ()
    assert [item.wording for item in decisions.load(both).chosen] == ["of"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wording": 3}, "correction 1 must have the text fields document, kind,"),
        ({"kind": "poetry"}, "is of a kind that auditor does not know: poetry"),
        ({"start": "x"}, "must say where its words stand"),
        ({"words": ""}, "must say where its words stand"),
    ],
)
def test_a_damaged_file_is_one_sentence(changes: dict[str, object], message: str, tmp_path: Path) -> None:
    """It says which entry, and what it lacks."""
    with pytest.raises(SettingsError, match=message):
        decisions.load(_written(tmp_path / "decisions.json", **changes))


def test_a_place_is_found_again_after_an_edit_elsewhere(audit: Audit) -> None:
    """What stands before it may grow; the words and their neighbours may not change."""
    chosen = _chosen(audit, 0, "sensitive")
    text = audit.document.text
    longer = segmentation.document(f"A new first paragraph.\n\n{text}", name="ferry.txt")
    changed = segmentation.document(text.replace("a rather sensible", "a very sensible"), name="ferry.txt")
    gone = segmentation.document(text.replace("sensible", "sensitive"), name="ferry.txt")

    start = longer.text.index("sensible")
    assert decisions.locate(longer, chosen) == Correction(Span(start, start + 8), "sensitive")
    assert decisions.locate(changed, chosen) is None
    assert decisions.locate(gone, chosen) is None


def test_a_place_that_stands_there_twice_is_found_by_where_it_stood(audit: Audit) -> None:
    """Twins are told apart by their offset; without it nobody knows which one was meant."""
    document = segmentation.document("He sat on the the chair.\n\nHe sat on the the chair.", name="a.txt")
    second = Span(36, 43)
    (found,) = fingerprints.take(document, [replace(audit.findings[4], span=second)])
    chosen = Chosen("a.txt", found, "the the", 36, "the")

    assert decisions.locate(document, chosen) == Correction(second, "the")
    assert decisions.locate(document, replace(chosen, start=35)) is None


def test_decisions_are_about_one_document(audit: Audit) -> None:
    """Those of another story are left out; a file about others alone is refused; kinds are kept apart."""
    mine, other = _chosen(audit, 0, "sensitive"), replace(_chosen(audit, 4, "of"), document="other.txt")
    decided = decisions.Decisions((), (mine, other))

    assert decided.about("desk/ferry.txt", ()).chosen == (mine,)
    assert decided.about("ferry.txt", {Kind.GRAMMAR}).chosen == ()
    with pytest.raises(InputError, match=r"about third\.txt; they are about ferry\.txt, other\.txt"):
        decided.about("third.txt", ())


def test_dismissals_are_added_and_corrections_stay(audit: Audit, tmp_path: Path) -> None:
    """A downloaded file that is used as the baseline goes on being both; a plain baseline stays one, byte for byte."""
    accepted = baseline.accept(audit, reason="read")
    (tmp_path / "old.json").write_bytes(baseline.dump(accepted[:2]))
    both = _written(tmp_path / "new.json")

    assert decisions.added(tmp_path / "old.json", accepted) == baseline.dump(accepted)
    assert decisions.added(tmp_path / "none.json", accepted) == baseline.dump(accepted)
    both.write_bytes(decisions.added(both, accepted))
    assert decisions.load(both).dismissed == tuple(sorted(accepted))
    assert [item.wording for item in decisions.load(both).chosen] == ["of"]
