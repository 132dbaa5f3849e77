"""The lean unigram tokenizer cuts as the library does that it takes the place of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Encoding, Tokenizer

from auditor.engines import weights
from auditor.engines.e5 import TOKENIZER, Vocabulary, build_tokenizer
from auditor.engines.unigram import UnigramTokenizer
from tests.engines.small_encoder import PIECES

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
    """Ours, read from the file that the library writes."""
    file = tmp_path_factory.mktemp("tokenizer") / TOKENIZER
    library.save(str(file))
    return UnigramTokenizer(file)


def _parts(encoding: Encoding) -> tuple[list[int], list[tuple[int, int]], list[str]]:
    return encoding.ids, encoding.offsets, encoding.tokens


@given(TEXTS)
def test_every_text_is_cut_as_by_the_library(library: Tokenizer, tokenizer: UnigramTokenizer, text: str) -> None:
    """Numbers, code points and pieces are the same, those of unknown characters included."""
    assert _parts(library.encode(text, add_special_tokens=False)) == _parts(tokenizer.encode(text))


def test_a_batch_is_its_texts(tokenizer: UnigramTokenizer) -> None:
    """Each text is cut by itself, in order."""
    texts = ["the bridge", "", "was closed桥x"]

    assert [_parts(tokenizer.encode(text)) for text in texts] == [_parts(e) for e in tokenizer.encode_batch(texts)]


def test_another_model_is_refused(tmp_path: Path) -> None:
    """Byte pairs are cut by other rules."""
    file = tmp_path / TOKENIZER
    file.write_text('{"model": {"type": "BPE", "vocab": {}, "merges": []}}', encoding="utf-8")

    with pytest.raises(ValueError, match="unigram"):
        UnigramTokenizer(file)


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
def test_the_fetched_vocabulary_cuts_alike(text: str) -> None:
    """Also with the quarter of a million pieces that are used."""
    file = weights.path("multilingual-e5-small") / TOKENIZER

    expected = Tokenizer.from_file(str(file)).encode(text, add_special_tokens=False)

    assert _parts(expected) == _parts(UnigramTokenizer(file).encode(text))
