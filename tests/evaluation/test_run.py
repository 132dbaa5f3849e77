"""A run: baselines that know nothing get nothing, clean text, cached predictions, the command."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pyarrow
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from auditor.cli.evaluate import evaluate as command
from auditor.errors import InputError, UnknownNameError
from auditor.evaluation import run
from auditor.evaluation.data_sets import Sample, data_sets
from auditor.evaluation.results import Result
from auditor.evaluation.systems import Options, SourceUse, open_system
from auditor.values import Settings
from tests.evaluation import rows as made


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judged file of our own: 100 translations, two raters, marks by chance."""
    chance = random.Random(5)  # noqa: S311 (not for cryptography)
    records = [made.record(number, rater, chance) for number in range(100) for rater in ("one", "two")]
    return made.save(tmp_path_factory.mktemp("gold") / "made.parquet", *records)


def _plan(out: Path, *files: Path, systems: tuple[str, ...], rows: int | None = None) -> run.Plan:
    options = Options(Settings(), seed=1)
    return run.Plan(files, systems, (SourceUse.GIVEN,), out, options, Sample(rows), resamples=50)


def _silent(label: str, done: int, total: int) -> None:
    """Say nothing."""


def _evaluate(plan: run.Plan) -> dict[str, Result]:
    return {result.system: result for result in run.evaluate(plan, _silent)}


@pytest.mark.parametrize("name", ["constant", "flag-all", "random"])
def test_what_knows_nothing_has_no_correlation(name: str, judged: Path, tmp_path: Path) -> None:
    """The MCC of a baseline that knows nothing is 0 within its interval, with and without the end of the sentence."""
    result = _evaluate(_plan(tmp_path, judged, systems=(name,)))[name]

    for measure in ("MCC cross-fitted", "official MCC cross-fitted", "MCC fixed"):
        estimate = result.estimates[measure]
        assert estimate.low <= 0 <= estimate.high
        assert abs(estimate.value) < 0.1


def test_another_threshold_flags_other_words_and_is_named(judged: Path, tmp_path: Path) -> None:
    """What is chosen in place of the system's own decides what is flagged, and the signature says so."""
    plan = _plan(tmp_path, judged, systems=("random",))
    own, none = (_evaluate(replace(plan, threshold=threshold))["random"] for threshold in (None, 2.0))

    assert own.estimates["F1-BAD fixed"].value > 0.1
    assert none.estimates["F1-BAD fixed"].value == 0.0
    assert [part.signature.split("threshold:")[1].split("|")[0] for part in (own, none)] == ["0.5", "2"]


def test_flagging_all_finds_all(judged: Path, tmp_path: Path) -> None:
    """Flagging every word has the F1 that the share of wrong words allows."""
    result = _evaluate(_plan(tmp_path, judged, systems=("flag-all",)))["flag-all"]
    rows = [row for chosen in data_sets(judged) for row in chosen.rows]
    wrong = sum(sum(row.tags or ()) for row in rows) / sum(len(row.words) for row in rows)

    assert 2 * wrong / (1 + wrong) == pytest.approx(result.estimates["F1-BAD fixed"].value)
    assert result.estimates["F1-OK fixed"].value == 0


def test_the_other_rater_is_judged_without_a_score(judged: Path, tmp_path: Path) -> None:
    """Raters who mark by chance agree on nothing; their score, part of the gold, is not measured."""
    result = _evaluate(_plan(tmp_path, judged, systems=("other-rater",)))["other-rater"]

    assert result.estimates["MCC fixed"].low <= 0 <= result.estimates["MCC fixed"].high
    assert "Spearman" not in result.estimates


def test_where_there_is_no_other_rater_nothing_is_measured(tmp_path: Path) -> None:
    """A translation with one rater says nothing of how far people agree: it is left out."""
    chance = random.Random(8)  # noqa: S311 (not for cryptography)
    two = [made.record(number, rater, chance) for number in range(40) for rater in ("one", "two")]
    one = [made.record(number, "one", chance) for number in range(40, 90)]
    both, alone = (
        _evaluate(_plan(tmp_path / name, made.save(tmp_path / f"{name}.parquet", *rows), systems=("other-rater",)))
        for name, rows in (("both", two + one), ("alone", one))
    )

    assert both["other-rater"].words == 2 * 40 * 8
    assert alone["other-rater"].estimates == {}


def test_the_same_seed_gives_the_same_numbers(judged: Path, tmp_path: Path) -> None:
    """Two runs of one plan write the same JSON, byte for byte, the second from the first one's predictions."""
    plan = _plan(tmp_path, judged, systems=("random",))
    run.evaluate(plan, _silent)
    first = (tmp_path / "results.json").read_bytes()
    run.evaluate(plan, _silent)

    assert first == (tmp_path / "results.json").read_bytes()


def test_an_interrupted_run_goes_on(judged: Path, tmp_path: Path) -> None:
    """A cache cut off in the middle of a line loses that line alone, and the result is that of a whole run."""
    plan = _plan(tmp_path, judged, systems=("random",))
    run.evaluate(plan, _silent)
    whole = (tmp_path / "results.json").read_bytes()
    (cache,) = (tmp_path / "predictions").iterdir()
    content = cache.read_text()
    cache.write_text(content[: len(content) // 2])
    run.evaluate(plan, _silent)

    assert content == cache.read_text()
    assert whole == (tmp_path / "results.json").read_bytes()


def test_shuffled_sources_are_never_the_rows_own(judged: Path) -> None:
    """With shuffled sources each row gets one, and nearly all get another's."""
    (chosen,) = data_sets(judged)
    requests = run._requests(chosen.rows, SourceUse.SHUFFLED, 1)

    assert sum(request.source == request.row.source for request in requests) == 0
    assert {request.source for request in requests} <= {row.source for row in chosen.rows}


def test_clean_news_counts_alarms(tmp_path: Path) -> None:
    """On clean text every run of flagged words is one false alarm, in documents kept for measuring only."""
    file = tmp_path / "news.parquet"
    text = "The bridge was closed again. Nobody was hurt."
    names = [f"story.{number}" for number in range(40)]
    parquet.write_table(pyarrow.table({"doc_id": names, "segment": [0] * 40, "text": [text] * 40}), file)
    result = _evaluate(_plan(tmp_path / "out", file, systems=("flag-all",)))["flag-all"]

    assert result.estimates["false alarms per 1,000 words"].value == pytest.approx(1000 * 2 / 8)
    assert 0 < result.words < 40 * 8


def test_a_damaged_cache_is_named(judged: Path, tmp_path: Path) -> None:
    """Whole lines that no evaluation wrote are refused, with the file and what to do."""
    plan = _plan(tmp_path, judged, systems=("random",))
    run.evaluate(plan, _silent)
    (cache,) = (tmp_path / "predictions").iterdir()
    cache.write_text(cache.read_text().replace('"words"', '"wrods"'))

    with pytest.raises(InputError, match=f"{cache.name} is damaged .* delete it"):
        run.evaluate(plan, _silent)


def test_documents_are_never_parted(judged: Path) -> None:
    """What reads whole documents is asked for one at a time; everything else for whole translations."""
    (chosen,) = data_sets(judged)
    requests = run._requests(chosen.rows, SourceUse.NONE, 1)

    whole = run._chunks(requests, whole=True)
    parts = run._chunks(requests, whole=False)

    assert [{request.row.document for request in chunk} for chunk in whole] == [{f"paper.{n}"} for n in range(20)]
    assert [len(chunk) for chunk in parts] == [100, 100]
    assert [request for chunk in whole for request in chunk] == requests


def test_one_source_cannot_be_shuffled(tmp_path: Path) -> None:
    """There is no other source to give, which is said."""
    chance = random.Random(5)  # noqa: S311 (not for cryptography)
    records = [made.record(number, "one", chance, source="fonte") for number in range(5)]
    (chosen,) = data_sets(made.save(tmp_path / "one.parquet", *records))

    with pytest.raises(InputError, match="no other to give"):
        run._requests(chosen.rows, SourceUse.SHUFFLED, 1)


def test_few_documents_are_resampled_by_segment(tmp_path: Path) -> None:
    """From two documents no interval can be told: segments are resampled, and the signature says so."""
    chance = random.Random(5)  # noqa: S311 (not for cryptography)
    file = made.save(tmp_path / "two.parquet", *(made.record(number, "one", chance) for number in range(10)))
    result = _evaluate(_plan(tmp_path / "out", file, systems=("random",)))["random"]

    assert "|by:segments|" in result.signature
    assert result.estimates["MCC best"].low < result.estimates["MCC best"].high


def test_a_set_of_one_source_has_no_cross_fitted_threshold(tmp_path: Path) -> None:
    """A threshold needs another half to be chosen on; sets of two sources have two halves."""
    chance = random.Random(5)  # noqa: S311 (not for cryptography)
    for sources, expected in (("a", False), ("ab", True)):
        records = [made.record(n, "one", chance, source=sources[n % len(sources)]) for n in range(10)]
        file = made.save(tmp_path / f"{sources}.parquet", *records)
        result = _evaluate(_plan(tmp_path / "out", file, systems=("random",)))["random"]
        assert expected == ("MCC cross-fitted" in result.estimates)


def test_another_label_is_another_signature(judged: Path, tmp_path: Path) -> None:
    """Two files that differ in one tag do not sign alike."""
    records = parquet.read_table(judged).to_pylist()
    records[0]["score"] += 1
    other = made.save(tmp_path / "other.parquet", *records)
    one, two = (
        _evaluate(_plan(tmp_path / file.stem, file, systems=("constant",)))["constant"].signature
        for file in (judged, other)
    )

    assert one.replace("made", "other") != two


def test_within_items_compares_translations_of_one_source(tmp_path: Path) -> None:
    """A system that orders the translations of each source by chance correlates with nothing there."""
    chance = random.Random(6)  # noqa: S311 (not for cryptography)
    records = [
        made.record(number, "one", chance, id=f"{number}-{system}", system=system, target=f"The bridge {system} closed")
        | {"target_tokens": [], "token_starts": [], "token_ends": [], "word_tags": None, "word_tags_wmt22": None}
        | {"error_spans": None}
        for number in range(60)
        for system in ("a", "b", "c", "d")
    ]
    file = made.save(tmp_path / "systems.parquet", *records)
    plan = _plan(tmp_path / "out", file, systems=("random",))
    result = _evaluate(replace(plan, resamples=200))["random"]

    for name in ("Spearman", "Pearson", "Kendall"):
        estimate = result.estimates[f"{name} within items"]
        assert estimate.low <= 0 <= estimate.high
    assert "MCC best" not in result.estimates


def test_critical_errors_are_found_by_a_low_score(tmp_path: Path) -> None:
    """Where the gold only knows critical errors, finding them is measured; the dice find nothing."""
    chance = random.Random(7)  # noqa: S311 (not for cryptography)
    records = [
        made.record(number, "one", chance, score=float(chance.random() > 0.2), score_type="ced_ok")
        for number in range(100)
    ]
    result = _evaluate(_plan(tmp_path / "out", made.save(tmp_path / "ced.parquet", *records), systems=("random",)))

    estimate = result["random"].estimates["critical errors MCC cross-fitted"]
    assert estimate.low <= 0 <= estimate.high
    assert 0 < result["random"].estimates["critical errors AP"].value < 0.5


def test_fewer_rows_keep_the_raters_of_a_translation_together(judged: Path) -> None:
    """Thinning takes whole translations."""
    (chosen,) = data_sets(judged, Sample(40))

    assert len(chosen.rows) == 40
    assert {row.rater for row in chosen.rows} == {"one", "two"}


def test_an_unknown_system_is_refused_by_name() -> None:
    """The message offers the nearest system."""
    with pytest.raises(UnknownNameError, match="Did you mean 'quality-estimation'"):
        open_system("quality-estimate", Options(Settings(), seed=1))


def test_the_command_prints_a_table_and_writes_json(judged: Path, tmp_path: Path) -> None:
    """The table goes to standard output, everything else to standard error; the JSON carries signatures."""
    out = tmp_path / "out"
    ran = CliRunner().invoke(command, [str(judged), "--system", "random", "--out", str(out), "--bootstrap", "50"])

    assert ran.exit_code == 0
    assert "random" in ran.stdout
    assert "results.json" in ran.stderr
    (cell,) = json.loads((out / "results.json").read_text())["results"]
    assert cell["signature"].startswith("gold:pt-en up|rows:200|documents:20|sample:all|")
    assert set(cell["measures"]["AP"]) == {"value", "low", "high"}
