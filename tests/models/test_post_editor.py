"""The post-editor's recipe: what each word is taught, what is fitted, and how alarms are counted."""

from __future__ import annotations

import argparse
import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from auditor.engines.post_editing.file_format import FROZEN, LAST, Sizes
from auditor.engines.post_editing.post_editor import WINDOW, MpnetPostEditor, load_post_editor
from auditor.engines.weights import convert_mpnet
from models.train import export_post_editor, measure_post_editor, post_editor
from models.train.noise import hunks
from models.train.noise.texts import Native
from models.train.post_editor import CHANGED, DELETE, IGNORE, KEEP, PostEditor, collate
from models.train.post_editor_text import Line, Material, joined

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
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a seeded MPNet of eleven small layers that knows a few words; return its folder."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import MPNetConfig, MPNetModel

    folder = tmp_path_factory.mktemp("mpnet")
    words = ["<s>", "<pad>", "</s>", "[UNK]", *sorted({*SOUND.split(), *BROKEN.split()})]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106 (a piece)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(5)
    config = MPNetConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=11, num_attention_heads=2, intermediate_size=64
    )
    MPNetModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(encoder: Path) -> PostEditor:
    """Load a post-editor on it."""
    torch.manual_seed(6)
    return PostEditor(encoder)


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
    layers = {int(name.split(".")[3]) for name in names}
    assert layers == set(range(FROZEN, LAST))


def test_training_goes_on_where_it_stopped(encoder: Path, tmp_path: Path) -> None:
    """The loss falls, a run can be taken up again, and too high a rate is not let ruin it unseen."""
    given = argparse.Namespace(steps=12, batch=2, rate=1e-3, seed=1)
    model = PostEditor(encoder)
    optimiser = torch.optim.AdamW(post_editor._groups(model), lr=given.rate)
    run = post_editor.Run(tmp_path)
    post_editor.train(model, optimiser, run, _material(), given)
    again = post_editor.Run(tmp_path)
    fresh = PostEditor(encoder)
    later = torch.optim.AdamW(post_editor._groups(fresh), lr=given.rate)
    again.restore(fresh, later)
    assert again.step == 12
    assert all(torch.equal(each, model.fitted()[name]) for name, each in fresh.fitted().items())
    given.steps = 160
    post_editor.train(fresh, later, again, _material(), given)

    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["restored"] < lines[0]["restored"] - 0.5
    assert lines[-1]["step"] == 160


@pytest.fixture(scope="module")
def shipped(model: PostEditor, encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> MpnetPostEditor:
    """Export the post-editor with heads that tell words apart, and load it as users do."""
    from transformers import MPNetModel

    folder = tmp_path_factory.mktemp("shipped")
    torch.manual_seed(7)
    with torch.no_grad():
        for head in (model.keeping, model.deleting, model.gap, model.judge):
            head.weight.normal_(0, 0.3)
    run = folder / "run"
    run.mkdir()
    save_file({name: each.detach().clone() for name, each in model.fitted().items()}, run / "post-editor.safetensors")
    export_post_editor.export(run, folder / "post-editor")
    sizes = Sizes(width=32, heads=2, feed_forward=64, positions=512, vocabulary=model.encoder.config.vocab_size)
    tensors = convert_mpnet.encoder(MPNetModel.from_pretrained(encoder).state_dict(), sizes)
    save_file(tensors, folder / "encoder.safetensors", metadata={"sizes": json.dumps(asdict(sizes))})
    shutil.copy(encoder / "tokenizer.json", folder)
    return load_post_editor(folder, folder / "post-editor", precision="float32")


def test_what_ships_says_what_was_trained(model: PostEditor, shipped: MpnetPostEditor) -> None:
    """Our own network, its matrices in eight bits, agrees with transformers' on each word."""
    (edits,) = shipped.read([BROKEN], [hunks.words(BROKEN)])

    with torch.inference_mode():
        states = model.states(collate(model, [[Line.plain(BROKEN)]]))
        wrong, missing = -model.kept(states), model.gap(states).log_softmax(1)
        best = model.restored(states).max(1)
    assert edits.wrong == pytest.approx(wrong.tolist(), abs=0.05)
    assert [odds for _, odds in edits.missing] == pytest.approx(
        (missing[:, 1:].logsumexp(1) - missing[:, 0]).tolist(), abs=0.05
    )
    assert [known[0][1] for known in edits.replacements] == pytest.approx(best.values.tolist(), abs=0.1)
    assert max(edits.wrong) - min(edits.wrong) > 0.5  # or all of the above could hold by accident


def test_a_word_beyond_the_window_is_not_read(shipped: MpnetPostEditor) -> None:
    """Nothing is said of it; the sentence behind has a window of its own, and is read as if it stood alone."""
    long = " ".join(["he said on monday"] * 120)
    sentences = [long, SOUND]

    endless, sound = shipped.read(sentences, [hunks.words(sentence) for sentence in sentences])

    read = [at for at, value in enumerate(endless.wrong) if not math.isnan(value)]
    assert read == list(range(2 * WINDOW - 1))
    assert endless.replacements[2 * WINDOW - 1] == ()
    (alone,) = shipped.read([SOUND], [hunks.words(SOUND)])
    assert sound.wrong == pytest.approx(alone.wrong, abs=1e-4)


def _material() -> Material:
    story = Native("story", "news", (SOUND,) * 8)
    lines = [[(_line(), Line.plain(SOUND))] * 8]
    trips = {"story": {0: [{"before": SOUND, "after": BROKEN, "maker": "apertium-cat"}]}}
    return Material([story], trips, [[_line()] * 8], lines, [[Line.plain(SOUND, marked=0.1)] * 8], _length, {}, {})


def _length(text: str) -> int:
    return text.count(" ") + 1


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
