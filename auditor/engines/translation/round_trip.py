"""Out to the pivot language and home again: both directions of a translation model as one instrument."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from auditor.errors import SettingsError
from auditor.protocols import Translator
from auditor.values import BackTranslation, Forced, Span, TokenScores

_ALTERNATIVES = 8
_LONGEST = 480  # code points translated at once: five times an ordinary sentence, half of what the models can hold
_WINDOW = 120  # code points on either side of a change, where the sentence is too long to be judged whole


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of a forced sentence; `span` is of the sentence."""

    span: Span
    log_prob: float
    alternatives: tuple[str, ...]


class PivotBackTranslator:
    """Translate each sentence out and home once, and read off what the way home makes of each of its words.

    A sentence too long for the models is split at white space, about its middle, until each part fits; its pivot and
    round trip are the parts' joined by spaces.
    """

    def __init__(self, out: Translator, home: Translator) -> None:
        """Combine two directions.

        Raises:
            SettingsError: `home` does not lead back where `out` comes from.
        """
        if home.pair != tuple(reversed(out.pair)):
            raise SettingsError(
                f"back-translation out by {'-'.join(out.pair)} needs {'-'.join(reversed(out.pair))} to come home, "
                f"not {'-'.join(home.pair)}"
            )
        self._out = out
        self._home = home

    @property
    def name(self) -> str:
        """What the signature calls the two models."""
        return f"{self._out.name}+{self._home.name}"

    def measure(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[BackTranslation]:
        """Translate each sentence to the pivot and back, once each, and force the sentence from its pivot.

        Returns:
            One item a sentence. A word that no model can write a letter of has log-probability 0 and no alternatives.
        """
        parts = [list(self._parts(sentence)) for sentence in sentences]
        texts: list[str] = []
        for sentence, spans in zip(sentences, parts, strict=True):
            texts += [span.of(sentence) for span in spans]
        pivots = [_shortened(pivot, self._comes_home) for pivot in self._out.translate(texts)]
        trips, forced = self._home.translate_and_examine(pivots, texts, best=_ALTERNATIVES)
        results = []
        at = 0
        for sentence, spans, ranges in zip(sentences, parts, words, strict=True):
            here = slice(at, at + len(spans))
            tokens: list[_Token] = []
            for span, found in zip(spans, forced[here], strict=True):
                tokens += _tokens(found, span)
            log_probs, alternatives = _by_word(tokens, ranges, sentence)
            results.append(BackTranslation(_joined(pivots[here]), _joined(trips[here]), log_probs, alternatives))
            at += len(spans)
        return results

    @property
    def pivot(self) -> str:
        """The language that the way out leads to."""
        return self._home.pair[0]

    def force(
        self, sources: Sequence[str], sentences: Sequence[str], words: Sequence[Sequence[Span]]
    ) -> list[Forced | None]:
        """Make the way home write each sentence when it reads the true source; None where either is too long."""
        pairs = list(zip(sources, sentences, strict=True))
        fitting = [number for number, pair in enumerate(pairs) if self._home.fits(*pair)]
        asked = [pairs[number] for number in fitting]
        examined = self._home.examine([pair[0] for pair in asked], [pair[1] for pair in asked], best=_ALTERNATIVES)
        found: list[Forced | None] = [None] * len(pairs)
        for number, scores in zip(fitting, examined, strict=True):
            sentence = sentences[number]
            tokens = list(_tokens(scores, Span(0, len(sentence))))
            found[number] = Forced(*_by_word(tokens, words[number], sentence))
        return found

    def keeps_meaning(self, pivots: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[float]:
        """Return log P(pivot | after) - log P(pivot | before), nats; near or above 0 means that the meaning is kept.

        Where a sentence is too long for the models, only the surroundings of the change are judged, against a pivot of
        their own.
        """
        triples = [self._shortened_change(*triple) for triple in zip(pivots, before, after, strict=True)]
        distinct: dict[tuple[str, str], None] = {}
        for pivot, old, new in triples:
            distinct |= {(old, pivot): None, (new, pivot): None}
        pairs = list(distinct)
        forced = self._out.force([text for text, _ in pairs], [pivot for _, pivot in pairs])
        log_probs = {pair: sum(scores.log_probs) for pair, scores in zip(pairs, forced, strict=True)}
        return [log_probs[new, pivot] - log_probs[old, pivot] for pivot, old, new in triples]

    def _comes_home(self, pivot: str) -> bool:
        return self._home.fits(pivot, "")

    def _goes_out(self, sentence: str) -> bool:
        return self._out.fits(sentence, "") and self._home.fits("", sentence)

    def _parts(self, sentence: str) -> Iterator[Span]:
        """Yield the ranges of the sentence that are translated on their own; all of it where it fits."""
        waiting = [Span(0, len(sentence))]
        while waiting:
            span = waiting.pop()
            if len(span) < 2 or (len(span) <= _LONGEST and self._goes_out(span.of(sentence))):
                yield span
                continue
            middle = _near_middle(sentence, span)
            waiting += [Span(middle, span.end), Span(span.start, middle)]

    def _shortened_change(self, pivot: str, before: str, after: str) -> tuple[str, str, str]:
        if max(len(before), len(after)) <= _LONGEST and self._out.fits(before, pivot) and self._out.fits(after, pivot):
            return pivot, before, after
        old, new = _around_change(before, after)
        old, new = (_shortened(text, self._goes_out) for text in (old, new))
        return _shortened(self._out.translate([old])[0], lambda text: self._out.fits("", text)), old, new


def _near_middle(sentence: str, span: Span) -> int:
    """Return a place to cut inside `span`: after the white space nearest to its middle, or the middle itself."""
    middle = (span.start + span.end) // 2
    for distance in range((span.end - span.start) // 2):
        for place in (middle - distance, middle + distance):
            if span.start < place < span.end and sentence[place - 1].isspace():
                return place
    return middle


def _shortened(text: str, fits: Callable[[str], bool]) -> str:
    """Halve a text until it fits: a translation that runs wild ends in repetitions, which nobody misses."""
    while text and not fits(text):
        text = text[: len(text) // 2]
    return text


def _around_change(before: str, after: str) -> tuple[str, str]:
    """Cut both texts to the place where they differ and `_WINDOW` code points on either side."""
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if len(set(pair)) > 1), None)
    start = min(len(before), len(after)) if same is None else same
    room = min(len(before), len(after)) - start
    end = next((back for back in range(room) if before[-1 - back] != after[-1 - back]), room)
    left = max(0, start - _WINDOW)
    cut = max(0, end - _WINDOW)
    return before[left : len(before) - cut][: 2 * _LONGEST], after[left : len(after) - cut][: 2 * _LONGEST]


def _tokens(examined: tuple[TokenScores, list[tuple[str, ...]]], part: Span) -> Iterator[_Token]:
    """Yield the tokens of a part of a sentence, the end of the part left out."""
    scores, alternatives = examined
    for span, log_prob, others in zip(scores.spans[:-1], scores.log_probs[:-1], alternatives[:-1], strict=True):
        yield _Token(Span(span.start + part.start, span.end + part.start), log_prob, others)


def _by_word(
    tokens: Sequence[_Token], words: Sequence[Span], sentence: str
) -> tuple[tuple[float, ...], tuple[tuple[str, ...], ...]]:
    """Add up the tokens of each word; a token that reaches into two words counts for the first.

    A token without text (a lone space before a word) belongs to the word it stands before.
    """
    log_probs = []
    alternatives = []
    waiting = list(reversed(tokens))
    for word in words:
        mine = []
        while waiting and waiting[-1].span.start < word.end:
            token = waiting.pop()
            if token.span.end > word.start or token.span.start == token.span.end == word.start:
                mine.append(token)
        log_probs.append(sum((token.log_prob for token in mine), start=0.0))
        first = next((token for token in mine if token.span.start == word.start), None)
        others = first.alternatives if first else ()
        alternatives.append(tuple(dict.fromkeys(other for other in others if _is_other_word(other, word.of(sentence)))))
    return tuple(log_probs), tuple(alternatives)


def _is_other_word(alternative: str, word: str) -> bool:
    return alternative[-1:].isalnum() and alternative != word.replace("’", "'")


def _joined(texts: Sequence[str]) -> str:
    return " ".join(text for text in texts if text)
