"""Names in two spellings."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import names
from tests.repairs.sentences import repairs

KNOWN = "They met Zelensky on Monday. Then Zelensky spoke, and Zelensky left. Talks with Zelensky resume soon."


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Later Zelenski replied.", "Zelenski"),
        ("Then Zelesnky replied.", "Zelesnky"),
        ("A word of zelensky’s.", "zelensky"),
    ],
)
def test_a_rare_spelling_gives_way_to_the_common_one(sentence: str, wrong: str) -> None:
    """One odd spelling beside several equal ones is offered in the common one, its possessive kept."""
    assert repairs(names, f"{KNOWN} {sentence}") == [(wrong, "Zelensky")]
