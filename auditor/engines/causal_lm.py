"""Score documents and edits with a causal language model (any that transformers can load).

A document is read in passages: a stretch of whole sentences with some text to its left as context. While a passage is
open an edit costs only its own tokens and a few that follow: see `auditor.engines.passages`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from auditor.engines import memory
from auditor.engines.causal_network import Network, open_network
from auditor.engines.passages import OpenPassage, Token, Tongue, flatten
from auditor.engines.protocols import Passage
from auditor.errors import ModelError
from auditor.values import Span

# Context and length of a passage, of news of 6,000 tokens (SmolLM2-135M; nats a token, processor seconds): 224 and 448
# 3.40, 18.6; 128 and 448 3.42, 16.9; 224 and 672 3.41, 17.1; 160 and 672 3.43, 15.8; 160 and 896 3.40, 15.9.
_CONTEXT_TOKENS = 160
_PASSAGE_TOKENS = 672
_FIRST_TOKENS = 224  # of the first passage: it has no context to wait for, and its findings come the sooner
_LOOKAHEAD_TOKENS = 24  # so that an edit at a passage's end is judged by what follows it


class CausalLM:
    """A causal language model with its tokenizer, ready to read."""

    def __init__(self, folder: Path, *, name: str, device: str = "cpu", precision: str = "auto") -> None:
        """Load the model that `folder` holds in the Hugging Face layout (`config.json`, safetensors, `tokenizer.json`).

        Args:
            folder: a directory.
            name: what the signature calls the weights.
            device: a torch device.
            precision: "float32", "bfloat16", or "auto": bfloat16 where the device computes in it.

        Raises:
            ModelError: the folder is no causal language model, or is damaged.
        """
        where = torch.device(device)
        dtype = _choose_dtype(precision, where)
        tokenizer = _load_tokenizer(folder)
        self._network: Network = open_network(folder, dtype, where)
        self._start = _start_token(folder, tokenizer)
        self._tongue = Tongue(tokenizer)
        self._line_break = tuple(self._tongue.encode("\n\n"))
        self.name = f"{name}/{str(dtype).removeprefix('torch.')}/{self._network.name}"

    def read(self, text: str, units: Sequence[Span]) -> Iterator[Passage]:
        """Read `text` in passages of whole `units`; see `LanguageModel.read`."""
        for passage in self._passages(text, units):
            yield passage
            memory.give_back()  # 3,000 words: 60 to 170 MiB less, in a thousandth of the time

    def _passages(self, text: str, units: Sequence[Span]) -> Iterator[Passage]:
        context: list[Token] = []
        block: list[Token] = []
        previous_end = 0
        most = _FIRST_TOKENS
        for index, unit in enumerate(units):
            tokens = self._tokens(text, unit, previous_end, first=index == 0)
            previous_end = unit.end
            if block and len(block) + len(tokens) > most:
                yield self._open(text, context, block, tokens[:_LOOKAHEAD_TOKENS])
                context, block, most = (context + block)[-_CONTEXT_TOKENS:], [], _PASSAGE_TOKENS
            block.extend(tokens)
            while len(block) > most:
                head, block = block[:most], block[most:]
                yield self._open(text, context, head, block[:_LOOKAHEAD_TOKENS])
                context, most = (context + head)[-_CONTEXT_TOKENS:], _PASSAGE_TOKENS
        if block:
            ending = [Token(token, Span(previous_end, previous_end), line_break=True) for token in self._line_break]
            yield self._open(text, context, block, ending)

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of `text`, without special tokens."""
        return self._tongue.encode(text)

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the text of each token by itself, its leading space included."""
        return self._tongue.pieces(ids)

    def _tokens(self, text: str, unit: Span, previous_end: int, *, first: bool) -> list[Token]:
        between = text[previous_end : unit.start]
        breaks = not first and len((between + "|").splitlines()) > 1
        spaced = not first and not breaks and between != ""
        flat, origins = flatten(text, unit)
        ids, offsets = self._tongue.encode_with_offsets(" " * spaced + flat)
        tokens = [Token(token, Span(unit.start, unit.start), line_break=True) for token in self._line_break if breaks]
        for token, (start, end) in zip(ids, offsets, strict=True):
            piece = (" " * spaced + flat)[start:end]
            leading = len(piece) - len(piece.lstrip())
            begin, stop = start + leading - spaced, end - spaced
            if begin < stop:
                span = Span(origins[begin], origins[stop - 1] + 1)
            else:  # a token of white space alone
                span = Span(origins[max(stop, 0)], origins[max(stop, 0)])
            tokens.append(Token(token, span, leading > 0))
        return tokens

    def _open(self, text: str, context: list[Token], block: list[Token], after: list[Token]) -> OpenPassage:
        stream = [Token(self._start, Span(0, 0)), *context, *block, *after]
        where = Span(1 + len(context), 1 + len(context) + len(block))
        return OpenPassage(self._network, self._tongue, text, stream, where)


def _choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    if precision == "auto":
        fast = torch.cpu.get_capabilities().get("avx512_bf16", False) if device.type == "cpu" else True
        return torch.bfloat16 if fast else torch.float32
    names = {"bfloat16": torch.bfloat16, "float32": torch.float32, "float16": torch.float16}
    if precision not in names:
        raise ModelError(f"unknown precision '{precision}'; choose from: auto, {', '.join(sorted(names))}")
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
