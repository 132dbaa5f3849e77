"""Direct speech that lost its quotation marks.

What it measures:
    A clause in the first person, outside quotation marks, that the sentence attributes to a speaker: "We will not
    yield, the minister said".

Why it suggests an error:
    News does not say "we"; its sources do, inside quotation marks. Converters drop the marks, or the system does.

Known problems:
    Only first-person speech is told from the reporter's paraphrase. Columns and letters are written in the first
    person: a document that speaks so throughout is left alone.

Example:
    "We are ready, she said" -> "“We are ready,” she said".

Source:
    MQM "punctuation"; a plain rule did better than marks placed by a language model (ten stories).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "lost-quotation-marks"
KIND = Kind.PUNCTUATION
SEVERITY = Severity.MAJOR
CLEAN = (
    "“We will not yield,” the minister said on Monday.",
    "The bill will pass next week, officials said.",
    "He said he would not yield to our demands.",
)
DIRTY = (
    (
        "We will not yield to threats, the minister said on Monday.",
        "We will not yield to threats,",
        '"We will not yield to threats,"',
    ),
)

_VERBS = (
    "said|says|told|added|adds|explained|stressed|insisted|warned|noted|declared|stated|argued|emphasized|emphasised"
)
_ATTRIBUTION = re.compile(
    rf",\s+(?:(?:the|a|an|his|her|its|their|[A-Z][\w.’'-]*|[\w’'-]+)\s+){{0,6}}?(?:{_VERBS})\b(?!\s+that\b)"
    rf"|,\s+(?:{_VERBS})\s+(?:the\s|[A-Z])"
)
_FIRST_PERSON = re.compile(r"\b(?:[Ww]e|[Oo]ur|ours|[Mm]y|me|us|ourselves|myself|I(?=['’ ](?!and\b|,)))\b(?!\.)")
_PERSONAL = 0.15  # share of sentences in the first person from which the writer is taken for the speaker
_MARKS = '"“”«»'


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the quotation marks around an attributed clause in the first person."""
    text = measurements.document.text
    whole = sentence.span.of(text)
    if any(mark in whole for mark in _MARKS) or any(
        q.overlaps(sentence.span) for q in measurements.knowledge.quotations
    ):
        return
    attribution = _ATTRIBUTION.search(whole)
    if attribution is None or not _FIRST_PERSON.search(whole[: attribution.start()]) or _is_personal(measurements):
        return
    if re.match(r"(?:In|On|At|As|After|Before|When|While|If|Asked)\b[^,]*$", whole[: attribution.start()]):
        return
    span = Span(sentence.span.start, sentence.span.start + attribution.start() + 1)
    opening, closing = ("“", "”") if any(mark in text for mark in "“”’") else ('"', '"')
    reason = "direct speech that lost its quotation marks"
    yield Candidate(span, f"{opening}{span.of(text)}{closing}", MECHANISM, KIND, SEVERITY, reason)


def _is_personal(measurements: Measurements) -> bool:
    text = measurements.document.text
    sentences = measurements.document.sentences
    outside = [s for s in sentences if not any(q.overlaps(s.span) for q in measurements.knowledge.quotations)]
    personal = sum(bool(_FIRST_PERSON.search(s.span.of(text))) for s in outside)
    return len(outside) > 5 and personal > max(2, _PERSONAL * len(outside))
