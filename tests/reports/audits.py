"""Audits of any shape, as a hypothesis strategy."""

from __future__ import annotations

from hypothesis import strategies as st

from auditor.text import segmentation
from auditor.values import Audit, Document, Finding, Kind, Numbers, ParagraphAudit, Per, Severity, Span

_SCORES = st.floats(0, 100)
_INTERVALS = st.tuples(_SCORES, _SCORES)
# All of Unicode, and what terminals and browsers obey.
_HOSTILE = (
    *("<script>alert(1)</script>", "</mark>", "&amp;", "\"'>", "]]>"),
    *("\x1b[31m", "[bold]", ":smile:", "\x00", "\u202e", "\r\n", "\n"),
)
TEXTS = st.lists(st.one_of(st.text(), st.sampled_from(_HOSTILE)), max_size=6).map(" ".join)


@st.composite
def _findings(draw: st.DrawFn, within: Span, *, is_doubt: bool = False) -> Finding:
    start = draw(st.integers(within.start, within.end - 1))
    return Finding(
        span=Span(start, draw(st.integers(start + 1, within.end))),
        kind=draw(st.sampled_from(Kind)),
        severity=draw(st.sampled_from(Severity)),
        probability=draw(st.floats(0, 1)),
        mechanism=draw(TEXTS),
        message=draw(TEXTS),
        suggestions=tuple(draw(st.lists(TEXTS, max_size=3))),
        evidence=tuple(draw(st.lists(TEXTS, max_size=2))),
        in_quotation=draw(st.booleans()),
        is_doubt=is_doubt,
    )


@st.composite
def _paragraphs(draw: st.DrawFn, span: Span) -> ParagraphAudit:
    findings = sorted(draw(st.lists(_findings(span), max_size=4)), key=_place)
    doubts = sorted(draw(st.lists(_findings(span, is_doubt=True), max_size=2)), key=_place)
    rest, sound = draw(_SCORES), draw(st.none() | st.floats(0, 1))
    return ParagraphAudit(span, draw(_SCORES), draw(_INTERVALS), tuple(findings), tuple(doubts), rest, sound)


def _place(finding: Finding) -> Span:
    return finding.span


@st.composite
def _numbers(draw: st.DrawFn, document: Document) -> Numbers:
    per = draw(st.sampled_from(Per))
    parts = document.words if per is Per.WORD else document.sentences
    starts = [part.span.start for part in parts]
    chosen = draw(st.lists(st.sampled_from(starts), unique=True)) if starts else []
    finite = st.floats(allow_nan=False, allow_infinity=False)
    return Numbers(draw(TEXTS), per, {start: draw(finite) for start in chosen})


@st.composite
def audits(draw: st.DrawFn) -> Audit:
    """Draw an audit of any text, its findings anywhere, overlapping or not."""
    document: Document = segmentation.document(draw(TEXTS), name=draw(TEXTS), notes=draw(st.lists(TEXTS, max_size=2)))
    return Audit(
        document=document,
        score=draw(_SCORES),
        interval=draw(_INTERVALS),
        paragraphs=tuple(draw(_paragraphs(paragraph.span)) for paragraph in document.paragraphs),
        signature=draw(TEXTS),
        notes=document.notes,
        numbers=draw(st.dictionaries(TEXTS, _numbers(document), max_size=2)),
    )
