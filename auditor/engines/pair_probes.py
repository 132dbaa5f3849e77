"""Probes of single language pairs: what post-editors of one pair, or raters, do to a translation that stands alone.

Post-editors of different pairs, and the translation systems they correct, differ so much that one network for all tells
far less of each (word MCC of et-en development rows without sources: .34 for .40). So each pair has one of its own, and
of another pair all of them are asked. They read the same inner states of the language model as the probe of running
text does, and also score the sentence.

Shapes: B sentences, W words of the longest, L layers, D width of the language model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor, nn

from auditor.engines.causal_lm import CausalLM
from auditor.engines.probe import ProbeNetwork, filled, load, normed
from auditor.values import Span

WEIGHTS = "pairs.safetensors"
MARKED = "marked"
"""The network for translations in which raters marked errors."""


class PairNetwork(ProbeNetwork):
    """A probe whose two answers are whether the word is wrong, and whether it or what should stand before it is."""

    def __init__(self, width: int, *, narrow: int = 160, memory: int = 96, dropout: float = 0.2) -> None:
        """Take states of `width` numbers a word (L * D)."""
        super().__init__(width, narrow=narrow, memory=memory, dropout=dropout)
        self.score = nn.Sequential(
            nn.Linear(2 * (2 * memory + narrow), 64), nn.GELU(), nn.Dropout(dropout), nn.Linear(64, 1)
        )

    def judge(self, states: Tensor, lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return log-odds (B, W, 2) and standardised scores (B,), the higher the better, of states (B, W, L * D)."""
        traces = self.traces(states, lengths)
        inside = (torch.arange(states.shape[1])[None, :] < torch.tensor(lengths)[:, None])[..., None]
        mean = (traces * inside).sum(1) / inside.sum(1)
        most = traces.masked_fill(~inside, -torch.inf).amax(1)
        return self.answers(self.dropout(traces)), self.score(torch.cat([mean, most], dim=-1))[:, 0]


@dataclass(frozen=True, slots=True)
class Heard:
    """Log-odds that each word is wrong, and that it or a gap before it is; both end with the end of the sentence.

    The `score` is standardised: the higher the better.
    """

    words: tuple[float, ...]
    official: tuple[float, ...]
    score: float


class PairProbes:
    """The probes of all pairs, loaded and ready; they compute in main memory."""

    def __init__(self, networks: Mapping[str, PairNetwork], *, layers: Sequence[int], name: str) -> None:
        """Take a fitted network a pair with post-edits ("et-en"), and one for `MARKED` errors."""
        self._networks = {pair: network.eval() for pair, network in networks.items()}
        self._pairs = [network for pair, network in self._networks.items() if pair != MARKED]
        self.layers = tuple(layers)
        self.name = name

    @torch.inference_mode()
    def hear(self, states: Tensor, *, pair: str, marked: bool) -> Heard:
        """Judge one sentence by its states, (words and the end, L, D), read alone.

        Args:
            states: what the watched layers hold at the end of each word, and of the sentence.
            pair: the language pair, as "et-en"; of one that nothing was fitted on, all others answer on average.
            marked: whether raters' marks are asked for, not post-editors' changes.
        """
        own = self._networks.get(MARKED if marked else pair)
        read = normed(states.cpu()).flatten(1)[None]
        told = [network.judge(read, [len(states)]) for network in ([own] if own else self._pairs)]
        words, official = torch.cat([answers for answers, _ in told]).mean(0).T.tolist()
        return Heard(tuple(words), tuple(official), fmean(float(scores) for _, scores in told))


def held(model: CausalLM, text: str, words: Sequence[Span]) -> Tensor:
    """Return what the watched layers hold at the end of each word and of the text, (words + 1, L, D).

    The text is read alone, in as many passages as it needs; of no text there is nothing, (0).
    """
    waiting = [*words, Span(len(text), len(text))]
    parts: list[Tensor] = []
    for passage in model.read(text, [Span(0, len(text))]):
        count = sum(word.end <= passage.span.end for word in waiting)
        parts.append(passage.states(waiting[:count]))
        waiting = waiting[count:]
        last = passage
    # What is left is white space behind the last token.
    return torch.cat([*parts, last.states(waiting)]) if parts else torch.empty(0)


def open_pair_probes(folder: Path) -> PairProbes:
    """Load the probes in `folder`.

    Raises:
        ModelError: they are missing or damaged.
    """
    networks, layers, digest = load(folder / WEIGHTS, _networks)
    return PairProbes(networks, layers=layers, name=f"pairs-{digest}")


def _networks(tensors: Mapping[str, Tensor]) -> dict[str, PairNetwork]:
    found: dict[str, dict[str, Tensor]] = {MARKED: {}}
    for key, tensor in tensors.items():
        pair, _, name = key.partition(".")
        found.setdefault(pair, {})[name] = tensor
    return {pair: filled(PairNetwork, own) for pair, own in found.items()}
