"""Names, counts and quotations of a document."""

from __future__ import annotations

import pytest

from auditor.text import segmentation
from auditor.text.document_context import measure
from auditor.values import Knowledge, Span


def _measure(text: str) -> Knowledge:
    return measure(segmentation.document(text, name="-"))


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


@pytest.mark.parametrize(("times", "roughly"), [(1, 1), (10, 10), (13, 10), (14, 14), (66, 40), (500, 67)])
def test_rough_counts_go_in_steps(times: int, roughly: int) -> None:
    """The more often a word comes, the less does once more or less matter."""
    knowledge = _measure("We saw Lee. " * times)

    assert (knowledge.names["Lee"], knowledge.counts["saw"], knowledge.rough_counts["saw"]) == (times, times, roughly)


def test_common_names_are_found_by_their_initial() -> None:
    """Those that come three times."""
    knowledge = _measure("He met Lee, Lund and Kim. Lee met Lund. Kim saw Lee, and Lund saw Kim. They met Kay and Kay.")

    assert knowledge.common_names == {"K": ("Kim",), "L": ("Lee", "Lund")}


def test_full_names_are_known_by_their_first_and_last() -> None:
    """Three capitals with nothing but a space between, twice at most; a possessive is the same name."""
    knowledge = _measure(
        "He met Joe Robin Lee. Joe Robin Lee’s aide met Joe Robin Lee, Joe Robyn Lee and Joe, Rob Lee. Joe A Lee left."
    )

    assert knowledge.full_names == {"Joe Lee": ("Robin", "Robin", "Robyn")}


@pytest.mark.parametrize(
    ("text", "apostrophe", "marks"),
    [
        ("It is late.", "'", ('"', '"')),
        ("It’s late, isn’t it? It's so.", "’", ("“", "”")),
        ("It’s late. It's so.", "'", ("“", "”")),
        ('It’s "late".', "’", ('"', '"')),
        ("“It's late.”", "'", ("“", "”")),
    ],
)
def test_a_document_has_its_own_marks(text: str, apostrophe: str, marks: tuple[str, str]) -> None:
    """The apostrophe that it writes more often; curly quotation marks as soon as one is there."""
    knowledge = _measure(text)

    assert (knowledge.apostrophe, knowledge.quotation_marks) == (apostrophe, marks)


def test_a_title_is_the_first_of_several_paragraphs() -> None:
    """A lone paragraph has none."""
    assert _measure("Talks fail").title is None
    assert _measure("Talks fail\n\nThey went home.").title == Span(0, 10)


LONG = "The two sides met again and went home once more without any deal"


@pytest.mark.parametrize(
    ("paragraphs", "ends_in_stops"),
    [
        ([LONG + "."] * 2 + [LONG], True),
        ([LONG + "."] * 2 + ["Talks fail"] * 5, True),
        ([LONG + ".", LONG], False),
        ([LONG + "."] * 4 + [LONG] * 3, False),
    ],
)
def test_longer_paragraphs_end_in_stops_or_not(paragraphs: list[str], *, ends_in_stops: bool) -> None:
    """All but one of them, or nearly; headlines do not count."""
    assert _measure("\n\n".join(paragraphs)).ends_in_stops is ends_in_stops


@pytest.mark.parametrize(
    ("text", "own_voice"),
    [
        ("I went home. I saw my house. We left it. It rained.", True),
        ("“I went home. I saw my house. We left it.” It rained.", False),
        ("I went home, she said. I saw my house, she said. We left it, she said. It rained.", False),
        ("I went home. I saw my house. It rained.", False),
    ],
)
def test_a_writer_who_says_i_has_a_voice(text: str, *, own_voice: bool) -> None:
    """Outside quotation marks, and where nobody else is said to speak."""
    assert _measure(text).own_voice is own_voice
