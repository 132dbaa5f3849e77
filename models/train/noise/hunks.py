"""What differs between a sound sentence and a broken copy, hunk by hunk, so that some can be put in and priced."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from auditor.text import segmentation
from auditor.values import Span

LONGEST = 4
"""Words of a hunk, on either side: what differs more is another sentence, and nobody knows which word is wrong."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Words `before` (a range of the sound sentence, with its words) and what stands there `after`.

    An empty `before` is a word too many, an empty `replacement` a word that is missing. `place` is the range of the
    broken sentence that it has become.
    """

    span: Span
    before: tuple[str, ...]
    after: tuple[str, ...]
    replacement: str
    place: Span


@dataclass(frozen=True, slots=True)
class Label:
    """What a word ought to have been: `before` is its word, "" if it ought to go, None if nobody can say in a word.

    `kept`: it is as it was. `missing`: a word that is missing before it, "" if none is, None if several are.
    `sure`: whether it is certain that this matters, so that keeping the word would be wrong.
    """

    span: Span
    kept: bool
    before: str | None
    missing: str | None = ""
    sure: bool = True


def hunks(before: str, after: str) -> list[Hunk]:
    """Return the differences of two sentences in words; case and punctuation do not count."""
    ours, theirs = words(before), words(after)
    mine, other = [span.of(before).casefold() for span in ours], [span.of(after).casefold() for span in theirs]
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        at = ours[a].start if a < len(ours) else len(before.rstrip(".!?\"'”’ "))
        span = Span(at, ours[b - 1].end) if b > a else Span(at, at)
        written = after[theirs[c].start : theirs[d - 1].end] if d > c else ""
        old = tuple(span.of(before) for span in ours[a:b])
        new = tuple(span.of(after) for span in theirs[c:d])
        to = theirs[c].start if c < len(theirs) else len(after.rstrip(".!?\"'”’ "))
        place = Span(to, theirs[d - 1].end) if d > c else Span(to, to)
        found.append(Hunk(span, old, new, written, place))
    return found


def is_short(hunk: Hunk) -> bool:
    """Tell whether a hunk is short enough to be an error that somebody could point at."""
    return max(len(hunk.before), len(hunk.after)) <= LONGEST


def replaced(before: str, hunk: Hunk) -> tuple[Span, str]:
    """Return the range of the sound sentence that a hunk replaces, and by what, with the spaces as they should be."""
    span, text = hunk.span, hunk.replacement
    if not hunk.before:
        return span, f"{text} " if span.start < len(before) and before[span.start].isalnum() else f" {text}"
    if hunk.after:
        first = before[span.start : span.start + 1].isupper() and span.start == _first(before)
        return span, text[:1].upper() + text[1:] if first else text
    end = span.end + 1 if before[span.end : span.end + 1] == " " else span.end
    return Span(span.start, end), ""


def _first(text: str) -> int:
    return next((at for at, character in enumerate(text) if character.isalnum()), 0)


def broken(before: str, chosen: Sequence[Hunk], *, doubtful: Collection[int] = ()) -> tuple[str, list[Label]]:
    """Put some hunks of a sentence into it; return the text, and a label for each of its words.

    Args:
        before: the sound sentence.
        chosen: hunks of it, in order.
        doubtful: which of them (by number in `chosen`) may be mere paraphrases.
    """
    text, at = "", 0
    ranges: list[tuple[Span, Hunk, bool]] = []
    for number, hunk in enumerate(chosen):
        span, written = replaced(before, hunk)
        text += before[at : span.start]
        start = len(text)
        text += written
        ranges.append((Span(start, len(text)), hunk, number not in doubtful))
        at = span.end
    text += before[at:]
    labels = [Label(span, kept=True, before=span.of(text)) for span in words(text)]
    for span, hunk, sure in ranges:
        _mark(labels, span, hunk, sure=sure)
    return text, labels


def labels(before: str, after: str) -> list[Label]:
    """Return a label for each word of `after`, the whole of which stands for the sound sentence `before`.

    What differs in more words than `LONGEST` is wrong, and nobody can say how.
    """
    found = [Label(span, kept=True, before=span.of(after)) for span in words(after)]
    mine = [span.of(before) for span in words(before)]
    theirs = [label.before.casefold() for label in found if label.before is not None]
    matcher = difflib.SequenceMatcher(None, [word.casefold() for word in mine], theirs, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "delete" and c < len(found):
            missing = mine[a] if b - a == 1 else None
            found[c] = Label(found[c].span, found[c].kept, found[c].before, missing)
        if kind in ("replace", "insert"):
            even, short = b - a == d - c, max(b - a, d - c) <= LONGEST
            for at in range(c, d):
                word = None if not short else "" if a == b else mine[a + at - c] if even else None
                found[at] = Label(found[at].span, kept=False, before=word, sure=short)
    return found


def _mark(labels: list[Label], span: Span, hunk: Hunk, *, sure: bool) -> None:
    inside = [at for at, label in enumerate(labels) if span.start <= label.span.start < max(span.end, span.start + 1)]
    if not hunk.after:
        if inside:
            missing = hunk.before[0] if len(hunk.before) == 1 else None
            label = labels[inside[0]]
            labels[inside[0]] = Label(label.span, label.kept, label.before, missing, label.sure and sure)
        return
    even = len(inside) == len(hunk.before)
    for number, at in enumerate(inside):
        before = "" if not hunk.before else hunk.before[number] if even else None
        labels[at] = Label(labels[at].span, kept=False, before=before, missing="", sure=sure)


def words(text: str) -> tuple[Span, ...]:
    """Return the ranges of the words of a text."""
    return tuple(word.span for word in segmentation.words(text, Span(0, len(text))))
