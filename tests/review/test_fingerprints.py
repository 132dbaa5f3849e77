"""The same finding after an edit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.review.fingerprints import Fingerprint, match, take
from auditor.text import segmentation
from auditor.values import Finding, Kind, Severity, Span


def _prints(text: str, *quoted: str) -> tuple[Fingerprint, ...]:
    """Fingerprint a finding at each quotation, each found behind the one before it."""
    position, findings = 0, []
    for words in quoted:
        start = text.index(words, position)
        position = start + len(words)
        findings.append(Finding(Span(start, position), Kind.GRAMMAR, Severity.MINOR, 0.5, "inflections", "odd"))
    return take(segmentation.document(text, name="a.txt"), findings)


OLD = "The Morenos car stood by. Later the Morenos plan failed in a vote. The plan of Hallers friends won."


def test_a_finding_survives_an_edit_elsewhere() -> None:
    """Text put in front, other marks and other line breaks do not change a finding."""
    before = _prints(OLD, "Morenos", "Morenos", "Hallers")
    after = _prints(f"A new lead.\n\n{OLD}".replace(". L", ".\nL"), "Morenos", "Morenos", "Hallers")

    assert before == after
    assert len({fingerprint.hash for fingerprint in before}) == 3


def test_the_nearest_kin_are_paired() -> None:
    """When one of two equal words is mended, the one with the same neighbours is the one that stayed."""
    new = OLD.replace("The Morenos car", "The Moreno’s car")

    assert match(_prints(OLD, "Morenos", "Morenos", "Hallers"), _prints(new, "Morenos", "Hallers")) == {0: 1, 1: 2}


def test_an_edit_next_to_a_finding_keeps_it() -> None:
    """Words changed on one side, or on both, leave the same words of the same kind."""
    one_side = OLD.replace("Hallers friends won", "Hallers party lost")
    both_sides = OLD.replace("The plan of Hallers friends won", "It was Hallers party that lost")

    for new in (one_side, both_sides):
        assert match(_prints(OLD, "Hallers"), _prints(new, "Hallers")) == {0: 0}


def test_another_kind_is_another_finding() -> None:
    """The same words for another reason are new."""
    (old,) = _prints(OLD, "Hallers")

    assert match([old], [Fingerprint("name", old.text, old.before, old.after)]) == {}


_PRINTS = st.lists(st.builds(Fingerprint, *[st.sampled_from("ab")] * 4), max_size=8)


@given(_PRINTS, _PRINTS)
def test_each_is_paired_at_most_once_and_as_many_as_can_be(old: list[Fingerprint], new: list[Fingerprint]) -> None:
    """No finding is counted twice, and only those of the same kind and words are paired, all of them."""
    pairs = match(old, new)

    assert len(set(pairs.values())) == len(pairs)
    assert all((new[i].kind, new[i].text) == (old[j].kind, old[j].text) for i, j in pairs.items())
    keys = {(item.kind, item.text) for item in new}
    counts = [[sum((item.kind, item.text) == key for item in side) for side in (old, new)] for key in keys]
    assert sum(min(count) for count in counts) == len(pairs)
