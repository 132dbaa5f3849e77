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

import re
from collections.abc import Iterator

from auditor.repairs.wording import paragraph_of, touches
from auditor.values import Candidate, Document, Kind, Measurements, Paragraph, Sentence, Severity, Span

MECHANISM = "lost-quotation-marks"
KIND = Kind.PUNCTUATION
SEVERITY = Severity.MAJOR
CLEAN = (
    "“We will not give in,” the minister said. “I have told them so.”",
    "The minister said we would all be better off, and that he would resign.",
    "Five people were killed and our correspondent was hurt.",
    "Talks will resume on Monday, the ministry said.",
    "I first came to the town in 1990. My father said it would never change. I believed him, and I still do.",
)
DIRTY = (
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

_FIRST_PERSON = re.compile(
    r"(?<![\w'’.&-])(?:I|[Ww]e|[Oo]ur|[Oo]urselves|[Mm]y|[Mm]yself|us)(?=[\s'’,.;:?!])(?!['’]\d)"
)
_NUMERAL = re.compile(r"(?:[A-Z][\w.]*|Part|Type|Class)\s$")  # Elizabeth I, World War I
_VERB = (
    r"(?:said|says|told|added|adds|stressed|explained|warned|noted|declared|stated|insisted|argued|wrote|tweeted|recalled|"
    r"concluded|continued|replied|announced|acknowledged|emphasi[sz]ed|affirmed|assured|lamented|confirmed|claimed|"
    r"pointed\sout|commented|admitted|promised|tells|asked|remarked|complained|vowed)"
)
_NAME = r"(?:[A-Z][\w'’.\-]+)"
_TITLE = r"(?:(?:the|a|an|his|her|its|their|one|another)\s(?:[\w'’.\-]+\s){0,5}?[\w'’.\-]+)"
_SPEAKER = rf"(?:he|she|they|(?:[\w'’.\-]+\s){{0,4}}?{_NAME}(?:\s{_NAME}){{0,3}}|{_TITLE})"
_ATTRIBUTION = rf"(?:{_SPEAKER}\s{_VERB}\b|{_VERB}\s{_SPEAKER}|according\sto\s{_SPEAKER})"

# Speech before its speaker ("Speech, X said", "Speech, X said, more speech"), and after it ("X said: speech").
_AFTER = re.compile(rf"^(?P<speech>[^:]+?),(?P<tail>\s{_ATTRIBUTION}[^,]*)(?P<rest>,.*)?$", re.DOTALL)
_COLON = re.compile(rf"^{_ATTRIBUTION}[^:,]{{0,40}}:\s(?P<speech>.+)$", re.DOTALL | re.IGNORECASE)
_INDIRECT = re.compile(rf"\b(?:{_VERB}|that|believes?|thinks?|hopes?|knows?|whether)\s(?:that\s)?$")
_INTRODUCTION = re.compile(  # "After our troops left, the minister said he would resign": a report, not speech
    r"(?:In|On|At|As|After|Before|When|While|If|Asked|Since|Once|Although|Because|Despite|During|With|For|Until)\b[^,]*$"
)
_SHORT_TAIL = 5  # words of "the minister said on Friday", after which no report follows
_CLAUSE = re.compile(r",\s(?=\S)")
_OWN_VOICE = 0.25  # share of the document's unattributed sentences in the first person that makes it the writer's own


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the sentence's speech in quotation marks, when somebody says "we" or "I" outside of any."""
    document = measurements.document
    paragraph = paragraph_of(document, sentence)
    text = sentence.span.of(document.text)
    if _has_marks(text) or touches(measurements.knowledge.quotations, sentence.span):
        return
    if _speaks(text, 0, len(text)):
        parts = _attributed(text)
        if not parts and _follows_speech(sentence, paragraph, document):
            parts = [(0, len(text))]
    else:
        parts = _before_speech(sentence, paragraph, measurements)
    if parts and not _is_own_voice(measurements):
        yield from _candidates(sentence.span.start, text, parts, document.text)


def _candidates(offset: int, text: str, parts: list[tuple[int, int]], document: str) -> Iterator[Candidate]:
    """Put marks around the parts, from the first to the last of them, in the marks that the document writes."""
    opening, closing = ("“", "”") if "“" in document or ("’" in document and '"' not in document) else ('"', '"')
    first, last = parts[0][0], parts[-1][1]
    pieces, position = [], first
    for start, end in parts:
        pieces += [text[position:start], opening, text[start:end], closing]
        position = end
    reason = "speech that lost its quotation marks"
    yield Candidate(Span(offset + first, offset + last), "".join(pieces), MECHANISM, KIND, SEVERITY, reason)


def _attributed(text: str) -> list[tuple[int, int]]:
    """Return the ranges of direct speech in a sentence that names its speaker; empty where nothing is sure."""
    if match := _COLON.match(text):
        return [match.span("speech")] if _speaks(text, *match.span("speech")) else []
    match = _AFTER.match(text)
    if not match or _INDIRECT.search(text[: match.start("tail")]):
        return []
    start, end = match.span("speech")
    if _INTRODUCTION.match(match["speech"]) and len(match["tail"].split()) > _SHORT_TAIL:
        return []
    rest = match["rest"]
    if rest and _speaks(text, match.start("rest"), len(text)):
        # What follows "X said," is speech as well; a title after the name ("said Kim, a diplomat who …,") is not.
        gap = _CLAUSE.match(rest)
        speech = rest[gap.end() :] if gap else ""
        if re.match(r"(?:I|we|our|my|the|this|that|it|there|they|and|but|because|so)\b", speech):
            return [(start, end + 1), (len(text) - len(speech), len(text))]
    return [(start, end + 1)] if _speaks(text, start, end) else []


def _follows_speech(sentence: Sentence, paragraph: Paragraph, document: Document) -> bool:
    """Tell whether the sentence before, in the same paragraph, is speech with its speaker and without marks."""
    before = [other for other in paragraph.sentences if other.span.end <= sentence.span.start][-1:]
    return bool(before) and _is_bare_speech(before[0].span.of(document.text))


def _before_speech(sentence: Sentence, paragraph: Paragraph, measurements: Measurements) -> list[tuple[int, int]]:
    """Return the speech of a sentence that says no "we" itself, but is followed by one that does, unattributed."""
    document = measurements.document
    text = sentence.span.of(document.text)
    match = _AFTER.match(text) if _is_bare_speech(text) else None
    after = [other for other in paragraph.sentences if other.span.start >= sentence.span.end][:1]
    if not match or not after or touches(measurements.knowledge.quotations, after[0].span):
        return []
    following = after[0].span.of(document.text)
    if not _speaks(following, 0, len(following)) or _AFTER.match(following) or _has_marks(following):
        return []
    return [(match.start("speech"), match.end("speech") + 1)]


def _is_bare_speech(text: str) -> bool:
    """Tell whether the sentence is "speech, X said" without any quotation marks."""
    match = _AFTER.match(text)
    return match is not None and not _has_marks(text) and len(text[: match.start("tail")].split()) >= 3


def _speaks(text: str, start: int, end: int) -> bool:
    """Tell whether the first person speaks in the range, not as the object of reported speech ("said we would")."""
    for match in _FIRST_PERSON.finditer(text, start, end):
        left = text[: match.start()]
        numeral = match.group() == "I" and _NUMERAL.search(left)
        if not numeral and not _INDIRECT.search(left):
            return True
    return False


def _has_marks(text: str) -> bool:
    return any(mark in text for mark in '“”„«»"‘') or bool(re.search(r"(?:^|\s)['’]\w|\w['’](?:\s|[.,]|$)", text))


def _is_own_voice(measurements: Measurements) -> bool:
    """Tell whether the writer speaks: the first person is common outside quotations in unattributed sentences."""
    document, quotations = measurements.document, measurements.knowledge.quotations
    plain = [sentence for sentence in document.sentences if not touches(quotations, sentence.span)]
    texts = [sentence.span.of(document.text) for sentence in plain]
    spoken = [text for text in texts if _speaks(text, 0, len(text)) and not _attributed(text)]
    return len(spoken) >= 3 and len(spoken) > _OWN_VOICE * len(texts)
