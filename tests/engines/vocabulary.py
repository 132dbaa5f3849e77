"""The library's tokenizer over a vocabulary that was saved for ours: slow to build, and the measure of ours."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from safetensors import safe_open
from tokenizers import Tokenizer

from auditor.engines.weights.convert_e5 import Vocabulary, build_tokenizer

BOS, PAD, EOS, UNKNOWN = 0, 1, 2, 3  # XLM-R's


def library_tokenizer(file: Path) -> Tokenizer:
    """Build the tokenizer of the subwords and scores in `file`, which `unigram.save` wrote."""
    with safe_open(file, framework="np") as stored:
        text, starts, scores = (stored.get_tensor(name) for name in ("text", "starts", "scores"))
    spelled = text.tobytes()
    subwords = [spelled[start:end].decode() for start, end in pairwise(starts.tolist())]
    scored = tuple(zip(subwords, scores.tolist(), strict=True))
    return build_tokenizer(Vocabulary(scored, bos=BOS, eos=EOS, pad=PAD, unknown=UNKNOWN))
