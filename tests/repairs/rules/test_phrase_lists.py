"""Lists of wordings: how they are read, inflected and found."""

from __future__ import annotations

import re

import pytest

from auditor.repairs.rules import false_friends, fixed_phrases, phrase_lists
from auditor.repairs.rules.phrase_lists import Context
from auditor.values import Kind, Severity
from tests.repairs.sentences import candidates, repairs

FAMILIES = {"Romance", "Germanic", "Slavic", "Arabic", "Chinese", "other"}
LISTS = ("false_friends.tsv", "fixed_phrases.tsv")


@pytest.mark.parametrize(("name", "fewest"), [("false_friends.tsv", 500), ("fixed_phrases.tsv", 200)])
def test_the_lists_are_as_long_as_promised(name: str, fewest: int) -> None:
    """At least so many lines, each with something else to say than the wrong words."""
    entries = phrase_lists.read(name)

    assert len(entries) >= fewest
    assert [entry for entry in entries if set(entry.wrong) & set(entry.right)] == []
    assert [entry for entry in entries if not all(entry.wrong) or not all(entry.right)] == []


@pytest.mark.parametrize("name", LISTS)
def test_every_line_is_whole(name: str) -> None:
    """Parts of speech and families are of the known ones, expressions compile, sources are given."""
    for entry in phrase_lists.read(name):
        assert entry.part in {"noun", "verb", "adjective", "adverb", "exact"}
        assert set(entry.languages) <= FAMILIES
        assert entry.source
        assert all(entry.evidence), entry
        for expression in (entry.context.before, entry.context.after, entry.context.near):
            re.compile(expression.removeprefix("!"))


@pytest.mark.parametrize("name", LISTS)
def test_no_wording_is_listed_twice_in_one_context(name: str) -> None:
    """A second line for a wording is for another place."""
    seen = [(wrong, entry.part, entry.context) for entry in phrase_lists.read(name) for wrong in entry.wrong]

    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("family", sorted(FAMILIES - {"other"}))
def test_every_family_of_languages_is_there(family: str) -> None:
    """False friends come from Romance, Germanic, Slavic, Arabic and Chinese."""
    assert sum(family in entry.languages for entry in phrase_lists.read("false_friends.tsv")) >= 15


@pytest.mark.parametrize(
    ("before", "after", "near", "expected"),
    [
        ("", "", "", True),
        ("the", "", "", True),
        ("he", "", "", False),
        ("!the", "", "", False),
        ("", "of the", "", True),
        ("", "of th", "", False),
        ("", "", "bank|court", True),
        ("", "", "banks", False),
    ],
)
def test_a_context_asks_for_whole_words(before: str, after: str, near: str, *, expected: bool) -> None:
    """Each expression is met by whole words on its own side, and "!" asks for the opposite."""
    left, right = ["in", "the"], ["of", "the", "court"]

    assert Context(before, after, near).allows(left, right) is expected


@pytest.mark.parametrize(
    ("word", "tag", "expected"),
    [("take", "VBD", "took"), ("city", "NNS", "cities"), ("convoke", "VBG", "convoking"), ("MP", "NNS", "MPs")],
)
def test_words_inflect_in_and_out_of_the_dictionary(word: str, tag: str, expected: str) -> None:
    """Irregular words come from the dictionary, unknown ones are regular."""
    assert phrase_lists.inflect(word, tag)[0] == expected


@pytest.mark.parametrize("name", LISTS)
def test_every_form_is_found_by_its_first_word(name: str) -> None:
    """Whatever a wording inflects to leads back to it, irregular and unknown words included."""
    listed = {
        (words, right, entry)
        for entry in phrase_lists.read(name)
        for wrong in entry.wrong
        for words, right in phrase_lists.inflected(wrong, entry).items()
    }
    found = {
        (form.words, form.replacements, form.entry)
        for first in {words[0] for words, _, _ in listed}
        for form in phrase_lists.forms(name, first)
    }

    assert found == listed


def test_the_longest_wording_is_found_first() -> None:
    """Of the forms that begin alike the longer ones come first, others as the list has them."""
    lengths = [len(form.words) for form in phrase_lists.forms("fixed_phrases.tsv", "minister")]

    assert lengths == sorted(lengths, reverse=True)
    assert len(set(lengths)) > 1


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("He denounced that the police had beaten him.", "denounced", "reported"),
        ("Two orders of arrest were issued.", "orders of arrest", "arrest warrants"),
        ("Judges opened a process against the mayor for murder.", "process", "trial"),
        ("Manifestations were held in Rome.", "Manifestations", "Demonstrations"),
        ("The judge asked for an imputation.", "an imputation", "a charge"),
        ("The court’s functionary’s car was stolen.", "functionary", "official"),
    ],
)
def test_repairs_keep_form_case_and_possessive(text: str, wrong: str, right: str) -> None:
    """The replacement has the number, tense and capital of the wrong word."""
    found = repairs(false_friends, text) + repairs(fixed_phrases, text)

    assert (wrong, right) in found or (wrong.removeprefix("an "), right.removeprefix("an ")) in found


def test_the_article_follows_the_word() -> None:
    """Where "a" must become "an" the article is part of the repair."""
    text = "It was a sharp but an adequate answer to a homologue."

    assert ("an adequate", "a n adequate") not in repairs(false_friends, text)
    assert ("a homologue", "a counterpart") not in repairs(false_friends, text)
    assert ("homologue", "counterpart") in repairs(false_friends, text)
    assert ("an infarction", "a heart attack") in repairs(false_friends, "He had an infarction.")


def test_punctuation_ends_a_phrase() -> None:
    """Words with a comma between them are no phrase."""
    assert repairs(fixed_phrases, "He spoke of the cease, of fire and of war.") == []


def test_the_reason_names_the_original() -> None:
    """An editor reads which word of which language leads to the slip."""
    [first, *_] = candidates(false_friends, "The eventual sale of the ship worries them.")

    assert first.reason == "“possible”, rendered word for word (fr. éventuel, es. eventual, de. eventuell)"
    assert (first.kind, first.severity) == (Kind.MISTRANSLATION, Severity.MAJOR)
