"""The traits of a mechanism: what its candidates rest on, and how they are weighed.

Each mechanism states its own as `TRAITS`, beside its examples; nobody else keeps a list of mechanisms.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum

from auditor.repairs import REPAIRS


class Evidence(StrEnum):
    """What a mechanism knows of the places that it names."""

    RULE = "rule"
    """A list, a pattern or the source says that the words are wrong, and what was meant."""
    WORDING = "wording"
    """Many wordings are tried at every suspicious place, and the models choose."""
    PLACE = "place"
    """The models find the place, but nothing says what was meant."""


@dataclass(frozen=True, slots=True)
class Traits:
    """How the candidates of one mechanism are weighed.

    `checks_meaning`: it only rearranges or respells what is there, so the pivot translation must still fit; lists of
    false friends change it on purpose. `is_clause_level`: its repairs cover a whole clause and hide nothing that is
    wrong inside it. `is_counted`: a rule whose places are too rare in labelled translations to be fitted; how often
    they are errors is counted over far more text (`models/train/count_rules.py`).
    """

    evidence: Evidence
    checks_meaning: bool = False
    is_clause_level: bool = False
    is_counted: bool = False

    @property
    def is_model_proposed(self) -> bool:
        """Whether it is tried at every suspicious place and the models choose; otherwise it is rule-based."""
        return self.evidence is not Evidence.RULE


@functools.cache
def traits_of(mechanism: str) -> Traits:
    """Return what a mechanism, by its name, says of itself.

    Raises:
        UnknownNameError: there is no such mechanism.
    """
    traits: Traits = REPAIRS.load(mechanism).TRAITS
    return traits
