"""Wire copy of any length for the benchmark: our own sentences, filled in by a seeded generator, some broken."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

_NAMES = ("Olsen", "Haddad", "Moreno", "Kowalski", "Banerjee", "Lindqvist", "Okafor", "Tanaka", "Petrov", "Dubois")
_TITLES = ("President", "Prime Minister", "Foreign Minister", "Mayor", "Governor", "Ambassador", "Judge", "Senator")
_PLACES = ("Tashkent", "Lisbon", "Nairobi", "Santiago", "Oslo", "Jakarta", "Tunis", "Quebec", "Dhaka", "Vilnius")
_THINGS = ("ferries", "hospitals", "fuel", "grain", "tickets", "apartments", "vaccines", "textbooks", "buses", "dams")
_GROUPS = ("farmers", "nurses", "teachers", "dockworkers", "students", "engineers", "drivers", "judges", "pilots")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SLOTS = {
    "name": _NAMES,
    "other": _NAMES,
    "title": _TITLES,
    "place": _PLACES,
    "town": _PLACES,
    "thing": _THINGS,
    "group": _GROUPS,
    "day": _DAYS,
}
_SENTENCES = (
    "{title} {name} said on {day} that the talks with {place} would resume before the end of the month.",
    "The price of {thing} has risen by {percent} percent since January, according to figures published on {day}.",
    "Hundreds of {group} gathered outside the parliament in {place} to demand higher wages and shorter hours.",
    "“We have waited long enough for {thing}, and we will not wait another winter,” said {name}, who leads the union.",
    "Under the agreement, the government will pay for {number} new {thing} over the next {few} years.",
    "The opposition called the plan reckless and asked {title} {name} to explain it to lawmakers next week.",
    "A spokeswoman for the ministry declined to comment on the report, which was first published in {town}.",
    "Officials in {place} have warned that the supply of {thing} could run out within {few} weeks.",
    "The court ruled in {year} that {group} could not be dismissed for striking, a decision that companies appealed.",
    "Few people in {town} believe that the new bridge will open on time, or that it will cost what was promised.",
    "{name} and {other} met twice in {place} last year without agreeing on how to share the river.",
    "The storm cut off power to {number} homes and closed the road between {place} and {town} for {few} days.",
    "Analysts say that the central bank is unlikely to raise interest rates again before the autumn.",
    "Most of the {group} who lost their jobs in {year} have since found work, but many of them earn less.",
    "It was the third time in {few} months that {title} {name} had changed course on {thing}.",
    "Researchers at the university of {town} studied {number} families and found that most had moved at least once.",
    "The company, which makes {thing} for export, said that it would appeal to the highest court in {place}.",
    "At the market, a seller of vegetables counted the morning’s coins twice and put them away in a tin.",
    "The {group} returned to work on {day} after an arbitrator proposed a raise of {percent} percent.",
    "In a speech lasting almost an hour, {title} {name} mentioned {thing} only once.",
)
_BROKEN = (  # as machine translation breaks them
    "{name}s visit to {place} comes as the actual government prepares new manifestations.",
    "On {day} shell open the hall where {title} {other} will count the {thing}. because nobody else has.",
    "The {group} and {group} will pronounce themselves on the new law in the next {few} weeks.",
    "The ministers have realized an important work on {thing}, but the last word has the parliament of {place}.",
    "He depends of the {group} who assisted to the reunion in {town}, the newspapers of {place} informed.",
)


def story(words: int, *, seed: int = 1) -> str:
    """Write a story of at least `words` words, in paragraphs of two to four sentences; the same for the same seed."""
    return _written(words, seed, (*_SENTENCES, *_BROKEN))


def sound(words: int, *, seed: int = 1) -> str:
    """Write a story in which nothing is wrong, as `story` does."""
    return _written(words, seed, _SENTENCES)


def _written(words: int, seed: int, templates: Sequence[str]) -> str:
    source = random.Random(seed)  # noqa: S311 (no secret)
    paragraphs: list[str] = []
    written = 0
    while written < words:
        paragraphs.append(" ".join(_sentences(source, templates, source.randint(2, 4))))
        written += len(paragraphs[-1].split())
    return "\n\n".join(paragraphs) + "\n"


def edited(text: str) -> str:
    """Return the story with one word more in a sentence in its middle, as an editor adds one."""
    at = text.index(" said ", len(text) // 2) if " said " in text[len(text) // 2 :] else text.index(" ", len(text) // 2)
    return f"{text[:at]} later{text[at:]}"


def _sentences(source: random.Random, templates: Sequence[str], count: int) -> Iterator[str]:
    for template in source.sample(templates, count):
        chosen = {slot: source.choice(values) for slot, values in _SLOTS.items()}
        numbers = {
            "percent": source.randint(2, 40),
            "few": source.choice(("two", "three", "four", "six", "ten")),
            "number": f"{source.randint(2, 90) * 100:,}",
            "year": source.randint(1995, 2024),
        }
        yield template.format(**chosen, **numbers)
