"""What a reader leaves out of a file, in one line of the report: "left out: 2 footnotes, 1 text box"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A sort of thing that is in a file and not in the text: what one of them is called, and what several are."""

    one: str
    many: str


def note(counts: Mapping[Part, int]) -> tuple[str, ...]:
    """Return the line about all that was left out, none where there is nothing to say.

    Args:
        counts: how many there are of each sort; what there is most of is told first.
    """
    found = sorted(((number, part) for part, number in counts.items() if number), key=_fewer, reverse=True)
    told = ", ".join(f"{number:,} {part.one if number == 1 else part.many}" for number, part in found)
    return (f"left out: {told}",) if told else ()


def _fewer(counted: tuple[int, Part]) -> int:
    return counted[0]


def listed(names: Iterable[str], *, most: int = 3) -> str:
    """Return the first names of a list, and that there are more: "a, b, c and 4 more"."""
    every = list(names)
    first = ", ".join(every[:most])
    return first if len(every) <= most else f"{first} and {len(every) - most:,} more"
