"""A SentencePiece unigram tokenizer that opens at once, because half a second of a cold start is worth its code.

Of the 250,000 subwords of XLM-R the `tokenizers` library makes a trie of hash tables: 280 MiB, and half a second until
they are built. The sentencepiece library, with the same vocabulary as its model file, takes 0.62 to 0.76 s of processor
time and 56 MiB to open, where this takes 0.03 to 0.05 s and 19 MiB (one core, AVX2; the process with torch imported
already). It encodes faster, 315,000 code points in 0.06 s for 1.9 s; by that rate a story of 900 words needs 0.03 s
here. Its ids are the same in 2,705 of 2,713 texts (nine language pairs of MLQE-PE and WMT, a dozen hard cases) once the
zero-width joiner is replaced by a space; of the others six end in a space, one spells a special token out ("<unk>"),
and one has a tie between segmentations.

Here a table that was built beforehand is looked up where it lies on the disk. The normaliser and the way from subwords
back to offsets stay the `tokenizers` library's.

`save` writes a safetensors file: `text` uint8 (the subwords in UTF-8, one after another), `starts` int32 (subwords +
1), `scores` float64 (subwords), `table` int32 (a power of two): each subword's number stands at the CRC-32 of its
bytes, or at the next free place; -1 is free. In the metadata, under one name, as several would be written in any order:
the number of the unknown subword, the code points of the longest one, and the library's tokenizer without its
vocabulary.

Source: Kudo (2018), "Subword Regularization"; Viterbi search as in the `tokenizers` library, ties decided alike.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file
from tokenizers import Encoding, PreTokenizedString, Token, Tokenizer

_UNKNOWN_NATS = 10.0  # how much less likely than the least likely subword an unknown character is
_CACHED_WORDS = 8192  # some 3 MiB: most words of a text occur again
_FREE = -1
_ABOUT = "unigram"


_Subword = tuple[int, int, int]
"""A subword's number, and where it starts and ends in its word."""


class UnigramTokenizer:
    """Cuts texts into the same subwords as the `tokenizers.Tokenizer` does that was saved."""

    def __init__(self, file: Path) -> None:
        """Open what `save` wrote.

        Raises:
            OSError: the file cannot be read.
            SafetensorError: it is no safetensors file.
            ValueError: it is another sort of safetensors file.
        """
        with safe_open(file, framework="pt") as stored:  # the one framework whose tensors are mapped, not copied
            about: dict[str, Any] = json.loads((stored.metadata() or {}).get(_ABOUT, "{}"))
            if not about:
                raise ValueError("no unigram tokenizer")
            text, starts, scores, table = (
                memoryview(stored.get_tensor(name).numpy()) for name in ("text", "starts", "scores", "table")
            )
        self._text, self._starts, self._scores, self._table = bytes(text), starts, scores, table
        self._unknown: int = about["unknown"]
        self._longest: int = about["longest"]
        self._strange = float(np.asarray(scores).min()) - _UNKNOWN_NATS
        self._cut = functools.lru_cache(maxsize=_CACHED_WORDS)(self._search)
        self._around: Any = Tokenizer.from_str(json.dumps(about["around"]))

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding]:
        """Cut each text, see `encode`."""
        return [self.encode(text) for text in texts]

    def encode(self, text: str) -> Encoding:
        """Cut a text into subwords, with their numbers and the code points they stand for, without special tokens."""
        words = PreTokenizedString(text)
        words.normalize(self._around.normalizer.normalize)
        self._around.pre_tokenizer.pre_tokenize(words)
        words.tokenize(self._pieces)
        return words.to_encoding()

    def _pieces(self, word: str) -> list[Token]:
        written = word.encode()
        return [Token(number, written[start:end].decode(), (start, end)) for number, start, end in self._cut(written)]

    def _search(self, word: bytes) -> tuple[_Subword, ...]:
        """Return the likeliest subwords of a word; unknown characters side by side are one."""
        places = [at for at, byte in enumerate(word) if byte & 0xC0 != 0x80] + [len(word)]  # where characters begin
        scores = [0.0] + [-math.inf] * (len(places) - 1)
        arrivals: list[_Subword] = [(0, 0, 0)] * len(places)
        for first, start in enumerate(places[:-1]):
            found = False
            for last in range(first + 1, min(first + self._longest, len(places) - 1) + 1):
                number = self._number(word[start : places[last]])
                if number != _FREE:
                    found |= last == first + 1
                    score = self._scores[number] + scores[first]
                    if score > scores[last]:
                        scores[last], arrivals[last] = score, (number, first, last)
            if not found and self._strange + scores[first] > scores[first + 1]:
                scores[first + 1] = self._strange + scores[first]
                arrivals[first + 1] = (self._unknown, first, first + 1)
        return tuple((number, places[first], places[last]) for number, first, last in self._way(arrivals))

    def _number(self, subword: bytes) -> int:
        """Return the number of a subword, `_FREE` if there is none."""
        table, starts = self._table, self._starts
        last = len(table) - 1
        at = crc32(subword) & last
        while (number := table[at]) != _FREE and self._text[starts[number] : starts[number + 1]] != subword:
            at = (at + 1) & last
        return number

    def _way(self, arrivals: Sequence[_Subword]) -> list[_Subword]:
        """Return the subwords that lead to the last place."""
        way: list[_Subword] = []
        at = len(arrivals) - 1
        while at > 0:
            number, at, end = arrivals[at]
            if number == self._unknown and way and way[-1][0] == self._unknown:
                end = way.pop()[2]
            way.append((number, at, end))
        return way[::-1]


def save(tokenizer: Tokenizer, file: Path) -> None:
    """Write a tokenizer of the library, which must hold a unigram model, in the form that `UnigramTokenizer` opens.

    Raises:
        ValueError: its model is no unigram model.
    """
    around: dict[str, Any] = json.loads(tokenizer.to_str())
    model = around.get("model") or {}
    if model.get("type") != "Unigram" or model.get("byte_fallback"):
        raise ValueError("no unigram tokenizer")
    subwords: list[tuple[str, float]] = model["vocab"]
    spelled = [subword.encode() for subword, _ in subwords]
    about = {"unknown": model["unk_id"], "longest": max(len(subword) for subword, _ in subwords), "around": around}
    # The library's own model is never asked; it must have a subword, so it keeps the unknown one.
    model["vocab"], model["unk_id"] = [subwords[model["unk_id"]]], 0
    tensors: dict[str, NDArray[np.generic]] = {
        "text": np.frombuffer(b"".join(spelled), np.uint8),
        "starts": np.fromiter(accumulate(map(len, spelled), initial=0), np.int32),
        "scores": np.array([score for _, score in subwords], np.float64),
        "table": np.array(_table(spelled), np.int32),
    }
    save_file(tensors, file, metadata={_ABOUT: json.dumps(about)})


def _table(subwords: Sequence[bytes]) -> list[int]:
    """Give each subword's number its place; of subwords that are spelled alike the last one counts.

    At most half of the places are taken, so that on average a look at less than two tells that a subword is not there.
    """
    last = (1 << (2 * len(subwords)).bit_length()) - 1
    table = [_FREE] * (last + 1)
    for subword, number in {subword: number for number, subword in enumerate(subwords)}.items():
        at = crc32(subword) & last
        while table[at] != _FREE:
            at = (at + 1) & last
        table[at] = number
    return table
