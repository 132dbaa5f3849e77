"""Makers of noise: each breaks what it says, and every difference is known word by word."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models.train.noise import apertium, consensus, dictionary, foreign, hunks, rules, senses

SOUND = "The minister said on Monday that he had not signed the 1,250 letters from readers, worth 1.8 million euros."


_SHOWN_BELOW = {"time", "conjunct", "clause", "negation", "apostrophe", "half", "grade"}


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 (a seeded order, not a secret)


@pytest.mark.parametrize("name", [name for name in rules.RULES if name not in _SHOWN_BELOW])
def test_each_rule_breaks_a_sentence(name: str) -> None:
    """It changes a few words of the sentence, and each changed word has a label."""
    done = rules.RULES[name](SOUND, _dice(3))

    assert done is not None
    labels = hunks.labels(SOUND, done)
    assert any(not label.kept or label.missing != "" for label in labels)
    assert sum(not label.kept for label in labels) <= 3


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("time", "It began at 8:30 p.m. there.", "It began at 20h30 there."),
        ("time", "It began on March 3 there.", "It began on 3 of March there."),
        ("figure", "It cost 2,200,112 tons.", "It cost 2.200.112 tons."),
        ("conjunct", "Both Japanese and Chinese did.", "Both Japanese and Japanese did."),
        ("negation", "He did not go there.", "He did not not go there."),
        ("apostrophe", "They didn't go.", "They didnt go."),
        ("half", "The audience left.", "The audienz left."),
        ("grade", "The larger of them left.", "The more large of them left."),
        ("clause", "He spoke of the court again.", "He spoke of the court of the court again."),
    ],
)
def test_what_a_rule_writes(name: str, before: str, after: str) -> None:
    """Forms of other languages, doubled words."""
    assert rules.RULES[name](before, _dice(1)) == after


def test_what_a_rule_cannot_break_it_leaves() -> None:
    """No figure, no foreign figure; the next rule is tried."""
    assert rules.break_sentence("Nobody came.", _dice(1), ["figure", "scale"]) is None


def test_another_sense_is_put_in_the_same_form(tmp_path: Path) -> None:
    """A synonym of the rarer of two senses, never one that the common sense has, too."""
    for name in ("verb", "adj"):
        (tmp_path / f"index.{name}").write_text("")
        (tmp_path / f"data.{name}").write_text("")
    (tmp_path / "index.noun").write_text("  1 licence\nbank n 2 1 @ 2 1 00000011 00000022\n")
    common, rare = "00000011 06 n 02 bank 0 lender 0 000 | money", "00000022 06 n 03 bank 0 slope 0 lender 0 000 | land"
    (tmp_path / "data.noun").write_text(f"  1 licence\n{common}\n{rare}\n")

    known = senses.senses(tmp_path)

    assert known["NOUN"] == {"bank": ("slope",)}
    assert senses.mistake("Both banks lend.", _dice(1), known) == "Both slopes lend."
    assert senses.mistake("Nothing lends.", _dice(1), known) is None


def test_a_foreign_word_is_none_that_english_has() -> None:
    """Of the two, the one that English writes alike is never put."""
    known = {"law": ("legge",), "house": ("hotel",)}

    assert foreign.mistake("The laws stand.", _dice(1), known) == "The legge stand."
    assert foreign.mistake("The house stands.", _dice(1), known) is None


def test_hunks_are_put_in_one_by_one() -> None:
    """A word in the place of another, a word too many and a missing one; what was not chosen stays sound."""
    before, after = "He signed the accord today in Rome.", "He signed the the chord today Rome."
    found = hunks.hunks(before, after)

    text, labels = hunks.broken(before, found)
    one, _ = hunks.broken(before, [found[-1]])

    assert [each.replacement for each in found] == ["the chord", ""]
    assert text == after
    assert [(label.span.of(text), label.missing) for label in labels if label.missing != ""] == [("Rome", "in")]
    assert one == "He signed the accord today Rome."


def test_a_paraphrase_is_no_sure_error() -> None:
    """The label says what stood there, and that keeping the word may be right."""
    before = "He purchased bread."
    (found,) = hunks.hunks(before, "He bought bread.")

    _, labels = hunks.broken(before, [found], doubtful=[0])

    assert [(label.kept, label.before, label.sure) for label in labels] == [
        (True, "He", True),
        (False, "purchased", False),
        (True, "bread", True),
    ]


def test_labels_of_a_whole_translation() -> None:
    """Words replaced one by one have their word, a word too many has none, what is rewritten nobody can say."""
    labels = hunks.labels("The court heard two men today.", "The tribunal heard two two men today.")

    assert [label.before for label in labels if not label.kept] == ["court", ""]
    rewritten = hunks.labels("Go on.", "one two three four five six seven")
    assert all(label.before is None and not label.sure for label in rewritten)


def test_a_word_that_no_other_system_writes_is_wrong() -> None:
    """What the others agree on is what it ought to be; a word that some of them write is unsure."""
    others = ["The court heard him.", "The court heard him.", "The court listened to him.", "A court heard him."]
    others += ["The court heard them."] * 3

    assert consensus.label("The patio heard him.", others) == [1, "court", 1, 1]
    assert consensus.label("The court listened them.", others)[2:] == [0, 1]


def test_a_foreign_word_gives_another_sense(tmp_path: Path) -> None:
    """The wrong sense stands in the form of the right one."""
    import gzip

    with gzip.open(tmp_path / "freedict-spa-eng.dict.dz", "wt", encoding="utf-8") as file:
        file.write("banco /bˈanko/\nbank, bench\nsolo /s/\nalone\n")

    senses = dictionary.senses(tmp_path)

    assert senses["bank"] == ("bench",)
    assert dictionary.mistake("All banks closed.", _dice(1), senses) == "All benches closed."
    assert dictionary.mistake("Nothing closed.", _dice(1), senses) is None


def test_without_apertium_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a tool of training, and nothing else needs it."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(RuntimeError, match="not installed"):
        apertium.translate(["Good morning."], "eng-spa")
