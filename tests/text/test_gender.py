"""Who is called he and who she."""

from __future__ import annotations

import pytest

from auditor.text.gender import genders


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Mrs. Novak left.", "Novak", "she"),
        ("Sir Alan Webb spoke.", "Webb", "he"),
        ("Kaya, the only woman on the council, left.", "Kaya", "she"),
        ("His wife, Ines Mota, left.", "Mota", "she"),
        ("Kaya is the second woman on the board.", "Kaya", "she"),
        ("Maria Santos won, and she trains in Porto.", "Santos", "she"),
        ("Maria Santos won the race.", "Santos", ""),
        ("Maria Santos won. Pedro Santos lost. She wept, and he laughed.", "Santos", ""),
        ("Mr. Kral and Mrs. Kral left.", "Kral", ""),
    ],
)
def test_a_story_tells_the_gender_of_its_people(text: str, name: str, expected: str) -> None:
    """By titles, by what it says of them, by a first name whose pronoun it uses; never where two agree on a name."""
    assert genders(text).get(name, "") == expected
