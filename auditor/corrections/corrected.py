"""What becomes of a file that is corrected, and why something of it may be left."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.text.edits import Correction

COMMENT = "a comment to auditor stands inside it"
PARAGRAPHS = "it runs from one paragraph into the next"
MARKUP = "it crosses markup of the file"
CONTROL = "its wording holds a control character"
MEANING = "the file would read otherwise than it should"


@dataclass(frozen=True, slots=True)
class Left:
    """A correction that was not made, and why, as a clause: "it crosses the markup of the file"."""

    correction: Correction
    reason: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """The corrected copy, what it changes as text (`before`, `after`), and which corrections were not made."""

    data: bytes
    before: str
    after: str
    left: tuple[Left, ...] = ()
