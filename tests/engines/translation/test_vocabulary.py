from pathlib import Path

import pytest
from hypothesis import given

from auditor.engines.translation.vocabulary import Vocabulary
from auditor.errors import ModelError
from tests.engines.hostile import texts
from tests.engines.small_student import vocabulary as train


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    path = tmp_path_factory.mktemp("vocabulary") / "vocab.spm"
    path.write_bytes(train())
    return Vocabulary(path)


@given(texts)
def test_spans_are_ordered_disjoint_and_without_white_space_at_their_ends(vocabulary: Vocabulary, text: str) -> None:
    """Every subword stands for a range of the text, whatever the text; the next begins where it ended or later."""
    for subwords in (vocabulary.encode(text), vocabulary.writable(text)):
        last = 0
        for span in subwords.spans:
            assert last <= span.start <= span.end <= len(text)
            assert span.of(text) == span.of(text).strip()
            last = span.end


@given(texts)
def test_writable_has_no_unknown_piece(vocabulary: Vocabulary, text: str) -> None:
    """What the vocabulary cannot write is left out, and nothing else."""
    written = vocabulary.writable(text)

    assert vocabulary.unknown not in written.ids
    if vocabulary.unknown not in vocabulary.encode(text).ids:
        assert written == vocabulary.encode(text)


def test_spans_quote_the_text(vocabulary: Vocabulary) -> None:
    """Subwords put together give the words they came from."""
    text = "the ferry  leaves"
    subwords = vocabulary.encode(text)

    assert "".join(span.of(text) for span in subwords.spans) == "theferryleaves"
    assert vocabulary.decode(subwords.ids) == "the ferry leaves"


def test_unwritable_characters_are_stepped_over(vocabulary: Vocabulary) -> None:
    """The text around an unwritable character is split as if it were not there, offsets kept."""
    text = "the €ferry한국 leaves"
    written = vocabulary.writable(text)

    assert written.ids == vocabulary.encode("the ferry leaves").ids
    assert "".join(span.of(text) for span in written.spans).replace("한국", "") == "theferryleaves"
    assert written.spans[-1].end == len(text)


def test_accented_letters_are_written_plainly(vocabulary: Vocabulary) -> None:
    """A letter the vocabulary lacks is replaced by its plain twin, one for one."""
    assert vocabulary.encode("the fërry leãves").ids == vocabulary.encode("the ferry leaves").ids


def test_words_start_with_a_space_and_a_letter(vocabulary: Vocabulary) -> None:
    """A space, alone or with a letter, starts a word; letters and hyphens can only go on with one."""
    by_text = {text: number for number, text in vocabulary.texts.items()}

    assert vocabulary.starts_word(by_text["▁fe"])
    assert vocabulary.starts_word(by_text["▁"])
    assert not vocabulary.starts_word(by_text["e"])
    assert vocabulary.continues_word(by_text["e"])
    assert vocabulary.continues_word(by_text["-"])
    assert not vocabulary.continues_word(by_text["▁fe"])
    assert not vocabulary.continues_word(vocabulary.unknown)


def test_missing_and_damaged_vocabularies_are_refused(tmp_path: Path) -> None:
    """The message names the file."""
    damaged = tmp_path / "damaged.spm"
    damaged.write_bytes(b"no vocabulary")

    with pytest.raises(ModelError, match=r"cannot read the vocabulary .*missing\.spm"):
        Vocabulary(tmp_path / "missing.spm")
    with pytest.raises(ModelError, match=r"damaged\.spm is no SentencePiece vocabulary"):
        Vocabulary(damaged)
