"""Who speaks: direct speech in English prose, its speaker, and the first person."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from auditor.values import Span

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
SPEECH_FIRST = re.compile(rf"^(?P<speech>[^:]+?),(?P<tail>\s{_ATTRIBUTION}[^,]*)(?P<rest>,.*)?$", re.DOTALL)
_COLON = re.compile(rf"^{_ATTRIBUTION}[^:,]{{0,40}}:\s(?P<speech>.+)$", re.DOTALL | re.IGNORECASE)
_INDIRECT = re.compile(rf"\b(?:{_VERB}|that|believes?|thinks?|hopes?|knows?|whether)\s(?:that\s)?$")
_INTRODUCTION = re.compile(  # "After our troops left, the minister said he would resign": a report, not speech
    r"(?:In|On|At|As|After|Before|When|While|If|Asked|Since|Once|Although|Because|Despite|During|With|For|Until)\b[^,]*$"
)
_SHORT_TAIL = 5  # words of "the minister said on Friday", after which no report follows
_CLAUSE = re.compile(r",\s(?=\S)")


def attributed(text: str) -> list[tuple[int, int]]:
    """Return the ranges of direct speech in a sentence that names its speaker; empty where nothing is sure."""
    if match := _COLON.match(text):
        return [match.span("speech")] if speaks(text, *match.span("speech")) else []
    match = SPEECH_FIRST.match(text)
    if not match or _INDIRECT.search(text[: match.start("tail")]):
        return []
    start, end = match.span("speech")
    if _INTRODUCTION.match(match["speech"]) and len(match["tail"].split()) > _SHORT_TAIL:
        return []
    rest = match["rest"]
    if rest and speaks(text, match.start("rest"), len(text)):
        # What follows "X said," is speech as well; a title after the name ("said Kim, a diplomat who …,") is not.
        gap = _CLAUSE.match(rest)
        speech = rest[gap.end() :] if gap else ""
        if re.match(r"(?:I|we|our|my|the|this|that|it|there|they|and|but|because|so)\b", speech):
            return [(start, end + 1), (len(text) - len(speech), len(text))]
    return [(start, end + 1)] if speaks(text, start, end) else []


def is_bare_speech(text: str) -> bool:
    """Tell whether the sentence is "speech, X said" without any quotation marks."""
    match = SPEECH_FIRST.match(text)
    return match is not None and not has_marks(text) and len(text[: match.start("tail")].split()) >= 3


def speaks(text: str, start: int, end: int) -> bool:
    """Tell whether the first person speaks in the range, not as the object of reported speech ("said we would")."""
    for match in _FIRST_PERSON.finditer(text, start, end):
        left = text[: match.start()]
        numeral = match.group() == "I" and _NUMERAL.search(left)
        if not numeral and not _INDIRECT.search(left):
            return True
    return False


def is_quoted(span: Span, quotations: Sequence[Span]) -> bool:
    """Tell whether a span stands inside one of the quotations, which are in order and disjoint."""
    at = bisect.bisect_right(quotations, span.start, key=lambda quotation: quotation.start) - 1
    return at >= 0 and quotations[at].contains(span)


def has_marks(text: str) -> bool:
    """Tell whether there are quotation marks in the text; an apostrophe inside a word is none."""
    return any(mark in text for mark in '“”„«»"‘') or bool(re.search(r"(?:^|\s)['’]\w|\w['’](?:\s|[.,]|$)", text))
