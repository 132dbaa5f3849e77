"""Repair mechanisms: one file each.

Each has `MECHANISM`, `CLEAN`, `DIRTY`, a docstring of five headings, and

    propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]

`CLEAN` is a tuple of texts in which the mechanism must stay silent after pricing; `DIRTY` is a tuple of
(text, wrong words, right words): the mechanism must propose replacing exactly so. A mechanism that compares with the
source has `SOURCES` too, what each of these texts was translated from. To add one: a file and a line here.
"""

from __future__ import annotations

from auditor.tables import Table

REPAIRS = Table(
    "repair mechanism",
    {
        name: f"auditor.repairs.{name.replace('-', '_')}"
        for name in (
            "apostrophes",
            "contractions",
            "split-sentences",
            "repetitions",
            "false-friends",
            "fixed-phrases",
            "word-order",
            "wrong-function-words",
            "extra-function-words",
            "missing-function-words",
            "inflections",
            "unlikely-words",
            "shared-pivot",
            "round-trip",
            "lost-quotation-marks",
            "names",
            "source-numbers",
            "source-names",
            "source-negation",
        )
    },
)
