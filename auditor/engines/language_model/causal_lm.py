"""Score documents and edits with a causal language model (any that transformers can load).

A document is read in passages: whole sentences with some text to their left as context. While a passage is in memory
an edit costs only its own tokens and a few that follow: see `auditor.engines.language_model.edit_scoring`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer

from auditor import concurrency
from auditor.engines.kernels import quantized_linear
from auditor.engines.kernels.activation_ranges import ActivationRanges
from auditor.engines.language_model.checkpoint import load_network
from auditor.engines.language_model.edit_scoring import CausalPassage, HiddenStateHook
from auditor.engines.language_model.network import Network
from auditor.engines.language_model.tokenization import CachingTokenizer, Token, normalise
from auditor.errors import ModelError
from auditor.values import Span

# Context and length of a passage, of news of 6,000 tokens (SmolLM2-135M; nats a token, processor seconds): 224 and 448
# 3.40, 18.6; 128 and 448 3.42, 16.9; 224 and 672 3.41, 17.1; 160 and 672 3.43, 15.8; 160 and 896 3.40, 15.9.
_CONTEXT_TOKENS = 160
# A passage ends, between these two lengths, behind the unit whose text has the least checksum: so that after an edit
# passages soon begin where they began before. Of 12,354 words of news a paragraph was taken out, 23 times: 1.6 passages
# were new on an average, with 504 and 840 tokens 2.0, with 560 and 784 4.3, with as many as 672 hold 7.7 of 27. Average
# precision is the same within .002 (ro-en, zh-en).
_PASSAGE_TOKENS = (448, 896)
_FIRST_TOKENS = (128, 224)  # of the first passage: it has no context to wait for, and its findings come the sooner
# The end of a text is two passages, so that two workers end together: the former, begun while the other worker is
# at something else, is longer than half by the second number, give or take the third, and three quarters at most.
# Stories of 600, 700, 800, 900, 1,000, 1,200 and 3,000 words took, with 96: 3.3, 3.5, 3.8, 4.5, 4.0, 6.0 and 12.9 s;
# with 144: 3.2, 3.5, 3.5, 4.3, 4.0, 5.4 and 12.1; with 192: 3.4, 3.2, 3.6, 3.9, 4.1, 5.2 and 11.8; with 240 no less.
_END_TOKENS, _LONGER, _ROOM = (560, 1504), 192, 48
_LOOKAHEAD_TOKENS = 24  # so that an edit at a passage's end is judged by what follows it
_NO_HOOK: Final = HiddenStateHook()


class CausalLM:
    """A causal language model with its tokenizer, ready to read."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        device: str = "cpu",
        precision: str = "auto",
        ranges: ActivationRanges | None = None,
        hook: HiddenStateHook = _NO_HOOK,
    ) -> None:
        """Load the model that `folder` holds in the Hugging Face layout (`config.json`, safetensors, `tokenizer.json`).

        Args:
            folder: a directory.
            name: what the signature calls the weights.
            device: a torch device.
            precision: "float32", "bfloat16", "int8" or "auto": bfloat16 where the device computes in it, and int8 where
                that is faster still. With int8, matrices whose activation `ranges` are known are multiplied in int8;
                all others in bfloat16 or float32, as the device computes.
            ranges: of this very model; without them nothing is in int8.
            hook: which hidden states are kept, for a probe that was fitted on this very model.

        Raises:
            ModelError: the folder is no causal language model, or is damaged.
        """
        where = torch.device(device)
        dtype = _choose_dtype(precision, where)
        rounds = precision == "int8" or (
            precision == "auto" and where.type == "cpu" and quantized_linear.prefers_int8()
        )
        tokenizer = _load_tokenizer(folder)
        self._network: Network = load_network(folder, dtype, where, ranges=ranges if rounds else None)
        self._start = _start_token(folder, tokenizer)
        self._tokenizer = CachingTokenizer(tokenizer)
        self._line_break = tuple(self._tokenizer.encode("\n\n"))
        self._hook = hook
        self.name = f"{name}/{str(dtype).removeprefix('torch.')}/{self._network.name}"
        self.name += f"+{hook.probe.name}" if hook.probe else ""

    def read(self, text: str, units: Sequence[Span]) -> Iterator[CausalPassage]:
        """Read `text` in passages of whole `units`; see `LanguageModel.read`."""
        for passage in self._passages(text, units):
            yield passage
            concurrency.release_memory()  # 3,000 words: 60 to 170 MiB less, in a thousandth of the time

    def _passages(self, text: str, units: Sequence[Span]) -> Iterator[CausalPassage]:
        context: list[Token] = []
        waiting: list[Token] = []
        ends: list[tuple[int, int]] = []  # of the units that wait: how many tokens up to there, and the checksum
        previous_end = 0
        enough = _FIRST_TOKENS[1] + _LOOKAHEAD_TOKENS
        for index, unit in enumerate(units):
            waiting += self._tokens(text, unit, previous_end, first=index == 0)
            ends.append((len(waiting), zlib.crc32(unit.of(text).encode("utf-8", errors="surrogatepass"))))
            previous_end = unit.end
            while len(waiting) > enough or unit is units[-1]:
                length = _passage_length(len(waiting)) if context else _FIRST_TOKENS
                if len(waiting) <= length[1]:
                    break
                size = _choose_end(ends, *length)
                block, waiting = waiting[:size], waiting[size:]
                ends = [(end - size, checksum) for end, checksum in ends if end > size]
                yield self._passage(text, context, block, waiting[:_LOOKAHEAD_TOKENS])
                context, enough = (context + block)[-_CONTEXT_TOKENS:], _END_TOKENS[1]
        if waiting:
            ending = [Token(token, Span(previous_end, previous_end), line_break=True) for token in self._line_break]
            yield self._passage(text, context, waiting, ending)

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of `text`, without special tokens."""
        return self._tokenizer.encode(text)

    def token_texts(self, ids: Sequence[int]) -> list[str]:
        """Return the text of each token by itself, its leading space included."""
        return self._tokenizer.token_texts(ids)

    def _tokens(self, text: str, unit: Span, previous_end: int, *, first: bool) -> list[Token]:
        between = text[previous_end : unit.start]
        breaks = not first and len((between + "|").splitlines()) > 1
        spaced = not first and not breaks and between != ""
        flat, origins = normalise(text, unit)
        ids, offsets = self._tokenizer.encode_with_offsets(" " * spaced + flat)
        tokens = [Token(token, Span(unit.start, unit.start), line_break=True) for token in self._line_break if breaks]
        for token, (start, end) in zip(ids, offsets, strict=True):
            text_part = (" " * spaced + flat)[start:end]
            leading = len(text_part) - len(text_part.lstrip())
            begin, stop = start + leading - spaced, end - spaced
            if begin < stop:
                span = Span(origins[begin], origins[stop - 1] + 1)
            else:  # a token of white space alone
                span = Span(origins[max(stop, 0)], origins[max(stop, 0)])
            tokens.append(Token(token, span, leading > 0))
        return tokens

    def _passage(self, text: str, context: list[Token], block: list[Token], after: list[Token]) -> CausalPassage:
        stream = [Token(self._start, Span(0, 0)), *context, *block, *after]
        where = Span(1 + len(context), 1 + len(context) + len(block))
        return CausalPassage(self._network, self._tokenizer, text, stream, where, self._hook)


def _passage_length(rest: int) -> tuple[int, int]:
    """Return how many tokens the next passage takes, at least and at most, where so many tokens at least are left."""
    least, most = _END_TOKENS
    if not least < rest <= most:
        return _PASSAGE_TOKENS
    middle = min(rest // 2 + _LONGER, rest * 3 // 4, _PASSAGE_TOKENS[1] - _ROOM)
    return middle - _ROOM, middle + _ROOM


def _choose_end(ends: Sequence[tuple[int, int]], least: int, most: int) -> int:
    """Return how many tokens a passage takes, given (tokens up to there, checksum) of each unit's end.

    It ends behind a unit where it can: between `least` and `most` tokens, else before, else wherever it is full.
    """
    possible = [(checksum, end) for end, checksum in ends if end <= most]
    chosen = [found for found in possible if found[1] >= least] or possible[-1:]
    return min(chosen)[1] if chosen else most


def _choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    if precision in ("auto", "int8"):
        fast = torch.cpu.get_capabilities().get("avx512_bf16", False) if device.type == "cpu" else True
        return torch.bfloat16 if fast else torch.float32
    names = {"bfloat16": torch.bfloat16, "float32": torch.float32, "float16": torch.float16}
    if precision not in names:
        raise ModelError(f"unknown precision '{precision}'; choose from: auto, int8, {', '.join(sorted(names))}")
    return names[precision]


def _load_tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:
        raise ModelError(
            f"the language model in {folder} has no readable tokenizer.json; fetch or copy it again"
        ) from error


def _start_token(folder: Path, tokenizer: Tokenizer) -> int:
    """Choose the token before the text: `<|endoftext|>` beats `<|im_start|>` by .14 nats a token (SmolLM2, news)."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    found = tokenizer.token_to_id("<|endoftext|>")
    for choice in (found, config.get("bos_token_id"), config.get("eos_token_id")):
        if isinstance(choice, int):
            return choice
    raise ModelError(f"the language model in {folder} names no start-of-text token in its config.json")
