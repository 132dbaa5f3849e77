"""The development set of round trips: what counts as an error, and what its rows hold."""

from __future__ import annotations

from auditor.values import Severity
from models.train import round_trip_set
from models.train.noise.texts import Native


def test_differences_of_a_round_trip_are_errors_where_they_cost_a_meaning() -> None:
    """A dear one has the original's words, a cheap one is a paraphrase; both lie where they stand now."""
    before, after = "The council did not close 12 schools.", "The council did close 2 schools."
    negation, number = round_trip_set.differences(before, after, [9.0, 2.0])

    assert (negation.kind, negation.severity, negation.wording) == ("negation", Severity.MAJOR, "not ")
    assert (negation.span.start, negation.span.end) == (after.index("close"), after.index("close"))
    assert (number.kind, number.severity, number.span.of(after)) == ("paraphrase", None, "2")


def test_stories_are_long_enough_and_cut_where_they_get_long() -> None:
    """A short one is passed over, and no more are taken than wanted."""
    sentence = "word " * 99 + "word."
    documents = [Native(name, "news", (sentence,) * count) for name, count in (("a", 1), ("b", 9), ("c", 2), ("d", 2))]
    taken = list(round_trip_set.stories(documents, 2))

    assert [(story.name, len(story.sentences)) for story in taken] == [("b", 5), ("c", 2)]


def test_rows_have_three_sentences_and_errors_at_their_places() -> None:
    """The second sentence's error is moved behind the first one; what costs nothing marks no word."""
    story = Native("a", "news", ("The old bridge.", "It was closed.", "It is open.", "All is well."))
    found = [
        [],
        round_trip_set.differences("It was closed.", "It was shut.", [7.0]),
        round_trip_set.differences("It is open.", "It stays open.", [1.0]),
        [],
    ]
    after = ("The old bridge.", "It was shut.", "It stays open.", "All is well.")
    first, second = round_trip_set._rows_of(story, "maker", after, found)

    error, paraphrase = first["error_spans"]
    assert first["target"] == "The old bridge. It was shut. It stays open."
    assert first["target"][error["start"] : error["end"]] == "shut"
    assert (error["severity"], error["category"], error["wording"]) == ("major", "wording", "closed")
    assert (paraphrase["severity"], paraphrase["wording"]) == ("neutral", None)
    assert [word for word, tag in zip(first["target_tokens"], first["word_tags"], strict=True) if tag == "BAD"] == [
        "shut"
    ]
    assert second["target"] == "All is well."
    assert (first["score"], second["score"]) == (-5 / 9, 0.0)
