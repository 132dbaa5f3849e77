"""Score edits with a causal language model: a passage is read once, then an edit costs its own tokens and a few more.

The continuations of many edits are packed into one forward pass as a tree: each attends to the text left of its edit
and to itself alone, those that begin alike share nodes, and a node that was read is not read again.
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
from auditor.engines.language_model.network import ContinuationTree, Network
from auditor.engines.language_model.probe import Probe
from auditor.engines.language_model.tokenization import STRAIGHT_QUOTES, CachingTokenizer, Token
from auditor.protocols import Edit, LookAheadEstimate
from auditor.values import Span, TokenScores

_PACK_TOKENS = 256  # tokens of all continuations in one forward pass: more attend to each other in vain
_LOOKAHEAD_CODE_POINTS = 256  # code points beyond the last token seen that an edit may be read with


@dataclass(frozen=True, slots=True)
class _Continuation:
    """The tokens that an edit puts at stream position `at`, up to and including those scored after it.

    `replaced` are the positions of the tokens that stand there now; the last `kept` of both are the same tokens.
    """

    at: int
    ids: tuple[int, ...]
    replaced: tuple[int, ...]
    kept: int


_Node = tuple[int, tuple[int, ...]]
"""A stream position and the tokens put there: a continuation, or its beginning; its last token is a tree's node."""


@dataclass(frozen=True, slots=True)
class _ForwardPass:
    """What reading a passage gives; a row predicts the token after it, the first row the passage's first token."""

    state: Any
    logits: Tensor  # (rows, vocabulary)
    hidden_states: Tensor  # (rows, hooked layers, width)
    log_normalisers: Tensor  # (rows)
    token_log_probs: list[float]  # of the passage's own tokens and those that follow, as the next two
    entropies: list[float]
    ranks: list[int]


@dataclass(frozen=True, slots=True)
class HiddenStateHook:
    """The layers whose hidden states are kept while reading, counted from 0, and the probe that they are given to."""

    layers: tuple[int, ...] = ()
    probe: Probe | None = None

    @classmethod
    def for_probe(cls, probe: Probe) -> HiddenStateHook:
        """Keep the layers that a probe was fitted on."""
        return cls(probe.layers, probe)


class CausalPassage:
    """A `Passage` that is read when it is first asked something, and whose state is held from then on."""

    def __init__(
        self,
        network: Network,
        tokenizer: CachingTokenizer,
        text: str,
        stream: list[Token],
        block: Span,
        hook: HiddenStateHook,
    ) -> None:
        """Take what is read.

        Args:
            network: computes.
            tokenizer: the network's.
            text: the document's.
            stream: the tokens of the left context, of the passage itself, and a few that follow.
            block: where the passage's own tokens stand in the stream.
            hook: which hidden states to keep.
        """
        self._network, self._tokenizer, self._text, self._stream, self._block = network, tokenizer, text, stream, block
        self._hook = hook
        self._first_row = block.start - 1
        self._starts = [token.span.start for token in stream[block.start :]]
        self._continuations: dict[tuple[int, int, str, int], _Continuation] = {}
        self._cached_forward_pass: _ForwardPass | None = None
        self._tree_state: Any = None  # the state that holds the nodes read so far, too
        self._node_numbers: dict[_Node, int] = {}
        self._node_counter = itertools.count()  # one read anew counts again
        self._log_probs: dict[_Node, float] = {}  # of each node's token, given what stands before it

    @property
    def _forward_pass(self) -> _ForwardPass:
        # Python 3.11 gives a cached_property one lock for all passages, which are to be read side by side.
        if self._cached_forward_pass is None:
            ids = [token.id for token in self._stream]
            concurrency.use_thread_share()
            state, logits, hidden_states = self._network.read(
                ids, keep=len(ids) - self._first_row, hidden_layers=self._hook.layers
            )
            self._cached_forward_pass = _ForwardPass(
                state, logits, hidden_states, *logit_measures.measure(logits, ids[self._block.start :])
            )
        return self._cached_forward_pass

    @property
    def _logits(self) -> Tensor:
        return self._forward_pass.logits

    @property
    def _token_log_probs(self) -> list[float]:
        return self._forward_pass.token_log_probs

    @functools.cached_property
    def fingerprint(self) -> str:
        """See `Passage`."""
        start = self.span.start
        left, _ = _word_bounds(self._text, Span(start, start))
        right = self._stream[-1].span.end + _LOOKAHEAD_CODE_POINTS
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
        read = self._forward_pass
        spans: list[Span] = []
        log_probs: list[float] = []
        entropies: list[float] = []
        ranks: list[int] = []
        for at, token in enumerate(self._stream[self._block.start : self._block.end]):
            if token.span:
                spans.append(token.span)
                log_probs.append(min(read.token_log_probs[at], 0.0))
                entropies.append(max(read.entropies[at], 0.0))
                ranks.append(read.ranks[at])
        return TokenScores(tuple(spans), tuple(log_probs), tuple(entropies), tuple(ranks))

    def probe(self, sentences: Sequence[Sequence[Span]]) -> list[tuple[float, ...]]:
        """See `Passage`."""
        if self._hook.probe is None:
            return []
        states = self.states(list(itertools.chain.from_iterable(sentences)))
        return self._hook.probe.answer(states, [len(words) for words in sentences if words])

    def states(self, words: Sequence[Span]) -> Tensor:
        """Return the hooked layers' hidden states at the last token of each word, (words, layers, width)."""
        starts = self._starts[: len(self._block)]
        # A word's last token is the last that begins before the word ends; the first row stands before the passage.
        return self._forward_pass.hidden_states[[bisect.bisect_left(starts, word.end) for word in words]]

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
            words: list[str] = []
            for text in self._tokenizer.token_texts(top):
                if text.startswith(" ") == self._token(index).spaced and text.strip().isalpha():
                    words.append(text.strip())
            found.append(tuple(words))
        return found

    def upper_bounds(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        """See `Passage`."""
        continuations = self._continuations_of(edits, following)
        heads = self._first_log_probs(continuations)
        return [
            head - self._replaced_log_prob(continuation)
            for head, continuation in zip(heads, continuations, strict=True)
        ]

    def estimate(
        self, edits: Sequence[Edit], *, following: int, look_ahead: LookAheadEstimate, asked: int
    ) -> list[float]:
        """See `Passage`."""
        continuations = self._continuations_of(edits, following)
        known = [continuation.ids[: 1 + asked] for continuation in continuations]
        return [
            gain - self._expected_cost(continuation, len(ids), look_ahead)
            for gain, continuation, ids in zip(self._gains(continuations, known), continuations, known, strict=True)
        ]

    def rescore(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        """See `Passage`."""
        continuations = self._continuations_of(edits, following)
        return self._gains(continuations, [continuation.ids for continuation in continuations])

    def _gains(self, continuations: Sequence[_Continuation], known: Sequence[tuple[int, ...]]) -> list[float]:
        """Return the log-likelihood of each continuation's `known` first tokens less that of all it replaces."""
        self._score_tokens({(continuation.at, ids) for continuation, ids in zip(continuations, known, strict=True)})
        return [
            head + self._later_log_prob(continuation.at, ids) - self._replaced_log_prob(continuation)
            for head, continuation, ids in zip(self._first_log_probs(continuations), continuations, known, strict=True)
        ]

    def _later_log_prob(self, at: int, ids: tuple[int, ...]) -> float:
        return sum(self._log_probs[at, ids[: end + 1]] for end in range(1, len(ids)))

    def _expected_cost(self, continuation: _Continuation, known: int, look_ahead: LookAheadEstimate) -> float:
        """Return the look-ahead estimate of what a continuation's tokens behind the first `known` cost, in nats."""
        cost = 0.0
        first_kept = len(continuation.ids) - continuation.kept
        for index in range(known, len(continuation.ids)):
            if index < first_kept:
                cost += look_ahead.new_token_nats
            else:
                share = look_ahead.kept_shares[min(index - first_kept, len(look_ahead.kept_shares) - 1)]
                cost -= (
                    share
                    * self._token_log_probs[continuation.replaced[index - len(continuation.ids)] - self._block.start]
                )
        return cost

    def _score_tokens(self, keys: Collection[_Node]) -> None:
        """Score every token but the first of each continuation, where that was not done yet."""
        asked: dict[_Node, set[int]] = {}  # a node to be read, and the tokens that may follow it
        for at, ids in keys:
            for end in range(1, len(ids)):
                if (at, ids[: end + 1]) not in self._log_probs:
                    asked.setdefault((at, ids[:end]), set()).add(ids[end])
        reads = sorted(asked)  # ancestors before their descendants
        for first in range(0, len(reads), _PACK_TOKENS):
            pack = reads[first : first + _PACK_TOKENS]
            concurrency.use_thread_share()
            self._tree_state, logits = self._network.extend(
                self._tree_state or self._forward_pass.state, self._continuation_tree(pack)
            )
            normalisers = logit_measures.log_normalisers(logits)
            scored: list[_Node] = []
            rows: list[int] = []
            for row, (at, ids) in enumerate(pack):
                followers = sorted(asked[at, ids])
                rows += [row] * len(followers)
                scored += [(at, (*ids, token)) for token in followers]
            targets = torch.tensor([ids[-1] for _, ids in scored], device=logits.device)
            log_probs = logits[rows, targets].float() - normalisers[rows]  # (scored)
            self._log_probs.update(zip(scored, log_probs.tolist(), strict=True))

    def _continuation_tree(self, pack: Sequence[_Node]) -> ContinuationTree:
        """Number the last token of each of `pack`; one that was read before, but not asked this, is read anew."""
        ancestors = []
        for at, ids in pack:
            ancestors.append(tuple(self._node_numbers[at, ids[:end]] for end in range(1, len(ids))))
            self._node_numbers[at, ids] = next(self._node_counter)
        return ContinuationTree(
            ids=tuple(ids[-1] for _, ids in pack),
            ancestors=tuple(ancestors),
            positions=tuple(at + len(ids) - 1 for at, ids in pack),
            prefix_lengths=tuple(at for at, _ in pack),
        )

    def _replaced_log_prob(self, continuation: _Continuation) -> float:
        return sum(self._token_log_probs[position - self._block.start] for position in continuation.replaced)

    def _first_log_probs(self, continuations: Sequence[_Continuation]) -> list[float]:
        """Return log P of each continuation's first token, which reading the passage has predicted; 0 for none."""
        rows = torch.tensor(
            [continuation.at - 1 - self._first_row for continuation in continuations], device=self._logits.device
        )
        first = torch.tensor(
            [continuation.ids[0] if continuation.ids else 0 for continuation in continuations],
            device=self._logits.device,
        )
        if not continuations:
            return []
        values = (self._logits[rows, first].float() - self._forward_pass.log_normalisers[rows]).tolist()
        return [value if continuation.ids else 0.0 for value, continuation in zip(values, continuations, strict=True)]

    def _continuations_of(self, edits: Sequence[Edit], following: int) -> list[_Continuation]:
        found: list[_Continuation] = []
        for edit in edits:
            key = (edit.span.start, edit.span.end, edit.replacement, following)
            if key not in self._continuations:
                self._continuations[key] = self._tokenize_edit(edit, following=following)
            found.append(self._continuations[key])
        return found

    def _tokenize_edit(self, edit: Edit, *, following: int) -> _Continuation:
        """Turn an edit into tokens: whole white-space words are retokenised, the rest of the stream stands."""
        start, end = _word_bounds(self._text, edit.span)
        chunk = self._text[start : edit.span.start] + edit.replacement + self._text[edit.span.end : end]
        if not chunk.strip():  # nothing is left of the words: judge the next word in their place
            start, end, chunk = self._take_in_neighbour(start, end)
        first = bisect.bisect_left(self._starts, start)
        while first < len(self._starts) and self._token(first).line_break:
            first += 1
        last = bisect.bisect_left(self._starts, end)
        if first >= len(self._starts) or (first >= last and chunk):
            raise ValueError(f"the edit at {edit.span} lies outside the passage")
        flat = " ".join(chunk.split()).translate(STRAIGHT_QUOTES)
        new = self._tokenizer.encode(" " * self._token(first).spaced + flat)
        after = self._following(last, following)
        old = [self._token(i).id for i in range(first, last)] + after
        ids = new + after
        shared = 0
        while shared < min(len(ids), len(old)) and ids[shared] == old[shared]:
            shared += 1
        at = self._block.start + first + shared
        replaced = tuple(range(at, self._block.start + first + len(old)))
        return _Continuation(at, tuple(ids[shared:]), replaced, _same_at_end(ids[shared:], old[shared:]))

    def _take_in_neighbour(self, start: int, end: int) -> tuple[int, int, str]:
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
