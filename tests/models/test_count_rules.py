"""What is counted of rules that are too rare to be fitted, and the damage that is planted for it."""

from __future__ import annotations

import random

import pytest

from auditor.repairs import REPAIRS
from auditor.repairs.traits import traits_of
from auditor.values import Candidate, Kind, Severity, Span
from models.train import count_rules, planted_kinds
from models.train.count_rules import Count, Translation

SOUND = (
    ("2.000", "Some 2,000 people came.", "Some 2.000 people came."),
    ("2 000", "It has 2,000 houses.", "It has 2 000 houses."),
    ("1,5 million", "It cost 1.5 million euros.", "It cost 1,5 million euros."),
    ("$2,50", "It cost $2.50 then.", "It cost $2,50 then."),
    ("5 %", "It fell by 5%.", "It fell by 5 %."),
    ("50 $", "It cost $50 then.", "It cost 50 $ then."),
    ("milliards", "It cost 4 billion euros.", "It cost 4 milliards euros."),
    ("at 20 hours", "It opens at 8 p.m. on Friday.", "It opens at 20 hours on Friday."),
    ("20h30", "It opens at 8:30 p.m. on Friday.", "It opens at 20h30 on Friday."),
    ("20 o'clock", "It opens at 12 p.m. or 7 p.m. again.", "It opens at 12 p.m. or 19 o'clock again."),
    ("the 15 of March", "It fell on March 15.", "It fell on the 15 of March."),
    ("15.03.2012", "It fell on March 5, 2012.", "It fell on 05.03.2012."),
    ("15.03.2012", "It fell on March 15, 2012.", "It fell on 15.03.2012."),
    ("XXI century", "In the 21st century it fell.", "In the XXI century it fell."),
    ("ofthe", "The end of the war.", "The end ofthe war."),
    ("monday", "He left on Monday.", "He left on monday."),
    ("nobody was not", "Nobody was there.", "Nobody was not there."),
    ("not ... nothing", "He didn't see anything.", "He didn't see nothing."),
    ("the most rich", "He is the richest.", "He is the most rich."),
    ("did not went", "He did not go.", "He did not went."),
    ("will the treaty sign", "They will sign the treaty.", "They will the treaty sign."),
    ("has resigned last week", "He resigned last week.", "He has resigned last week."),
)


def _chance() -> random.Random:
    return random.Random(1)  # noqa: S311 (a seeded order, not a secret)


@pytest.mark.parametrize(("family", "sound", "broken"), SOUND)
def test_damage_is_what_its_family_says(family: str, sound: str, broken: str) -> None:
    """And the range of each damage is told in the text as it then is."""
    planted = planted_kinds.damaged(sound, {family: 1.0}, _chance())

    assert planted.text == broken
    assert [name for _, _, name in planted.places] == [family] * len(planted.places)
    assert all(planted.text[start:end] in broken for start, end, _ in planted.places)


def test_places_stand_where_the_joined_paragraphs_have_them() -> None:
    """Paragraphs are joined by two line ends."""
    planted = [planted_kinds.damaged(text, {"5 %": 1.0}, _chance()) for text in ("It fell 5%.", "It rose 7%.")]
    joined = "\n\n".join(each.text for each in planted)

    assert [joined[start:end] for start, end, _ in planted_kinds.in_order(planted)] == [" %", " %"]


def test_foreign_words_stand_for_as_many_of_the_paragraph() -> None:
    """A clause of it is left in the other language."""
    planted = planted_kinds.with_foreign(
        "The mayor said that the road was closed.", ["el", "puente", "sigue", "cerrado", "por", "obras"], _chance()
    )
    ((start, end, _),) = planted.places

    assert planted.text.startswith("The ")
    assert planted.text[start:end] in "el puente sigue cerrado por obras"
    assert len(planted.text.split()) == 8


def test_pronouns_are_turned_all_through() -> None:
    """As a system does that reads one paragraph."""
    assert planted_kinds.with_turned_pronouns("He left. Then she came.").text == "She left. Then he came."


def _candidate(replacement: str, *, shown: bool = True) -> Candidate:
    return Candidate(Span(5, 10), replacement, "figures", Kind.NUMBER, Severity.MINOR, "odd", shown=shown)


@pytest.mark.parametrize(
    ("replacement", "reference", "other", "verdict"),
    [
        ("2,000", "There were 2,000 men.", "", "right"),
        ("2,000", "About two thousand men.", "We saw 2,000 of them.", "right"),
        ("2,000", "It took 2.000 seconds.", "It had 2,000.", "wrong"),
        ("2,000", "About two thousand men.", "", "open"),
        ("", "About two thousand men.", "", "right"),
    ],
)
def test_references_and_other_systems_say_what_a_place_is(
    replacement: str, reference: str, other: str, verdict: str
) -> None:
    """The wording of a reference is sound; a wording that anybody has was meant; of the rest nobody knows."""
    text = Translation("a", ["Some 2.000 men."], [[reference]], [[other]])

    assert count_rules._verdict(_candidate(replacement, shown=bool(replacement)), "2.000", text, 0) == verdict


def test_a_chance_is_a_share_that_begins_at_its_rule() -> None:
    """What is planted counts a third; two places are the rule's; nothing is certain."""
    count = Count(right=3, wrong=1, alarms=0, planted=6)

    assert count_rules._chance(count, 0.5) == pytest.approx((5 + 1) / 8)
    assert count_rules._chance(count, 0.5, planted=1.0) == pytest.approx((9 + 1) / 12)
    assert count_rules._chance(Count(), 0.7) == pytest.approx(0.7)
    assert count_rules._chance(Count(planted=900), 1.0) == 0.95


def test_only_rules_are_counted() -> None:
    """What the models propose is common enough to be fitted."""
    assert [name for name in REPAIRS if traits_of(name).is_counted] == list(count_rules.RULES)
    assert not any(traits_of(name).is_model_proposed for name in count_rules.RULES)
