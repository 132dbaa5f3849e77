"""A full stop where none belongs, or none where one does.

What it measures:
    Whether the text reads better without a stop before a lower-case word, with a stop at the end of a paragraph that
    lacks it, with a space after a stop that is glued to the next word, or with a stop between two run-on sentences.

Why it suggests an error:
    Systems translate in pieces and put the pieces together with the wrong seams: "the pandemic. of coronavirus".

Known problems:
    Abbreviations end in a stop before lower-case words; those of news are known. Headlines and captions end without.

Example:
    "the threat. of war" -> "the threat of war".

Source:
    MQM "punctuation"; collected from machine-translated news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.repairs.lexicon import FUNCTION_WORDS, is_headline
from auditor.values import Candidate, Kind, Measurements, Paragraph, Sentence, Severity, Span

MECHANISM = "split-sentences"
KIND = Kind.PUNCTUATION
SEVERITY = Severity.MINOR
CLEAN = (
    "Gen. Adams and Sen. Lee met at 5 p.m. in Washington, D.C. on Monday.",
    "Rates rose vs. the euro, etc. and then fell again.",
    "The boats left at noon. They were full.",
)
DIRTY = (
    ("Officials warned of the threat. of war on the border.", "threat. of", "threat of"),
    ("The army wants to extend its ambitions. to control the port.", "ambitions. to", "ambitions to"),
    ("The boats left at noon.They were full of tourists.", "noon.They", "noon. They"),
)

_INNER = re.compile(r"(?P<before>[^\W\d_]{2,})(?P<stop>[.;:])\s+(?P<after>[a-z][\w’'-]*)")
_OF = re.compile(r"\.\s+of\s+(?P<noun>[a-z][\w-]+)")
_GLUED = re.compile(r"(?P<before>\b[a-z]{2,}[.!?])(?P<after>[A-Z][a-z]+\b)")
_RUN_ON = re.compile(r"(?P<before>\b[a-z]{3,})\s+(?P<after>The|He|She|It|They|But|In|We|This|However)\b(?=\s+[a-z])")
_ABBREVIATIONS = frozenset(
    """
    gen sen rep gov sgt lt col maj capt mr mrs ms dr prof st jr sr inc ltd corp co bros vs etc no nos vol fig ed eds al
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun approx est dept div rev hon pres ave
    blvd rd mt ft pp op cit min max avg tel ext
    """.split()  # noqa: SIM905, a list of words is read as words
)
_SHORTEST_PROSE = 12  # words of a paragraph that must end in a stop


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the stops to take out, to put in and to set apart in a sentence."""
    text = measurements.document.text
    bounds = sentence.span.start, sentence.span.end
    for match in _INNER.finditer(text, *bounds):
        if match["before"].lower() not in _ABBREVIATIONS and match["stop"] == ".":
            yield from _joined(text, match, sentence)
    for match in _GLUED.finditer(text, *bounds):
        yield _candidate(match, f"{match['before']} {match['after']}", "two sentences without a space between them")
    if not is_headline(sentence, text):
        for match in _RUN_ON.finditer(text, *bounds):
            if match["before"] not in FUNCTION_WORDS:
                yield _candidate(match, f"{match['before']}. {match['after']}", "two sentences without a stop between")
    yield from _unfinished(sentence, measurements)


def _joined(text: str, match: re.Match[str], sentence: Sentence) -> Iterator[Candidate]:
    reason = "one sentence, cut in two by a full stop"
    yield _candidate(match, f"{match['before']} {match['after']}", reason)
    yield _candidate(match, f"{match['before']}, {match['after']}", reason)
    if of := _OF.match(text, match.end("before"), sentence.span.end):
        span = Span(match.start(), of.end())
        yield Candidate(span, f"{of['noun']} {match['before']}", MECHANISM, KIND, SEVERITY, reason)


def _unfinished(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the stop that a paragraph of prose lacks at its end, where most of the document's paragraphs have one."""
    paragraphs = measurements.document.paragraphs
    own = next((p for p in paragraphs if p.span.end == sentence.span.end), None)
    text = measurements.document.text
    if own is None or not sentence.words or sum(len(s.words) for s in own.sentences) < _SHORTEST_PROSE:
        return
    last = sentence.words[-1]
    if last.span.end != own.span.end or not _is_finished_elsewhere(text, paragraphs):
        return
    reason = "the end of a sentence that lost its full stop"
    yield Candidate(last.span, f"{last.text}.", MECHANISM, KIND, SEVERITY, reason)


def _is_finished_elsewhere(text: str, paragraphs: tuple[Paragraph, ...]) -> bool:
    finished = sum(p.span.of(text).rstrip().endswith((".", "!", "?", "”", '"', "’")) for p in paragraphs)
    return len(paragraphs) > 2 and finished >= 0.6 * len(paragraphs)


def _candidate(match: re.Match[str], replacement: str, reason: str) -> Candidate:
    return Candidate(Span(match.start(), match.end()), replacement, MECHANISM, KIND, SEVERITY, reason)
