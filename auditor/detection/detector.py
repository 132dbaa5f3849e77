"""Numbers and repairs to findings: how suspect each word is, which places are told, in what words.

A place is told because a repair would mend it, or because its words are marked: a word more suspect than its
neighbours, with those of them that are nearly as suspect. Where two places overlap, the surer one is told.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from auditor.detection import features
from auditor.detection.calibration import Profile, calibrate
from auditor.detection.features import LAYERED, NAMES, is_quoted
from auditor.signals.quality_estimation import SIGNAL
from auditor.values import (
    Finding,
    Kind,
    Measurements,
    QualityEstimate,
    Repair,
    Sentence,
    Settings,
    Severity,
    Span,
)

NEARLY = 0.6
"""A neighbour belongs to a marked place when it is so suspect, as a share of the most suspect word there: the low bar
of a hysteresis whose high bar is the peak."""
SUPPORT = 0.5
"""A repair is told in the place of a mark, with the mark's probability, when its own is at least this share of it."""
_SUGGESTIONS = 3
_SECOND = 0.3  # share of the best repair's value that another must reach to be suggested beside it
_FAR = 7.0  # nats behind the best from which another is a thousand times less likely, and not worth reading
_UNLIKELY = 12.0  # nats; of the words of sound sentences 5 % are as unlikely given the source (WMT 2022, pt-en)
_WORDING = frozenset({Kind.MISTRANSLATION, Kind.NAME, Kind.NUMBER, Kind.TERMINOLOGY, Kind.UNTRANSLATED})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of some sentences, the repairs that were priced in them, and what was fitted.

    `within` is the range that is judged: a sentence may reach beyond it, and then belongs to two readings.
    """

    sentences: Sequence[Sentence]
    measurements: Measurements
    repairs: Sequence[Repair]
    profile: Profile
    within: Span

    @classmethod
    def whole(cls, measurements: Measurements, repairs: Sequence[Repair], profile: Profile) -> Self:
        """Return the reading of a whole document."""
        document = measurements.document
        return cls(document.sentences, measurements, repairs, profile, Span(0, len(document.text)))

    def raw(self) -> tuple[float, ...]:
        """Return, a word, how suspect it is to the trees, 0-1, before calibration."""
        rows = features.describe(self.measurements, self.repairs, self.sentences)
        return self.profile.forest.probabilities(rows, NAMES)


@dataclass(frozen=True, slots=True)
class Place:
    """A place that may be told.

    `raw` is how suspect it is, 0-1, before calibration; `word` the number of its most suspect word; `winner` the most
    valuable repair there, with the `rivals` it overlaps, None where words are only marked; `described` is what is known
    of the repairs as a group. `probability` is the calibrated chance, 0-1, that the place is an error.
    """

    span: Span
    raw: float
    probability: float
    word: int
    winner: Repair | None = None
    rivals: tuple[Repair, ...] = ()
    described: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_layered(self) -> bool:
        """Whether it covers a whole clause and hides nothing that is wrong inside it."""
        return self.winner is not None and self.winner.candidate.mechanism in LAYERED


def findings(reading: Reading, settings: Settings) -> tuple[Finding, ...]:
    """Choose the places to tell and put them into words.

    Returns:
        Findings sorted by span; those of one layer do not overlap. A lower minimum never yields fewer.
    """
    profile = reading.profile
    minimum = profile.minimum_probability if settings.minimum_probability is None else settings.minimum_probability
    wanted = settings.mechanisms is None or SIGNAL in settings.mechanisms
    found = places(reading, reading.raw(), with_marks=wanted)
    told = [_tell(place, reading) for place in found if place.probability >= minimum]
    return tuple(sorted((f for f in told if _is_asked_for(f.kind, settings)), key=lambda finding: finding.span))


def suspicion(reading: Reading) -> tuple[float, ...]:
    """Return, a word of the sentences, the calibrated chance (0-1) that it is part of an error.

    It is the greater of what the trees say of the word and of the chance of a repair that would change it.
    """
    words, raw = features.words_of(reading.sentences), reading.raw()
    chances = [calibrate(reading.profile.words, value) for value in raw]
    for place in places(reading, raw, with_marks=False):
        for at in features.covered(words, place.span, layered=place.is_layered):
            chances[at] = max(chances[at], place.probability)
    return tuple(chances)


def places(reading: Reading, raw: Sequence[float], *, with_marks: bool) -> list[Place]:
    """Return what may be told, given the raw suspicion of each word; places of one layer do not overlap."""
    words = features.words_of(reading.sentences)
    marked = list(_marked(reading, raw)) if with_marks else []
    mended = [_supported(place, marked) for place in _mended(reading, raw)]
    beside = [(place, features.covered(words, place.span)) for place in mended if not place.is_layered]
    apart = [mark for mark in marked if not _belongs(mark, features.covered(words, mark.span), beside)]
    chosen: list[Place] = []
    for place in sorted([*mended, *apart], key=_surest):
        if place.is_layered or not _overlaps(place, chosen):
            chosen.append(place)
    return chosen


def _surest(place: Place) -> tuple[float, bool, Span]:
    return (-place.probability, place.winner is None, place.span)


def _supported(place: Place, marked: Sequence[Place]) -> Place:
    """Return a place to mend that is as probable as the marks on it, unless they are far surer than it is.

    Then it is told in the place of the marks, and an editor gets a wording; that of a repair which nothing else speaks
    for would be a guess.
    """
    best = max((mark.probability for mark in marked if mark.span.overlaps(place.span)), default=0.0)
    is_led = place.probability < best <= place.probability / SUPPORT and not place.is_layered
    return replace(place, probability=best) if is_led else place


def _belongs(mark: Place, own: range, mended: Sequence[tuple[Place, range]]) -> bool:
    """Tell whether a mark stands beside a surer place to mend: "shortage. of money" is wrong once, not twice."""
    return any(
        place.probability >= mark.probability and (own.start == other.stop or own.stop == other.start)
        for place, other in mended
    )


def _overlaps(place: Place, chosen: Sequence[Place]) -> bool:
    return any(place.span.overlaps(other.span) for other in chosen if not other.is_layered)


def winners(repairs: Sequence[Repair]) -> list[tuple[Repair, tuple[Repair, ...]]]:
    """Group overlapping repairs under the most valuable one: (winner, the others it overlaps), best first."""
    chosen: list[tuple[Repair, list[Repair]]] = []
    for repair in sorted(repairs, key=_order):
        layer = repair.candidate.mechanism in LAYERED
        owner = next(
            (
                group
                for group in chosen
                if (group[0].candidate.mechanism in LAYERED) == layer
                and group[0].candidate.span.overlaps(repair.candidate.span)
            ),
            None,
        )
        if owner is None:
            chosen.append((repair, []))
        else:
            owner[1].append(repair)
    return [(winner, tuple(rivals)) for winner, rivals in chosen]


def _order(repair: Repair) -> tuple[float, int, int, str]:
    span = repair.candidate.span
    return (-repair.value_nats, span.start, span.end, repair.candidate.replacement)


def _mended(reading: Reading, raw: Sequence[float]) -> Iterator[Place]:
    """Yield a place for each group of overlapping repairs that are worth their mechanism's price on clean news.

    A rule whose threshold is below zero is right whatever the language model thinks.
    """
    words, profile = features.words_of(reading.sentences), reading.profile
    worth = (
        repair
        for repair in reading.repairs
        if repair.value_nats > 0 or profile.threshold(repair.candidate.mechanism) < 0
    )
    for winner, rivals in winners(list(worth)):
        span = winner.candidate.span
        inside = features.covered(words, span, layered=winner.candidate.mechanism in LAYERED)
        if inside:
            word = max(inside, key=lambda at: (raw[at], -at))
            touched = words[inside.start : inside.stop]
            described = features.of_group(winner, rivals, touched, reading.measurements, raw[word])
            suspicion = profile.mended(described)
            chance = calibrate(profile.repairs, suspicion)
            yield Place(span, suspicion, chance, word, winner, rivals, described)


def _marked(reading: Reading, raw: Sequence[float]) -> Iterator[Place]:
    """Yield a place for each word more suspect than its neighbours, the most suspect of a sentence first.

    It reaches no further than a mark of punctuation.
    """
    words = features.words_of(reading.sentences)
    text = reading.measurements.document.text

    def reaches(at: int, peak: int) -> bool:
        first, second = sorted((words[at].span, words[at - 1 if at > peak else at + 1].span))
        return raw[at] >= NEARLY * raw[peak] and not text[first.end : second.start].strip()

    first = 0
    for sentence in reading.sentences:
        inside = range(first, first + len(sentence.words))
        first = inside.stop
        free = {at for at in inside if reading.within.contains(words[at].span)}
        for peak in sorted(free, key=lambda at: (-raw[at], at)):
            if peak not in free:
                continue
            left = right = peak
            while left - 1 in free and reaches(left - 1, peak):
                left -= 1
            while right + 1 in free and reaches(right + 1, peak):
                right += 1
            free -= set(range(left - 1, right + 2))
            chance = calibrate(reading.profile.marks, raw[peak])
            yield Place(Span(words[left].span.start, words[right].span.end), raw[peak], chance, peak)


def _is_asked_for(kind: Kind, settings: Settings) -> bool:
    return kind not in settings.ignore and (not settings.only or kind in settings.only)


def _tell(place: Place, reading: Reading) -> Finding:
    if place.winner is None:
        return _tell_mark(place, reading)
    candidate = place.winner.candidate
    text = reading.measurements.document.text
    in_quotation = is_quoted(candidate.span, reading.measurements)
    message = f"“{_shorten(candidate.span.of(text))}” may be {candidate.reason}"
    return Finding(
        span=candidate.span,
        kind=candidate.kind,
        severity=candidate.severity,
        probability=place.probability,
        mechanism=candidate.mechanism,
        message=message + _TAPE * in_quotation,
        suggestions=_suggestions(place.winner, place.rivals, text),
        evidence=_evidence(place.winner, reading),
        in_quotation=in_quotation,
    )


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


def _tell_mark(place: Place, reading: Reading) -> Finding:
    text = reading.measurements.document.text
    sentence, number = _where(place.word, reading.sentences)
    kind, severity = _verdict(reading.measurements.quality_estimates.get(sentence.span.start), number)
    in_quotation = is_quoted(place.span, reading.measurements)
    evidence = ["People who rate translations mark words like these; no better wording was found."]
    if sentence.source:
        evidence.append(f"It was judged beside its source: “{_shorten(sentence.source, 160)}”")
    back = reading.measurements.back.get(sentence.span.start)
    if back:
        evidence.append(f"Back and forth, the sentence becomes: “{_shorten(back.round_trip, 160)}”")
    evidence += _from_source(place.span, reading)
    return Finding(
        span=place.span,
        kind=kind,
        severity=severity,
        probability=place.probability,
        mechanism=SIGNAL,
        message=f"“{_shorten(place.span.of(text))}” may be {_WRONG[kind]}" + _TAPE * in_quotation,
        evidence=tuple(evidence),
        in_quotation=in_quotation,
    )


def _where(word: int, sentences: Sequence[Sentence]) -> tuple[Sentence, int]:
    """Return the sentence that holds a word, by the word's number in all of them, and its number there."""
    for sentence in sentences:
        if word < len(sentence.words):
            return sentence, word
        word -= len(sentence.words)
    raise IndexError(word)


def _verdict(estimate: QualityEstimate | None, word: int) -> tuple[Kind, Severity]:
    """Return what sort of error it would be, and how bad; without a quality estimator, what is commonest."""
    if estimate is None:
        return Kind.MISTRANSLATION, Severity.MINOR
    is_major = estimate.major[word] > estimate.minor[word]
    return estimate.kinds[word], Severity.MAJOR if is_major else Severity.MINOR


def _suggestions(winner: Repair, rivals: Sequence[Repair], text: str) -> tuple[str, ...]:
    """Write the best repairs as replacements of the winner's span; a rival that reaches beyond it is left out."""
    span = winner.candidate.span
    found = [winner.candidate.replacement] if winner.candidate.shown else []
    least = max(_SECOND * winner.value_nats, winner.value_nats - _FAR)
    for rival in rivals:
        other = rival.candidate
        if other.shown and span.contains(other.span) and rival.value_nats > least:
            written = text[span.start : other.span.start] + other.replacement + text[other.span.end : span.end]
            if written.split() not in [each.split() for each in found]:  # "the" and "the " are one wording
                found.append(written)
    return tuple(found[:_SUGGESTIONS])


def _evidence(winner: Repair, reading: Reading) -> tuple[str, ...]:
    candidate = winner.candidate
    text = reading.measurements.document.text
    if not candidate.shown:
        return (f"A word like “{candidate.replacement}” would read {winner.gain_nats:.0f} nats better here.",)
    if candidate.evidence:
        return (*candidate.evidence, *_from_source(candidate.span, reading))
    better = _shorten(candidate.replacement) if candidate.replacement else ""
    how = f"as “{better}”" if better else f"without “{_shorten(candidate.span.of(text))}”"
    lines = [f"The text reads {winner.gain_nats:.0f} nats better {how}."]
    if winner.meaning_nats is not None and winner.meaning_nats >= -1.0:
        lines.append("The back-translation keeps the meaning.")
    back = _back(candidate.span, reading)
    if back and candidate.kind is Kind.MISTRANSLATION:
        lines.append(f"Back and forth, the sentence becomes: “{_shorten(back, 160)}”")
    return (*lines, *(_from_source(candidate.span, reading) if candidate.kind in _WORDING else ()))


def _from_source(span: Span, reading: Reading) -> Iterator[str]:
    """Say what a translation model that reads the source would rather have written, where it is clearly surprised."""
    sentence = _sentence(span, reading)
    forced = reading.measurements.forced.get(sentence.span.start)
    if forced is None or not forced.is_of_its_source:
        return
    for word, log_prob, others in zip(sentence.words, forced.log_probs, forced.alternatives, strict=True):
        if log_prob <= -_UNLIKELY and others and span.overlaps(word.span):
            yield f"Reading the source, a translation model would rather write “{others[0]}” than “{word.text}” here."
            return


def _sentence(span: Span, reading: Reading) -> Sentence:
    """Return the sentence in which a span begins."""
    at = bisect.bisect_right(reading.sentences, span.start, key=lambda sentence: sentence.span.start) - 1
    return reading.sentences[max(0, at)]


def _back(span: Span, reading: Reading) -> str:
    """Return what became of the sentence of a span in the pivot language and back; "" where it was not taken."""
    back = reading.measurements.back.get(_sentence(span, reading).span.start)
    return back.round_trip if back else ""


def _shorten(text: str, width: int = 60) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= width else folded[: width - 1].rstrip() + "…"
