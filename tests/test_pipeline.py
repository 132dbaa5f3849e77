"""The whole audit with the embedded models, on stories it was not fitted on."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from auditor.pipeline import Auditor
from auditor.readers import text as text_reader
from auditor.text import segmentation
from auditor.values import Audit, Document, Kind, Settings

pytestmark = pytest.mark.weights

SEED = Path(__file__).parents[2] / "shared" / "seed" / "wire_copy.txt"

# Where ten errors of that article stand, from and up to which character; its wording stays outside the repository.
SEED_PLACES = (
    (253, 259),
    (1029, 1040),
    (1092, 1116),
    (3483, 3489),
    (3524, 3531),
    (4810, 4819),
    (5049, 5062),
    (5274, 5293),
    (5294, 5307),
    (5475, 5489),
)

# (the words that must be distrusted, with what stands around them, and what one of the suggestions must contain)
EXPECTED = (
    ("Markovics parents", "Markovics", "Markovic's"),
    ("work was realized", "realized", "carried out"),
    ("in three summers.", "summers.", "summers"),
    ("The actual timetable", "actual", "current"),
    ("at the the old", "the the", "the"),
    ("A ticket special", "ticket special", "special ticket"),
    ("there were manifestations", "manifestations", "demonstrations"),
    ("Hallers’s members", "Hallers’s", "Haller's"),
    ("Its not clear", "Its", "It's"),
    ("says shell take", "shell", "she'll"),
)


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    return Auditor(Settings())


@pytest.fixture(scope="module")
def sample_audit(auditor: Auditor) -> Audit:
    sample = resources.files("auditor.samples").joinpath("night_trains.txt").read_bytes()
    return auditor.audit(text_reader.read(sample, name="night_trains.txt"))


@pytest.fixture(scope="module")
def seed_audit(auditor: Auditor) -> Audit:
    if not SEED.exists():
        pytest.skip("the article lies outside the repository")
    return auditor.audit(text_reader.read(SEED.read_bytes(), name="wire_copy.txt"))


@pytest.mark.parametrize(("context", "wrong", "right"), EXPECTED)
def test_the_sample_story(sample_audit: Audit, context: str, wrong: str, right: str) -> None:
    """Each error is flagged where it stands, with a sensible wording among its suggestions."""
    text = sample_audit.document.text
    start = text.index(context) + context.index(wrong)
    end = start + len(wrong)
    found = [f for f in sample_audit.findings if f.span.start < end and start < f.span.end]
    suggestions = [suggestion.replace("’", "'") for finding in found for suggestion in finding.suggestions]

    assert found
    assert any(right in suggestion for suggestion in suggestions), suggestions


def test_the_false_friend_is_a_mistranslation(sample_audit: Audit) -> None:
    """ "manifestations" is flagged by kind, not only by place."""
    (finding,) = [f for f in sample_audit.findings if f.span.of(sample_audit.document.text) == "manifestations"]

    assert finding.kind is Kind.MISTRANSLATION


@pytest.mark.parametrize(("start", "end"), SEED_PLACES)
def test_the_article_that_started_it(seed_audit: Audit, start: int, end: int) -> None:
    """No rule was written for it any more, and each of ten errors is found all the same, with something to say."""
    found = [f for f in seed_audit.findings if f.span.start < end and start < f.span.end]

    assert any(finding.suggestions for finding in found)


def test_every_paragraph_is_scored(sample_audit: Audit) -> None:
    """Paragraph audits stand one to one with the paragraphs; each score lies inside its interval."""
    assert len(sample_audit.document.paragraphs) == len(sample_audit.paragraphs)
    assert all(p.interval[0] <= p.score <= p.interval[1] for p in sample_audit.paragraphs)


def test_spans_quote_the_text(sample_audit: Audit) -> None:
    """Every finding lies inside its paragraph and covers at least one character."""
    for paragraph in sample_audit.paragraphs:
        assert all(paragraph.span.contains(finding.span) and finding.span for finding in paragraph.findings)


CLEAN_STORY = (
    "Ferry workers and the regional government reached a deal on pay on Thursday, ending a strike that had cut off "
    "three islands for nine days.\n\nThe first boats left the harbor shortly after noon, and hundreds of passengers "
    "who had been stranded since last week lined up on the quay. “We are tired but relieved,” said Marta Olsen, a "
    "nurse who had slept two nights in a school gym.\n\nUnder the deal, wages will rise by 4 percent this year and by "
    "2.5 percent in each of the next two years, the union said."
)


def test_clean_copy_is_left_alone(auditor: Auditor) -> None:
    """A plain story without an error has no finding and scores 100."""
    audit = auditor.audit(segmentation.document(CLEAN_STORY, name="clean"))

    assert [finding.span.of(CLEAN_STORY) for finding in audit.findings] == []
    assert audit.score == 100.0


def test_an_audit_repeats_itself(auditor: Auditor) -> None:
    """The same document, after another one, gives the same audit: nothing is remembered."""
    document = segmentation.document("The two side have agree to a truce, officials said.", name="again")
    first = auditor.audit(document)
    auditor.audit(segmentation.document(CLEAN_STORY, name="between"))

    assert auditor.audit(document) == first


def test_a_text_and_a_path_are_read(auditor: Auditor, tmp_path: Path) -> None:
    """What `auditor.audit` takes an Auditor takes, too."""
    file = tmp_path / "story.txt"
    file.write_text("The two side have agree to a truce.", encoding="utf-8")
    found = [auditor.audit(source) for source in (file.read_text(encoding="utf-8"), file)]

    assert [audit.document.text for audit in found] == ["The two side have agree to a truce."] * 2
    assert found[0].findings == found[1].findings


def test_a_document_without_words_is_no_special_case(auditor: Auditor) -> None:
    """Nothing to audit is a clean audit, not a crash."""
    assert auditor.audit(Document("empty", "en", "", ())).findings == ()
