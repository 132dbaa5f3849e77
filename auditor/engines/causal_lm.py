"""Score documents and edits with a causal language model (any that transformers can load).

A document is read in passages: a stretch of whole sentences with some text to its left as context. While a passage is
open its key-value cache is kept, so that an edit costs only its own tokens and a few that follow: the branches of many
edits are packed into one forward pass in which each attends to the text left of its edit and to itself alone.
"""

from __future__ import annotations

import bisect
import functools
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from auditor.engines.protocols import Edit, Passage
from auditor.errors import ModelError
from auditor.values import Span, TokenScores

# Left context beyond 200-320 tokens brought nothing on news (SmolLM2-135M); a passage of 448 keeps what is read twice
# below a third.
_CONTEXT_TOKENS = 224
_PASSAGE_TOKENS = 448
_LOOKAHEAD_TOKENS = 24  # so that an edit at a passage's end is judged by what follows it
_PACK_TOKENS = 256  # tokens of all branches in one forward pass: more attend to each other in vain
_REACH = 256  # code points beyond the last token seen that an edit may be read with
_ROWS = 16  # rows of (rows, vocabulary) float32 at once: what stays in the cache is ten times faster than memory


_PLAIN = str.maketrans("‘’‚‛“”„‟", "''''" + '""""')


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of the stream; `span` is empty at the start of text and for line breaks, `spaced` begins with a space."""

    id: int
    span: Span
    spaced: bool = False
    line_break: bool = False


@dataclass(frozen=True, slots=True)
class _Branch:
    """The tokens an edit would put from stream position `at` on, up to and including the tokens judged after it."""

    at: int
    ids: tuple[int, ...]
    replaced: tuple[int, ...]


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
        self._device = torch.device(device)
        self._dtype = _choose_dtype(precision, self._device)
        self._tokenizer = _load_tokenizer(folder)
        self._model = _load_model(folder, self._dtype).to(self._device)
        self._start = _start_token(folder, self._tokenizer, self._model.config)
        self._line_break = tuple(self._tokenizer.encode("\n\n", add_special_tokens=False).ids)
        self.name = f"{name}/{str(self._dtype).removeprefix('torch.')}"

    def read(self, text: str, units: Sequence[Span]) -> Iterator[Passage]:
        """Read `text` in passages of whole `units`; see `LanguageModel.read`."""
        context: list[_Token] = []
        block: list[_Token] = []
        previous_end = 0
        for index, unit in enumerate(units):
            tokens = self._tokens(text, unit, previous_end, first=index == 0)
            previous_end = unit.end
            if block and len(block) + len(tokens) > _PASSAGE_TOKENS:
                yield self._open(text, context, block, tokens[:_LOOKAHEAD_TOKENS])
                context, block = (context + block)[-_CONTEXT_TOKENS:], []
            block.extend(tokens)
            while len(block) > _PASSAGE_TOKENS:
                head, block = block[:_PASSAGE_TOKENS], block[_PASSAGE_TOKENS:]
                yield self._open(text, context, head, block[:_LOOKAHEAD_TOKENS])
                context = (context + head)[-_CONTEXT_TOKENS:]
        if block:
            ending = [_Token(token, Span(previous_end, previous_end), line_break=True) for token in self._line_break]
            yield self._open(text, context, block, ending)

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of `text`, without special tokens."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return the text of each token by itself, its leading space included."""
        return list(self._tokenizer.decode_batch([[token] for token in ids], skip_special_tokens=True))

    def _tokens(self, text: str, unit: Span, previous_end: int, *, first: bool) -> list[_Token]:
        between = text[previous_end : unit.start]
        breaks = not first and len((between + "|").splitlines()) > 1
        spaced = not first and not breaks and between != ""
        flat, origins = _flatten(text, unit)
        encoding = self._tokenizer.encode(" " * spaced + flat, add_special_tokens=False)
        tokens = [_Token(token, Span(unit.start, unit.start), line_break=True) for token in self._line_break if breaks]
        for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            piece = (" " * spaced + flat)[start:end]
            leading = len(piece) - len(piece.lstrip())
            begin, stop = start + leading - spaced, end - spaced
            if begin < stop:
                span = Span(origins[begin], origins[stop - 1] + 1)
            else:  # a token of white space alone
                span = Span(origins[max(stop, 0)], origins[max(stop, 0)])
            tokens.append(_Token(token, span, leading > 0))
        return tokens

    def _open(self, text: str, context: list[_Token], block: list[_Token], after: list[_Token]) -> _OpenPassage:
        start = _Token(self._start, Span(0, 0))
        stream = [start, *context, *block, *after]
        return _OpenPassage(self, text, stream, Span(1 + len(context), 1 + len(context) + len(block)))

    @torch.inference_mode()
    def forward(self, ids: Sequence[int], *, keep: int) -> tuple[torch.Tensor, Any]:
        """Run one row of tokens.

        Returns:
            The logits of the last `keep` positions, (keep, vocabulary), and the key-value cache of all.
        """
        row = torch.tensor([ids], device=self._device)
        out = self._model(input_ids=row, use_cache=True, logits_to_keep=keep)
        return out.logits[0, -keep:], out.past_key_values

    @torch.inference_mode()
    def branch(self, branches: Sequence[_Branch], cache: Any, length: int) -> torch.Tensor:  # noqa: ANN401 (any cache class of transformers)
        """Run the inputs of several branches in one row, each seeing the cache left of it and itself.

        Returns:
            Logits, (sum of len(branch.ids) - 1, vocabulary), branch after branch. The cache is left as it was.
        """
        inputs = [branch.ids[:-1] for branch in branches]
        ids = torch.tensor([[token for row in inputs for token in row]], device=self._device)
        offsets = torch.cat([torch.arange(len(row)) for row in inputs])
        owner = torch.cat([torch.full((len(row),), index) for index, row in enumerate(inputs)])
        starts = torch.tensor([branch.at for branch in branches])[owner]
        own = (owner[:, None] == owner[None, :]) & (offsets[:, None] >= offsets[None, :])  # (tokens, tokens)
        prefix = torch.arange(length)[None, :] < starts[:, None]  # (tokens, length)
        allowed = torch.cat([prefix, own], dim=1)
        mask = torch.zeros(allowed.shape, dtype=self._dtype).masked_fill_(~allowed, torch.finfo(self._dtype).min)
        out: Any = self._model(
            input_ids=ids,
            attention_mask=mask[None, None].to(self._device),
            position_ids=(starts + offsets)[None].to(self._device),
            past_key_values=cache,
            use_cache=True,
        )
        cache.crop(-ids.shape[1])
        logits: torch.Tensor = out.logits[0]
        return logits


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one forward pass tells: logits and their normalisers a row, the cache, each token's log-probability."""

    logits: torch.Tensor
    normalisers: torch.Tensor
    cache: Any
    own: list[float]


class _OpenPassage:
    """A passage whose cache and logits are in memory once it was asked something; it implements `Passage`."""

    def __init__(self, model: CausalLM, text: str, stream: list[_Token], block: Span) -> None:
        self._model, self._text, self._stream, self._block = model, text, stream, block
        self._first_row = block.start - 1
        self._starts = [token.span.start for token in stream[block.start :]]

    @functools.cached_property
    def _reading(self) -> _Reading:
        ids = [token.id for token in self._stream]
        logits, cache = self._model.forward(ids, keep=len(ids) - self._first_row)
        normalisers = torch.cat([rows.float().logsumexp(-1) for rows in logits.split(_ROWS)])
        targets = torch.tensor(ids[self._block.start :], device=logits.device)
        own = logits[: len(targets)].gather(1, targets[:, None])[:, 0].float() - normalisers[: len(targets)]
        return _Reading(logits, normalisers, cache, own.tolist())

    @property
    def _logits(self) -> torch.Tensor:
        return self._reading.logits

    @property
    def _normalisers(self) -> torch.Tensor:
        return self._reading.normalisers

    @property
    def _own(self) -> list[float]:
        return self._reading.own

    @property
    def fingerprint(self) -> str:
        start = self.span.start
        left, _ = _word_bounds(self._text, Span(start, start))
        right = self._stream[-1].span.end + _REACH
        context = [token.id for token in self._stream[: self._block.start]]
        tokens = [
            (token.id, token.span.start - start, token.span.end - start, token.spaced, token.line_break)
            for token in self._stream[self._block.start :]
        ]
        seen = repr((context, len(self._block), tokens, start - left, self._text[left:right]))
        return hashlib.sha256(seen.encode("utf-8", errors="surrogatepass")).hexdigest()

    @property
    def span(self) -> Span:
        tokens = self._stream[self._block.start : self._block.end]
        return Span(tokens[0].span.start, tokens[-1].span.end)

    @property
    def tokens(self) -> TokenScores:
        count = len(self._block)
        entropies, ranks = [], []
        for first in range(0, count, _ROWS):
            logits = self._logits[first : min(first + _ROWS, count)].float()
            log_probs = logits - self._normalisers[first : first + len(logits), None]
            entropies += (-(log_probs.exp() * log_probs).sum(-1)).tolist()
            own = torch.tensor(self._own[first : first + len(logits)], device=logits.device)
            ranks += (log_probs > own[:, None] + 1e-6).sum(-1).tolist()
        kept = [(i, token) for i, token in enumerate(self._stream[self._block.start : self._block.end]) if token.span]
        return TokenScores(
            tuple(token.span for _, token in kept),
            tuple(min(self._own[i], 0.0) for i, _ in kept),
            tuple(max(entropies[i], 0.0) for i, _ in kept),
            tuple(ranks[i] for i, _ in kept),
        )

    def predict(self, offsets: Sequence[int], *, best: int) -> list[tuple[str, ...]]:
        found = []
        for offset in offsets:
            index = bisect.bisect_left(self._starts, offset)
            while self._token(index).line_break:
                index += 1
            logits = self._logits[self._block.start + index - 1 - self._first_row]
            pieces = self._model.pieces(logits.topk(best).indices.tolist())
            words = [piece.strip() for piece in pieces if piece.startswith(" ") == self._token(index).spaced]
            found.append(tuple(word for word in words if word.isalpha()))
        return found

    def bounds(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        branches = [self._branch(edit, following=following) for edit in edits]
        return [self._head(branch) - self._replaced(branch) for branch in branches]

    def price(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        branches = [self._branch(edit, following=following) for edit in edits]
        totals = [self._head(branch) for branch in branches]
        order = sorted((i for i, b in enumerate(branches) if len(b.ids) > 1), key=lambda i: (len(branches[i].ids), i))
        for pack in _packs(order, [len(branch.ids) - 1 for branch in branches]):
            rows = self._model.branch([branches[i] for i in pack], self._reading.cache, len(self._stream))
            targets = torch.tensor([token for i in pack for token in branches[i].ids[1:]], device=rows.device)
            picked = rows.gather(1, targets[:, None])[:, 0].float()
            normalisers = torch.cat([part.float().logsumexp(-1) for part in rows.split(_ROWS)])
            parts = (picked - normalisers).split([len(branches[i].ids) - 1 for i in pack])
            for i, part in zip(pack, parts, strict=True):
                totals[i] += float(part.sum())
        return [total - self._replaced(branch) for total, branch in zip(totals, branches, strict=True)]

    def _replaced(self, branch: _Branch) -> float:
        return sum(self._own[position - self._block.start] for position in branch.replaced)

    def _head(self, branch: _Branch) -> float:
        """Return log P of the branch's first token, which the passage's own forward pass has predicted."""
        if not branch.ids:
            return 0.0
        row = branch.at - 1 - self._first_row
        return float(self._logits[row, branch.ids[0]].float() - self._normalisers[row])

    def _branch(self, edit: Edit, *, following: int) -> _Branch:
        """Turn an edit into tokens: whole white-space words are retokenised, the rest of the stream stands."""
        start, end = _word_bounds(self._text, edit.span)
        chunk = self._text[start : edit.span.start] + edit.replacement + self._text[edit.span.end : end]
        if not chunk.strip():  # nothing is left of the words: judge the next word in their place
            start, end, chunk = self._absorb(start, end)
        first = bisect.bisect_left(self._starts, start)
        while first < len(self._starts) and self._token(first).line_break:
            first += 1
        last = bisect.bisect_left(self._starts, end)
        if first >= len(self._starts) or (first >= last and chunk):
            raise ValueError(f"the edit at {edit.span} lies outside the passage")
        flat = " ".join(chunk.split()).translate(_PLAIN)
        new = self._model.encode(" " * self._token(first).spaced + flat)
        after = self._following(last, following)
        old = [self._token(i).id for i in range(first, last)] + after
        ids = new + after
        shared = 0
        while shared < min(len(ids), len(old)) and ids[shared] == old[shared]:
            shared += 1
        at = self._block.start + first + shared
        replaced = tuple(range(at, self._block.start + first + len(old)))
        return _Branch(at, tuple(ids[shared:]), replaced)

    def _absorb(self, start: int, end: int) -> tuple[int, int, str]:
        rest = self._text[end:].lstrip(" \t\u00a0")[:200] if end < len(self._text) else ""
        word = "" if not rest or rest[0] in "\r\n" else rest.split(None, 1)[0]
        if word:
            where = self._text.index(word, end)
            return start, where + len(word), word
        before = self._text[:start].rstrip()
        last = before.split()[-1] if before else ""
        return len(before) - len(last), end, last

    def _token(self, index: int) -> _Token:
        return self._stream[self._block.start + index]

    def _following(self, index: int, count: int) -> list[int]:
        after = []
        for token in self._stream[self._block.start + index :][:count]:
            after.append(token.id)
            if token.line_break:
                break
        return after


def _flatten(text: str, unit: Span) -> tuple[str, list[int]]:
    """Fold white space to single spaces and curly quotes to straight ones, which models have read most.

    Returns:
        The folded text, and the offset in `text` of each of its characters, with the unit's end behind the last.
    """
    characters: list[str] = []
    origins: list[int] = []
    for offset in range(unit.start, unit.end):
        character = text[offset]
        if character.isspace():
            if characters and characters[-1] == " ":
                continue
            character = " "
        characters.append(character.translate(_PLAIN))
        origins.append(offset)
    return "".join(characters), [*origins, unit.end]


def _word_bounds(text: str, span: Span) -> tuple[int, int]:
    start, end = span.start, span.end
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _packs(order: Sequence[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    pack: list[int] = []
    total = 0
    for index in order:
        if pack and total + sizes[index] > _PACK_TOKENS:
            yield pack
            pack, total = [], 0
        pack.append(index)
        total += sizes[index]
    if pack:
        yield pack


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


def _load_model(folder: Path, dtype: torch.dtype) -> Any:  # noqa: ANN401 (transformers returns any architecture)
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()  # loading takes a second; the caller says what is being done
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True)
    except Exception as error:  # transformers, safetensors and json each raise their own
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"cannot load a causal language model from {folder}: {reason}") from error
    return model.eval()


def _start_token(folder: Path, tokenizer: Tokenizer, config: Any) -> int:  # noqa: ANN401
    """Choose the token before the text: `<|endoftext|>` beats `<|im_start|>` by .14 nats a token (SmolLM2, news)."""
    found = tokenizer.token_to_id("<|endoftext|>")
    for choice in (found, config.bos_token_id, config.eos_token_id):
        if isinstance(choice, int):
            return choice
    raise ModelError(f"the language model in {folder} names no start-of-text token in its config.json")
