"""The post-editor, loaded and ready: which words of a text to change, and to what, read both ways.

The embeddings and the first layers are MPNet-base's as `auditor models fetch` converts it; the other layers and the
heads are ours (`models/post-editor`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from auditor import concurrency
from auditor.engines.kernels import weights_file
from auditor.engines.kernels.encoder_layers import matrix_type
from auditor.engines.kernels.padding import bucketed_rows
from auditor.engines.post_editing.file_format import ENCODER, FITTED, TOKENIZER, Sizes
from auditor.engines.post_editing.network import BEGIN, END, MISSING, PAD, Outputs, PostEditorNetwork
from auditor.errors import ModelError
from auditor.values import PostEdits, Span

WINDOW = 160
"""Subwords of a window, which is filled with whole sentences; it was fitted on such."""
SLACK = 12
"""Subwords that a window may have more, so that a short sentence needs no window of its own."""
LONGEST = 2 * WINDOW
"""Subwords of a window that are read; of a longer sentence the words beyond are not."""
BATCH = 4
"""Windows that are read at once."""
BEST = 8
"""Replacements that are remembered of each word."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Some sentences as subwords, and the words that begin in them: (sentence, word, place of its first subword)."""

    ids: tuple[int, ...]
    places: tuple[tuple[int, int, int], ...]


class MpnetPostEditor:
    """See `auditor.protocols.PostEditor`."""

    def __init__(
        self,
        network: PostEditorNetwork,
        tokenizer: Tokenizer,
        vocabulary: Sequence[str],
        *,
        name: str,
        device: str = "cpu",
    ) -> None:
        """Take the network over; `vocabulary` are the words that it was built with."""
        self.name = name
        self._network = network.to(device)
        self._device = torch.device(device)
        self._tokenizer = tokenizer
        self._replacements = ["", *vocabulary]

    def read(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[PostEdits]:
        """See `PostEditor.read`."""
        found = [_Columns.empty(len(ranges)) for ranges in words]
        concurrency.use_thread_share()
        windows = list(self._windows(sentences, words))
        for first in range(0, len(windows), BATCH):
            batch = windows[first : first + BATCH]
            with torch.inference_mode():
                outputs = self._outputs(batch)
            self._fill(found, batch, outputs)
        return [columns.edits() for columns in found]

    def _windows(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> Iterator[_Window]:
        """Fill windows with whole sentences."""
        ids: list[int] = []
        places: list[tuple[int, int, int]] = []
        encodings = self._tokenizer.encode_batch(list(sentences), add_special_tokens=False)
        for number, (encoding, ranges) in enumerate(zip(encodings, words, strict=True)):
            if ids and len(ids) + len(encoding.ids) > WINDOW + SLACK:
                yield _window(ids, places)
                ids, places = [], []
            for word, piece in first_subwords(encoding.offsets, ranges):
                places.append((number, word, 1 + len(ids) + piece))  # behind the beginning mark
            ids += encoding.ids
        if ids:
            yield _window(ids, places)

    def _outputs(self, windows: Sequence[_Window]) -> Outputs:
        longest = bucketed_rows(max(len(window.ids) for window in windows))
        ids = torch.full((len(windows), longest), PAD)
        rows: list[int] = []
        columns: list[int] = []
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = torch.tensor(window.ids)
            rows += [row] * len(window.places)
            columns += [place for _, _, place in window.places]
        states = self._network.states(ids.to(self._device))[rows, columns]
        with concurrency.one_thread():  # a few words are multiplied in another order by several
            return self._network.outputs(states, best=BEST)

    def _fill(self, found: Sequence[_Columns], windows: Sequence[_Window], outputs: Outputs) -> None:
        places = []
        for window in windows:
            places += [(number, word) for number, word, _ in window.places]
        missing = outputs.missing
        some = (missing[:, 1:].logsumexp(1) - missing[:, 0]).tolist()
        named = missing[:, 1 : len(MISSING) + 1].argmax(1).tolist()
        rows = zip(
            places,
            (-outputs.kept).tolist(),
            outputs.replacements.tolist(),
            outputs.numbers.tolist(),
            outputs.judged.tolist(),
            strict=True,
        )
        for at, ((number, word), wrong, log_probs, numbers, judged) in enumerate(rows):
            columns = found[number]
            columns.wrong[word] = wrong
            columns.replacements[word] = tuple(
                (self._replacements[piece], log_prob) for piece, log_prob in zip(numbers, log_probs, strict=True)
            )
            columns.missing[word] = (MISSING[named[at]], some[at])
            columns.edited[word], columns.marked[word] = judged


@dataclass(slots=True)
class _Columns:
    """`PostEdits` in the making."""

    wrong: list[float]
    replacements: list[tuple[tuple[str, float], ...]]
    missing: list[tuple[str, float]]
    edited: list[float]
    marked: list[float]

    @classmethod
    def empty(cls, words: int) -> _Columns:
        """Return what is said of words that were not read."""
        unread = [math.nan] * words
        return cls(unread.copy(), [()] * words, [("", math.nan)] * words, unread.copy(), unread.copy())

    def edits(self) -> PostEdits:
        """Return them as they are from here on."""
        words, missing = tuple(self.replacements), tuple(self.missing)
        return PostEdits(tuple(self.wrong), words, missing, tuple(self.edited), tuple(self.marked))


def _window(ids: Sequence[int], places: Sequence[tuple[int, int, int]]) -> _Window:
    kept = (BEGIN, *ids[: LONGEST - 1], END)
    return _Window(kept, tuple(place for place in places if place[2] < len(kept) - 1))


def first_subwords(offsets: Sequence[tuple[int, int]], words: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield (word, its first subword) of each word in which a subword begins; both are in order, so one sweep does."""
    piece = 0
    for number, word in enumerate(words):
        while piece < len(offsets) and offsets[piece][0] < word.start:
            piece += 1
        if piece < len(offsets) and offsets[piece][0] < word.end:
            yield number, piece


def whole_words(tokenizer: Tokenizer) -> list[tuple[str, int]]:
    """Return the subwords that are whole words, with their numbers, in the order of these."""
    found = []
    for piece, number in tokenizer.get_vocab().items():
        if piece.isalnum() and piece.isascii():
            found.append((number, piece))
    return [(piece, number) for number, piece in sorted(found)]


def load_tokenizer(encoder: Path) -> Tokenizer:
    """Load the tokenizer beside the encoder.

    Raises:
        ModelError: it is not there, or is corrupt.
    """
    file = encoder / TOKENIZER
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing more exact
        raise ModelError(f"{file} is missing or corrupt ({error}); run: auditor models fetch") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def load_post_editor(encoder: Path, fitted: Path, *, precision: str = "auto", device: str = "cpu") -> MpnetPostEditor:
    """Load the fetched encoder (`auditor.engines.weights.convert_mpnet` made it) and what was fitted over it.

    Raises:
        ModelError: a file is missing, or is not what it should be.
    """
    tokenizer = load_tokenizer(encoder)
    sizes, tensors = _read_encoder(encoder / ENCODER)
    tensors |= _read_fitted(fitted / FITTED)
    vocabulary = whole_words(tokenizer)
    network = PostEditorNetwork(sizes, [number for _, number in vocabulary])
    try:
        network.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise ModelError(f"{fitted / FITTED} does not fit {encoder}; reinstall auditor") from error
    dtype = matrix_type(precision, device)
    network.ready(dtype)
    digest = hashlib.sha256((fitted / FITTED).read_bytes()).hexdigest()[:12]
    name = f"post-editor-{digest}-{str(dtype).removeprefix('torch.')}"
    return MpnetPostEditor(network, tokenizer, [word for word, _ in vocabulary], name=name, device=device)


def _read_encoder(file: Path) -> tuple[Sizes, dict[str, Tensor]]:
    with weights_file.opened(file, remedy=weights_file.FETCH) as stored:
        return Sizes(**json.loads(stored.metadata()["sizes"])), weights_file.tensors_of(stored)


def _read_fitted(file: Path) -> dict[str, Tensor]:
    """Read the fitted layers and heads; matrices are widened from int8."""
    found: dict[str, Tensor] = {}
    with weights_file.opened(file, remedy=weights_file.REINSTALL) as stored:
        names = set(stored.keys())
        for name in names:
            tensor = stored.get_tensor(name)
            if f"{name}.scale" in names:
                tensor = tensor.float() * stored.get_tensor(f"{name}.scale")[:, None]
            if not name.endswith(".scale"):
                found[name] = tensor
    return found


def narrowed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return fitted tensors as `FITTED` keeps them: matrices as int8, with a scale a row."""
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.dim() < 2:
            found[name] = tensor.float().contiguous()
            continue
        scales = tensor.float().abs().amax(1).clamp_min(1e-8) / 127
        found[name] = (tensor.float() / scales[:, None]).round().to(torch.int8)
        found[f"{name}.scale"] = scales
    return found
