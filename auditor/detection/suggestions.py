"""What an editor might write instead, where the detector found a place and no mechanism a wording.

The post-editor's words are put in the place and priced by the language model; those that read better are suggested. A
wording that a mechanism stands for comes first, and what a rule says is not added to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.detection import features
from auditor.detection.candidate_spans import DetectorInput
from auditor.protocols import Edit
from auditor.repairs import REPAIRS
from auditor.repairs.model_proposed import post_edits
from auditor.repairs.traits import traits_of
from auditor.values import Finding, Span

MOST = 3
"""Suggestions of a finding."""
TRIED = 5
"""Words of the post-editor that are priced in each place."""
LEAST_PROBABILITY = 0.2
"""Of a finding that is worth the price of wordings."""
LEAST_GAIN = 1.0
"""Nats that the text must read better with a wording; one that gains less is no help."""
FAR = 6.0
"""Nats behind the best from which a wording is not worth reading."""
FOLLOWING = 8
"""Tokens behind a wording that are priced with it."""

Rescore = Callable[..., list[float]]
"""`auditor.protocols.Passage.rescore`."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """A wording of a finding's span, by its number, and the edit that makes it; `log_prob` is the post-editor's."""

    finding: int
    text: str
    edit: Edit
    log_prob: float


def complete(findings: Sequence[Finding], given: DetectorInput, rescore: Rescore) -> tuple[Finding, ...]:
    """Return the findings with the post-editor's wordings behind their own, where these leave room and read better."""
    wordings: list[_Wording] = []
    for number, finding in enumerate(findings):
        if _is_open(finding, given):
            wordings += _wordings(number, finding, given)
    if not wordings:
        return tuple(findings)
    gains = rescore([wording.edit for wording in wordings], following=FOLLOWING)
    priced: dict[int, list[tuple[float, str]]] = {}
    for wording, gain in zip(wordings, gains, strict=True):
        if gain >= LEAST_GAIN:
            priced.setdefault(wording.finding, []).append((gain + wording.log_prob, wording.text))
    completed = list(findings)
    for number, found in priced.items():
        completed[number] = _completed(findings[number], found)
    return tuple(completed)


def _is_open(finding: Finding, given: DetectorInput) -> bool:
    """Tell whether a finding has room for suggestions that its mechanism does not rule out.

    A wording of several words, such as another order, is not added to: one word in their place is no rival of it.
    """
    if finding.suggestions and len(features.affected_words(given.words, finding.span)) > 1:
        return False
    if len(finding.suggestions) >= MOST or finding.probability < LEAST_PROBABILITY:
        return False
    return finding.mechanism not in REPAIRS or traits_of(finding.mechanism).is_model_proposed


def _wordings(number: int, finding: Finding, given: DetectorInput) -> Iterator[_Wording]:
    """Yield the finding's words with one of them replaced."""
    text = given.measurements.document.text
    for at in features.affected_words(given.words, finding.span):
        word = given.words[at]
        sentence = given.sentence_at(word.span)
        edits = given.measurements.post_edits.get(sentence.span.start)
        if edits is None or not finding.span.contains(word.span) or not word.text.isalpha():
            continue
        index = sentence.words.index(word)
        if post_edits.is_likely_name(word.text, index):
            continue
        for other, log_prob in post_edits.replacements(edits, index, word.text.casefold())[:TRIED]:
            span, written = post_edits.in_place(sentence.words, index, other)
            if not finding.span.contains(span):
                span, written = word.span, written.rsplit(" ", 1)[-1]
            whole = text[finding.span.start : span.start] + written + text[span.end : finding.span.end]
            yield _Wording(number, whole, Edit(Span(span.start, span.end), written), log_prob)


def _completed(finding: Finding, found: Sequence[tuple[float, str]]) -> Finding:
    """Add wordings to a finding's own, the most valuable first, none twice and none far behind the best."""
    suggestions = list(finding.suggestions)
    known = {" ".join(each.split()) for each in suggestions}
    best = max(value for value, _ in found)
    for value, written in sorted(found, key=_most_valuable_first):
        if value > best - FAR and written not in known and len(suggestions) < MOST:
            suggestions.append(written)
            known.add(written)
    return replace(finding, suggestions=tuple(suggestions))


def _most_valuable_first(item: tuple[float, str]) -> tuple[float, str]:
    return -item[0], item[1]
