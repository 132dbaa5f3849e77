"""Many stories, whatever happens."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import filelock
import pyarrow.parquet as pq
import pytest

from auditor import batch, workflow
from auditor.batch import Options, work
from auditor.batch.stories import left_out as find_left_out
from auditor.errors import AuditorError, InputError, SettingsError, UnknownNameError
from auditor.reports import json as report
from auditor.review.apply import Policy
from auditor.review.terminology import Terms
from auditor.values import Settings
from tests.batch import rules

SENTENCES = (
    "The actual government took office in May.",
    "Thousands joined manifestations against the reform.",
    "The ferry will sail again on Thursday, said the mayor of the town.",
    "The work was realized by a small company from the coast.",
    "The boats carry people to the islands in the summer.",
)
OPTIONS = Options(build=rules.build)


def write_stories(folder: Path, count: int) -> Path:
    """Write stories of two to six sentences, the same ones each time."""
    folder.mkdir()
    choose = random.Random(1)  # noqa: S311 (not for secrets)
    for number in range(count):
        sentences = choose.choices(SENTENCES, k=choose.randint(2, 6))
        (folder / f"story-{number:03}.txt").write_text(f"Number {number} of the stories\n\n" + "\n".join(sentences))
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def summary(out: Path) -> list[dict[str, str]]:
    """Return the rows of the summary."""
    return list(csv.DictReader(io.StringIO((out / "summary.csv").read_bytes().decode("utf-8-sig"), newline="")))


def test_a_folder_becomes_reports_and_an_overview(tmp_path: Path) -> None:
    """Each story has a page and JSON; the index, the summary and the findings tell of all, worst first."""
    stories, out = write_stories(tmp_path / "in", 6), tmp_path / "out"

    done = batch.run([str(stories)], out, options=OPTIONS)

    rows = summary(out)
    assert done.audited == len(rows) == 6
    assert done.failures == ()
    assert [float(row["score"]) for row in rows] == sorted(float(row["score"]) for row in rows)
    index = (out / "index.html").read_text()
    for row in rows:
        assert f'href="{row["report"]}"' in index
        assert (out / row["report"]).is_file()
    audits = [report.parse(path.read_bytes()) for path in sorted((out / "stories").glob("*.json"))]
    found = pq.read_table(out / "findings.parquet").to_pylist()
    assert sum(len(audit.findings) for audit in audits) == len(found) > 0
    assert {row["text"] for row in found} <= {"actual", "manifestations", "realized"}


def test_a_story_that_fails_costs_no_other(tmp_path: Path) -> None:
    """Bytes that are no text and a bug in the audit are reported with their reason; the rest is audited."""
    stories, out = write_stories(tmp_path / "in", 2), tmp_path / "out"
    (stories / "binary.txt").write_bytes(b"PK\x03\x04\x00")
    (stories / "bug.txt").write_text("This makes the rules raise an error of their own.")
    (stories / "table.csv").write_text("a,b,c\n1,2,3\n")

    done = batch.run([str(stories)], out, options=OPTIONS)

    reasons = {Path(name).name: reason for name, reason in done.failures}
    assert "is a zip archive or an office document" in reasons["binary.txt"]
    assert reasons["bug.txt"] == "internal error, please report it: ZeroDivisionError: the story asked for it"
    assert "has the columns a, b, c, and no name that is known" in reasons["table.csv"]
    assert [row["status"] for row in summary(out)] == ["failed"] * 3 + ["audited"] * 2
    assert "3 stories not audited" in (out / "index.html").read_text()


@pytest.mark.parametrize(("jobs", "kills"), [(1, 2), (2, 3)])
def test_a_run_killed_at_any_moment_is_resumed(tmp_path: Path, jobs: int, kills: int) -> None:
    """Killed five times in all and resumed, runs leave the very bytes of an undisturbed one, and repeat no story."""
    stories, out = write_stories(tmp_path / "in", 40), tmp_path / "out"
    batch.run([str(stories)], tmp_path / "undisturbed", options=OPTIONS)
    command = [sys.executable, "-m", "tests.batch.rules", str(out), str(jobs), str(stories)]
    written: dict[str, int] = {}

    for done in sorted(random.Random(jobs).sample(range(30), kills)):  # noqa: S311 (not for secrets)
        process = subprocess.Popen(command)
        while process.poll() is None and len(list((out / "shards").glob("*.json"))) <= done:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = {path.name: path.stat().st_ino for path in (out / "shards").glob("*.json")}
        assert written.items() <= now.items()
        written = now
    subprocess.run(command, check=True)

    assert tree(tmp_path / "undisturbed") == tree(out)


def test_workers_end_with_a_driver_that_was_killed(tmp_path: Path) -> None:
    """No worker is left behind with its models in memory; the pipe they hold open closes when the last one ends."""
    stories, out = write_stories(tmp_path / "in", 60), tmp_path / "out"
    command = [sys.executable, "-m", "tests.batch.rules", str(out), "2", str(stories)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    while process.poll() is None and len(list((out / "shards").glob("*.json"))) < 3:
        time.sleep(0.01)

    process.kill()

    assert process.communicate(timeout=60)[0] == b""


def test_an_interrupt_waits_for_no_story(tmp_path: Path) -> None:
    """Ctrl-C, which reaches the driver and its workers, ends a run whose stories never would."""
    stories, out = write_stories(tmp_path / "in", 8), tmp_path / "out"
    command = [sys.executable, "-m", "tests.batch.rules", str(out), "2", str(stories), "--endless"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while process.poll() is None and not (out / "shards").is_dir():
            time.sleep(0.01)
        time.sleep(1)  # the workers begin, or have begun: both must do
        os.killpg(process.pid, signal.SIGINT)

        assert process.communicate(timeout=60)[1].splitlines()[-1] == "KeyboardInterrupt"


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    """A second run audits what is new or changed, and forgets what is gone."""
    stories, out = write_stories(tmp_path / "in", 4), tmp_path / "out"
    batch.run([str(stories)], out, options=OPTIONS)
    (stories / "story-000.txt").write_text(SENTENCES[1])
    (stories / "story-001.txt").unlink()
    (stories / "story-009.txt").write_text(SENTENCES[2])

    done = batch.run([str(stories)], out, options=OPTIONS)

    assert done.audited == 2
    assert tree(out) == _fresh(stories, tmp_path / "fresh")


def _fresh(stories: Path, out: Path) -> dict[str, bytes]:
    batch.run([str(stories)], out, options=OPTIONS)
    return tree(out)


def test_another_signature_audits_again_unless_only_changes_are_wanted(tmp_path: Path) -> None:
    """New settings or terms are new audits; `changed_only` keeps the last results of texts that stayed."""
    stories, out = write_stories(tmp_path / "in", 4), tmp_path / "out"
    batch.run([str(stories)], out, options=OPTIONS)
    stricter = Settings(minimum_probability=0.6)
    (stories / "story-000.txt").write_text(SENTENCES[1])

    changed = batch.run([str(stories)], out, settings=stricter, options=replace(OPTIONS, changed_only=True))
    everything = batch.run([str(stories)], out, settings=stricter, options=OPTIONS)
    terms = batch.run([str(stories)], out, policy=Policy(Terms(never=("reform",))), options=OPTIONS)

    assert (changed.audited, everything.audited, terms.audited) == (1, 3, 4)


def test_nothing_changed_needs_no_auditor(tmp_path: Path) -> None:
    """With `changed_only` and nothing new, no model is loaded."""
    stories, out = write_stories(tmp_path / "in", 2), tmp_path / "out"
    batch.run([str(stories)], out, options=OPTIONS)

    done = batch.run([str(stories)], out, options=Options(changed_only=True, build=_refuse))

    assert done.audited == 0


def _refuse(settings: Settings) -> workflow.Auditing:
    raise ValueError(f"not wanted with {settings}")


def test_a_policy_holds_in_batches_too(tmp_path: Path) -> None:
    """Terms and comments in a story take effect, and the signature says so."""
    stories, out = write_stories(tmp_path / "in", 1), tmp_path / "out"
    (stories / "story-000.txt").write_text(f'{SENTENCES[1]}\n[auditor: allow "manifestations" because quoted]\n')
    (stories / "story-001.txt").write_text(SENTENCES[0])

    batch.run([str(stories)], out, policy=Policy(Terms(never=("actual government",))), options=OPTIONS)

    first, second = (report.parse(path.read_bytes()) for path in sorted((out / "stories").glob("*.json")))
    assert first.findings == second.findings == ()
    assert "|terms:" in first.signature


def test_what_is_scored_again_costs_the_same_points(tmp_path: Path) -> None:
    """The points of the settings hold for what the policy left, too."""
    stories, out = tmp_path / "in", tmp_path / "out"
    stories.mkdir()
    (stories / "story.txt").write_text(SENTENCES[0] + " " + SENTENCES[1])
    free = Settings(penalties={"minor": 0.0, "major": 0.0, "critical": 0.0})

    batch.run([str(stories)], out, settings=free, policy=Policy(Terms(never=("actual",))), options=OPTIONS)

    (row,) = summary(out)
    assert (row["findings"], row["score"]) == ("1", "100.0")


def test_rows_of_tables_are_stories(tmp_path: Path) -> None:
    """Rows that share a story are one report; the name says which."""
    table = tmp_path / "feed.jsonl"
    records = [{"id": story, "text": text} for story, text in zip("aab", SENTENCES, strict=False)]
    table.write_text("".join(json.dumps(record) + "\n" for record in records))

    batch.run([str(table)], tmp_path / "out", options=OPTIONS)

    assert sorted(row["story"].rpartition("#")[2] for row in summary(tmp_path / "out")) == ["a", "b"]


def test_a_format_that_is_named_takes_every_file(tmp_path: Path) -> None:
    """Wire copy has no endings; a table without one is known by its content, and its rows are stories."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "A0123").write_text(SENTENCES[0])
    (folder / "feed.txt").write_text("id,text\na,The ferry will sail.\nb,The mayor of the town said so.\n")

    batch.run([str(folder)], tmp_path / "text", options=replace(OPTIONS, input_format="text"))
    done = batch.run([str(folder / "feed.txt")], tmp_path / "table", options=replace(OPTIONS, input_format="table"))

    assert {Path(row["story"]).name for row in summary(tmp_path / "text")} == {"A0123", "feed.txt"}
    assert {summary.name.rpartition("#")[2] for summary in done.summaries} == {"a", "b"}


def test_files_that_no_reader_takes_are_counted(tmp_path: Path) -> None:
    """By their endings, in folders only; the hidden ones and the batch's own folder do not count."""
    folder = write_stories(tmp_path / "in", 2)
    for name in ("a.PDF", "b.pdf", "sub/c.zip", "README", ".hidden", "out/d.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")

    found = find_left_out([str(folder), str(folder / "b.pdf")], without=folder / "out")

    assert found == {".pdf": 2, ".zip": 1, "without an ending": 1}


def test_a_run_has_the_folder_for_itself(tmp_path: Path) -> None:
    """Two runs into one folder would delete each other's files."""
    stories, out = write_stories(tmp_path / "in", 1), tmp_path / "out"
    out.mkdir()
    with filelock.FileLock(out / ".lock"), pytest.raises(AuditorError, match="another run is writing into"):
        batch.run([str(stories)], out, options=OPTIONS)


def test_a_worker_that_dies_is_said(tmp_path: Path) -> None:
    """The message says what to do; it is no traceback."""
    stories = write_stories(tmp_path / "in", 1)

    with pytest.raises(AuditorError, match="a worker process died, perhaps for want of memory; run the same command"):
        batch.run([str(stories)], tmp_path / "out", options=Options(jobs=2, build=rules.build_that_dies))


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        (["missing.txt"], OPTIONS, InputError, "missing.txt does not exist"),
        (["nothing-*.txt"], OPTIONS, InputError, "holds no story"),
        (["."], replace(OPTIONS, jobs=0), SettingsError, "--jobs must be at least 1, not 0"),
        (["."], replace(OPTIONS, engine="spark"), UnknownNameError, "unknown engine 'spark'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inputs: list[str],
    options: Options,
    error: type[AuditorError],
    message: str,
) -> None:
    """Mistakes in the call are one sentence, before any work."""
    (tmp_path / "a.txt").write_text(SENTENCES[0])
    monkeypatch.chdir(tmp_path)

    with pytest.raises(error, match=message):
        batch.run(inputs, tmp_path / "out", options=options)


@pytest.mark.parametrize(("engine", "jobs"), [("local", 2), ("datasets", 1), ("datasets", 2), ("ray", 2)])
def test_every_engine_gives_the_same_bytes(tmp_path: Path, engine: str, jobs: int) -> None:
    """Whoever does the work, and however many, the folder is the same."""
    if engine == "ray":
        pytest.importorskip("ray")
    stories = write_stories(tmp_path / "in", 12)
    (stories / "binary.txt").write_bytes(b"PK\x03\x04\x00")
    batch.run([str(stories)], tmp_path / "alone", options=OPTIONS)

    batch.run([str(stories)], tmp_path / "out", options=replace(OPTIONS, engine=engine, jobs=jobs))

    assert tree(tmp_path / "alone") == tree(tmp_path / "out")


def test_progress_is_told(tmp_path: Path) -> None:
    """After every story: how many are done, how many there are, which it was."""
    stories = write_stories(tmp_path / "in", 3)
    told: list[tuple[int, int, str]] = []

    batch.run([str(stories)], tmp_path / "out", options=OPTIONS, progress=lambda *now: told.append(now))

    assert [(done, total) for done, total, _ in told] == [(1, 3), (2, 3), (3, 3)]
    assert Path(told[0][2]).name == "story-000.txt"


@pytest.mark.parametrize(("threads", "jobs", "expected"), [(3, 2, 3), (None, 10_000, 1)])
def test_workers_share_the_processors(threads: int | None, jobs: int, expected: int) -> None:
    """A number of threads that was set stays; else each worker has its share, one at least."""
    task = work.shared(work.Task(Settings(threads=threads), build=rules.build), jobs=jobs)

    assert task.settings.threads == expected


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """What is done stays; the message names the file; a size limit is the disk here."""
    stories, out = write_stories(tmp_path / "in", 3), tmp_path / "out"
    code = (
        "import resource, signal, sys; from pathlib import Path; from auditor import batch\n"
        "from auditor.batch import Options; from auditor.errors import AuditorError; from tests.batch import rules\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n"
        "try: batch.run(sys.argv[2:], Path(sys.argv[1]), options=Options(build=rules.build))\n"
        "except AuditorError as error: print(error)"
    )

    result = subprocess.run(
        [sys.executable, "-c", code, str(out), str(stories)], capture_output=True, text=True, check=True
    )

    assert result.stdout.startswith(str(out / "stories"))
    assert result.stdout.endswith(" cannot be written: File too large.\n")
    assert not list(out.rglob(".auditor-*"))


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    """Nothing is written over."""
    stories, out = write_stories(tmp_path / "in", 1), tmp_path / "out"
    out.write_text("a file")

    with pytest.raises(AuditorError, match="out cannot be made: File exists"):
        batch.run([str(stories)], out, options=OPTIONS)
