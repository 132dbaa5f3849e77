"""A SentencePiece unigram tokenizer, held in an eighth of the memory that the `tokenizers` library needs for it.

The library keeps a vocabulary as a trie of hash tables: 280 MiB for the 250,000 pieces of XLM-R, more than all the
matrices of the network that reads them. Here one dictionary of the pieces does. What stands around it, the normaliser
and the way from pieces back to offsets, stays the library's.

Source: Kudo (2018), "Subword Regularization"; Viterbi search as in the `tokenizers` library, ties decided alike.
"""

from __future__ import annotations

import functools
import json
import math
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Encoding, PreTokenizedString, Token, Tokenizer

_UNKNOWN_NATS = 10.0  # how much less likely than the least likely piece an unknown character is
_WORDS = 8192  # words whose pieces are remembered, some 3 MiB: most words of a text occur again


_Piece = tuple[int, int, int]
"""A piece's number, and where it starts and ends in its word."""


class UnigramTokenizer:
    """Cuts texts into the same pieces as `tokenizers.Tokenizer` does with the same file."""

    def __init__(self, file: Path) -> None:
        """Read a `tokenizer.json` that holds a unigram model.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no tokenizer, or its model is no unigram model.
        """
        read: dict[str, Any] = json.loads(file.read_bytes())
        model = read.get("model") or {}
        if model.get("type") != "Unigram" or model.get("byte_fallback"):
            raise ValueError("no unigram tokenizer")
        pieces: list[tuple[str, float]] = model["vocab"]
        self._unknown: int = model["unk_id"]
        self._ids = {piece.encode(): number for number, (piece, _) in enumerate(pieces)}
        self._scores = array("d", (score for _, score in pieces))
        self._strange = min(self._scores) - _UNKNOWN_NATS
        self._longest = max(len(piece) for piece, _ in pieces)
        self._cut = functools.lru_cache(maxsize=_WORDS)(self._search)
        model["vocab"], model["unk_id"] = [pieces[self._unknown]], 0
        self._around: Any = Tokenizer.from_str(json.dumps(read))

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding]:
        """Cut each text, see `encode`."""
        return [self.encode(text) for text in texts]

    def encode(self, text: str) -> Encoding:
        """Cut a text into pieces, with their numbers and the code points they stand for, without special tokens."""
        words = PreTokenizedString(text)
        words.normalize(self._around.normalizer.normalize)
        self._around.pre_tokenizer.pre_tokenize(words)
        words.tokenize(self._pieces)
        return words.to_encoding()

    def _pieces(self, word: str) -> list[Token]:
        written = word.encode()
        return [Token(number, written[start:end].decode(), (start, end)) for number, start, end in self._cut(written)]

    def _search(self, word: bytes) -> tuple[_Piece, ...]:
        """Return the likeliest pieces of a word; unknown characters side by side are one."""
        places = [at for at, byte in enumerate(word) if byte & 0xC0 != 0x80] + [len(word)]  # where characters begin
        scores = [0.0] + [-math.inf] * (len(places) - 1)
        arrivals: list[_Piece] = [(0, 0, 0)] * len(places)
        for first, start in enumerate(places[:-1]):
            found = False
            for last in range(first + 1, min(first + self._longest, len(places) - 1) + 1):
                number = self._ids.get(word[start : places[last]])
                if number is not None:
                    found |= last == first + 1
                    score = self._scores[number] + scores[first]
                    if score > scores[last]:
                        scores[last], arrivals[last] = score, (number, first, last)
            if not found and self._strange + scores[first] > scores[first + 1]:
                scores[first + 1] = self._strange + scores[first]
                arrivals[first + 1] = (self._unknown, first, first + 1)
        return tuple((number, places[first], places[last]) for number, first, last in self._way(arrivals))

    def _way(self, arrivals: Sequence[_Piece]) -> list[_Piece]:
        """Return the pieces that lead to the last place."""
        way: list[_Piece] = []
        at = len(arrivals) - 1
        while at > 0:
            number, at, end = arrivals[at]
            if number == self._unknown and way and way[-1][0] == self._unknown:
                end = way.pop()[2]
            way.append((number, at, end))
        return way[::-1]
