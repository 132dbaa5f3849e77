"""The causal language model: scores, windows and prices against a plain loop over the same checkpoint."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import LlamaForCausalLM

from auditor.engines.language_model import causal_lm
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.network import ContinuationTree
from auditor.errors import ModelError
from auditor.protocols import Edit, LookAheadEstimate, Passage
from auditor.text import segmentation
from auditor.values import Span
from tests.small_models import SENTENCES, make_causal_lm

TEXT = (
    "The minister said on Monday that the talks would go on. China’s claims were rejected by the court.\n\n"
    "“We will meet again,” she said, “and soon.” The shortage. of fuel has cost 1,250 jobs so far"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal_lm(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def model(folder: Path) -> CausalLM:
    return CausalLM(folder, name="tiny", precision="float32")


def _units(text: str) -> list[Span]:
    return [sentence.span for sentence in segmentation.document(text, name="test").sentences]


def _only(passages: Iterator[Passage]) -> Passage:
    (passage,) = passages
    return passage


def _plain_log_probs(folder: Path, ids: list[int]) -> list[float]:
    network = LlamaForCausalLM.from_pretrained(folder)
    with torch.inference_mode():
        log_probs = network(torch.tensor([ids])).logits[0].log_softmax(-1)
    return [float(log_probs[i, token]) for i, token in enumerate(ids[1:])]


def _stream(model: CausalLM, text: str) -> list[int]:
    """Tokenize as the model is meant to read: paragraphs joined by a blank line, plain quotes, start token first."""
    paragraphs = [line for line in text.split("\n\n") if line]
    plain = [paragraph.translate(str.maketrans("“”‘’", "\"\"''")) for paragraph in paragraphs]
    ids = [0]
    for number, paragraph in enumerate(plain):
        ids += model.encode("\n\n") * bool(number) + model.encode(paragraph)
    return ids


def test_scores_equal_a_plain_forward_pass(model: CausalLM, folder: Path) -> None:
    """Each token's log-probability is what the network says of the whole text read at once."""
    tokens = _only(model.read(TEXT, _units(TEXT))).tokens
    ids = _stream(model, TEXT)
    texts = model.token_texts(ids)[1:]
    log_probs = _plain_log_probs(folder, ids)
    expected = [value for text, value in zip(texts, log_probs, strict=True) if text.strip()]

    assert expected == pytest.approx(list(tokens.log_probs), abs=1e-4)


def test_tokens_tile_the_text(model: CausalLM) -> None:
    """Every character but white space belongs to at least one token, and tokens are in order."""
    tokens = _only(model.read(TEXT, _units(TEXT))).tokens
    covered = {offset for span in tokens.spans for offset in range(span.start, span.end)}

    assert {i for i, character in enumerate(TEXT) if not character.isspace()} <= covered
    assert sorted(tokens.spans) == list(tokens.spans)


def test_a_price_is_the_difference_of_two_whole_texts(model: CausalLM, folder: Path) -> None:
    """With all that follows taken in, the gain is log P(edited text) - log P(text), to float32 precision."""
    text = "The minister said on Monday that the talks would go on."
    start = text.index("Monday")
    edited = text.replace("Monday", "the first day")
    passage = _only(model.read(text, _units(text)))
    ending = model.encode("\n\n")[:1]  # what follows is judged up to the first token of the line break
    before = sum(_plain_log_probs(folder, _stream(model, text) + ending))
    after = sum(_plain_log_probs(folder, _stream(model, edited) + ending))

    gain = passage.rescore([Edit(Span(start, start + 6), "the first day")], following=100)

    assert gain == pytest.approx([after - before], abs=1e-3)


EDITS = [
    ("minister", "court"),
    ("said", ""),
    ("The", "A"),
    ("China’s claims", "claims of China"),
    ("shortage. of fuel", "fuel shortage"),
    ("far", "far."),
    ("far", ""),
    ("“We", "We"),
]


def _edit(wrong: str, right: str) -> Edit:
    start = TEXT.index(wrong)
    return Edit(Span(start, start + len(wrong)), right)


def _fresh(model: CausalLM) -> Passage:
    return _only(model.read(TEXT, _units(TEXT)))


def test_a_price_does_not_depend_on_its_batch(model: CausalLM) -> None:
    """An edit costs the same alone as among others."""
    edits = [_edit(*pair) for pair in EDITS]
    together = _fresh(model).rescore(edits, following=8)

    alone = [_fresh(model).rescore([edit], following=8)[0] for edit in edits]

    assert alone == pytest.approx(together, abs=1e-4)


def test_a_price_does_not_depend_on_what_was_asked_before(model: CausalLM) -> None:
    """What was read of an edit, or of another that begins alike, is read on from, and the price is what it is."""
    edits = [_edit(*pair) for pair in [*EDITS, ("Monday", "Tuesday"), ("Monday", "Tuesday morning")]]
    at_once = _fresh(model).rescore(edits, following=8)
    passage = _fresh(model)
    look_ahead = LookAheadEstimate(kept_shares=(1.0,), new_token_nats=0.0)

    passage.estimate(edits[1::2], following=2, look_ahead=look_ahead, asked=1)
    passage.rescore(edits[::2], following=2)

    assert passage.rescore(edits, following=8) == pytest.approx(at_once, abs=1e-4)


def test_what_was_asked_is_not_read_again(model: CausalLM, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each token of an edit is read once, however often it is priced."""
    edits = [_edit(*pair) for pair in EDITS]
    passage = _fresh(model)
    read = []
    extend = model._network.extend

    def watched(state: object, tree: ContinuationTree) -> object:
        read.append(len(tree.ids))
        return extend(state, tree)

    monkeypatch.setattr(model._network, "extend", watched)
    passage.estimate(edits, following=8, look_ahead=LookAheadEstimate(kept_shares=(1.0,), new_token_nats=0.0), asked=1)
    passage.rescore(edits, following=8)
    in_stages = sum(read)
    passage.rescore(edits, following=8)
    _fresh(model).rescore(edits, following=8)

    assert sum(read) == 2 * in_stages


def test_bounds_are_never_below_the_price(model: CausalLM) -> None:
    """The bound that costs nothing may be too high, never too low."""
    edits = [_edit(*pair) for pair in EDITS]
    passage = _only(model.read(TEXT, _units(TEXT)))
    prices = passage.rescore(edits, following=2)

    bounds = passage.upper_bounds(edits, following=2)

    assert all(bound >= price - 1e-4 for bound, price in zip(bounds, prices, strict=True))


def test_an_estimate_ends_in_the_price(model: CausalLM) -> None:
    """Asked for every token an estimate is the price; asked for none, with the rest for free, it is the bound."""
    edits = [_edit(*pair) for pair in EDITS]
    passage = _only(model.read(TEXT, _units(TEXT)))
    free, dear = (
        LookAheadEstimate(kept_shares=(0.0,), new_token_nats=0.0),
        LookAheadEstimate(kept_shares=(1.0,), new_token_nats=9.0),
    )

    assert passage.estimate(edits, following=2, look_ahead=dear, asked=99) == passage.rescore(edits, following=2)
    assert passage.estimate(edits, following=2, look_ahead=free, asked=0) == passage.upper_bounds(edits, following=2)


def test_an_estimate_takes_the_outlook_for_what_it_has_not_asked(model: CausalLM) -> None:
    """A kept token costs its share of what it costs now, a new one the fixed price."""
    text = "The minister said on Monday that the talks would go on."
    passage = _only(model.read(text, _units(text)))
    start = text.index("Monday")
    edit = Edit(Span(start, start + 6), "Tuesday")
    fresh = len(model.encode(" Tuesday")) - 1
    kept = [p for s, p in zip(passage.tokens.spans, passage.tokens.log_probs, strict=True) if s.start > start + 6][:2]

    guess = passage.estimate(
        [edit], following=2, look_ahead=LookAheadEstimate(kept_shares=(0.5, 1.0), new_token_nats=2.0), asked=0
    )

    expected = passage.upper_bounds([edit], following=2)[0] - 2.0 * fresh + 0.5 * kept[0] + kept[1]
    assert guess == pytest.approx([expected], abs=1e-4)


def test_an_edit_that_changes_nothing_gains_nothing(model: CausalLM) -> None:
    """Writing the same words again is worth 0 nats."""
    passage = _only(model.read(TEXT, _units(TEXT)))

    assert passage.rescore([_edit("talks", "talks")], following=8) == [0.0]


def test_long_texts_are_read_in_passages_that_score_each_word_once(model: CausalLM) -> None:
    """Passages tile a long text; no token is scored twice or left out."""
    text = "\n\n".join(f"{number}. {TEXT.splitlines()[0]}" for number in range(90))
    passages = list(model.read(text, _units(text)))
    spans = [span for passage in passages for span in passage.tokens.spans]

    assert len(passages) > 3
    assert sorted(set(spans)) == spans
    assert {i for i, c in enumerate(text) if not c.isspace()} <= {i for s in spans for i in range(s.start, s.end)}


@pytest.mark.parametrize(
    ("ends", "size"),
    [
        ([(50, 9), (120, 5), (160, 3), (190, 7), (230, 1)], 160),  # the least checksum between 100 and 200 tokens
        ([(100, 3), (150, 3), (200, 3), (300, 0)], 100),
        ([(40, 1), (90, 5), (250, 0)], 90),  # none ends there: behind as many units as there is room for
        ([(250, 0), (300, 1)], 200),  # a unit that is longer than a passage is cut
    ],
)
def test_a_passage_ends_where_its_text_says(ends: list[tuple[int, int]], size: int) -> None:
    """Behind a unit where it can."""
    assert causal_lm._choose_end(ends, 100, 200) == size


@pytest.mark.parametrize("rest", range(561, 1505, 59))
def test_two_lanes_end_a_text_together(rest: int) -> None:
    """The former of the last two passages is longer by what the other worker is busy with: up to 384 tokens."""
    least, most = causal_lm._passage_length(rest)
    former = (least + most) // 2

    assert 0 < least < most <= causal_lm._PASSAGE_TOKENS[1]
    assert most - least == 96
    assert rest / 2 <= former <= rest * 3 / 4
    assert abs(2 * former - rest - 384) <= 1 or rest < 768 or most == causal_lm._PASSAGE_TOKENS[1]


@pytest.mark.parametrize("rest", [300, 560, 1505, 9000])
def test_what_is_no_two_passages_is_cut_as_ever(rest: int) -> None:
    """A short end is one passage; what is far from the end is cut as if there were none."""
    assert causal_lm._passage_length(rest) == causal_lm._PASSAGE_TOKENS


@pytest.mark.parametrize("words", [100, 500, 900, 2500])
def test_no_passage_is_longer_than_the_longest(model: CausalLM, words: int) -> None:
    """Of a text of any length; the last two together are more than one short one."""
    sizes = _sizes(model, words)

    assert max(sizes) <= causal_lm._PASSAGE_TOKENS[1]
    assert sizes[0] <= causal_lm._FIRST_TOKENS[1]
    assert len(sizes) < 3 or sum(sizes[-2:]) > 560


def test_how_a_text_goes_on_changes_its_end_alone(model: CausalLM) -> None:
    """More text behind it moves none of the passages that are cut before its last 1,504 tokens are reached."""
    short, long = _sizes(model, 2500), _sizes(model, 5000)
    done = next(count for count in range(len(short)) if sum(short[count:]) <= 1504)

    assert done > 2
    assert short[:done] == long[:done]


def _sizes(model: CausalLM, words: int) -> list[int]:
    """Return how many tokens the passages of a text of so many words have; the longer text begins like the shorter."""
    source, known = random.Random(7), " ".join(SENTENCES).split()  # noqa: S311 (no secret)
    text = " ".join(" ".join(source.choices(known, k=12)) + "." for _ in range(words // 12))
    return [len(passage._block) for passage in model.read(text, _units(text))]


def test_after_an_edit_passages_begin_again_where_they_began(model: CausalLM) -> None:
    """A paragraph that goes changes what stands near it, not how the rest is cut."""
    source, words = random.Random(0), " ".join(SENTENCES).split()  # noqa: S311 (no secret)
    paragraphs = [" ".join(source.choices(words, k=source.randint(8, 40))) + "." for _ in range(400)]

    def fingerprints(kept: list[str]) -> list[str]:
        text = "\n\n".join(kept)
        return [
            p.fingerprint for p in model.read(text, [p.span for p in segmentation.document(text, name="x").paragraphs])
        ]

    before = fingerprints(paragraphs)
    new = [len(set(fingerprints(paragraphs[:at] + paragraphs[at + 1 :])) - set(before)) for at in range(20, 200, 20)]

    assert len(before) > 15
    assert sum(new) < 2 * len(new)


def test_what_the_model_expects_are_words(model: CausalLM) -> None:
    """Predictions at a word's place are whole alphabetic words."""
    passage = _only(model.read(TEXT, _units(TEXT)))

    (words,) = passage.predict([TEXT.index("talks")], best=50)

    assert words
    assert all(word.isalpha() for word in words)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=80))
def test_offsets_hold_on_all_of_unicode(model: CausalLM, text: str) -> None:
    """Whatever the characters, token spans lie inside the text, in order."""
    document = segmentation.document(text, name="test")
    units = [sentence.span for sentence in document.sentences]
    for passage in model.read(text, units):
        spans = passage.tokens.spans
        assert all(0 <= span.start <= span.end <= len(text) for span in spans)
        assert [span.start for span in spans] == sorted(span.start for span in spans)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    """A missing tokenizer or damaged weights give one sentence with the folder's name."""
    with pytest.raises(ModelError, match=str(tmp_path)):
        CausalLM(tmp_path, name="none")


def test_damaged_weights_are_named(folder: Path, tmp_path: Path) -> None:
    """Weights cut short are an error of the model, not a crash."""
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\x00" * 100)

    with pytest.raises(ModelError, match="cannot load"):
        CausalLM(tmp_path, name="cut")


def test_other_architectures_are_read_by_transformers(folder: Path, tmp_path: Path, model: CausalLM) -> None:
    """A checkpoint of another architecture is read with transformers, which the signature tells; scores agree."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    other = config | {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "sliding_window": None}
    (tmp_path / "config.json").write_text(json.dumps(other), encoding="utf-8")
    edits = [_edit(*pair) for pair in EDITS]
    theirs = CausalLM(tmp_path, name="tiny", precision="float32")
    ours, reference = _only(model.read(TEXT, _units(TEXT))), _only(theirs.read(TEXT, _units(TEXT)))

    assert (model.name, theirs.name) == ("tiny/float32/llama", "tiny/float32/transformers")
    assert ours.tokens.log_probs == pytest.approx(reference.tokens.log_probs, abs=1e-4)
    assert ours.rescore(edits, following=8) == pytest.approx(reference.rescore(edits, following=8), abs=1e-3)
