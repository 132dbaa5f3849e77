"""Numbers and repairs to findings: which repairs are told, with what probability, in what words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from auditor.profile import Profile
from auditor.values import Candidate, Finding, Kind, Measurements, Repair, Settings, Span

_SUGGESTIONS = 3
_SECOND = 0.3  # share of the best repair's value that another must reach to be suggested beside it
_UNLIKELY = 8.0  # nats
_LAYERED = frozenset({"lost-quotation-marks"})  # covers a whole clause and hides nothing that is wrong inside it


def findings(
    repairs: Sequence[Repair], measurements: Measurements, profile: Profile, settings: Settings
) -> tuple[Finding, ...]:
    """Choose the repairs to tell and put them into words.

    Returns:
        Findings sorted by span; those of one layer do not overlap. A lower minimum never yields fewer.
    """
    minimum = profile.minimum_probability if settings.minimum_probability is None else settings.minimum_probability
    told = []
    for winner, rivals in winners(repairs):
        probability = profile.probability(features(winner, rivals, measurements))
        kind = winner.candidate.kind
        if probability < minimum or kind in settings.ignore or (settings.only and kind not in settings.only):
            continue
        told.append(_tell(winner, rivals, probability, measurements))
    return tuple(sorted(told, key=lambda finding: finding.span))


def winners(repairs: Sequence[Repair]) -> list[tuple[Repair, tuple[Repair, ...]]]:
    """Group overlapping repairs under the most valuable one: (winner, the others it overlaps), best first."""
    chosen: list[tuple[Repair, list[Repair]]] = []
    for repair in sorted(repairs, key=_order):
        layer = repair.candidate.mechanism in _LAYERED
        owner = next(
            (
                group
                for group in chosen
                if (group[0].candidate.mechanism in _LAYERED) == layer
                and group[0].candidate.span.overlaps(repair.candidate.span)
            ),
            None,
        )
        if owner is None:
            chosen.append((repair, []))
        else:
            owner[1].append(repair)
    return [(winner, tuple(rivals)) for winner, rivals in chosen]


def features(winner: Repair, rivals: Sequence[Repair], measurements: Measurements) -> dict[str, float]:
    """Describe a group of repairs for the probability map.

    Returns:
        "value" (nats, signed square root so that a huge gain does not run away), "agreement" (log of the number of
        other mechanisms that would change the place), "surprisal" (nats a word of the span), "name" (share of its
        words that recur as names), "in_quotation", and one indicator a mechanism.
    """
    candidate = winner.candidate
    others = {rival.candidate.mechanism for rival in rivals if rival.value_nats > 0} - {candidate.mechanism}
    words = [w for w in measurements.surprisals if candidate.span.start <= w < candidate.span.end]
    surprisal = sum(measurements.surprisals[w] for w in words) / max(1, len(words))
    quoted = candidate.span.of(measurements.document.text).split()
    names = sum(word in measurements.knowledge.names for word in quoted) / max(1, len(quoted))
    return {
        "value": math.copysign(math.sqrt(abs(winner.value_nats)), winner.value_nats),
        "agreement": math.log1p(len(others)),
        "surprisal": min(surprisal, 20.0) / 10,
        "name": names,
        "in_quotation": float(_quoted(candidate.span, measurements)),
        candidate.mechanism: 1.0,
    }


def _order(repair: Repair) -> tuple[float, int, int, str]:
    span = repair.candidate.span
    return (-repair.value_nats, span.start, span.end, repair.candidate.replacement)


def _quoted(span: Span, measurements: Measurements) -> bool:
    return any(quotation.contains(span) for quotation in measurements.knowledge.quotations)


def _tell(winner: Repair, rivals: Sequence[Repair], probability: float, measurements: Measurements) -> Finding:
    candidate = winner.candidate
    text = measurements.document.text
    quoted = candidate.span.of(text)
    in_quotation = _quoted(candidate.span, measurements)
    message = f"“{_shorten(quoted)}” may be {candidate.reason}"
    if in_quotation:
        message += "; it stands inside a quotation, so check the tape before changing it"
    return Finding(
        span=candidate.span,
        kind=candidate.kind,
        severity=candidate.severity,
        probability=probability,
        mechanism=candidate.mechanism,
        message=message,
        suggestions=_suggestions(winner, rivals, text),
        evidence=_evidence(winner, measurements),
        in_quotation=in_quotation,
    )


def _suggestions(winner: Repair, rivals: Sequence[Repair], text: str) -> tuple[str, ...]:
    """Write the best repairs as replacements of the winner's span; a rival that reaches beyond it is left out."""
    span = winner.candidate.span
    found = [winner.candidate.replacement] if winner.candidate.shown else []
    for rival in rivals:
        other = rival.candidate
        if other.shown and span.contains(other.span) and rival.value_nats > _SECOND * winner.value_nats:
            written = text[span.start : other.span.start] + other.replacement + text[other.span.end : span.end]
            if written not in found:
                found.append(written)
    return tuple(found[:_SUGGESTIONS])


def _evidence(winner: Repair, measurements: Measurements) -> tuple[str, ...]:
    candidate = winner.candidate
    text = measurements.document.text
    if not candidate.shown:
        return (f"A word like “{candidate.replacement}” would read {winner.gain_nats:.0f} nats better here.",)
    if candidate.evidence:
        return (*candidate.evidence, *_from_source(candidate, measurements))
    better = _shorten(candidate.replacement) if candidate.replacement else ""
    how = f"as “{better}”" if better else f"without “{_shorten(candidate.span.of(text))}”"
    lines = [f"The text reads {winner.gain_nats:.0f} nats better {how}."]
    if winner.meaning_nats is not None and winner.meaning_nats >= -1.0:
        lines.append("The back-translation keeps the meaning.")
    back = _back(candidate, measurements)
    if back and candidate.kind is Kind.MISTRANSLATION:
        lines.append(f"Back and forth, the sentence becomes: “{_shorten(back, 160)}”")
    return (*lines, *_from_source(candidate, measurements))


def _from_source(candidate: Candidate, measurements: Measurements) -> Iterator[str]:
    """Say what a translation model that reads the source would rather have written, where it is clearly surprised."""
    starts = [start for start in measurements.forced if start <= candidate.span.start]
    if not starts:
        return
    forced = measurements.forced[max(starts)]
    sentence = next(one for one in measurements.document.sentences if one.span.start == max(starts))
    for word, log_prob, others in zip(sentence.words, forced.log_probs, forced.alternatives, strict=True):
        if log_prob <= -_UNLIKELY and others and candidate.span.overlaps(word.span):
            yield f"Reading the source, a translation model would rather write “{others[0]}” than “{word.text}” here."
            return


def _back(candidate: Candidate, measurements: Measurements) -> str:
    starts = [start for start in measurements.back if start <= candidate.span.start]
    return measurements.back[max(starts)].round_trip if starts else ""


def _shorten(text: str, width: int = 60) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= width else folded[: width - 1].rstrip() + "…"
