"""Tokenization for a causal language model: text to tokens, each with its span of the text."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from auditor.values import Span

_CACHED_STRINGS = 16384  # some 4 MiB
STRAIGHT_QUOTES = str.maketrans("‘’‚‛“”„‟", "''''" + '""""')
"""Curly quotation marks to straight ones, which models have read most."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `span` is empty at the start of text and for line breaks, `spaced`: it begins with a space."""

    id: int
    span: Span
    spaced: bool = False
    line_break: bool = False


class CachingTokenizer:
    """A tokenizer with a cache of short strings: edits repeat the same words everywhere."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._short = functools.lru_cache(maxsize=_CACHED_STRINGS)(self._encode)

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of `text`, without special tokens."""
        return list(self._short(text) if len(text) < 64 else self._encode(text))

    def encode_with_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the token numbers and what range of `text` each stands for."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def token_texts(self, ids: Sequence[int]) -> list[str]:
        """Return the text of each token by itself, its leading space included."""
        return list(self._tokenizer.decode_batch([[token] for token in ids], skip_special_tokens=True))

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)


def normalise(text: str, unit: Span) -> tuple[str, list[int]]:
    """Normalise white space to single spaces and curly quotation marks to straight ones, which models have read most.

    Returns:
        The normalised text, and the offset in `text` of each of its characters, with the unit's end behind the last.
    """
    characters: list[str] = []
    origins: list[int] = []
    for offset in range(unit.start, unit.end):
        character = text[offset]
        if character.isspace():
            if characters and characters[-1] == " ":
                continue
            character = " "
        characters.append(character.translate(STRAIGHT_QUOTES))
        origins.append(offset)
    return "".join(characters), [*origins, unit.end]
