"""A text and what it was translated from: each sentence is given the part of the source that it translates.

Where both have as many paragraphs, of plausible lengths, sentences are paired inside the paragraphs; otherwise through
the whole text. A pairing that is no better than chance is refused: a wrong source is worse than none.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from auditor.alignment import sentence_alignment
from auditor.alignment.sentence_alignment import MOST_CELLS, Bead, Scale, Side
from auditor.errors import InputError
from auditor.protocols import Embedder
from auditor.text import segmentation
from auditor.text.characters import plain_document, plain_text
from auditor.values import Document, Paragraph, Sentence, Span

# The segmenter is for English; the stops of other scripts end a sentence without a space behind them.
_STOP = regex.compile(r"(?<=[。！？｡।॥።។؟۔])(?![”’」』）\"'\s])\s*|(?<=[。！？][”’」』）])\s*")
_ENDS = regex.compile(r"[.!?…:;][\"'”’»)\]]*$")
_LONGEST = 600  # code points of one sentence of the source; what is longer is cut at its semicolons and the like
_CLAUSE = regex.compile(r"(?<=[;；:：，,])\s*")
_UNSPACED = frozenset({"zh", "ja", "th", "km", "my"})

FAREST = 0.8
"""Mean distance of the pairs above which two texts are no translations of each other: .34 to .77 in true ones."""
LEFT_OVER = 0.25
"""Share of the text, and of the source, that may be without a counterpart: 0 to .19 in true pairs of 23 stories, .29
and more where the source's sentences were shuffled, .35 and more with the source of another story in its language."""
_LENGTHS = math.log(2.5)  # how much longer or shorter than expected a paragraph may be, as a logarithm
_SLACK = 40  # code points that a short paragraph may differ by anyway
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Pairing:
    """Beads of sentence numbers, counted through each text, and by what they were found."""

    beads: tuple[Bead, ...]
    by: str


def attach(document: Document, source: Document, embedder: Embedder) -> Document:
    """Return the document with the sentences of `source` given to its own.

    A sentence without a counterpart has no source. What of the source has none is told in the notes.

    Raises:
        InputError: the two texts cannot be aligned.
    """
    there = [list(sentences(source.text, span)) for span in _paragraphs_of(source)]
    plain = plain_document(document, plain_text(document.text))
    here: list[list[str]] = []
    for paragraph in plain.paragraphs:
        here.append([sentence.span.of(plain.text) for sentence in paragraph.sentences])
    sides = _side(there, embedder), _side(here, embedder)
    if len(sides[0].lengths) * len(sides[1].lengths) > MOST_CELLS:
        raise InputError(f"{document.name} and {source.name} are too long to be aligned; split both into chapters.")
    pairing = _pair(there, here, sides)
    if pairing is None:
        raise InputError(
            f"{document.name} cannot be aligned with {source.name}: too little of the one says what the other says; "
            "check that it is the source of this text, whole and in the same order."
        )
    joint = "" if source.language in _UNSPACED else " "
    given = _given(pairing.beads, list(itertools.chain.from_iterable(there)), joint)
    notes = (f"aligned with {source.name} ({source.language}) by {pairing.by}", *_notes(pairing, there, source.name))
    return replace(
        document,
        paragraphs=tuple(_paragraphs(document.paragraphs, given)),
        source_language=source.language,
        notes=(*document.notes, *notes),
    )


def _paragraphs_of(source: Document) -> list[Span]:
    """Return the paragraphs, those cut by a line break in the middle of a sentence joined again."""
    joined: list[Span] = []
    for paragraph in source.paragraphs:
        span = paragraph.span
        if joined and source.text[span.start].islower() and not _ENDS.search(joined[-1].of(source.text)):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def sentences(text: str, paragraph: Span) -> Iterator[str]:
    """Yield the sentences of a paragraph in any language, in one line each."""
    for sentence in segmentation.sentences(text, paragraph):
        for part in _STOP.split(" ".join(sentence.of(text).split())):
            yield from filter(str.strip, [part] if len(part) <= _LONGEST else _clauses(part))


def _clauses(text: str) -> Iterator[str]:
    """Cut what is too long for a sentence at commas and the like, into pieces as long as may be."""
    piece = ""
    for part in _CLAUSE.split(text):
        if piece and len(piece) + len(part) > _LONGEST:
            yield piece
            piece = ""
        piece += (" " if piece and piece[-1:].isascii() else "") + part
    yield piece


def _side(paragraphs: Sequence[Sequence[str]], embedder: Embedder) -> Side:
    texts = list(itertools.chain.from_iterable(paragraphs))
    return Side.of(embedder.embed(texts), [len(text) for text in texts])


def _pair(there: Sequence[Sequence[str]], here: Sequence[Sequence[str]], sides: tuple[Side, Side]) -> Pairing | None:
    """Return the first pairing that is better than chance: inside the paragraphs, or through the whole text."""
    scale = sentence_alignment.scale(*sides)
    if len(there) == len(here) and _plausible(there, here):
        beads = tuple(_inside(there, here, sides, scale))
        if _is_sound(beads, sides):
            return Pairing(beads, "paragraphs")
    beads = sentence_alignment.align(*sides, scale)
    return Pairing(beads, "sentences") if _is_sound(beads, sides) else None


def _plausible(there: Sequence[Sequence[str]], here: Sequence[Sequence[str]]) -> bool:
    """Tell whether each paragraph is about as long as its partner, given how long the whole texts are."""
    one = [sum(map(len, paragraph)) for paragraph in there]
    two = [sum(map(len, paragraph)) for paragraph in here]
    ratio = sum(two) / max(1, sum(one))
    return all(
        abs(math.log((length + _SLACK) / (ratio * other + _SLACK))) < _LENGTHS
        for other, length in zip(one, two, strict=True)
    )


def _inside(
    there: Sequence[Sequence[str]], here: Sequence[Sequence[str]], sides: tuple[Side, Side], scale: Scale
) -> Iterator[Bead]:
    """Yield the beads of each pair of paragraphs, numbered through the whole texts."""
    row = column = 0
    for one, two in zip(there, here, strict=True):
        parts = sides[0].part(row, row + len(one)), sides[1].part(column, column + len(two))
        for bead in sentence_alignment.align(*parts, scale):
            yield replace(bead, source=_moved(bead.source, row), target=_moved(bead.target, column))
        row, column = row + len(one), column + len(two)


def _moved(numbers: range, by: int) -> range:
    return range(numbers.start + by, numbers.stop + by)


def _is_sound(beads: Iterable[Bead], sides: tuple[Side, Side]) -> bool:
    """Tell whether most of both texts is paired, and the pairs are alike."""
    pairs = [bead for bead in beads if bead.source and bead.target]
    weights = [float(sides[1].lengths[bead.target.start : bead.target.stop].sum()) for bead in pairs]
    sources = sum(float(sides[0].lengths[bead.source.start : bead.source.stop].sum()) for bead in pairs)
    if not pairs or min(sum(weights) / sides[1].lengths.sum(), sources / sides[0].lengths.sum()) < 1 - LEFT_OVER:
        return False
    return sum(w * bead.distance for w, bead in zip(weights, pairs, strict=True)) <= FAREST * sum(weights)


def _given(beads: Iterable[Bead], texts: Sequence[str], joint: str) -> list[str | None]:
    """Return the source of each sentence of the text, in order."""
    found: list[str | None] = []
    for bead in beads:
        text = joint.join(texts[number] for number in bead.source) if bead.source else None
        found += [text for _ in bead.target]
    return found


def _paragraphs(paragraphs: Iterable[Paragraph], given: Sequence[str | None]) -> Iterator[Paragraph]:
    at = 0
    for paragraph in paragraphs:
        own = given[at : at + len(paragraph.sentences)]
        at += len(own)
        pairs: Iterator[tuple[Sentence, str | None]] = zip(paragraph.sentences, own, strict=True)
        yield replace(paragraph, sentences=tuple(replace(sentence, source=text) for sentence, text in pairs))


def _notes(pairing: Pairing, there: Sequence[Sequence[str]], name: str) -> Iterator[str]:
    """Say what of the source has no counterpart: something may have been left out."""
    texts = list(itertools.chain.from_iterable(there))
    lost: list[str] = []
    for bead in pairing.beads:
        if not bead.target:
            lost += [" ".join(texts[number].split()) for number in bead.source]
    if lost:
        first = lost[0] if len(lost[0]) <= _QUOTED else lost[0][: _QUOTED - 1].rstrip() + "…"
        count = "1 sentence" if len(lost) == 1 else f"{len(lost)} sentences"
        yield f"{count} of {name} without a counterpart in the text, such as “{first}”"
