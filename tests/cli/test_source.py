"""`auditor check --source`: what is refused in one sentence, and what only the source can show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli import main

ORIGINAL = """\
O incêndio que começou na terça-feira na serra de Monforte matou 14 pessoas e destruiu a aldeia velha.

A presidente da câmara, Marina Duarte, disse que os bombeiros não tinham água suficiente. Segundo ela, o \
primeiro pedido de ajuda foi feito às 15h40.

O governo prometeu 29 milhões de euros para reconstruir as casas até 2027, mas os moradores dizem que já \
ouviram essa promessa antes.

As estradas para o vale continuam fechadas e a escola só deve reabrir na próxima semana.
"""
STORY = """\
The fire that began on Tuesday in the hills of Monforte killed 41 people and destroyed the old village.

The mayor, Marta Duarte, said that the firefighters did not have enough water. According to her, the first \
call for help was made at 3:40 p.m.

The government promised 29 million euros to rebuild the houses by 2027, but residents say that they have heard \
that promise before.

The roads to the valley remain closed and the school should reopen only next week.
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the story and its source, in which commands run."""
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "second.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "original.txt").write_text(ORIGINAL, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "pairs.tsv").write_text(
        "source\ttarget\nA ponte fechou.\tThe bridge closed to all on Monday.\n", "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["story.txt", "second.txt", "--source", "original.txt"],
            "error: --source goes with one FILE; check each story",
        ),
        (["-", "--source", "-"], "error: standard input (-) can be read only once."),
        (
            ["story.txt", "--source", "missing.txt"],
            "error: missing.txt does not exist; check the spelling of the path.",
        ),
        (["story.txt", "--source", "empty.txt"], "error: empty.txt is empty;"),
        (["story.txt", "--source", "second.txt"], "error: second.txt is in English, like the text; the source is what"),
        (
            ["story.txt", "--source", "pairs.tsv"],
            "error: pairs.tsv is a table or a translation file; give the source as",
        ),
        (
            ["pairs.tsv", "--source", "original.txt"],
            "error: pairs.tsv brings its own source along; leave out the other.",
        ),
        (
            ["story.txt", "--source", "original.txt"],
            "error: model 'multilingual-e5-small' is not in ",
        ),
    ],
)
@pytest.mark.usefixtures("desk")
def test_what_cannot_work_is_one_sentence_and_exit_2(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The sentence names the file and says what to do; without the models nothing is audited."""
    monkeypatch.setenv("AUDITOR_MODELS", str(tmp_path / "no-models"))

    code = main(["check", *arguments])

    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(message)


@pytest.mark.weights
@pytest.mark.usefixtures("desk")
def test_a_wrong_figure_and_a_wrong_name_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Both are told with what the source says, and the signature names the sources; without them both pass."""
    assert main(["check", "story.txt", "--source", "original.txt", "--format", "json", "--quiet"]) == 0
    paired = json.loads(capsys.readouterr().out)
    assert main(["check", "story.txt", "--format", "json", "--quiet"]) == 0
    alone = json.loads(capsys.readouterr().out)

    found = {
        finding["text"]: finding
        for paragraph in paired["paragraphs"]
        for finding in paragraph["findings"]
        if finding["mechanism"].startswith("source-")
    }
    assert {text: finding["suggestions"][0] for text, finding in found.items()} == {"41": "14", "Marta": "Marina"}
    assert found["41"]["evidence"][0] == "The source says “14” where the text says “41”."
    assert "“Marina”" in found["Marta"]["evidence"][0]
    assert "aligned with original.txt (pt) by paragraphs" in paired["notes"]
    assert "|sources:" in paired["signature"]
    assert "|sources:" not in alone["signature"]
    assert not [f for p in alone["paragraphs"] for f in p["findings"] if f["mechanism"].startswith("source-")]


@pytest.mark.weights
def test_a_source_in_another_order_is_refused(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No finding rests on a sentence that is not the text's own source."""
    sentences = ORIGINAL.replace("\n\n", " ").replace("\n", " ").split(". ")
    (desk / "original.txt").write_text(". ".join(sentences[3:] + sentences[:3][::-1]), encoding="utf-8")

    code = main(["check", "story.txt", "--source", "original.txt", "--quiet"])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("error: story.txt cannot be aligned with original.txt: too little of the one says what")
