"""A text is paired with its source: inside paragraphs, or sentence by sentence, or not at all."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor import workflow
from auditor.alignment import attach_source
from auditor.engines import factory
from auditor.errors import InputError
from auditor.protocols import Embedder
from auditor.readers import files, text
from auditor.text import segmentation
from auditor.values import Document, Settings

PAIRS = (
    (
        "A ponte velha de Vila Nova fechou ao trânsito na segunda-feira.",
        "The old bridge of Vila Nova closed to traffic on Monday.",
    ),
    (
        "Os engenheiros encontraram fendas em três dos sete pilares.",
        "Engineers found cracks in three of its seven pillars.",
    ),
    (
        "Os comerciantes da margem direita temem perder metade dos clientes.",
        "Shopkeepers on the right bank fear losing half of their customers.",
    ),
    (
        "A câmara prometeu um serviço gratuito de barcos durante as obras.",
        "The town promised a free boat service during the works.",
    ),
    (
        "O primeiro barco partiu às oito da manhã, quase vazio.",
        "The first boat left at eight in the morning, almost empty.",
    ),
    (
        "Uma professora reformada disse que preferia esperar por uma ponte nova.",
        "A retired teacher said that she would rather wait for a new bridge.",
    ),
    (
        "O ministério calcula que a reparação custe nove milhões de euros.",
        "The ministry estimates that the repair will cost nine million euros.",
    ),
    ("Metade do dinheiro virá de fundos europeus.", "Half of the money will come from European funds."),
    (
        "A oposição pede um inquérito sobre a manutenção da ponte.",
        "The opposition wants an inquiry into how the bridge was maintained.",
    ),
    ("A última inspeção completa tinha sido feita em 2009.", "The last full inspection had been made in 2009."),
)


def _document(paragraphs: Sequence[str]) -> Document:
    return segmentation.document("\n\n".join(paragraphs), name="story.txt")


def _source(paragraphs: Sequence[str]) -> Document:
    return segmentation.document("\n\n".join(paragraphs), name="original.txt", language="pt")


def _given(document: Document) -> list[str | None]:
    return [sentence.source for sentence in document.sentences]


class Dictionary:
    """An embedder that knows the sentences of this file: both sides of a pair have one vector, all else another."""

    name = "dictionary"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of the pairs, drawn once for all."""
        known = {side: number for number, pair in enumerate(PAIRS) for side in pair}
        numbers = [known.get(one, len(PAIRS) + hash_of(one)) for one in texts]
        rows = [np.random.default_rng(number).normal(size=64) for number in numbers]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, 64)
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def hash_of(text: str) -> int:
    """Return a number that is the same in every run."""
    return int.from_bytes(text.encode()[:6], "big")


@pytest.fixture
def dictionary() -> Embedder:
    return Dictionary()


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    """The encoder that ships."""
    return factory.load_embedder(Settings())


def test_equal_paragraphs_are_paired_inside(dictionary: Embedder) -> None:
    """With as many paragraphs on both sides, each sentence gets its own, and the notes say how it was done."""
    ours = [" ".join(pair[1] for pair in PAIRS[:4]), " ".join(pair[1] for pair in PAIRS[4:])]
    theirs = [" ".join(pair[0] for pair in PAIRS[:4]), " ".join(pair[0] for pair in PAIRS[4:])]

    paired = attach_source.attach(_document(ours), _source(theirs), dictionary)

    assert _given(paired) == [pair[0] for pair in PAIRS]
    assert paired.source_language == "pt"
    assert paired.notes == ("aligned with original.txt (pt) by paragraphs",)
    assert paired.text == _document(ours).text


def test_other_paragraphs_are_paired_by_sentences(dictionary: Embedder) -> None:
    """Where paragraphs differ, sentences are followed through the text; what is missing is told and has no source."""
    ours = [" ".join(pair[1] for pair in PAIRS if pair != PAIRS[3])]
    theirs = [pair[0] for pair in PAIRS if pair != PAIRS[6]]

    paired = attach_source.attach(_document(ours), _source(theirs), dictionary)

    assert _given(paired) == [pair[0] if pair != PAIRS[6] else None for pair in PAIRS if pair != PAIRS[3]]
    assert paired.notes[0] == "aligned with original.txt (pt) by sentences"
    assert paired.notes[1].startswith("1 sentence of original.txt without a counterpart in the text, such as “A câmara")


def test_chinese_sentences_need_no_space() -> None:
    """The stops of other scripts end a sentence."""
    source = segmentation.document("桥关闭了。工程师发现了裂缝！商人们很担心。", name="original.txt", language="zh")

    given = list(attach_source.sentences(source.text, source.paragraphs[0].span))

    assert given == ["桥关闭了。", "工程师发现了裂缝！", "商人们很担心。"]


def test_lines_cut_anywhere_are_put_together(dictionary: Embedder) -> None:
    """A source that was wrapped by hand has the same sentences."""
    theirs = " ".join(pair[0] for pair in PAIRS)
    middle = theirs.index("trânsito")
    wrapped = f"{theirs[:middle]}\n{theirs[middle:]}"

    paired = attach_source.attach(_document([" ".join(pair[1] for pair in PAIRS)]), _source([wrapped]), dictionary)

    assert _given(paired) == [pair[0] for pair in PAIRS]


@pytest.mark.parametrize("seed", range(3))
def test_a_source_in_another_order_is_refused(dictionary: Embedder, seed: int) -> None:
    """Shuffled, a source is no source: no sentence is given a wrong one."""
    shuffled = [pair[0] for pair in PAIRS]
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (a seeded order, not a secret)

    with pytest.raises(InputError, match=re.escape("story.txt cannot be aligned with original.txt: too little of")):
        attach_source.attach(_document([pair[1] for pair in PAIRS]), _source(shuffled), dictionary)


def test_a_document_with_sources_is_refused(tmp_path: Path) -> None:
    """One source a story."""
    table = tmp_path / "pairs.tsv"
    table.write_text("source\ttarget\nA ponte fechou.\tThe bridge closed to all traffic on Monday.\n", encoding="utf-8")

    with pytest.raises(InputError, match="brings its own source along"):
        workflow.with_source(files.read(str(table)), "A ponte fechou.")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("english.txt", " ".join(pair[1] for pair in PAIRS), "is in English, like the text"),
        ("pairs.tsv", "source\ttarget\nA ponte.\tThe bridge.\n", "is a table or a translation file"),
        ("empty.txt", "", "is empty"),
    ],
)
def test_what_is_no_source_is_refused(name: str, content: str, message: str) -> None:
    """The file is read by the readers, in any language but English."""
    with pytest.raises(InputError, match=message):
        files.source(content.encode(), name=name)


def test_a_source_may_be_in_any_language() -> None:
    """What the text readers refuse to audit may be a source."""
    content = " ".join(pair[0] for pair in PAIRS).encode()

    assert files.source(content, name="original.txt").language == "pt"
    with pytest.raises(InputError, match="does not look like English"):
        text.read(content, name="original.txt")


@pytest.mark.weights
def test_the_encoder_pairs_real_sentences(encoder: Embedder) -> None:
    """One sentence left out, one added, two merged: every other sentence gets the source it was translated from."""
    merged = f"{PAIRS[4][1].rstrip('.')}, and {PAIRS[5][1][0].lower()}{PAIRS[5][1][1:]}"
    ours = [*(pair[1] for pair in PAIRS[:3]), merged, *(pair[1] for pair in PAIRS[6:])]
    theirs = [pair[0] for pair in PAIRS]
    theirs.insert(8, "O tempo esteve sempre bom durante toda a semana.")

    paired = attach_source.attach(_document([" ".join(ours)]), _source(theirs), encoder)

    expected = [PAIRS[n][0] for n in range(3)] + [f"{PAIRS[4][0]} {PAIRS[5][0]}"] + [PAIRS[n][0] for n in range(6, 10)]
    assert _given(paired) == expected
    assert paired.notes[1].startswith("2 sentences of original.txt without a counterpart")


@pytest.mark.weights
@pytest.mark.parametrize("seed", range(3))
def test_the_encoder_refuses_shuffled_sources(encoder: Embedder, seed: int) -> None:
    """Nothing is gained from sources that are not those of the sentences, so none is taken."""
    shuffled = [pair[0] for pair in PAIRS]
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (a seeded order, not a secret)

    with pytest.raises(InputError, match="cannot be aligned"):
        attach_source.attach(_document([pair[1] for pair in PAIRS]), _source(shuffled), encoder)


@pytest.mark.weights
@pytest.mark.parametrize("number", range(0, len(PAIRS), 2))
def test_two_sentences_take_their_own_source_alone(encoder: Embedder, number: int) -> None:
    """However little there is to compare with: their own source is theirs, that of two others of the story is not."""
    ours = _document([" ".join(pair[1] for pair in PAIRS[number : number + 2])])
    own, *others = (
        _source([" ".join(pair[0] for pair in PAIRS[start : start + 2])])
        for start in (number, *(other for other in range(0, len(PAIRS), 2) if other != number))
    )

    assert _given(attach_source.attach(ours, own, encoder)) == [pair[0] for pair in PAIRS[number : number + 2]]
    for other in others:
        with pytest.raises(InputError, match="cannot be aligned"):
            attach_source.attach(ours, other, encoder)
