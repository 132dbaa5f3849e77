"""The quality estimator: a multilingual encoder fitted on human judgements of translations.

It reads a sentence, and its source where there is one, and says of each word how likely a rater would mark it, and of
the sentence how good it is. The embeddings and the first layers are those of multilingual-e5-small as `auditor models
fetch` converts it; the other layers and the heads are ours (`models/quality-estimator`).
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import torch
from safetensors import SafetensorError
from tokenizers import Encoding
from torch import Tensor

from auditor.engines.kernels import weights_file
from auditor.engines.kernels.encoder_layers import matrix_type
from auditor.engines.quality_estimation.file_format import TOKENIZER, WEIGHTS, Sizes
from auditor.engines.quality_estimation.inference import EncodedPair, InferenceNetwork, batch_of
from auditor.engines.quality_estimation.network import CLASS_WEIGHTS, Batch, Outputs, QualityNetwork
from auditor.engines.quality_estimation.unigram_tokenizer import UnigramTokenizer
from auditor.errors import ModelError
from auditor.protocols import Pair
from auditor.values import Kind, QualityEstimate, Span

FITTED_WEIGHTS = "quality-estimator.safetensors"
BOS, PAD, EOS = 0, 1, 2
LONGEST = 500
"""Subwords of one side that are read at once; the network has 512 positions. A longer side is read in parts."""
KINDS = tuple(Kind)
_WEIGHTS = torch.tensor(CLASS_WEIGHTS)


class SubwordBatcher:
    """Turns pairs into batches of subword ids."""

    def __init__(self, tokenizer: UnigramTokenizer) -> None:
        self._tokenizer = tokenizer

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many subwords each text has, the two marks included."""
        return [len(encoding.ids) + 2 for encoding in self._tokenizer.encode_batch(texts)]

    def encode(self, pairs: Sequence[Pair]) -> list[EncodedPair]:
        """Cut both sides of each pair into subwords, between a beginning and an end mark."""
        targets = self._tokenizer.encode_batch([pair.target for pair in pairs])
        sources = self._tokenizer.encode_batch([pair.source or "" for pair in pairs])
        return [_encoded(*each) for each in zip(pairs, targets, sources, strict=True)]

    def batch(self, pairs: Sequence[Pair]) -> Batch:
        """Build the network's input; every pair gets one more word, the end of the sentence."""
        return batch_of(self.encode(pairs))


def _subwords_of_words(offsets: Sequence[tuple[int, int]], words: Sequence[Span]) -> list[list[int]]:
    """Return the subwords that share a character with each word; both are in order, so one sweep does."""
    found: list[list[int]] = []
    first = 0
    for word in words:
        while first < len(offsets) and offsets[first][1] <= word.start:
            first += 1
        last = first
        while last < len(offsets) and offsets[last][0] < word.end:
            last += 1
        found.append(list(range(first, last)))
    return found


class EncoderQualityEstimator:
    """The quality estimator, loaded and ready."""

    def __init__(
        self,
        network: QualityNetwork,
        tokenizer: UnigramTokenizer,
        *,
        name: str,
        precision: str = "auto",
        device: str = "cpu",
    ) -> None:
        self.name = name
        self.subwords = SubwordBatcher(tokenizer)
        dtype = matrix_type(precision, device)
        self._network = InferenceNetwork(network, dtype=dtype, device=device)

    def estimate(self, pairs: Sequence[Pair]) -> list[QualityEstimate]:
        """Estimate each pair, same order; an estimate does not depend on its batch-mates but for rounding."""
        numbers, parts, encoded = zip(*self._read_parts(pairs), strict=True) if pairs else ((), (), ())
        found: list[list[tuple[int, QualityEstimate]]] = [[] for _ in pairs]
        for group, outputs in self._network.read(encoded):
            for row, at in enumerate(group):
                estimate = _estimate(outputs, row, len(parts[at].words))
                found[numbers[at]].append((_first_word(parts[at]), estimate))
        # Groups are made by length, so the parts of a long pair may come back in any order.
        merged: list[QualityEstimate] = []
        for rows in found:
            ordered = sorted(rows, key=operator.itemgetter(0))
            merged.append(_merge([estimate for _, estimate in ordered]))
        return merged

    def _read_parts(self, pairs: Sequence[Pair]) -> Iterator[tuple[int, Pair, EncodedPair]]:
        """Yield each pair as subwords, with its number; one that is longer than the network in parts."""
        for number, (pair, encoded) in enumerate(zip(pairs, self.subwords.encode(pairs), strict=True)):
            if max(len(encoded.target), len(encoded.source)) <= LONGEST:
                yield number, pair, encoded
                continue
            parts = list(self._parts(pair))
            for part, subwords in zip(parts, self.subwords.encode(parts), strict=True):
                yield number, part, subwords

    def _parts(self, pair: Pair) -> Iterator[Pair]:
        """Yield the pair, or both halves (of words and of source) as long as a side is longer than the network."""
        longest = max(self.subwords.count([pair.target, pair.source or ""]))
        if longest <= LONGEST or len(pair.words) < 2:
            yield pair if longest <= LONGEST else _cut(pair)
            return
        middle = len(pair.words) // 2
        at = pair.words[middle].start
        source = pair.source
        half = len(source) // 2 if source is not None else 0
        cut = source.find(" ", half) if source is not None else 0
        cut = half if cut < 0 else cut
        for text, words, part in (
            (pair.target[:at], pair.words[:middle], source and source[:cut]),
            (" " * at + pair.target[at:], pair.words[middle:], source and source[cut:]),
        ):
            yield from self._parts(Pair(text, words, part))


def _cut(pair: Pair) -> Pair:
    """One word longer than the network: no language has such a word, its beginning says it."""
    return Pair(pair.target[:LONGEST], (Span(0, LONGEST),) if pair.words else (), (pair.source or "")[:LONGEST] or None)


def _first_word(part: Pair) -> int:
    return part.words[0].start if part.words else 0


def _encoded(pair: Pair, target: Encoding, source: Encoding) -> EncodedPair:
    words: list[tuple[int, ...]] = []
    for subwords in _subwords_of_words(target.offsets, pair.words):
        words.append(tuple(subword + 1 for subword in subwords))  # behind the beginning mark
    words.append((len(target.ids) + 1,))
    return EncodedPair((BOS, *target.ids, EOS), (BOS, *source.ids, EOS) if pair.source else (), tuple(words))


def _estimate(outputs: Outputs, row: int, words: int) -> QualityEstimate:
    _, minor, major = (outputs.marked[row, : words + 1] - _WEIGHTS.log()).softmax(-1).T.tolist()
    edited, edited_gaps = outputs.edited[row, : words + 1].sigmoid().T.tolist()
    best = outputs.kinds[row, :words].argmax(-1).tolist()
    assessment, mqm = outputs.scores[row].tolist()
    return QualityEstimate(
        minor=tuple(minor[:words]),
        major=tuple(major[:words]),
        marked_end=minor[words] + major[words],
        edited=tuple(edited[:words]),
        edited_gaps=tuple(edited_gaps[:words]),
        edited_end=edited_gaps[words],
        kinds=tuple(KINDS[number] for number in best),
        assessment=assessment,
        mqm=mqm,
    )


def _merge(parts: Sequence[QualityEstimate]) -> QualityEstimate:
    """Put the parts of one sentence together; scores are weighted by their words."""
    if len(parts) == 1:
        return parts[0]
    sizes = [max(1, len(part.minor)) for part in parts]
    total = sum(sizes)
    return QualityEstimate(
        minor=tuple(chain.from_iterable(part.minor for part in parts)),
        major=tuple(chain.from_iterable(part.major for part in parts)),
        marked_end=parts[-1].marked_end,
        edited=tuple(chain.from_iterable(part.edited for part in parts)),
        edited_gaps=tuple(chain.from_iterable(part.edited_gaps for part in parts)),
        edited_end=parts[-1].edited_end,
        kinds=tuple(chain.from_iterable(part.kinds for part in parts)),
        assessment=sum(w * part.assessment for w, part in zip(sizes, parts, strict=True)) / total,
        mqm=sum(w * part.mqm for w, part in zip(sizes, parts, strict=True)) / total,
    )


def load_estimator(
    encoder: Path, fitted: Path, *, precision: str = "auto", device: str = "cpu"
) -> EncoderQualityEstimator:
    """Load the fetched encoder (`auditor.engines.weights.convert_e5` made it) and the fitted fitted over it.

    Raises:
        ModelError: a file is missing, or is not what it should be.
    """
    network = load_network(encoder)
    file = fitted / FITTED_WEIGHTS
    overlay(network, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    name = f"quality-estimator-{digest}-{str(matrix_type(precision, device)).removeprefix('torch.')}"
    return EncoderQualityEstimator(network, load_tokenizer(encoder), name=name, precision=precision, device=device)


def load_tokenizer(encoder: Path) -> UnigramTokenizer:
    """Load the tokenizer that `auditor.engines.weights.convert_e5` wrote.

    Raises:
        ModelError: it is not there, or is corrupt.
    """
    file = encoder / TOKENIZER
    if not file.is_file():
        raise ModelError(f"{file} is missing; run: auditor models fetch")
    try:
        return UnigramTokenizer(file)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{file} is corrupt ({error}); run: auditor models fetch") from error


def load_network(encoder: Path) -> QualityNetwork:
    """Load the network with the encoder's own weights; its heads are fresh.

    Raises:
        ModelError: the encoder is not there, or is corrupt.
    """
    file = encoder / WEIGHTS
    with weights_file.opened(file, remedy=weights_file.FETCH) as stored:
        sizes = Sizes(**json.loads(stored.metadata()["sizes"]))
        network = QualityNetwork(sizes)
        _fill(network, weights_file.tensors_of(stored), sizes)
    return network


def _fill(network: QualityNetwork, tensors: dict[str, Tensor], sizes: Sizes) -> None:
    embeddings = network.embeddings
    embeddings.integers = tensors["emb.word.q"]
    embeddings.scales = tensors["emb.word.scale"]
    # Every subword is of type 0, so its embedding is part of the position's.
    embeddings.positions.data = tensors["emb.pos"] + tensors["emb.type"][0]
    state = {"embeddings.norm.weight": tensors["emb.ln.w"], "embeddings.norm.bias": tensors["emb.ln.b"]}
    names = {"out": "ao", "norm_attention": "aln", "up": "fi", "down": "fo", "norm_out": "oln"}
    for number in range(sizes.layers):
        ours, theirs = f"layers.{number}", f"l{number}"
        for part, short in (("weight", "w"), ("bias", "b")):
            state[f"{ours}.qkv.{part}"] = torch.cat([tensors[f"{theirs}.{name}.{short}"] for name in "qkv"])
            state |= {f"{ours}.{name}.{part}": tensors[f"{theirs}.{code}.{short}"] for name, code in names.items()}
    network.load_state_dict(state, strict=False)


def overlay(network: QualityNetwork, file: Path) -> None:
    """Put the fitted weights in `file` over the encoder's.

    Raises:
        ModelError: the file is missing, corrupt, or of another version.
    """
    trained = {name: parameter for name, parameter in network.named_parameters() if parameter.requires_grad}
    with weights_file.opened(file, remedy=weights_file.REINSTALL) as stored, torch.no_grad():
        if trained.keys() != set(stored.keys()):
            raise ModelError(f"{file} does not fit this version of auditor; reinstall auditor")
        for name, parameter in trained.items():  # one by one: together they would be in memory twice
            parameter.copy_(stored.get_tensor(name))
