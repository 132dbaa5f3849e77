"""A folder of sources beside a folder of stories."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import batch
from auditor.batch import Options
from auditor.errors import SettingsError
from auditor.reports import json as report
from auditor.values import Settings
from tests.batch import rules
from tests.batch.test_batch import tree
from tests.cli.test_source import ORIGINAL, STORY

OPTIONS = Options(build=rules.build)
OTHER = """\
A equipa de futebol perdeu por três a zero, e o treinador demitiu-se logo depois do jogo.

Os bilhetes para o concerto esgotaram em duas horas, segundo a organização do festival.
"""


def write(folder: Path, **files: str) -> Path:
    """Write files by their names, in which a double underscore is a slash and a single one a full stop."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def failures(stories: Path, sources: Path, out: Path) -> dict[str, str]:
    """Run a batch and return why stories failed, by the stories' paths in their folder."""
    done = batch.run([str(stories)], out, options=replace(OPTIONS, sources=sources))
    return {str(Path(name.partition("#")[0]).relative_to(stories)): reason for name, reason in done.failures}


def test_a_story_without_its_source_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    """No story is audited as if it had none; two sources are one too many, and a damaged one is said."""
    stories = write(tmp_path / "in", a_txt=STORY, sport__b_txt=STORY, c_txt=STORY, d_csv="text\nThe actual one.\n")
    sources = write(tmp_path / "from", b_html=OTHER, sport__b_txt="", sport__b_docx="", c_txt=STORY)

    found = failures(stories, sources, tmp_path / "out")

    assert found["a.txt"].endswith(
        f" has no source in {sources}; call the file like the story, such as {sources}/a.txt."
    )
    assert found["sport/b.txt"].endswith("sport/b.txt is empty; there is nothing to audit.")
    assert "c.txt is in English, like the text; the source is what" in found["c.txt"]
    assert found["d.csv"].endswith(f"such as {sources}/1.txt.")


def test_two_sources_are_one_too_many(tmp_path: Path) -> None:
    """Neither is taken by chance."""
    stories = write(tmp_path / "in", a_txt=STORY)
    sources = write(tmp_path / "from", a_html=ORIGINAL, a_md=OTHER)

    (reason,) = failures(stories, sources, tmp_path / "out").values()

    assert reason.endswith(f"a.txt has more than one source, {sources}/a.html and {sources}/a.md; keep one of them.")


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    """One file cannot be the source of every story."""
    stories = write(tmp_path / "in", a_txt=STORY)

    with pytest.raises(SettingsError, match=r"--source .*a\.txt is no folder; name the folder that holds the sources"):
        batch.run([str(stories)], tmp_path / "out", options=replace(OPTIONS, sources=stories / "a.txt"))


def test_stories_that_bring_their_sources_need_no_file(tmp_path: Path) -> None:
    """Rows with a source and translation files are audited as they are, and once they are done they are done."""
    pairs = "source\ttarget\nUm.\tThe actual government took office.\n"
    stories = write(tmp_path / "in", a_tsv=pairs, b_po='msgid "Um."\nmsgstr "The actual government is new."\n')
    options = replace(OPTIONS, sources=write(tmp_path / "from", x_txt=ORIGINAL))

    first = batch.run([str(stories)], tmp_path / "out", options=options)
    again = batch.run([str(stories)], tmp_path / "out", options=options)

    assert (first.failures, first.audited, again.audited) == ((), 2, 0)
    assert {summary.signature for summary in first.summaries} == {rules.build(Settings()).signature}


@pytest.mark.weights
def test_each_story_is_paired_with_the_file_of_its_name(tmp_path: Path) -> None:
    """At the same place in the folder, else by name; what cannot be aligned fails; a new source is a new audit."""
    stories = write(tmp_path / "in", sport__a_txt=STORY, b_txt=STORY, c_txt=STORY)
    sources = write(tmp_path / "in" / "from", sport__a_md=ORIGINAL, a_md=OTHER, deep__b_txt=ORIGINAL, c_txt=OTHER)
    options = replace(OPTIONS, sources=sources)

    done = batch.run([str(stories)], tmp_path / "out", options=options)
    (sources / "deep" / "b.txt").write_text(ORIGINAL + "\nO presidente saiu.\n", encoding="utf-8")
    again = batch.run([str(stories)], tmp_path / "out", options=options)

    ((name, reason),) = done.failures
    assert (done.audited, again.audited) == (2, 1)
    assert reason.startswith(f"{name} cannot be aligned with {sources / 'c.txt'}: too little of the one says what")
    audits = [report.parse(path.read_bytes()) for path in (tmp_path / "out" / "stories").glob("*.json")]
    assert sorted(note for audit in audits for note in audit.notes if note.startswith("aligned with")) == [
        f"aligned with {sources / 'deep' / 'b.txt'} (pt) by sentences",
        f"aligned with {sources / 'sport' / 'a.md'} (pt) by paragraphs",
    ]


@pytest.mark.weights
@pytest.mark.parametrize(("engine", "jobs"), [("local", 2), ("datasets", 1), ("ray", 2)])
def test_every_engine_pairs_alike(tmp_path: Path, engine: str, jobs: int) -> None:
    """Sources travel with their stories, whoever does the work."""
    if engine == "ray":
        pytest.importorskip("ray")
    stories = write(tmp_path / "in", a_txt=STORY, b_txt=STORY, c_txt=STORY)
    options = replace(OPTIONS, sources=write(tmp_path / "from", a_txt=ORIGINAL, b_txt=OTHER))
    batch.run([str(stories)], tmp_path / "alone", options=options)

    batch.run([str(stories)], tmp_path / "out", options=replace(options, engine=engine, jobs=jobs))

    assert tree(tmp_path / "alone") == tree(tmp_path / "out")
    (audited,) = (tmp_path / "out" / "stories").glob("*.json")
    sentences = [one for part in json.loads(audited.read_bytes())["paragraphs"] for one in part["sentences"]]
    assert all(sentence["source"] for sentence in sentences)
