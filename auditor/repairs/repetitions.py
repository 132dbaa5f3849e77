"""The same word twice: doubled, joined to itself, or in a loop.

What it measures:
    Words and phrases that are repeated at once ("the the"), conjuncts that are the same word ("Chinese and Chinese"),
    and phrases that come round three times.

Why it suggests an error:
    Two different words of the source were translated by one ("Chinese and Chinese" for "stifle and counter Chinese"),
    or the system got into a loop.

Known problems:
    "More and more", "again and again", "had had" and "that that" are English and are left alone; rhetoric is not.
    Where two different conjuncts were meant, the one that was lost cannot be guessed.

Example:
    "Kazakh and Kazakh farmers" -> "Kazakh farmers".

Source:
    MQM "addition" and "mistranslation"; loops are the best known failure of neural translation (Holtzman et al. 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.repairs.wording import gap_after, low
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "repetitions"
KIND = Kind.MISTRANSLATION
SEVERITY = Severity.MAJOR
CLEAN = (
    "Prices rose again and again, and more and more people left.",
    "He had had enough of it, she said.",
    "They ran and ran until the boat was out of sight.",
)
DIRTY = (
    ("Kazakh and Kazakh farmers gave up their fields last year.", "Kazakh and Kazakh", "Kazakh"),
    ("The government raised the the price of bread.", "the the", "the"),
)

_DOUBLED_ALLOWED = frozenset(
    {"had", "that", "very", "so", "no", "yes", "bye", "ha", "many", "really", "long", "is", "far", "who", "what"}
)
_JOINED_ALLOWED = frozenset(
    """
    more again over on through by up down out less years days weeks months hours time so round around miles better
    worse thousands hundreds millions generations neck hand face side now then
    """.split()  # noqa: SIM905, a list of words is read as words
)
_LONGEST_LOOP = 6


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the removal of each repetition."""
    text, words = measurements.document.text, sentence.words
    for index, word in enumerate(words):
        if _is_doubled(text, words, index):
            yield _candidate(words[index : index + 2], 1, Kind.GRAMMAR, "the same word twice")
        if _joins_itself(text, words, index):
            reason = f"“{word.text}” joined to itself, where one of the two was another word"
            yield _candidate(words[index : index + 3], 1, KIND, reason)
        for length in range(2, _LONGEST_LOOP + 1):
            if _loops(words, index, length):
                reason = "a phrase that the translation repeats"
                yield _candidate(words[index : index + 2 * length], length, Kind.GRAMMAR, reason)
                break


def _is_doubled(text: str, words: Sequence[Word], index: int) -> bool:
    lower = low(words, index)
    if lower != low(words, index + 1) or lower in _DOUBLED_ALLOWED or lower[0].isdigit():
        return False
    return _together(text, words, index, 2)


def _joins_itself(text: str, words: Sequence[Word], index: int) -> bool:
    lower = low(words, index)
    if low(words, index + 1) not in ("and", "or") or lower != low(words, index + 2) or len(lower) < 3:
        return False
    comparative = lower.endswith("er") or lower in _JOINED_ALLOWED
    verb = lower.isalpha() and words[index].text.islower() and low(words, index + 3) in ("until", "", "and")
    return _together(text, words, index, 3) and not comparative and not verb


def _loops(words: Sequence[Word], index: int, length: int) -> bool:
    """Tell whether the next `length` words come again at once; two words must come three times."""
    times = 3 if length < 4 else 2
    pieces = [[low(words, index + n * length + k) for k in range(length)] for n in range(times)]
    return all(piece == pieces[0] and all(piece) for piece in pieces) and len(set(pieces[0])) > 1


def _together(text: str, words: Sequence[Word], index: int, count: int) -> bool:
    return all(gap_after(text, words, index + k).isspace() for k in range(count - 1))


def _candidate(words: Sequence[Word], kept: int, kind: Kind, reason: str) -> Candidate:
    """Replace `words` by the first `kept` of them."""
    span = Span(words[0].span.start, words[-1].span.end)
    replacement = " ".join(word.text for word in words[:kept])
    severity = SEVERITY if kind is KIND else Severity.MINOR
    return Candidate(span, replacement, MECHANISM, kind, severity, reason)
