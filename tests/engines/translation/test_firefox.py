import itertools
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings

from auditor.engines.kernels import quantized_linear
from auditor.engines.translation.firefox.student import Student
from auditor.engines.translation.firefox.translator import FirefoxTranslator, load_student
from auditor.engines.weights import installed
from auditor.engines.weights.convert_firefox import convert
from auditor.errors import ModelError, SettingsError
from tests.engines import small_student
from tests.engines.hostile import texts

PAIRS = [
    line.split("\t")
    for line in (Path(__file__).parents[2] / "data" / "firefox_enpt.tsv").read_text(encoding="utf-8").splitlines()
]
SOURCES = ["the ferry leaves at noon", "the mayor", "o prefeito disse que a ponte vai ficar fechada", "o barco sai"]
TARGETS = ["o barco sai do porto", "o prefeito disse", "the mayor said the bridge will stay closed", "the"]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three files of a small student as marian writes them."""
    folder = tmp_path_factory.mktemp("originals")
    small_student.write_student(folder)
    return folder


@pytest.fixture(scope="module")
def converted(originals: Path) -> Path:
    """The small student as the engine loads it."""
    out = originals.parent / "converted"
    convert(originals, out, pair=("en", "pt"))
    return out


@pytest.fixture(scope="module")
def translator(converted: Path) -> FirefoxTranslator:
    """The small student."""
    return FirefoxTranslator(converted)


@pytest.fixture(scope="module")
def student(converted: Path) -> Student:
    """The small student, on subword numbers."""
    return load_student(converted)[0]


def _closed(converted: Path, sentences: Sequence[str]) -> list[list[int]]:
    vocabulary = load_student(converted)[1]
    return [[*vocabulary.encode(sentence).ids, 0] for sentence in sentences]


@pytest.mark.parametrize(("precision", "see"), [("int8", small_student.eight_bit), ("float32", small_student.whole)])
def test_forced_log_probabilities_are_those_of_a_slow_network(
    originals: Path, converted: Path, precision: str, see: small_student.See
) -> None:
    """A plain loop over positions and heads, written from the format's description, gives the same numbers."""
    student = load_student(converted, precision=precision)[0]
    original = small_student.write_student(originals)
    sources, targets = _closed(converted, SOURCES), _closed(converted, TARGETS)
    found = student.force(sources, targets)

    for source, target, forced in zip(sources, targets, found, strict=True):
        assert small_student.slow_log_probs(original, source, target, see) == pytest.approx(forced.log_probs, abs=2e-4)


def test_greedy_and_forced_log_probabilities_agree(converted: Path) -> None:
    """Each greedy step is the forced distribution's first choice, with the same number.

    In float32: between a step and a whole sentence sums differ in their last digits, which eight bits may round apart.
    """
    student = load_student(converted, precision="float32")[0]
    whole = Student(student.config, student.network, None, student.subwords)
    sources = _closed(converted, SOURCES)
    greedy = whole.search(sources, scored=True)
    forced = whole.force(sources, [hypothesis.ids for hypothesis in greedy])

    for hypothesis, scores in zip(greedy, forced, strict=True):
        assert hypothesis.log_probs == pytest.approx(scores.log_probs, abs=2e-5)
        assert set(scores.ranks) == {0}


def test_a_translation_keeps_to_its_sentence_s_shortlist(converted: Path, student: Student) -> None:
    """Every subword is among the first subwords or in the list of a source subword, and none is unknown."""
    lists = small_student.shortlists(len(student.network.bias))
    sources = _closed(converted, SOURCES)

    for source, hypothesis in zip(sources, student.search(sources), strict=True):
        allowed = set(range(small_student.FIRST)).union(*(lists[subword] for subword in source))
        assert set(hypothesis.ids) <= allowed - {1}


def test_a_translation_ends_at_two_and_a_half_times_its_source(converted: Path, student: Student) -> None:
    """A search that does not come to an end is stopped at floor(2.5 * source subwords)."""
    sources = _closed(converted, SOURCES)

    for source, hypothesis in zip(sources, student.search(sources), strict=True):
        limit = math.floor(2.5 * len(source))
        assert len(hypothesis.ids) == limit or (hypothesis.ids[-1] == 0 and len(hypothesis.ids) < limit)


def test_results_do_not_depend_on_batch_mates(translator: FirefoxTranslator) -> None:
    """A batch of sentences of any length gives what each gives alone."""
    together = translator.examine(SOURCES, TARGETS, best=5)

    assert translator.translate(SOURCES) == [translator.translate([source])[0] for source in SOURCES]
    for source, target, (tokens, others) in zip(SOURCES, TARGETS, together, strict=True):
        (alone, alternatives), *_ = translator.examine([source], [target], best=5)
        assert alone.log_probs == pytest.approx(tokens.log_probs, abs=2e-5)
        assert (alone.spans, alone.ranks, alternatives) == (tokens.spans, tokens.ranks, others)


def test_a_source_is_read_once_for_both(translator: FirefoxTranslator) -> None:
    """Translating and examining in one pass gives what each gives by itself."""
    sources, targets = [*SOURCES, "漢字"], [*TARGETS, TARGETS[0]]
    translations, examined = translator.translate_and_examine(sources, targets, best=3)

    assert translations == translator.translate(sources)
    for (tokens, others), (alone, alternatives) in zip(
        examined, translator.examine(sources, targets, best=3), strict=True
    ):
        assert (tokens.spans, others) == (alone.spans, alternatives)
        assert tokens.log_probs == pytest.approx(alone.log_probs, abs=2e-5)


def test_force_is_a_part_of_examine(translator: FirefoxTranslator) -> None:
    """Asking for alternatives, too, changes no score."""
    examined = translator.examine(SOURCES, TARGETS, best=3)

    for forced, (tokens, _) in zip(translator.force(SOURCES, TARGETS), examined, strict=True):
        assert forced.log_probs == pytest.approx(tokens.log_probs, abs=2e-5)


def test_entropies_and_ranks_describe_the_same_prediction(converted: Path, student: Student) -> None:
    """Against the whole distribution, written out."""
    source, target = _closed(converted, SOURCES[:1])[0], _closed(converted, TARGETS[:1])[0]
    found = student.force([source], [target])[0]
    size = len(student.network.bias)
    every = [
        -math.inf if subword == 1 else student.force([source], [[*target[:2], subword]])[0].log_probs[2]
        for subword in range(size)
    ]

    assert math.fsum(map(math.exp, every)) == pytest.approx(1.0, abs=1e-5)
    assert found.entropies[2] == pytest.approx(-math.fsum(math.exp(x) * x for x in every if x > -math.inf), abs=1e-4)
    assert found.ranks[2] == sum(x > every[target[2]] for x in every)


@settings(max_examples=25, deadline=None)
@given(texts, texts)
def test_offsets_hold_on_any_text(translator: FirefoxTranslator, source: str, target: str) -> None:
    """Token spans are ordered, disjoint ranges of the target, numbers are finite, the end closes the list."""
    ((tokens, others),) = translator.examine([source], [target], best=2)

    assert tokens.spans[-1].start == tokens.spans[-1].end == len(target)
    assert all(a.end <= b.start for a, b in itertools.pairwise(tokens.spans))
    assert all(math.isfinite(log_prob) and log_prob <= 0 for log_prob in tokens.log_probs)
    assert len(tokens.spans) == len(tokens.log_probs) == len(others)
    assert isinstance(translator.translate([source])[0], str)


def test_a_sentence_beyond_the_positions_is_refused(translator: FirefoxTranslator) -> None:
    """The message gives both lengths and says what to do; `fits` says so beforehand."""
    long = "q " * 600

    assert translator.fits("q", "q")
    assert not translator.fits(long, "")
    assert not translator.fits("", long)
    with pytest.raises(ModelError, match=r"a sentence of \d+ subwords is too long for .*, which takes 1023; split it"):
        translator.translate([long])


def test_the_name_tells_pair_weights_and_precision(translator: FirefoxTranslator, converted: Path) -> None:
    """What the signature shows changes with the weights' bytes and the precision."""
    digest = json.loads((converted / "config.json").read_text(encoding="utf-8"))["sha256"][:12]

    assert translator.pair == ("en", "pt")
    assert (
        translator.name
        == f"firefox-en-pt/{digest}/{'int8-fbgemm' if quantized_linear.has_int8_kernel() else 'float32'}"
    )
    assert (
        FirefoxTranslator(converted, precision="int8").name
        == f"firefox-en-pt/{digest}/{quantized_linear.int8_arithmetic()}"
    )
    assert FirefoxTranslator(converted, precision="bfloat16").name == f"firefox-en-pt/{digest}/bfloat16"


@pytest.mark.parametrize(("has", "chosen"), [(True, "int8-fbgemm"), (False, "float32")])
def test_the_precision_is_what_the_processor_does_best(
    converted: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, *, has: bool
) -> None:
    """Eight bits without the instructions for them would be slower than float32."""
    monkeypatch.setattr(quantized_linear, "has_int8_kernel", lambda: has)

    assert FirefoxTranslator(converted).name.endswith(f"/{chosen}")


def test_an_unknown_precision_is_refused(converted: Path) -> None:
    """The message lists those there are."""
    with pytest.raises(SettingsError, match="unknown precision 'int3'; choose from: auto, int8, float32, bfloat16"):
        FirefoxTranslator(converted, precision="int3")


def _copy(originals: Path, folder: Path, **changed: bytes | None) -> Path:
    """Copy the original files to `folder`, with other contents or none for a kind (model, vocab, lex)."""
    folder.mkdir()
    for path in originals.iterdir():
        content = changed.get(path.name.split(".")[0], path.read_bytes())
        if content is not None:
            (folder / path.name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("model", None, r"expected one model\.\*\.bin in .*, found 0"),
        ("lex", None, r"expected one lex\.\*\.bin in .*, found 0"),
        ("model", b"", "cut short or no marian model"),
        ("model", b"\2" + bytes(63), "no marian model of version 1"),
        ("lex", b"", "cut short or no shortlist"),
        ("lex", bytes(96), "no binary shortlist"),
    ],
)
def test_unusable_originals_are_refused(
    originals: Path, tmp_path: Path, kind: str, content: bytes | None, message: str
) -> None:
    """Nothing is converted from a file that is missing or of another make; the message names it."""
    folder = _copy(originals, tmp_path / "folder", **{kind: content})

    with pytest.raises(ModelError, match=message):
        convert(folder, tmp_path / "out", pair=("en", "pt"))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_model_cut_short_is_refused(originals: Path, tmp_path: Path, share: float) -> None:
    """Wherever the file ends too early."""
    whole = next(originals.glob("model*")).read_bytes()
    folder = _copy(originals, tmp_path / "folder", model=whole[: int(share * len(whole))])

    with pytest.raises(ModelError, match="cut short or no marian model"):
        convert(folder, tmp_path / "out", pair=("en", "pt"))


def test_a_model_of_another_kind_is_refused(originals: Path, tmp_path: Path) -> None:
    """An ordinary transformer is not run as something it is not."""
    other = small_student.model_file({}, yaml=small_student.YAML.replace("ssru", "self-attention"))
    folder = _copy(originals, tmp_path / "folder", model=other)

    with pytest.raises(ModelError, match="has dec-cell = self-attention, the engine runs ssru only"):
        convert(folder, tmp_path / "out", pair=("en", "pt"))


def test_missing_and_damaged_folders_are_refused(converted: Path, tmp_path: Path) -> None:
    """Loading says what to run."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in converted.iterdir():
        (broken / path.name).write_bytes(path.read_bytes()[: 100 if path.name == "model.safetensors" else None])

    with pytest.raises(ModelError, match=r"no translation model in .*missing; run: auditor models fetch"):
        FirefoxTranslator(tmp_path / "missing")
    with pytest.raises(ModelError, match=r"cannot read .*model\.safetensors .*; run: auditor models fetch"):
        FirefoxTranslator(broken)
    (broken / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="is not a student's configuration"):
        FirefoxTranslator(broken)


@pytest.fixture(scope="session")
def english_portuguese() -> FirefoxTranslator:
    """The embedded student, out."""
    return FirefoxTranslator(installed.model_folder("firefox-en-pt"))


@pytest.fixture(scope="session")
def portuguese_english() -> FirefoxTranslator:
    """The embedded student, home."""
    return FirefoxTranslator(installed.model_folder("firefox-pt-en"))


@pytest.mark.weights
@pytest.mark.parametrize(("precision", "least"), [("float32", 95), ("int8", 85)])
def test_the_engine_translates_as_the_package_that_carries_the_weights(precision: str, least: int) -> None:
    """Its raw engine computes in float32; in eight bits a tenth of 100 ordinary sentences take another near word."""
    translator = FirefoxTranslator(installed.model_folder("firefox-en-pt"), precision=precision)
    found = translator.translate([source for source, _ in PAIRS])
    same = sum(ours == theirs for ours, (_, theirs) in zip(found, PAIRS, strict=True))

    assert len(PAIRS) == 100
    assert same >= least


@pytest.mark.weights
def test_the_students_agree_with_themselves() -> None:
    """Greedy log-probabilities equal forced ones to 2e-5, over the same vocabulary."""
    student, vocabulary = load_student(installed.model_folder("firefox-en-pt"))
    whole = Student(student.config, student.network, None, student.subwords)
    sources = [[*vocabulary.encode(source).ids, student.end] for source, _ in PAIRS[:8]]
    greedy = whole.search(sources, scored=True)
    forced = whole.force(sources, [hypothesis.ids for hypothesis in greedy])

    for hypothesis, scores in zip(greedy, forced, strict=True):
        assert hypothesis.log_probs == pytest.approx(scores.log_probs, abs=2e-5)


@pytest.mark.weights
def test_batches_change_nothing(english_portuguese: FirefoxTranslator) -> None:
    """A hundred sentences come out, and are scored, as they are alone, but for the last digits of sums."""
    sources = [source for source, _ in PAIRS[:40:5]]
    targets = [target for _, target in PAIRS[:40:5]]
    everything = english_portuguese.force([s for s, _ in PAIRS], [t for _, t in PAIRS])[:40:5]

    assert english_portuguese.translate(sources) == [english_portuguese.translate([source])[0] for source in sources]
    for source, target, together in zip(sources, targets, everything, strict=True):
        (alone,) = english_portuguese.force([source], [target])
        assert alone.log_probs == pytest.approx(together.log_probs, abs=1e-5)
        assert alone.ranks == together.ranks


@pytest.mark.weights
def test_eight_bits_are_rounded_alike_in_any_batch() -> None:
    """Of texts of many lengths none is scored otherwise beside longer ones: the last digit of a sum would decide."""
    translator = FirefoxTranslator(installed.model_folder("firefox-en-pt"), precision="int8")
    texts = [
        [" ".join(side) for side in zip(*PAIRS[first : first + count], strict=True)]
        for first in range(0, 60, 6)
        for count in range(1, 7)
    ]
    sources, targets = zip(*texts, strict=True)
    together = translator.force(sources, targets)

    for source, target, scores in zip(sources, targets, together, strict=True):
        (alone,) = translator.force([source], [target])
        assert alone.log_probs == pytest.approx(scores.log_probs, abs=1e-5)


@pytest.mark.weights
def test_curly_quotation_marks_cost_nothing(portuguese_english: FirefoxTranslator) -> None:
    """A curly apostrophe or quotation mark is scored as its straight twin, at its own offsets."""
    source = 'O líder disse: "Estamos prontos para conversar com os sindicatos da França."'
    straight = "The leader said: \"We're ready to talk with France's unions.\""
    curly = "The leader said: “We’re ready to talk with France’s unions.”"
    plain, typeset = portuguese_english.force([source] * 2, [straight, curly])

    assert (typeset.spans, typeset.ranks) == (plain.spans, plain.ranks)
    assert typeset.log_probs == pytest.approx(plain.log_probs, abs=1e-5)
    assert typeset.entropies == pytest.approx(plain.entropies, abs=1e-5)


@pytest.mark.weights
def test_alternatives_are_whole_words(portuguese_english: FirefoxTranslator) -> None:
    """At "Canal" the model offers "Channel"; what it offers where a word starts is a word, never a subword of one."""
    source, target = "Os navios passaram pelo canal de Roterdão.", "The ships passed through the Rotterdam Canal."
    ((tokens, others),) = portuguese_english.examine([source], [target], best=8)
    offered = dict(zip((span.of(target) for span in tokens.spans), others, strict=True))

    assert "Channel" in offered["Canal"]
    assert all(re.fullmatch(r"[\w'-]+", word) for word in offered["Canal"])


def test_loading_changes_no_global(converted: Path) -> None:
    """Neither threads nor gradients are switched by loading and using a translator."""
    before = (torch.get_num_threads(), torch.is_grad_enabled())
    FirefoxTranslator(converted).translate(SOURCES)

    assert (torch.get_num_threads(), torch.is_grad_enabled()) == before
