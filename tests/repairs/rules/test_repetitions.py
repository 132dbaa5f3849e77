"""Words, conjuncts and phrases that are said twice."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import repetitions
from auditor.values import Severity
from tests.repairs.sentences import candidates, repairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He is in in Rome.", [("in in", "in")]),
        ("The The minister left.", [("The The", "The")]),
        ("The old and old friends met.", [("old and old", "old")]),
        ("Relations of China and China are cold.", [("China and China", "China")]),
        ("Iran, Iraq and Iran agreed.", [("Iran, Iraq and Iran", "Iran and Iraq")]),
        ("He said in the end in the end that it failed.", [("in the end in the end", "in the end")]),
    ],
)
def test_what_is_said_twice_is_said_once(text: str, expected: list[tuple[str, str]]) -> None:
    """Doubled words, equal conjuncts and repeated phrases are offered once."""
    assert repairs(repetitions, text) == expected


def test_a_loop_is_found_whole_and_called_major() -> None:
    """A phrase that comes four times is one finding, not three."""
    text = "The ministry said " + "the talks with the rebels, " * 4 + "would go on."

    [loop] = candidates(repetitions, text)

    assert loop.replacement == "the talks with the rebels"
    assert loop.severity is Severity.MAJOR
    assert loop.span.of(text).count("rebels") == 4


def test_a_lost_conjunct_is_said_to_be_unknown() -> None:
    """The reason admits that one of the two was another word."""
    [found] = candidates(repetitions, "It hurts Danish and Danish fishermen.")

    assert "probably another word" in found.reason
