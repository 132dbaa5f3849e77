"""Speech that lost its quotation marks.

What it measures:
    Whether somebody speaks in the first person (I, we, our, my, us) outside quotation marks in a sentence that says who
    is speaking ("…, Sullivan said"), or in the sentence after it.

Why it suggests an error:
    Systems drop marks that their training text wrote otherwise («», „“, 「」). News reports speech in the third person,
    so a "we" beside "said" was spoken, and without marks the newsroom seems to say it.

Known problems:
    Columns and first-person reports have no marks to lose; a document in which the writer speaks is left alone. Where
    the speech began and ended is the likeliest guess only: the tape decides.

Example:
    "We will answer from a position of strength, the minister said." -> "“We will answer from a position of strength,”
    the minister said."

Source:
    MQM "punctuation: quotation marks"; layout of quotations after the Associated Press Stylebook.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import paragraph_of
from auditor.text import quotations
from auditor.values import Candidate, Document, Kind, Knowledge, Measurements, Paragraph, Sentence, Severity, Span

MECHANISM = "lost-quotation-marks"
TRAITS = Traits(Evidence.RULE, is_clause_level=True)
KIND = Kind.PUNCTUATION
SEVERITY = Severity.MAJOR
VALID = (
    "“We will not give in,” the minister said. “I have told them so.”",
    "The minister said we would all be better off, and that he would resign.",
    "Five people were killed and our correspondent was hurt.",
    "Talks will resume on Monday, the ministry said.",
    "I first came to the town in 1990. My father said it would never change. I believed him, and I still do.",
)
INVALID = (
    (
        "We will answer any attack on our allies, the minister said on Friday.",
        "We will answer any attack on our allies,",
        '"We will answer any attack on our allies,"',
    ),
    (
        "To this day, the envoy said, we have received no reply from the rebels.",
        "To this day, the envoy said, we have received no reply from the rebels.",
        '"To this day," the envoy said, "we have received no reply from the rebels."',
    ),
    (
        "The envoy said: we have received no reply.",
        "we have received no reply.",
        '"we have received no reply."',
    ),
    (
        "A stable region is essential, the president told reporters. Our country will stand by its friends.",
        "Our country will stand by its friends.",
        '"Our country will stand by its friends."',
    ),
    (
        "A stable region is essential, the president told reporters. Our country will stand by its friends.",
        "A stable region is essential,",
        '"A stable region is essential,"',
    ),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the sentence's speech in quotation marks, when somebody says "we" or "I" outside of any."""
    document = measurements.document
    paragraph = paragraph_of(document, sentence)
    text = sentence.span.of(document.text)
    if quotations.has_marks(text) or sentence.span.touches(measurements.knowledge.quotations):
        return
    if quotations.speaks(text, 0, len(text)):
        parts = quotations.attributed(text)
        if not parts and _follows_speech(sentence, paragraph, document):
            parts = [(0, len(text))]
    else:
        parts = _before_speech(sentence, paragraph, measurements)
    if parts and not measurements.knowledge.own_voice:
        yield from _candidates(sentence.span.start, text, parts, measurements.knowledge)


def _candidates(offset: int, text: str, parts: list[tuple[int, int]], knowledge: Knowledge) -> Iterator[Candidate]:
    """Put marks around the parts, from the first to the last of them, in the marks that the document writes."""
    opening, closing = knowledge.quotation_marks
    first, last = parts[0][0], parts[-1][1]
    pieces, position = [], first
    for start, end in parts:
        pieces += [text[position:start], opening, text[start:end], closing]
        position = end
    reason = "speech that lost its quotation marks"
    yield Candidate(
        Span(offset + first, offset + last),
        "".join(pieces),
        MECHANISM,
        KIND,
        SEVERITY,
        reason,
        evidence=("Somebody speaks here as “I” or “we”, and no quotation marks say that it is speech.",),
    )


def _follows_speech(sentence: Sentence, paragraph: Paragraph, document: Document) -> bool:
    """Tell whether the sentence before, in the same paragraph, is speech with its speaker and without marks."""
    before = [other for other in paragraph.sentences if other.span.end <= sentence.span.start][-1:]
    return bool(before) and quotations.is_bare_speech(before[0].span.of(document.text))


def _before_speech(sentence: Sentence, paragraph: Paragraph, measurements: Measurements) -> list[tuple[int, int]]:
    """Return the speech of a sentence that says no "we" itself, but is followed by one that does, unattributed."""
    document = measurements.document
    text = sentence.span.of(document.text)
    match = quotations.SPEECH_FIRST.match(text) if quotations.is_bare_speech(text) else None
    after = [other for other in paragraph.sentences if other.span.start >= sentence.span.end][:1]
    if not match or not after or after[0].span.touches(measurements.knowledge.quotations):
        return []
    following = after[0].span.of(document.text)
    if (
        not quotations.speaks(following, 0, len(following))
        or quotations.SPEECH_FIRST.match(following)
        or quotations.has_marks(following)
    ):
        return []
    return [(match.start("speech"), match.end("speech") + 1)]
