"""An organisation's terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import SettingsError
from auditor.review import terminology
from auditor.review.terminology import Terms, apply_terms
from auditor.text import segmentation
from auditor.values import Finding, Kind, Severity, Span

TEXT = "The Troika met in Kiev. The forced  position of Kiev’s mayor was “Kiev first”. A troika sled stood by."


def _finding(words: str) -> Finding:
    start = TEXT.index(words)
    span = Span(start, start + len(words))
    return Finding(span, Kind.MISTRANSLATION, Severity.MINOR, 0.6, "false-friends", f"“{words}” may be odd")


def _marked(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.span.of(TEXT) for finding in findings]


def test_terms_are_never_flagged() -> None:
    """A finding inside a term goes; one that is wider than the term, or elsewhere, stays."""
    document = segmentation.document(TEXT, name="a.txt")
    findings = [_finding("Troika"), _finding("Troika met"), _finding("troika")]

    assert _marked(apply_terms(document, findings, Terms(never=("Troika",)))) == ["Troika met", "troika"]


def test_forbidden_renderings_are_always_flagged() -> None:
    """Every whole-word occurrence is a finding for certain, with the preferred rendering, and takes over others."""
    document = segmentation.document(TEXT, name="a.txt")
    chosen = Terms(always={"Kiev": "Kyiv", "forced position": "position of strength"})

    found = apply_terms(document, [_finding("forced")], chosen)

    assert _marked(found) == ["Kiev", "forced  position", "Kiev", "Kiev"]
    assert {finding.probability for finding in found} == {1.0}
    assert found[0].suggestions == ("Kyiv",)
    assert found[0].message == "“Kiev” is not the organisation’s term; “Kyiv” is"


def test_the_longer_of_two_renderings_is_flagged_and_never_goes_first() -> None:
    """Overlapping renderings give one finding; inside a term that is never flagged they give none."""
    document = segmentation.document(TEXT, name="a.txt")
    both = Terms(never=("Kiev first",), always={"Kiev": "Kyiv", "in Kiev": "in Kyiv"})

    assert _marked(apply_terms(document, [], both)) == ["in Kiev", "Kiev"]


def test_a_suggestion_begins_a_sentence_as_its_word_did() -> None:
    """A lower-case term matches at the start of a sentence, where its rendering has a capital too."""
    document = segmentation.document("Manifestations were held.", name="a.txt")

    (found,) = apply_terms(document, [], Terms(always={"manifestations": "demonstrations"}))

    assert found.suggestions == ("Demonstrations",)


def test_curly_and_straight_marks_are_the_same() -> None:
    """A term written with a straight apostrophe is found with a curly one."""
    assert [Span(48, 54)] == list(terminology.occurrences(TEXT, "Kiev's"))


def test_a_file_is_read(tmp_path: Path) -> None:
    """Both lists come from one TOML file, and the signature's part tells two files apart."""
    path = tmp_path / "terms.toml"
    path.write_text('never = ["Troika"]\n[always]\n"Kiev" = "Kyiv"\n')

    read = terminology.load(path)

    assert read == Terms(("Troika",), {"Kiev": "Kyiv"})
    assert read.fingerprint != Terms(("Troika",)).fingerprint != ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nevr = []", r"terms\.toml: unknown entry 'nevr'\. Did you mean 'never'\?"),
        ("never = 'Troika'", r"'never' must be a list of terms, such as never = \[\"Troika\"\]"),
        ('never = [""]', "'never' must be a list of terms"),
        ("[always]\nKiev = 1", "'always' must map each forbidden rendering to another"),
        ("[always]\nKiev = 'Kiev'", "'always' must map each forbidden rendering to another"),
        ("never = [", r"terms\.toml is not valid TOML"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """Each mistake gets one sentence that names the file."""
    path = tmp_path / "terms.toml"
    path.write_text(content)

    with pytest.raises(SettingsError, match=message):
        terminology.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The message says which file."""
    with pytest.raises(SettingsError, match=r"the terms file .*no\.toml cannot be read: No such file"):
        terminology.load(tmp_path / "no.toml")
