"""What makes a finding the same finding after an edit: its kind, its words and its neighbours, never its offset."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from auditor.text.characters import plain_text
from auditor.values import Audit, Document, Finding, Word

_NEIGHBOURS = 3  # words on each side: enough to tell two uses of a word apart, few enough to survive an edit nearby
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " "})


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """A finding by content; all parts are folded: lower case, straight quotation marks, single spaces."""

    kind: str
    text: str
    before: str
    after: str

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits of the content."""
        parts = "\0".join((self.kind, self.text, self.before, self.after))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Difference:
    """Findings of the old audit that are fixed; findings of the new one that are new or unchanged."""

    fixed: tuple[Finding, ...]
    new: tuple[Finding, ...]
    unchanged: tuple[Finding, ...]


def take(document: Document, findings: Sequence[Finding]) -> tuple[Fingerprint, ...]:
    """Return a fingerprint a finding, in order; neighbours are words of the same sentence."""
    sentences = document.sentences
    starts = [sentence.span.start for sentence in sentences]
    taken = []
    for finding in findings:
        first = max(0, bisect_right(starts, finding.span.start) - 1)
        last = max(first + 1, bisect_left(starts, finding.span.end))
        words: list[Word] = []
        for sentence in sentences[first:last]:
            words += sentence.words
        before = [word.text for word in words if word.span.end <= finding.span.start]
        after = [word.text for word in words if word.span.start >= finding.span.end]
        taken.append(
            Fingerprint(
                kind=finding.kind.value,
                text=fold(finding.span.of(document.text)),
                before=fold(" ".join(before[-_NEIGHBOURS:])),
                after=fold(" ".join(after[:_NEIGHBOURS])),
            )
        )
    return tuple(taken)


def fold(text: str) -> str:
    """Return the text as it is compared."""
    return " ".join(plain_text(text).text.translate(_STRAIGHT).casefold().split())


def match(old: Sequence[Fingerprint], new: Sequence[Fingerprint]) -> dict[int, int]:
    """Pair the same findings, each at most once: {index in `new`: index in `old`}.

    The same neighbours go first, then a neighbour kept on one side, then the same words of the same kind anywhere.
    """
    pairs: dict[int, int] = {}
    for key in _KEYS:
        taken = set(pairs.values())
        waiting: dict[Hashable, list[int]] = {}
        for index, item in enumerate(old):
            if index not in taken:
                waiting.setdefault(key(item), []).append(index)
        for index, item in enumerate(new):
            if index not in pairs and waiting.get(key(item)):
                pairs[index] = waiting[key(item)].pop(0)
    return pairs


def compare(old: Audit, new: Audit) -> Difference:
    """Tell which findings of the old audit are gone, which of the new one are new, and which stayed."""
    pairs = match(take(old.document, old.findings), take(new.document, new.findings))
    gone = set(range(len(old.findings))) - set(pairs.values())
    fresh: list[Finding] = []
    unchanged: list[Finding] = []
    for index, finding in enumerate(new.findings):
        (unchanged if index in pairs else fresh).append(finding)
    return Difference(tuple(old.findings[index] for index in sorted(gone)), tuple(fresh), tuple(unchanged))


def _with_both_neighbours(item: Fingerprint) -> Hashable:
    return (item.kind, item.text, item.before, item.after)


def _with_neighbours_before(item: Fingerprint) -> Hashable:
    return (item.kind, item.text, item.before)


def _with_neighbours_after(item: Fingerprint) -> Hashable:
    return (item.kind, item.text, item.after)


def _anywhere(item: Fingerprint) -> Hashable:
    return (item.kind, item.text)


_KEYS: tuple[Callable[[Fingerprint], Hashable], ...] = (
    _with_both_neighbours,
    _with_neighbours_before,
    _with_neighbours_after,
    _anywhere,
)
