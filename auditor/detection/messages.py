"""Candidate spans to findings: what an editor is told about a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.detection.candidate_spans import CandidateSpan, DetectorInput
from auditor.repairs.traits import traits_of
from auditor.signals.quality_estimation import SIGNAL
from auditor.text.quotations import is_quoted
from auditor.values import Finding, Kind, Price, QualityEstimate, Repair, Severity, Span

_SUGGESTIONS = 3
_MUCH, _CLEARLY = 7.0, 2.0  # nats from which a wording reads much better (a thousand times likelier), and better
_KEPT = -1.0  # nats that the translation may lose and still say the same
_SECOND = 0.3  # share of the best repair's value that another must reach to be suggested beside it
_FAR = 7.0  # nats behind the best from which another is a thousand times less likely, and not worth reading
_UNLIKELY = 12.0  # nats; of the words of sound sentences 5 % are as unlikely given the source (WMT 2022, pt-en)
_LONGEST_QUOTE, _LONGEST_SENTENCE = 60, 160  # characters that a message, and evidence, repeat of the text
_ABOUT_WORDING = frozenset({Kind.MISTRANSLATION, Kind.NAME, Kind.NUMBER, Kind.TERMINOLOGY, Kind.UNTRANSLATED})

_TAPE = "; it stands inside a quotation, so check the tape before changing it"
_WRONG = {
    Kind.MISTRANSLATION: "a wrong translation",
    Kind.OMISSION: "where something was left out",
    Kind.ADDITION: "something that nobody said",
    Kind.UNTRANSLATED: "a word left in its own language",
    Kind.TERMINOLOGY: "the wrong term",
    Kind.GRAMMAR: "against the grammar",
    Kind.PUNCTUATION: "wrongly punctuated",
    Kind.SPELLING: "misspelled",
    Kind.AWKWARD: "awkward",
    Kind.INCONSISTENCY: "at odds with the rest of the story",
    Kind.NUMBER: "a wrong figure",
    Kind.NAME: "a wrong name",
}


def report(span: CandidateSpan, given: DetectorInput) -> Finding:
    """Put a candidate span into words."""
    if span.repair is None:
        return _report_tag(span, given)
    return _report_repair(span, span.repair, given)


def _report_repair(span: CandidateSpan, repair: Repair, given: DetectorInput) -> Finding:
    candidate = repair.candidate
    text = given.measurements.document.text
    in_quotation = is_quoted(candidate.span, given.measurements.knowledge.quotations)
    return Finding(
        span=candidate.span,
        kind=candidate.kind,
        severity=candidate.severity,
        probability=span.probability,
        mechanism=candidate.mechanism,
        message=_message(candidate.span.of(text), candidate.reason, in_quotation=in_quotation),
        suggestions=_suggestions(repair, span.rivals, text),
        evidence=_evidence(repair, given),
        in_quotation=in_quotation,
        price=Price(repair.gain_nats, repair.meaning_nats, repair.value_nats),
    )


def _report_tag(span: CandidateSpan, given: DetectorInput) -> Finding:
    text = given.measurements.document.text
    sentence = given.sentence_at(given.words[span.word].span)
    estimate = given.measurements.quality_estimates.get(sentence.span.start)
    kind, severity = _likeliest(estimate, sentence.words.index(given.words[span.word]))
    in_quotation = is_quoted(span.span, given.measurements.knowledge.quotations)
    evidence = ["People who rate translations mark words like these."]
    if sentence.source:
        evidence.append(f"It was judged beside its source: “{_shorten(sentence.source, _LONGEST_SENTENCE)}”")
    back = given.measurements.back.get(sentence.span.start)
    if back:
        evidence.append(_back_and_forth(back.round_trip))
    evidence += _from_source(span.span, given)
    return Finding(
        span=span.span,
        kind=kind,
        severity=severity,
        probability=span.probability,
        mechanism=SIGNAL,
        message=_message(span.span.of(text), _WRONG[kind], in_quotation=in_quotation),
        evidence=tuple(evidence),
        in_quotation=in_quotation,
    )


def _message(words: str, reason: str, *, in_quotation: bool) -> str:
    return f"“{_shorten(words)}” may be {reason}" + _TAPE * in_quotation


def _likeliest(estimate: QualityEstimate | None, word: int) -> tuple[Kind, Severity]:
    """Return what sort of error it would be, and how bad; without a quality estimator, what is commonest."""
    if estimate is None:
        return Kind.MISTRANSLATION, Severity.MINOR
    is_major = estimate.major[word] > estimate.minor[word]
    return estimate.kinds[word], Severity.MAJOR if is_major else Severity.MINOR


def _suggestions(best: Repair, rivals: Sequence[Repair], text: str) -> tuple[str, ...]:
    """Write the best repairs as replacements of the best one's span; a rival that reaches beyond it is left out."""
    span = best.candidate.span
    found = [best.candidate.replacement] if best.candidate.shown else []
    least = max(_SECOND * best.value_nats, best.value_nats - _FAR)
    for rival in rivals:
        other = rival.candidate
        if other.shown and span.contains(other.span) and rival.value_nats > least:
            written = text[span.start : other.span.start] + other.replacement + text[other.span.end : span.end]
            written = written.strip()  # a word that goes takes its space with it
            if written.split() not in [each.split() for each in found]:  # "the" and "the " are one wording
                found.append(written)
    return tuple(found[:_SUGGESTIONS])


def _evidence(repair: Repair, given: DetectorInput) -> tuple[str, ...]:
    candidate = repair.candidate
    text = given.measurements.document.text
    if candidate.evidence:
        return (*candidate.evidence, *_from_source(candidate.span, given))
    if not candidate.shown:
        return (f"A word like “{candidate.replacement}” would read{_much(repair.gain_nats)} better here.",)
    lines = [_comparison(repair, candidate.span.of(text))]
    if repair.meaning_nats is not None and repair.meaning_nats >= _KEPT:
        lines.append("The back-translation keeps the meaning.")
    back = given.measurements.back.get(given.sentence_at(candidate.span).span.start)
    if back and back.round_trip and candidate.kind is Kind.MISTRANSLATION:
        lines.append(_back_and_forth(back.round_trip))
    if candidate.kind in _ABOUT_WORDING:
        lines += _from_source(candidate.span, given)
    return tuple(lines)


def _comparison(repair: Repair, words: str) -> str:
    """Say how the text reads with the repair; where that is no better, say what the finding rests on instead."""
    candidate = repair.candidate
    better = _shorten(candidate.replacement)
    how = f"as “{better}”" if better else f"without “{_shorten(words)}”"
    if repair.gain_nats >= _CLEARLY:
        return f"The text reads{_much(repair.gain_nats)} better {how}."
    if traits_of(candidate.mechanism).is_model_proposed:
        return f"The text may read a little better {how}."
    return f"By a rule of this house; `auditor explain {candidate.mechanism}` says more."


def _much(gain_nats: float) -> str:
    return " much" if gain_nats >= _MUCH else ""


def _back_and_forth(round_trip: str) -> str:
    return f"Translated there and back, the sentence becomes: “{_shorten(round_trip, _LONGEST_SENTENCE)}”"


def _from_source(span: Span, given: DetectorInput) -> Iterator[str]:
    """Say what a translation model that reads the source would rather have written, where it is clearly surprised."""
    sentence = given.sentence_at(span)
    forced = given.measurements.forced.get(sentence.span.start)
    if forced is None or not forced.is_of_its_source:
        return
    for word, log_prob, others in zip(sentence.words, forced.log_probs, forced.alternatives, strict=True):
        if log_prob <= -_UNLIKELY and others and span.overlaps(word.span):
            yield f"Reading the source, a translation program would rather write “{others[0]}” than “{word.text}” here."
            return


def _shorten(text: str, longest: int = _LONGEST_QUOTE) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= longest else folded[: longest - 1].rstrip() + "…"
