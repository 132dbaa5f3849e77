"""A wording in the place of some words: which characters change, and which stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from auditor.values import Span

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")  # a wording adds no line to a file
_CLOSING = ",.;:!?)]}”’»…"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A range of a text, empty where something is put in, and what is to stand there."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """The words of a finding, and the wording that was chosen for them; "" takes them out."""

    span: Span
    wording: str


def edits(text: str, correction: Correction) -> tuple[Edit, ...]:
    """Return what changes, token by token and in order; white space that stays is left as it is, line breaks too.

    Words that are taken out take one of the spaces around them along.
    """
    span = correction.span if correction.wording.strip() else _with_space(text, correction.span)
    wording = correction.wording if correction.wording.strip() else ""
    old = list(_TOKEN.finditer(text, span.start, span.end))
    new = [_BREAK.sub(" ", token) for token in _TOKEN.findall(wording)]
    matcher = SequenceMatcher(None, [_folded(token[0]) for token in old], [*map(_folded, new)], autojunk=False)
    bounds = [*(token.start() for token in old), span.end]
    found: list[Edit] = []
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag != "equal":
            found.append(Edit(Span(bounds[first], bounds[last]), "".join(new[begin:end])))
    return tuple(found)


def spliced(text: str, changes: Iterable[Edit]) -> str:
    """Return the text with edits made that do not overlap."""
    return "".join(_parts(text, sorted(changes)))


def trimmed(text: str, edit: Edit) -> Edit:
    """Return the same edit without the characters that it begins or ends with and does not change."""
    old, new = edit.span.of(text), edit.replacement
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Edit(Span(edit.span.start + head, edit.span.end - tail), new[head : len(new) - tail])


def _parts(text: str, changes: Iterable[Edit]) -> Iterator[str]:
    end = 0
    for change in changes:
        yield text[end : change.span.start]
        yield change.replacement
        end = change.span.end
    yield text[end:]


def _folded(token: str) -> str:
    return " " if token.isspace() else token


def _with_space(text: str, span: Span) -> Span:
    """Return the words that are taken out with the space that would be left over."""
    before, after = text[: span.start][-1:], text[span.end : span.end + 1]
    if after in {" ", "\t"} and (not before or before.isspace()):
        return Span(span.start, span.end + 1)
    if before in {" ", "\t"} and (not after or after.isspace() or after in _CLOSING):
        return Span(span.start - 1, span.end)
    return span
