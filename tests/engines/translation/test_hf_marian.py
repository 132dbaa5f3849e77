import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from transformers import MarianMTModel

from auditor.engines.translation.hf_marian import MarianTranslator
from auditor.errors import ModelError
from tests.engines.hostile import texts
from tests.engines.small_marian import ENGLISH, FRENCH, save_small_marian

UNSEEN = ["the captain said the ferry will come back", "nobody knew the mayor", "he'll stay at the bridge at noon"]
FORCED = ["le capitaine a dit que le ferry reviendrait", "personne ne savait", "il restera à midi le lundi"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkpoint, English to French."""
    return save_small_marian(tmp_path_factory.mktemp("hub") / "small")


@pytest.fixture(scope="module")
def translator(folder: Path) -> MarianTranslator:
    """The small checkpoint, opened."""
    return MarianTranslator(folder, pair=("en", "fr"))


@pytest.fixture(scope="module")
def reference(folder: Path) -> Any:  # noqa: ANN401 - transformers is untyped
    """The same checkpoint in transformers' own hands."""
    return MarianMTModel.from_pretrained(folder)


def _numbers(folder: Path, side: str, sentence: str) -> list[int]:
    import sentencepiece

    ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / side))
    return [*(ids.get(subword, 1) for subword in processor.encode(sentence, out_type=str)), 0]


def _log_softmax(reference: Any, source: Sequence[int], target: Sequence[int]) -> torch.Tensor:  # noqa: ANN401
    with torch.no_grad():
        logits = reference(input_ids=torch.tensor([source]), labels=torch.tensor([target])).logits[0].clone()
    logits[:, [1, reference.config.pad_token_id]] = -math.inf  # never written
    return torch.log_softmax(logits, dim=-1)


def test_a_checkpoint_translates_what_it_learned(translator: MarianTranslator) -> None:
    """Subwords, numbers and text fit together on the way in and out."""
    assert translator.pair == ("en", "fr")
    assert translator.translate(ENGLISH) == list(FRENCH)
    assert translator.translate(["", " "]) == ["", ""]


def test_greedy_is_transformers_own(translator: MarianTranslator, reference: Any, folder: Path) -> None:  # noqa: ANN401
    """On sentences it never saw, one by one through `generate`."""
    expected = []
    for sentence in UNSEEN:
        source = _numbers(folder, "source.spm", sentence)
        never = [[1], [reference.config.pad_token_id]]
        room = min(math.floor(2.5 * len(source)), 64)
        found = reference.generate(
            torch.tensor([source]), num_beams=1, do_sample=False, max_new_tokens=room - 1, bad_words_ids=never
        )
        expected.append([subword for subword in found[0].tolist() if subword not in (0, reference.config.pad_token_id)])
    written = [_numbers(folder, "target.spm", translation)[:-1] for translation in translator.translate(UNSEEN)]
    texts_ = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    names = {number: subword for subword, number in texts_.items()}

    for ours, theirs in zip(written, expected, strict=True):
        plain = [
            "".join(names[subword] for subword in subwords).replace("▁", " ").strip() for subwords in (ours, theirs)
        ]
        assert plain[0] == plain[1]


def test_forced_scores_are_transformers_own(translator: MarianTranslator, reference: Any, folder: Path) -> None:  # noqa: ANN401
    """Log-probability, entropy and rank of each subword against the whole distribution, unbatched."""
    for source, target, scores in zip(UNSEEN, FORCED, translator.force(UNSEEN, FORCED), strict=True):
        subwords = _numbers(folder, "target.spm", target)
        rows = _log_softmax(reference, _numbers(folder, "source.spm", source), subwords)
        own = rows[range(len(subwords)), subwords]
        entropies = -(rows.exp() * rows.clamp_min(-1e9)).sum(1)

        assert scores.log_probs == pytest.approx(own.tolist(), abs=2e-5)
        assert scores.entropies == pytest.approx(entropies.tolist(), abs=1e-4)
        assert list(scores.ranks) == (rows > own.unsqueeze(1)).sum(1).tolist()


def test_results_do_not_depend_on_batch_mates(translator: MarianTranslator) -> None:
    """A batch gives what each sentence gives alone."""
    sources, targets = [*UNSEEN, *ENGLISH], [*FORCED, *FRENCH]
    together = translator.examine(sources, targets, best=4)

    assert translator.translate(sources) == [translator.translate([source])[0] for source in sources]
    for source, target, (tokens, others) in zip(sources, targets, together, strict=True):
        ((alone, alternatives),) = translator.examine([source], [target], best=4)
        assert alone.log_probs == pytest.approx(tokens.log_probs, abs=2e-5)
        assert (alone.spans, alternatives) == (tokens.spans, others)


def test_a_source_is_read_once_for_both(translator: MarianTranslator) -> None:
    """Translating and examining in one pass gives what each gives by itself."""
    sources, targets = [*UNSEEN, *ENGLISH], [*FORCED, *FRENCH]
    translations, examined = translator.translate_and_examine(sources, targets, best=3)

    assert translations == translator.translate(sources)
    for (tokens, others), (alone, alternatives) in zip(
        examined, translator.examine(sources, targets, best=3), strict=True
    ):
        assert (tokens.spans, others) == (alone.spans, alternatives)
        assert tokens.log_probs == pytest.approx(alone.log_probs, abs=2e-5)


def test_alternatives_continue_to_the_word_s_end(translator: MarianTranslator) -> None:
    """In place of a wrong word the model offers the whole word it learned."""
    target = "le ferry quitte le maire à midi"
    ((tokens, others),) = translator.examine([ENGLISH[0]], [target], best=4)
    at = [span.of(target) for span in tokens.spans].index("m")

    assert "port" in others[at]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts, texts)
def test_offsets_hold_on_any_text(translator: MarianTranslator, source: str, target: str) -> None:
    """Spans stay inside the target and in order, numbers are finite; what is too long says so beforehand."""
    if not translator.fits(source, target):
        return
    ((tokens, others),) = translator.examine([source], [target], best=2)
    starts = [span.start for span in tokens.spans]

    assert starts == sorted(starts)
    assert tokens.spans[-1].start == tokens.spans[-1].end == len(target)
    assert all(math.isfinite(log_prob) and log_prob <= 0 for log_prob in tokens.log_probs)
    assert len(others) == len(tokens.spans)


def test_a_sentence_beyond_the_positions_is_refused(translator: MarianTranslator) -> None:
    """The checkpoint has 64 positions."""
    long = " ".join(ENGLISH * 3)

    assert not translator.fits(long, "")
    with pytest.raises(ModelError, match=r"too long for marian-en-fr/.*, which takes 63; split it"):
        translator.force([long], ["le"])


def test_a_model_of_several_languages_is_told_which(tmp_path: Path) -> None:
    """The mark of the target language goes before each source."""
    folder = save_small_marian(tmp_path / "many", marks=">>fr<< >>pt<<", rounds=2)
    reference = MarianMTModel.from_pretrained(folder)
    mark = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))[">>fr<<"]
    (scores,) = MarianTranslator(folder, pair=("en", "fr")).force(UNSEEN[:1], FORCED[:1])
    subwords = _numbers(folder, "target.spm", FORCED[0])
    rows = _log_softmax(reference, [mark, *_numbers(folder, "source.spm", UNSEEN[0])], subwords)

    assert scores.log_probs == pytest.approx(rows[range(len(subwords)), subwords].tolist(), abs=2e-5)


def test_the_name_changes_with_the_weights(translator: MarianTranslator, folder: Path, tmp_path: Path) -> None:
    """Two checkpoints never share a signature."""
    again = MarianTranslator(folder, pair=("en", "fr"))
    other = MarianTranslator(save_small_marian(tmp_path / "other", rounds=2), pair=("en", "fr"))

    assert translator.name == again.name
    assert translator.name != other.name


def _broken(folder: Path, copy: Path, **changed: str | None) -> Path:
    """Copy a checkpoint with other contents, or none, for some files (dots written as underscores)."""
    copy.mkdir(parents=True)
    for path in folder.iterdir():
        content = changed.get(path.name.replace(".", "_"), "same")
        if content == "same":
            (copy / path.name).write_bytes(path.read_bytes())
        elif content is not None:
            (copy / path.name).write_text(content, encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"config_json": None}, r"no MarianMT model in .*broken: config\.json is missing; give the folder"),
        ({"config_json": '{"model_type": "bert"}'}, "holds a model of type 'bert', not a MarianMT model"),
        ({"config_json": "{"}, r"config\.json is damaged"),
        ({"vocab_json": None}, r"no MarianMT model in .*broken: vocab\.json is missing"),
        ({"vocab_json": "[]"}, r"vocab\.json is damaged \(not a table\)"),
        ({"vocab_json": '{"a": "b"}'}, r"vocab\.json is no vocabulary of a MarianMT model"),
        ({"source_spm": None}, r"cannot read the vocabulary .*source\.spm"),
        ({"model_safetensors": "cut short"}, "cannot load the translation model in .*broken .*; download it again"),
        ({"model_safetensors": None}, "cannot load the translation model in .*broken"),
    ],
)
def test_unusable_folders_are_refused(
    folder: Path, tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    """Each with one sentence that says what is wrong with which file."""
    broken = _broken(folder, tmp_path / "broken", **changed)

    with pytest.raises(ModelError, match=message):
        MarianTranslator(broken, pair=("en", "fr"))


def test_a_pair_the_wrong_way_round_is_refused(folder: Path, tmp_path: Path) -> None:
    """By what the tokenizer's configuration says, or else by the name it has on the hub."""
    named = _broken(folder, tmp_path / "opus-mt-en-fr" / "snapshot", tokenizer_config_json=None)

    with pytest.raises(ModelError, match="translates en-fr, not fr-en; swap the two models"):
        MarianTranslator(folder, pair=("fr", "en"))
    with pytest.raises(ModelError, match="translates en-fr, not en-de; give a model for en-de"):
        MarianTranslator(named, pair=("en", "de"))
