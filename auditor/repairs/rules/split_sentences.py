"""Sentences cut in two, run together, or left without their full stop.

What it measures:
    Whether a full stop stands before a lower-case word, a capital function word follows a lower-case word without a
    stop, a mark lacks its space or has one too many, or a paragraph of running prose ends without a stop.

Why it suggests an error:
    Systems that translate sentence by sentence put a stop wherever their splitter saw one, an abbreviation in the
    original included, and lose stops where two sentences were one segment. English prose has no lower-case beginnings.

Known problems:
    Names written small ("eBay", "von der Leyen") and abbreviations that no list has look alike. Headlines, by-lines and
    list items need no stop; a paragraph is prose only if it is long or holds another finished sentence.

Example:
    "in three summers. while the road stayed open" -> "in three summers while the road stayed open".

Source:
    MQM "punctuation"; abbreviations after the Associated Press Stylebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import paragraph_of
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "split-sentences"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.PUNCTUATION
SEVERITY = Severity.MINOR
VALID = (
    "Gen. Mark Milley met U.S. officials at 9 a.m. on Monday, vs. 10 a.m. last week.",
    "The company, known as Yahoo! until then, bought eBay. eBay declined to comment.",
    "By Our Correspondent",
    "He reads The Guardian and The New York Times, and he lives in The Hague.",
    "Shares of Alphabet Inc. fell 2.5 percent on example.com, the website said.",
)
INVALID = (
    ("They counted the boxes. of apples in the yard.", "boxes.", "boxes"),
    ("The club needs the money. to pay its players.", "money.", "money"),
    ("Officials counted the votes. the result is expected on Monday.", "the", "The"),
    ("The general withdrew his troops The president did not object.", "troops", "troops."),
    ("The two sides signed the agreement.The ceremony was short.", "agreement.The", "agreement. The"),
    ("The minister left the meeting . He gave no reason.", "meeting .", "meeting."),
    (
        "The army took the town on Monday. The north of the province is still cut off from the capital",
        "capital",
        "capital.",
    ),
    ("The spokesman said, that the talks would go on.", "said,", "said"),
)

_WORD = r"[^\W\d_][\w'’\-]*"
_STOP_INSIDE = re.compile(rf"(?P<before>{_WORD}|\d+)(?P<close>[)”\"]?)\.(?P<gap>\s+)(?P<after>[a-z][\w'’\-]*)")
_NO_SPACE = re.compile(r"(?<![\w@./])(?P<before>[a-z]{2,})(?P<mark>[.!?;:,])(?P<after>[A-Z][a-z]+)(?![\w./@]|\.\w)")
_SPACE_BEFORE = re.compile(rf"(?P<before>{_WORD}|\d+)\s+(?P<mark>[.,;:!?])(?=\s|$|[”\"])(?!\.\.)")
_DOUBLED = re.compile(r"(?P<before>[\w%)]+)(?P<marks>,\s?,|,\s?\.|;\s?,|,\s?;|(?<!\.)\.\.(?!\.))(?=\s|$)")
_RUN_ON = re.compile(rf"(?P<before>\b[a-z][\w'’\-]*)\s(?P<after>[A-Z][\w'’]*)\s(?P<next>{_WORD})")
_COMMA_BEFORE_THAT = re.compile(
    r"\b(?P<verb>said|says|say|stated|states|believes?|thinks?|announced|claims?|claimed|added|noted|stressed|explained|"
    r"warned|confirmed|hopes?|emphasi[sz]ed|declared|reported|insisted),\s(?=that\s(?!is\b|in\s|if\b|when\b|after\b))"
)
_BEGINNINGS = frozenset(
    """
    The He She It They We You This These Those That There A An In On At But And However According After Before While
    When If As For Its Their Our Although Because Since Meanwhile Moreover Such Some Many Most One Both By With
    """.split()  # noqa: SIM905, a list of words is read as words
)
_PRONOUNS = frozenset("he she they we you this these those there a an the however according".split())  # noqa: SIM905, as above
_ABBREVIATIONS = frozenset(
    """
    adm al apr art assn ave bldg blvd bros ca capt cf cmdr co col corp cpl cwt dec dept dist div dr ed eds eg est etc
    feb     fig fr ft ga gen gov govt hon hrs ie inc intl jan jr jul jun kan la lb lbs lt ltd ma maj mar mass
    max messrs mfg mgr
    min misc mo mph mr mrs ms mt natl no nos nov nr oct okla op ore oz pa ph pl plc pp pres prof pt pty pub pvt rd ref
    rep     reps rev sec sen sens sep sept sgt sr st ste supt tel tenn tex treas univ vol vs viz wash yrs zl
    approx cal calif
    conn     del fla ill ind md mich minn mont neb nev ariz ala ark colo wis wyo va vt us uk eu un am pm mln
    bln tn kg km cm mm
    sq     """.split()  # noqa: SIM905, as above
)
_SMALL_NAMES = frozenset(
    {"de", "von", "van", "der", "al", "el", "bin", "ibn", "da", "du", "la", "le", "di", "ul", "ter"}
)
_PROSE_WORDS = 25  # a paragraph of fewer words without another sentence may be a headline or a caption


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the repairs of stops and spaces in the sentence, and of the stop that its paragraph lacks."""
    text = measurements.document.text
    start, end = sentence.span.start, sentence.span.end
    yield from _stops_inside(text, start, end)
    yield from _run_ons(text, start, end)
    for match in _NO_SPACE.finditer(text, start, end):
        right = f"{match['before']}{match['mark']} {match['after']}"
        yield _candidate(Span(*match.span()), right, "two sentences or clauses without a space between them")
    for match in _SPACE_BEFORE.finditer(text, start, end):
        yield _candidate(Span(*match.span()), match["before"] + match["mark"], "a mark with a space before it")
    for match in _DOUBLED.finditer(text, start, end):
        mark = "." if "." in match["marks"] and match.end() >= end else match["marks"][0]
        yield _candidate(Span(*match.span()), match["before"] + mark, "two marks where one was meant")
    for match in _COMMA_BEFORE_THAT.finditer(text, start, end):
        span = Span(match.start("verb"), match.end("verb") + 1)
        yield _candidate(span, match["verb"], "a comma that other languages put before “that”")
    yield from _missing_stop(sentence, measurements)


def _candidate(span: Span, replacement: str, reason: str) -> Candidate:
    return Candidate(span, replacement, MECHANISM, KIND, SEVERITY, reason)


def _stops_inside(text: str, start: int, end: int) -> Iterator[Candidate]:
    """Yield the repairs of a full stop before a lower-case word: no stop, a comma, or a capital after it."""
    for match in _STOP_INSIDE.finditer(text, start, end):
        before, after = match["before"], match["after"]
        if _abbreviated(text, match, before) or after in _SMALL_NAMES or any(letter.isupper() for letter in after):
            continue
        span = Span(match.start("before"), match.end("close") + 1)
        kept = before + match["close"]
        yield _candidate(span, kept, "one sentence, cut in two by a full stop")
        if not match["close"]:
            yield _candidate(span, f"{kept},", "a comma, turned into a full stop")
        if after in _PRONOUNS:
            new = Span(*match.span("after"))
            yield _candidate(new, after[0].upper() + after[1:], "the beginning of a sentence, without its capital")


def _abbreviated(text: str, match: re.Match[str], before: str) -> bool:
    """Tell whether the stop belongs to an abbreviation, an initial or an ellipsis."""
    left = text[max(0, match.start() - 1) : match.start()]
    return len(before) == 1 or before.lower() in _ABBREVIATIONS or before.isupper() or left in (".", "@", "/")


def _run_ons(text: str, start: int, end: int) -> Iterator[Candidate]:
    """Yield the repairs of a capital function word after a lower-case word: a stop before it, or no capital."""
    for match in _RUN_ON.finditer(text, start, end):
        after = match["after"]
        if after not in _BEGINNINGS or match["next"][0].isupper() or _is_title(text, match, end):
            continue
        before = Span(*match.span("before"))
        yield _candidate(before, f"{match['before']}.", "two sentences that lost the full stop between them")
        yield _candidate(Span(*match.span("after")), after.lower(), "a word inside a sentence, with a capital too many")


def _is_title(text: str, match: re.Match[str], end: int) -> bool:
    """Tell whether the capital begins a title or a name: another capital comes soon, or a quotation mark is near."""
    following = text[match.start("next") : min(end, match.end() + 30)]
    capitals = re.findall(r"\b[A-Z]\w+", following)
    return len(match["after"]) == 1 or bool(capitals) or text[match.start("after") - 2] in "\"'“‘"


def _missing_stop(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the last word of a paragraph of prose with the full stop that it lacks."""
    document = measurements.document
    paragraph = paragraph_of(document, sentence)
    body = paragraph.span.of(document.text)
    headline = paragraph.span == measurements.knowledge.title
    if headline or sentence.span.end != paragraph.span.end or len(sentence.words) < 6:
        return
    if not body[-1].isalnum() or "." in body.split()[-1]:
        return
    words = sum(len(part.words) for part in paragraph.sentences)
    finished = any(part.span.of(document.text)[-1] in ".!?" for part in paragraph.sentences[:-1])
    if finished or (words >= _PROSE_WORDS and measurements.knowledge.ends_in_stops):
        last = sentence.words[-1]
        yield _candidate(last.span, f"{last.text}.", "the end of a sentence, without its full stop")
