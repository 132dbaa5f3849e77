"""A word that a post-editor would change, with what ought to stand there.

What it measures:
    Whether the text reads better with one of the few words that the post-editor, which reads both ways, would rather
    have in the place of one that it doubts, without that word, or with a function word that it misses before it.

Why it suggests an error:
    Two models that learned different things agree: one was fitted to undo what translation breaks and proposes; the
    other knows English alone and finds that its proposal makes the text likelier.

Known problems:
    Neither has seen the source. A rare but right word is doubted where a common one would do; names are left out. It
    proposes single words: a phrase that is wrong as a whole is marked, and at best mended in part.

Example:
    "The choir sang in the old stone formula until midnight" -> "church".

Source:
    `auditor.signals.post_editing`; the noisy channel of Brown et al. (1993), with a learned channel in the place of a
    table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import FUNCTION_WORDS, article_for, is_variant, match_case
from auditor.values import Candidate, Kind, Measurements, PostEdits, Sentence, Severity, Span, Word

MECHANISM = "post-edits"
TRAITS = Traits(Evidence.WORDING)
VALID = ("The government changed its policy on visas after the election.",)
INVALID: tuple[tuple[str, str, str], ...] = ()  # what the post-editor doubts is tested with its weights

DOUBT = -3.7
"""Log-odds that a word is wrong, or that one is missing, from which the post-editor's proposals are priced: those of a
seventh of the words of clean news."""
PROPOSED = 3
"""Proposals of a word that are priced."""
WEIGHT = 2.0
"""Of a nat of the post-editor's odds that a word is wrong, beside a nat of the language model's. Average precision on
post-edits and on planted errors of held-out makers changes by .02 between 1 and 3."""


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the likeliest replacements of each word in doubt, and the function words that may be missing."""
    edits = measurements.post_edits.get(sentence.span.start)
    if edits is None:
        return
    for index, word in enumerate(sentence.words):
        is_known = word.text in measurements.knowledge.names
        if edits.wrong[index] >= DOUBT and word.text.isalpha() and not (is_known or is_likely_name(word.text, index)):
            yield from _replacements(sentence, edits, index)
        if index and edits.missing[index][1] >= DOUBT:
            named, log_odds = edits.missing[index]
            reason = f"missing a word before it: “{named}”"
            yield _candidate(word.span, f"{named} {word.text}", reason, Kind.GRAMMAR, WEIGHT * log_odds)


def is_likely_name(word: str, index: int) -> bool:
    """Tell whether a word's capitals say that it is a name, a dateline or an abbreviation; `index`: in its sentence."""
    return word[:1].isupper() and (index > 0 or (len(word) > 1 and word.isupper()))


def _replacements(sentence: Sentence, edits: PostEdits, index: int) -> Iterator[Candidate]:
    word = sentence.words[index]
    own = word.text.casefold()
    doubt = WEIGHT * min(edits.wrong[index], 0.0)
    going = dict(edits.replacements[index]).get("", -math.inf)
    if own in FUNCTION_WORDS and going > -math.inf:
        yield _candidate(word.span, "", "a word too many", Kind.GRAMMAR, doubt + going)
    for other, log_prob in replacements(edits, index, own)[:PROPOSED]:
        span, replacement = in_place(sentence.words, index, other)
        is_function = other in FUNCTION_WORDS and own in FUNCTION_WORDS
        is_form = _are_akin(other, own)
        kind = Kind.GRAMMAR if is_function or is_form else Kind.MISTRANSLATION
        what = "form of the word" if is_form else "word"
        yield _candidate(span, replacement, f"the wrong {what}, where “{other}” was meant", kind, doubt + log_prob)


def replacements(edits: PostEdits, index: int, own: str) -> list[tuple[str, float]]:
    """Return the words that ought to stand in the place of a word, with their log-probabilities if one of them does.

    Leaving the word out, and the word itself, however it is spelt, do not count.
    """
    found: list[tuple[str, float]] = []
    others = 1.0
    for other, log_prob in edits.replacements[index]:
        if not other or is_variant(other, own):
            others -= math.exp(log_prob)
        else:
            found.append((other, log_prob))
    share = math.log(max(others, 1e-6))
    return [(other, min(0.0, log_prob - share)) for other, log_prob in found]


def _candidate(span: Span, replacement: str, reason: str, kind: Kind, prior: float) -> Candidate:
    severity = Severity.MAJOR if kind is Kind.MISTRANSLATION else Severity.MINOR
    return Candidate(span, replacement, MECHANISM, kind, severity, reason, prior_nats=prior)


def in_place(words: tuple[Word, ...], index: int, other: str) -> tuple[Span, str]:
    """Return what to replace and by what; an article before the word is made to fit."""
    word = words[index]
    replacement = match_case(other, word.text)
    previous = words[index - 1] if index else None
    if previous and previous.text.lower() in ("a", "an") and article_for(other) != previous.text.lower():
        article = match_case(article_for(other), previous.text)
        return Span(previous.span.start, word.span.end), f"{article} {replacement}"
    return word.span, replacement


def _are_akin(one: str, other: str) -> bool:
    """Tell whether two words are likely forms of one: they share all but an ending."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= max(3, max(len(one), len(other)) - 3)
