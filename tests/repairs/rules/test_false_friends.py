"""False friends and calques of five families of languages."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import false_friends
from tests.repairs.sentences import repairs


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("The eventual resignation of the minister is being discussed.", "eventual", "possible"),
        ("Thousands of militants of the party cheered.", "militants", "activists"),
        ("The deputy leads the socialist fraction in parliament.", "fraction", "parliamentary group"),
        ("The German car concern announced the loss of jobs.", "concern", "group"),
        ("The talks were overshadowed by the question of the objects of infrastructure.", "objects", "facilities"),
        ("Special services arrested a spy.", "Special services", "Intelligence services"),
        ("The minister confirmed the importance of cooperation.", "confirmed", "stressed"),
        ("Typhoon Lekima landed in Zhejiang.", "landed", "made landfall"),
        ("The trial was celebrated on Tuesday in Madrid.", "celebrated", "held"),
        ("He was wounded by a rocket system.", "rocket", "missile"),
    ],
)
def test_each_family_leaves_its_traces(text: str, wrong: str, right: str) -> None:
    """What translations from Romance, Germanic, Slavic, Arabic and Chinese write is known with what was meant."""
    assert (wrong, right) in repairs(false_friends, text)
