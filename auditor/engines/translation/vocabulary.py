"""A SentencePiece vocabulary with exact offsets: which code points of a sentence each subword stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

from auditor.errors import ModelError
from auditor.values import Span

_SPACE = "▁"  # how SentencePiece writes a space inside a subword

# One character for one character, so that offsets stay. Asked only for characters a vocabulary cannot write.
_TWINS = str.maketrans(
    "‘’‚‛′ʼ`´“”„‟″«»‐‑‒–—―−øØđĐłŁıŒœÆæ",
    "''''''''\"\"\"\"\"\"\"-------oOdDlLiOoAa",
)
_CONTROL = re.compile(r"<.*>|>>.*<<")  # end, unknown, padding, and the marks that choose a language
_CONTROL_ENDS = ("<", ">")  # looked at first, as most subwords end otherwise
_ACCENTED = range(0xC0, 0x250)  # Latin letters that decompose into a plain letter and a mark


@dataclass(frozen=True, slots=True)
class Subwords:
    """A sentence in subwords.

    `spans` are code points of the sentence, without white space: ordered and disjoint; empty for a subword that writes
    none (a lone space, the second half of an expanded character).
    """

    ids: tuple[int, ...]
    spans: tuple[Span, ...]

    def __len__(self) -> int:
        return len(self.ids)


class Vocabulary:
    """The subwords of one language of one model; `ids` are the model's, which need not be SentencePiece's.

    Characters the vocabulary cannot write are replaced one for one by a plain twin (curly by straight quotes, "é" by
    "e") before encoding; those without a twin become the unknown subword.
    """

    def __init__(self, path: Path, *, ids: Mapping[str, int] | None = None, unknown: int | None = None) -> None:
        """Load the vocabulary at `path`; `ids` maps subwords to the model's numbers where they are not SentencePiece's.

        Raises:
            ModelError: the file is missing or no SentencePiece model.
        """
        self._processor = _open(path)
        size = self._processor.get_piece_size()
        subwords = self._processor.id_to_piece(list(range(size)))
        self.unknown = self._processor.unk_id() if unknown is None else unknown
        self._ids = list(range(size)) if ids is None else [ids.get(subword, self.unknown) for subword in subwords]
        named = dict(zip(subwords, self._ids, strict=True)) if ids is None else ids
        self._texts: dict[int, str] = {}
        for subword, number in named.items():
            if not (subword[-1:] in _CONTROL_ENDS and _CONTROL.fullmatch(subword)):
                self._texts[number] = subword
        self._twins = self._needed_twins()

    @property
    def texts(self) -> Mapping[int, str]:
        """The subwords by the model's number, a leading space written "▁"; control symbols are left out."""
        return self._texts

    def encode(self, sentence: str) -> Subwords:
        """Split `sentence` into subwords, the unknown ones included."""
        plain = _without_surrogates(sentence).translate(self._twins)
        found = self._processor.encode(plain, return_type="offset_mapping")
        spans = _disjoint(sentence, found["offsets"])
        return Subwords(tuple(self._ids[number] for number in found["ids"]), spans)

    def writable(self, sentence: str) -> Subwords:
        """Split `sentence` into subwords as if the characters that the vocabulary cannot write were not there."""
        subwords = self.encode(sentence)
        if self.unknown not in subwords.ids:
            return subwords
        unwritten = [False] * len(sentence)
        for number, span in zip(subwords.ids, subwords.spans, strict=True):
            if number == self.unknown:
                unwritten[span.start : span.end] = [True] * len(span)
        places = [index for index, skip in enumerate(unwritten) if not skip]
        rest = self.encode("".join(sentence[place] for place in places))
        ids: list[int] = []
        spans: list[Span] = []
        for number, span in zip(rest.ids, rest.spans, strict=True):
            if number != self.unknown:
                ids.append(number)
                spans.append(_moved(span, places))
        return Subwords(tuple(ids), tuple(spans))

    def decode(self, ids: Iterable[int]) -> str:
        """Write subwords as text; numbers that are no subwords (control symbols, the unknown subword) write nothing."""
        return "".join(self._texts.get(number, "") for number in ids).replace(_SPACE, " ").strip()

    def starts_word(self, number: int) -> bool:
        """Tell whether the subword can begin a word: a space, alone or with a letter or digit after it."""
        text = self._texts.get(number, "")
        return text == _SPACE or (text[:1] == _SPACE and text[1].isalnum())

    def continues_word(self, number: int) -> bool:
        """Tell whether the subword can only stand inside a word: letters, digits, apostrophes and hyphens."""
        text = self._texts.get(number, "")
        if not text or text[0] == _SPACE:  # half of the subwords, sooner
            return False
        return text.isalnum() or all(character.isalnum() or character in "'’-" for character in text)

    def _needed_twins(self) -> dict[int, str]:
        candidates = {code: chr(twin) for code, twin in _TWINS.items()}
        for code in _ACCENTED:
            plain = unicodedata.normalize("NFD", chr(code))
            if len(plain) > 1 and plain[0].isascii():
                candidates.setdefault(code, plain[0])
        return {code: twin for code, twin in candidates.items() if not self._writes(chr(code)) and self._writes(twin)}

    def _writes(self, character: str) -> bool:
        return all(self._ids[number] != self.unknown for number in self._processor.encode(character))


def _open(path: Path) -> sentencepiece.SentencePieceProcessor:
    try:
        return sentencepiece.SentencePieceProcessor(model_proto=path.read_bytes())
    except OSError as error:
        raise ModelError(f"cannot read the vocabulary {path} ({error}); fetch the model again") from error
    except RuntimeError as error:
        raise ModelError(f"{path} is no SentencePiece vocabulary; fetch the model again") from error


def _without_surrogates(sentence: str) -> str:
    """Replace lone surrogates, which no encoder takes, by the replacement character."""
    if sentence.isascii():
        return sentence
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in sentence)


def _disjoint(sentence: str, offsets: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Trim white space off each range and keep ranges ordered and disjoint."""
    spans = []
    last = 0
    for start, end in offsets:
        start, end = max(start, last), max(end, last)
        while start < end and sentence[start].isspace():
            start += 1
        while end > start and sentence[end - 1].isspace():
            end -= 1
        spans.append(Span(start, end))
        last = end
    return tuple(spans)


def _moved(span: Span, places: Sequence[int]) -> Span:
    """Take a span of a shortened sentence back to the whole one, where `places` are its characters' offsets."""
    if not span:
        at = places[span.start] if span.start < len(places) else places[-1] + 1
        return Span(at, at)
    return Span(places[span.start], places[span.end - 1] + 1)
