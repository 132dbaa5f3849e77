"""The `Translator` protocol over a model on subword numbers: offsets, batches of like length, readable words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from auditor import concurrency
from auditor.engines.translation.forced_decoding import Forced, SequenceModel
from auditor.engines.translation.vocabulary import Subwords, Vocabulary
from auditor.errors import ModelError
from auditor.values import Span, TokenScores

T = TypeVar("T")

_BATCH_SENTENCES = 32
_BATCH_SUBWORDS = 4096  # of one side, padding included


class SubwordTranslator:
    """Translate and force sentences with a `SequenceModel` and its vocabularies.

    A sentence with more subwords than the model has positions is refused with a ModelError;
    `auditor.engines.translation.round_trip` splits such sentences before they come here.
    """

    def __init__(
        self, model: SequenceModel, source: Vocabulary, target: Vocabulary, *, name: str, pair: tuple[str, str]
    ) -> None:
        self._model = model
        self._source = source
        self._target = target
        self._name = name
        self._pair = pair

    @property
    def name(self) -> str:
        """What the signature calls it: the pair, what the weights are, their precision."""
        return self._name

    @property
    def pair(self) -> tuple[str, str]:
        """ISO 639-1 codes of what it reads and what it writes."""
        return self._pair

    def fits(self, source: str, target: str) -> bool:
        """Tell whether both are short enough for the model's positions."""
        subwords = max(len(self._source.encode(source)), len(self._target.writable(target)))
        return subwords < self._model.positions

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """Translate each sentence greedily; one of which the model can read nothing gives "".

        Raises:
            ModelError: a sentence has more subwords than the model has positions.
        """
        subwords = [self._source.encode(sentence) for sentence in sentences]
        readable = [index for index, found in enumerate(subwords) if self._readable(found)]
        sources = [self._closed(subwords[index], sentences[index]) for index in readable]

        def work(batch: Sequence[int]) -> list[list[int]]:
            return self._model.greedy(_chosen(sources, batch))

        translations = [""] * len(sentences)
        for index, ids in zip(readable, _by_length([len(source) for source in sources], work), strict=True):
            translations[index] = self._target.decode(ids)
        return translations

    def force(self, sources: Sequence[str], targets: Sequence[str]) -> list[TokenScores]:
        """Score given translations; see `Translator.force`.

        Raises:
            ModelError: a source or target has more subwords than the model has positions.
        """
        return [tokens for tokens, _ in self.examine(sources, targets, best=0)]

    def examine(
        self, sources: Sequence[str], targets: Sequence[str], *, best: int
    ) -> list[tuple[TokenScores, list[tuple[str, ...]]]]:
        """Score given translations and give alternatives; see `Translator.examine`."""
        subwords, read, written = self._pairs(sources, targets)

        def work(batch: Sequence[int]) -> list[Forced]:
            return self._model.force(_chosen(read, batch), _chosen(written, batch), best=best)

        forced = _by_length(_longer_sides(read, written), work)
        return [self._examined(*item) for item in zip(forced, subwords, targets, strict=True)]

    def translate_and_examine(
        self, sources: Sequence[str], targets: Sequence[str], *, best: int
    ) -> tuple[list[str], list[tuple[TokenScores, list[tuple[str, ...]]]]]:
        """Do `translate` and `examine`, reading each source once."""
        subwords, read, written = self._pairs(sources, targets)

        def work(batch: Sequence[int]) -> list[tuple[list[int], Forced]]:
            found = self._model.greedy_and_force(_chosen(read, batch), _chosen(written, batch), best=best)
            return list(zip(*found, strict=True))

        found = _by_length(_longer_sides(read, written), work)
        translations: list[str] = []
        examined: list[tuple[TokenScores, list[tuple[str, ...]]]] = []
        for (ids, forced), own, source, target in zip(found, subwords, sources, targets, strict=True):
            is_readable = self._readable(self._source.encode(source))
            translations.append(self._target.decode(ids) if is_readable else "")
            examined.append(self._examined(forced, own, target))
        return translations, examined

    def _examined(self, found: Forced, own: Subwords, target: str) -> tuple[TokenScores, list[tuple[str, ...]]]:
        alternatives: list[tuple[str, ...]] = []
        for rivals in found.rivals:
            alternatives.append(tuple(map(self._target.decode, rivals)))
        return _token_scores(found, own, target), alternatives

    def _pairs(
        self, sources: Sequence[str], targets: Sequence[str]
    ) -> tuple[list[Subwords], list[list[int]], list[list[int]]]:
        """Return the targets' subwords, and the closed subword numbers of both sides."""
        subwords = [self._target.writable(target) for target in targets]
        read = [self._closed(self._source.encode(source), source) for source in sources]
        return subwords, read, [self._closed(own, target) for own, target in zip(subwords, targets, strict=True)]

    def _readable(self, subwords: Subwords) -> bool:
        return any(
            span and subword != self._source.unknown for subword, span in zip(subwords.ids, subwords.spans, strict=True)
        )

    def _closed(self, subwords: Subwords, sentence: str) -> list[int]:
        if len(subwords) >= self._model.positions:
            raise ModelError(
                f"a sentence of {len(subwords)} subwords is too long for {self.name}, which takes "
                f'{self._model.positions - 1}; split it: "{sentence[:60]}…"'
            )
        return [*subwords.ids, self._model.end]


def _token_scores(forced: Forced, subwords: Subwords, target: str) -> TokenScores:
    end = Span(len(target), len(target))
    return TokenScores((*subwords.spans, end), forced.log_probs, forced.entropies, forced.ranks)


def _chosen(rows: Sequence[list[int]], batch: Sequence[int]) -> list[list[int]]:
    return [rows[index] for index in batch]


def _longer_sides(read: Sequence[list[int]], written: Sequence[list[int]]) -> list[int]:
    """Return how many subwords the longer side of each pair has."""
    return [max(len(source), len(target)) for source, target in zip(read, written, strict=True)]


def _by_length(lengths: Sequence[int], work: Callable[[Sequence[int]], Sequence[T]]) -> list[T]:
    """Do `work` on batches of indices whose lengths are alike; return its results in the order of `lengths`."""
    results: dict[int, T] = {}
    batch: list[int] = []
    concurrency.use_thread_share()
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) == _BATCH_SENTENCES or (len(batch) + 1) * lengths[batch[0]] > _BATCH_SUBWORDS):
            results |= zip(batch, work(batch), strict=True)
            batch = []
        batch.append(index)
    if batch:
        results |= zip(batch, work(batch), strict=True)
    return [results[index] for index in range(len(lengths))]
