"""Probes of single language pairs: what post-editors of one pair, or raters, do to a translation that stands alone.

Post-editors of different pairs, and the translation systems they correct, differ so much that one network for all tells
far less of each (word MCC of et-en development rows without sources: .34 for .40). So each pair has its own: one that
sees what the language model holds of the translation, and one that also sees what the encoder made of it together with
its source. Of another pair all are asked; and as the source says much that is no habit of a pair, where it is known
those of the other pairs are heard too.

Shapes: B sentences, W words of the longest, L layers, D width of the language model, E width of the encoder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor, nn

from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import OpenPassage
from auditor.engines.language_model.probe import ProbeNetwork, filled, load, normed
from auditor.values import Span

WEIGHTS = "pairs.safetensors"
MARKED = "marked"
"""The network for translations in which raters marked errors."""
SOURCED = "+source"
"""What stands behind a pair's name where the network also sees what the encoder made of both sides."""

_MOST = (15.0, 15.0, 15.0, 4.0)
"""Beyond so much of each of `OpenPassage.scores` more says nothing."""
_LOUDER = 2.0
"""What these four count beside the numbers of the states, which are around 1: as they are, they are learned from too
slowly (word MCC of et-en development rows .42 for .43)."""


class PairNetwork(ProbeNetwork):
    """A probe whose two answers are whether the word is wrong, and whether it or what should stand before it is."""

    def __init__(self, width: int, *, narrow: int = 160, memory: int = 96, dropout: float = 0.2) -> None:
        """Take `width` numbers a word: what `held` returns, and behind it what the encoder tells, if anything."""
        super().__init__(width, narrow=narrow, memory=memory, dropout=dropout)
        self.score = nn.Sequential(
            nn.Linear(2 * (2 * memory + narrow), 64), nn.GELU(), nn.Dropout(dropout), nn.Linear(64, 1)
        )

    def judge(self, states: Tensor, lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return log-odds (B, W, 2) and standardised scores (B,), the higher the better, of states (B, W, width)."""
        traces = self.traces(states, lengths)
        inside = (torch.arange(states.shape[1])[None, :] < torch.tensor(lengths)[:, None])[..., None]
        mean = (traces * inside).sum(1) / inside.sum(1)
        most = traces.masked_fill(~inside, -torch.inf).amax(1)
        return self.answers(self.dropout(traces)), self.score(torch.cat([mean, most], dim=-1))[:, 0]


@dataclass(frozen=True, slots=True)
class Shown:
    """What two models show of one translation: one row a word, and one for the end.

    `told` is what the language model, which sees no source, tells (see `held`); `read` (words + 1, E) is what the last
    layer of the encoder made of it together with its source, or alone.
    """

    told: Tensor
    read: Tensor


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
        """Take fitted networks: of each pair ("et-en") one, and one with `SOURCED` behind its name; one of `MARKED`."""
        known = {pair: network.eval() for pair, network in networks.items()}
        self._marked = known.pop(MARKED)
        self._sourced = {pair: known.pop(pair + SOURCED) for pair in tuple(known) if not pair.endswith(SOURCED)}
        self._alone = known
        self.layers = tuple(layers)
        self.name = name

    def knows(self, pair: str) -> bool:
        """Tell whether networks were fitted on the pair."""
        return pair in self._alone

    def without(self, pair: str) -> PairProbes:
        """Return what there would be if nothing had been fitted on the pair."""
        networks = {other: network for other, network in self._alone.items() if other != pair}
        networks |= {other + SOURCED: network for other, network in self._sourced.items() if other != pair}
        return PairProbes({**networks, MARKED: self._marked}, layers=self.layers, name=f"{self.name} without {pair}")

    @torch.inference_mode()
    def hear(self, told: Tensor, *, pair: str, read: Tensor | None = None) -> list[Heard]:
        """Say what post-editors of the pair would do to one sentence; of a pair not known all answer on average.

        Args:
            told: what the language model tells of each word and of the end, as `held` returns it.
            pair: the language pair, as "et-en".
            read: what the encoder made of these words and the end, read with their source, (words + 1, E).

        Returns:
            The pair's answer to the translation alone; with `read` also its answer to both sides, and, of a pair that
            is known, what the networks of all others answer to both.
        """
        heard = [_mean(_own(self._alone, pair), told)]
        if read is not None:
            both = torch.cat([told, normed(read.cpu())], dim=-1)
            heard.append(_mean(_own(self._sourced, pair), both))
            others = [network for other, network in self._sourced.items() if other != pair]
            heard += [_mean(others, both)] if self.knows(pair) and others else []
        return heard

    @torch.inference_mode()
    def hear_marked(self, told: Tensor) -> Heard:
        """Say what raters would mark in one sentence, of which `held` told."""
        return _mean([self._marked], told)


def _own(networks: Mapping[str, PairNetwork], pair: str) -> list[PairNetwork]:
    return [networks[pair]] if pair in networks else list(networks.values())


def _mean(networks: Sequence[PairNetwork], inputs: Tensor) -> Heard:
    told = [network.judge(inputs[None], [len(inputs)]) for network in networks]
    words, official = torch.cat([answers for answers, _ in told]).mean(0).T.tolist()
    return Heard(tuple(words), tuple(official), fmean(float(scores) for _, scores in told))


def held(model: CausalLM, text: str, words: Sequence[Span]) -> Tensor:
    """Return what the model tells of each word and of the end of the text, (words + 1, L * D + 4).

    That is what the watched layers hold there, each scaled, and how the word was read: surprisal, entropy, rank, tokens
    (see `OpenPassage.scores`). The text is read alone, in as many passages as it needs; of no text there is nothing.
    """
    waiting = [*words, Span(len(text), len(text))]
    parts: list[Tensor] = []
    for passage in model.read(text, [Span(0, len(text))]):
        count = sum(word.end <= passage.span.end for word in waiting)
        parts.append(_told(passage, waiting[:count]))
        waiting = waiting[count:]
        last = passage
    # What is left is white space behind the last token.
    return torch.cat([*parts, _told(last, waiting)]) if parts else torch.empty(0)


def _told(passage: OpenPassage, words: Sequence[Span]) -> Tensor:
    scores = passage.scores(words).clamp_max(torch.tensor(_MOST)) * _LOUDER
    return torch.cat([normed(passage.states(words).cpu()).flatten(1), scores], dim=-1)


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
    pairs = {pair.removesuffix(SOURCED) for pair in found} - {MARKED}
    if found.keys() != {MARKED, *pairs, *(pair + SOURCED for pair in pairs)}:
        raise KeyError("each pair needs two networks")
    return {pair: filled(PairNetwork, own) for pair, own in found.items()}
