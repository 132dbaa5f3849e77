"""The lean unigram tokenizer cuts as the library does that it takes the place of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from tokenizers import Encoding, Tokenizer, models

from auditor.engines.quality_estimation.file_format import TOKENIZER
from auditor.engines.quality_estimation.unigram_tokenizer import UnigramTokenizer, save
from auditor.engines.weights import installed
from auditor.engines.weights.convert_e5 import Vocabulary, build_tokenizer
from tests.engines.small_encoder import PIECES
from tests.engines.vocabulary import library_tokenizer

TEXTS = st.text(
    st.one_of(
        st.sampled_from("abcehilnoprstuw ing“▁桥  <unk>\u200d\u3000ﬁ…①"), st.characters(exclude_categories=["Cs"])
    )
)


@pytest.fixture(scope="module")
def library() -> Tokenizer:
    """The library's tokenizer over a small vocabulary, in which many ways to cut a word are equally likely."""
    return build_tokenizer(Vocabulary(PIECES, bos=0, eos=2, pad=1, unknown=3))


@pytest.fixture(scope="module")
def tokenizer(library: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> UnigramTokenizer:
    """Ours, made of the library's."""
    file = tmp_path_factory.mktemp("tokenizer") / TOKENIZER
    save(library, file)
    return UnigramTokenizer(file)


@pytest.fixture(scope="module")
def fetched() -> Tokenizer:
    """The library's tokenizer over the vocabulary that an audit uses."""
    return library_tokenizer(installed.model_folder("multilingual-e5-small") / TOKENIZER)


def _parts(encoding: Encoding) -> tuple[list[int], list[tuple[int, int]], list[str]]:
    return encoding.ids, encoding.offsets, encoding.tokens


@given(TEXTS)
def test_every_text_is_cut_as_by_the_library(library: Tokenizer, tokenizer: UnigramTokenizer, text: str) -> None:
    """Numbers, code points and subwords are the same, those of unknown characters included."""
    assert _parts(library.encode(text, add_special_tokens=False)) == _parts(tokenizer.encode(text))


def test_a_batch_is_its_texts(tokenizer: UnigramTokenizer) -> None:
    """Each text is cut by itself, in order."""
    texts = ["the bridge", "", "was closed桥x"]

    assert [_parts(tokenizer.encode(text)) for text in texts] == [_parts(e) for e in tokenizer.encode_batch(texts)]


def test_another_model_is_refused(tmp_path: Path) -> None:
    """Byte pairs are cut by other rules."""
    with pytest.raises(ValueError, match="unigram"):
        save(Tokenizer(models.BPE()), tmp_path / TOKENIZER)


def test_another_file_is_refused(tmp_path: Path) -> None:
    """Tensors of something else are no tokenizer."""
    file = tmp_path / TOKENIZER
    save_file({"text": np.zeros(3, np.uint8)}, file)

    with pytest.raises(ValueError, match="unigram"):
        UnigramTokenizer(file)


def test_of_pieces_that_are_spelled_alike_the_last_one_counts(tmp_path: Path) -> None:
    """As in the library; the subword that the other one hides is never written."""
    subwords = [("<unk>", 0.0), ("▁the", -9.0), ("▁", -1.0), ("the", -1.0), ("▁the", -0.5)]
    library = build_tokenizer(Vocabulary(tuple(subwords), bos=0, eos=0, pad=0, unknown=0))
    save(library, tmp_path / TOKENIZER)

    assert UnigramTokenizer(tmp_path / TOKENIZER).encode("the").ids == library.encode("the").ids == [4]


@pytest.mark.weights
@pytest.mark.parametrize(
    "text",
    [
        "The bridge was closed again on Monday, officials said…",
        "A ponte foi fechada; não há previsão de reabertura.",
        "Мост снова закрыт.... 桥又关闭了，星期一。",
        "cubiculumuccuccuccuccuccuccuccucc (iii) ------------",  # ways of the same likelihood
        "<unk> <s> 𓀀𓀁x ☃️",
    ],
)
def test_the_fetched_vocabulary_cuts_alike(fetched: Tokenizer, text: str) -> None:
    """Also with the quarter of a million subwords that are used."""
    file = installed.model_folder("multilingual-e5-small") / TOKENIZER

    assert _parts(fetched.encode(text, add_special_tokens=False)) == _parts(UnigramTokenizer(file).encode(text))
