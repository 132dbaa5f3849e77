"""The post-editor's recipe: what each word is taught, what is fitted, and how alarms are counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from models.train import measure_post_editor, post_editor
from models.train.noise import hunks
from models.train.post_editor import CHANGED, DELETE, IGNORE, KEEP, PostEditor, collate
from models.train.post_editor_text import Line, joined

SOUND = "he said on monday that the talks would go on"
BROKEN = "he said in monday that the the talks would gone on"


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Layers this small are slower on several threads, and far slower where other processes use them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PostEditor:
    """Make a post-editor on a seeded encoder of seven small layers that knows a few words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import MPNetConfig, MPNetModel

    folder = tmp_path_factory.mktemp("mpnet")
    words = ["<s>", "<pad>", "</s>", "[UNK]", *sorted({*SOUND.split(), *BROKEN.split()})]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106 (a piece)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(5)
    config = MPNetConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=7, num_attention_heads=2, intermediate_size=64
    )
    MPNetModel(config).save_pretrained(folder)
    return PostEditor(folder, rank=4)


def _line() -> Line:
    return Line.of(BROKEN, hunks.labels(SOUND, BROKEN), judged=True)


def test_each_word_is_taught_what_stood_there(model: PostEditor) -> None:
    """Kept, replaced and deleted words have their class; one whose word the vocabulary lacks is only wrong."""
    strange = Line.of("he said on xyz", hunks.labels("he said on tuesday", "he said on xyz"))

    batch = collate(model, [[_line()], [strange]])

    told = dict(zip(BROKEN.split(), batch.targets.tolist(), strict=False))
    assert (told["he"], told["in"], told["gone"]) == (KEEP, model.classes["on"], model.classes["go"])
    assert DELETE in batch.targets.tolist()
    assert batch.targets[-1] == CHANGED


def test_what_nobody_knows_teaches_nothing(model: PostEditor) -> None:
    """An unsure word that no one word mends is left out."""
    unsure = Line.of(
        "he said", [hunks.Label(span, kept=False, before=None, sure=False) for span in hunks.words("he said")]
    )

    assert collate(model, [[unsure]]).targets.tolist() == [IGNORE, IGNORE]


def test_only_upper_layers_and_heads_move(model: PostEditor) -> None:
    """What is fitted is small, and no layer below the frozen ones is part of it."""
    names = [name for name in model.fitted() if name.startswith("encoder")]

    assert names
    assert all(name.startswith(f"encoder.encoder.layer.{post_editor.FROZEN}.") for name in names)


def test_a_tokenised_post_edit_is_put_together() -> None:
    """So that a contraction is one word on both sides."""
    assert joined("He did n't see Cerna 's ( old ) house .") == "He didn't see Cerna's (old) house."


def _story(name: str, values: list[float], wrong: list[int]) -> measure_post_editor.Story:
    shares = np.zeros(len(values))
    shares[wrong] = 1.0
    touched = tuple((at,) for at in wrong)
    return measure_post_editor.Story(name, len(values), {"s": np.array(values)}, shares, touched, ())


def test_the_bar_allows_so_many_false_alarms_and_no_more() -> None:
    """Neighbouring words are one alarm; recall counts errors that are touched."""
    clean = [_story("clean", [0.9, 0.8, 0.1, 0.7] + [0.0] * 196, [])]

    limit = measure_post_editor.bar(clean, "s", 5.0)

    assert limit == 0.8  # two runs in 200 words would be ten a thousand
    assert measure_post_editor.recall([_story("bad", [0.85, 0.2, 0.3], [0, 1])], "s", limit) == 0.5
