"""Names, counts and quotations of a document."""

from __future__ import annotations

import pytest

from auditor import segment
from auditor.signals.document_knowledge import base, measure
from auditor.values import Knowledge


def _measure(text: str) -> Knowledge:
    return measure(segment.document(text, name="-"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Lee’s", "Lee"),
        ("Lee's", "Lee"),
        ("Joneses’", "Joneses"),
        ("Lees", "Lees"),
        ("LEE’S", "LEE"),
        ("o’clock", "o’clock"),
    ],
)
def test_base_strips_possessive_endings_only(word: str, expected: str) -> None:
    """The ending goes, the rest of the word stays."""
    assert expected == base(word)


def test_names_are_counted_without_their_possessive_endings() -> None:
    """A name counts wherever it stands, once it has stood inside a sentence."""
    knowledge = _measure("Lee flew home. On Friday Lee’s aides met Ms. Hart. Hart’s view was heard. Nobody spoke.")

    assert knowledge.names == {"Friday": 1, "Hart": 2, "Lee": 2, "Ms": 1}


def test_sentence_starts_small_words_and_headlines_name_nothing() -> None:
    """Capitals that position or style explains are no names."""
    knowledge = _measure(
        "Storm Closes Schools Along Coast\n\nI think I’m late, she said: “Winning helps.” It is The Hague."
    )

    assert knowledge.names == {"Hague": 1}


def test_word_forms_are_counted_whatever_their_case() -> None:
    """Counts are of the forms as they stand, case-folded."""
    assert _measure("The talks, the TALKS’ end.").counts == {"the": 2, "talks": 1, "talks’": 1, "end": 1}


@pytest.mark.parametrize(
    ("text", "quotations"),
    [
        ("He said “we are late” and “no”.", ["we are late", "no"]),
        ('He said "we\'re late" and "no".', ["we're late", "no"]),
        ("‘I don’t know,’ she said of the Joneses’ house.", ["I don’t know,"]),
        ("She 'can't say', 'no' or 'yes'.", ["can't say", "no", "yes"]),
        ("She said “he told me ‘no’ twice” today.", ["he told me ‘no’ twice"]),
        ("“We won.\n\n“We did,” he said.", ["We won.", "We did,"]),
        ("“We won. We did.\n\nHe smiled.", ["We won."]),
        ("A 5'10\" man and rock 'n' roll, the boys' thing, in the '90s.", []),
        ("«Yes», he said, „no“ and “”.", ["Yes", "no"]),
        ("It is its’ own Lees’ thing and Bo’s.", []),
    ],
)
def test_quotations_are_what_stands_inside_quotation_marks(text: str, quotations: list[str]) -> None:
    """Straight and curly marks pair within a paragraph; apostrophes and inches are none."""
    assert quotations == [span.of(text) for span in _measure(text).quotations]
