"""A stretch of a document that a causal language model has read and holds in memory, ready to price edits inside it.

The branches of many edits are packed into one forward pass in which each attends to the text left of its edit and to
itself alone; branches that begin alike share their first tokens, and what was read of them is not read again.
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from auditor import concurrency
from auditor.engines.language_model import logits as logit_measures
from auditor.engines.language_model.network import Branches, Network
from auditor.engines.language_model.probe import Probe
from auditor.engines.language_model.tokenization import PLAIN, Token, Tongue
from auditor.protocols import Edit, Outlook
from auditor.values import Span, TokenScores

_PACK_TOKENS = 256  # tokens of all branches in one forward pass: more attend to each other in vain
_REACH = 256  # code points beyond the last token seen that an edit may be read with


@dataclass(frozen=True, slots=True)
class _Branch:
    """The tokens an edit would put from stream position `at` on, up to and including the tokens judged after it.

    `replaced` are the positions of the tokens that stand there now; the last `kept` of both are the same tokens.
    """

    at: int
    ids: tuple[int, ...]
    replaced: tuple[int, ...]
    kept: int


_Key = tuple[int, tuple[int, ...]]
"""Where tokens are put, and which: a branch, or how one begins, without what it replaces."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one forward pass tells: the state; logits, what the probe asks for and normalisers a row; tokens' scores."""

    state: Any
    logits: Tensor
    seen: Tensor
    normalisers: Tensor
    own: list[float]
    entropies: list[float]
    ranks: list[int]


@dataclass(frozen=True, slots=True)
class Watch:
    """The layers whose states are kept while reading, counted from 0, and who is asked about them."""

    layers: tuple[int, ...] = ()
    probe: Probe | None = None

    @classmethod
    def of(cls, probe: Probe) -> Watch:
        """Have this probe asked about the layers that it was fitted on."""
        return cls(probe.layers, probe)


class OpenPassage:
    """A passage that is read, and held in memory, once it is asked something; it implements `Passage`."""

    def __init__(
        self,
        network: Network,
        tongue: Tongue,
        text: str,
        stream: list[Token],
        block: Span,
        watch: Watch,
    ) -> None:
        """Take the tokens of the context, the passage itself (`block` of the stream) and a few that follow."""
        self._network, self._tongue, self._text, self._stream, self._block = network, tongue, text, stream, block
        self._watch = watch
        self._first_row = block.start - 1
        self._starts = [token.span.start for token in stream[block.start :]]
        self._branches: dict[tuple[int, int, str, int], _Branch] = {}
        self._read: _Reading | None = None
        self._forest: Any = None  # the state that holds the branches read so far, too
        self._numbers: dict[_Key, int] = {}  # of the last token of each, among all tokens of branches
        self._counted = itertools.count()  # one read anew counts again
        self._said: dict[_Key, float] = {}  # log P of the last token of each

    @property
    def _reading(self) -> _Reading:
        # Python 3.11 gives a cached_property one lock for all passages, which are to be read side by side.
        if self._read is None:
            ids = [token.id for token in self._stream]
            concurrency.use_thread_share()
            state, logits, seen = self._network.read(ids, keep=len(ids) - self._first_row, watch=self._watch.layers)
            self._read = _Reading(state, logits, seen, *logit_measures.measure(logits, ids[self._block.start :]))
        return self._read

    @property
    def _logits(self) -> Tensor:
        return self._reading.logits

    @property
    def _own(self) -> list[float]:
        return self._reading.own

    @functools.cached_property
    def fingerprint(self) -> str:
        """See `Passage`."""
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
        """See `Passage`."""
        tokens = self._stream[self._block.start : self._block.end]
        return Span(tokens[0].span.start, tokens[-1].span.end)

    @property
    def tokens(self) -> TokenScores:
        """See `Passage`."""
        kept = [(i, token) for i, token in enumerate(self._stream[self._block.start : self._block.end]) if token.span]
        return TokenScores(
            tuple(token.span for _, token in kept),
            tuple(min(self._own[i], 0.0) for i, _ in kept),
            tuple(max(self._reading.entropies[i], 0.0) for i, _ in kept),
            tuple(self._reading.ranks[i] for i, _ in kept),
        )

    def probe(self, sentences: Sequence[Sequence[Span]]) -> list[tuple[float, ...]]:
        """See `Passage`."""
        if self._watch.probe is None:
            return []
        states = self.states([word for words in sentences for word in words])
        return self._watch.probe.answer(states, [len(words) for words in sentences if words])

    def states(self, words: Sequence[Span]) -> Tensor:
        """Return what the layers that are watched hold when each word is read, (words, layers, width)."""
        starts = self._starts[: len(self._block)]
        # A word's last token is the last that begins before the word ends; the first row stands before the passage.
        return self._reading.seen[[bisect.bisect_left(starts, word.end) for word in words]]

    def predict(self, offsets: Sequence[int], *, best: int) -> list[tuple[str, ...]]:
        """See `Passage`."""
        indices = []
        for offset in offsets:
            index = bisect.bisect_left(self._starts, offset)
            while self._token(index).line_break:
                index += 1
            indices.append(index)
        if not indices:
            return []
        tops = self._logits[[self._block.start + i - 1 - self._first_row for i in indices]].topk(best).indices.tolist()
        found = []
        for index, top in zip(indices, tops, strict=True):
            pieces = self._tongue.pieces(top)
            words = [piece.strip() for piece in pieces if piece.startswith(" ") == self._token(index).spaced]
            found.append(tuple(word for word in words if word.isalpha()))
        return found

    def bounds(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        """See `Passage`."""
        branches = [self._branch(edit, following=following) for edit in edits]
        heads = self._heads(branches)
        return [head - self._replaced(branch) for head, branch in zip(heads, branches, strict=True)]

    def estimate(self, edits: Sequence[Edit], *, following: int, outlook: Outlook, asked: int) -> list[float]:
        """See `Passage`."""
        branches = [self._branch(edit, following=following) for edit in edits]
        known = [branch.ids[: 1 + asked] for branch in branches]
        return [
            gain - self._expected(branch, len(ids), outlook)
            for gain, branch, ids in zip(self._gains(branches, known), branches, known, strict=True)
        ]

    def price(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        """See `Passage`."""
        branches = [self._branch(edit, following=following) for edit in edits]
        return self._gains(branches, [branch.ids for branch in branches])

    def _gains(self, branches: Sequence[_Branch], known: Sequence[tuple[int, ...]]) -> list[float]:
        """Return log P of each branch's `known` first tokens less that of all it replaces."""
        self._ask({(branch.at, ids) for branch, ids in zip(branches, known, strict=True)})
        return [
            head + self._tail(branch.at, ids) - self._replaced(branch)
            for head, branch, ids in zip(self._heads(branches), branches, known, strict=True)
        ]

    def _tail(self, at: int, ids: tuple[int, ...]) -> float:
        return sum(self._said[at, ids[: end + 1]] for end in range(1, len(ids)))

    def _expected(self, branch: _Branch, known: int, outlook: Outlook) -> float:
        """Return what the tokens of a branch behind the first `known` are taken to cost, in nats."""
        cost = 0.0
        first_kept = len(branch.ids) - branch.kept
        for index in range(known, len(branch.ids)):
            if index < first_kept:
                cost += outlook.fresh
            else:
                share = outlook.kept[min(index - first_kept, len(outlook.kept) - 1)]
                cost -= share * self._own[branch.replaced[index - len(branch.ids)] - self._block.start]
        return cost

    def _ask(self, keys: Collection[_Key]) -> None:
        """Have the model say how likely each token but the first is in each branch, where it has not yet."""
        asked: dict[_Key, set[int]] = {}  # what is to be read, and what may follow it
        for at, ids in keys:
            for end in range(1, len(ids)):
                if (at, ids[: end + 1]) not in self._said:
                    asked.setdefault((at, ids[:end]), set()).add(ids[end])
        reads = sorted(asked)  # what a token follows stands before it
        for first in range(0, len(reads), _PACK_TOKENS):
            pack = reads[first : first + _PACK_TOKENS]
            concurrency.use_thread_share()
            self._forest, logits = self._network.branch(self._forest or self._reading.state, self._laid_out(pack))
            normalisers = logit_measures.normalisers(logits)
            said = [(row, (at, (*ids, token))) for row, (at, ids) in enumerate(pack) for token in asked[at, ids]]
            rows = torch.tensor([row for row, _ in said], device=logits.device)
            targets = torch.tensor([ids[-1] for _, (_, ids) in said], device=logits.device)
            log_probs = logits[rows, targets].float() - normalisers[rows]
            self._said.update(zip((key for _, key in said), log_probs.tolist(), strict=True))

    def _laid_out(self, pack: Sequence[_Key]) -> Branches:
        """Number the last token of each of `pack`; one that was read before, but not asked this, is read anew."""
        paths = []
        for at, ids in pack:
            paths.append(tuple(self._numbers[at, ids[:end]] for end in range(1, len(ids))))
            self._numbers[at, ids] = next(self._counted)
        return Branches(
            ids=tuple(ids[-1] for _, ids in pack),
            paths=tuple(paths),
            positions=tuple(at + len(ids) - 1 for at, ids in pack),
            starts=tuple(at for at, _ in pack),
        )

    def _replaced(self, branch: _Branch) -> float:
        return sum(self._own[position - self._block.start] for position in branch.replaced)

    def _heads(self, branches: Sequence[_Branch]) -> list[float]:
        """Return log P of each branch's first token, which the reading of the passage has predicted; 0 for none."""
        rows = torch.tensor([branch.at - 1 - self._first_row for branch in branches], device=self._logits.device)
        first = torch.tensor([branch.ids[0] if branch.ids else 0 for branch in branches], device=self._logits.device)
        if not branches:
            return []
        values = (self._logits[rows, first].float() - self._reading.normalisers[rows]).tolist()
        return [value if branch.ids else 0.0 for value, branch in zip(values, branches, strict=True)]

    def _branch(self, edit: Edit, *, following: int) -> _Branch:
        key = (edit.span.start, edit.span.end, edit.replacement, following)
        if key not in self._branches:
            self._branches[key] = self._make_branch(edit, following=following)
        return self._branches[key]

    def _make_branch(self, edit: Edit, *, following: int) -> _Branch:
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
        flat = " ".join(chunk.split()).translate(PLAIN)
        new = self._tongue.encode(" " * self._token(first).spaced + flat)
        after = self._following(last, following)
        old = [self._token(i).id for i in range(first, last)] + after
        ids = new + after
        shared = 0
        while shared < min(len(ids), len(old)) and ids[shared] == old[shared]:
            shared += 1
        at = self._block.start + first + shared
        replaced = tuple(range(at, self._block.start + first + len(old)))
        return _Branch(at, tuple(ids[shared:]), replaced, _same_at_end(ids[shared:], old[shared:]))

    def _absorb(self, start: int, end: int) -> tuple[int, int, str]:
        rest = self._text[end:].lstrip(" \t\u00a0")[:200] if end < len(self._text) else ""
        word = "" if not rest or rest[0] in "\r\n" else rest.split(None, 1)[0]
        if word:
            where = self._text.index(word, end)
            return start, where + len(word), word
        before = self._text[:start].rstrip()
        last = before.split()[-1] if before else ""
        return len(before) - len(last), end, last

    def _token(self, index: int) -> Token:
        return self._stream[self._block.start + index]

    def _following(self, index: int, count: int) -> list[int]:
        after = []
        first = self._block.start + index
        for token in self._stream[first : first + count]:
            after.append(token.id)
            if token.line_break:
                break
        return after


def _word_bounds(text: str, span: Span) -> tuple[int, int]:
    start, end = span.start, span.end
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _same_at_end(first: Sequence[int], second: Sequence[int]) -> int:
    pairs = zip(reversed(first), reversed(second), strict=False)
    return next((count for count, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))
