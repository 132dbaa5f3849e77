"""What can be evaluated: the plain baselines, each signal, the whole audit. One line each.

A system is `open(options) -> System`; it is opened when it is asked for, so a baseline needs no model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any, Protocol, Self

from auditor.errors import UnknownNameError
from auditor.evaluation.gold import GoldRow
from auditor.values import Settings, Span


class SourceUse(StrEnum):
    """Whether a system sees the sources, does without, or is given another row's."""

    GIVEN = "given"
    NONE = "none"
    SHUFFLED = "shuffled"


@dataclass(frozen=True, slots=True)
class Options:
    """What a system is opened with."""

    settings: Settings
    seed: int


@dataclass(frozen=True, slots=True)
class Request:
    """A text to predict the errors of.

    `source` None: not known. `annotation_scheme` says how the gold was made ("mqm", "da_z_mean", …).
    """

    row: GoldRow
    source: str | None

    @property
    def annotation_scheme(self) -> str:
        """How the row was judged: raters' marks and post-editors' changes are different questions."""
        return self.row.score_type


@dataclass(frozen=True, slots=True)
class Reported:
    """A place that a system reports: its range in the text, whether it is a major error, and up to three wordings."""

    span: Span
    is_major: bool
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system says of one text; the more suspect the higher, but for `score`, where higher is better.

    `words` has one value a word; `official` also one for the end of the sentence, and counts a gap with the word on
    its right. `major` says of each word whether an error there would be a major one. A score of NaN: none is given.
    `reported` has the places that it reports at its own threshold, None where it gives values a word alone.
    """

    words: tuple[float, ...]
    official: tuple[float, ...]
    major: tuple[bool, ...]
    score: float
    reported: tuple[Reported, ...] | None = None

    @property
    def is_silent(self) -> bool:
        """Whether the system has nothing to say of the words (values of NaN): the text is then not measured on."""
        return math.isnan(self.official[-1])

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """Return what `dataclasses.asdict` made of one, as JSON gives it back."""
        places = columns.get("reported")
        reported: list[Reported] = []
        for place in places or ():
            reported.append(Reported(Span(**place["span"]), place["is_major"], tuple(place["suggestions"])))
        words, official, major = (tuple(columns[name]) for name in ("words", "official", "major"))
        return cls(words, official, major, columns["score"], None if places is None else tuple(reported))


class System(Protocol):
    """Judges texts."""

    @property
    def name(self) -> str:
        """What the signature calls it: everything that changes its numbers."""

    @property
    def gives_probabilities(self) -> bool:
        """Whether the values are meant as probabilities of an error."""

    @property
    def threshold(self) -> float | None:
        """The value from which a word is flagged by default; None: there is no default."""

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request, same order."""


@dataclass(frozen=True, slots=True)
class At:
    """A system that flags from another value on than its own threshold."""

    system: System
    threshold: float

    @property
    def name(self) -> str:
        """See `System.name`."""
        return self.system.name

    @property
    def gives_probabilities(self) -> bool:
        """See `System.gives_probabilities`."""
        return self.system.gives_probabilities

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """See `System.predict`."""
        return self.system.predict(requests)


SYSTEMS = {
    "constant": "auditor.evaluation.baselines:open_constant",
    "flag-all": "auditor.evaluation.baselines:open_flag_all",
    "random": "auditor.evaluation.baselines:open_random",
    "other-rater": "auditor.evaluation.baselines:open_other_rater",
    "surprisal": "auditor.evaluation.model_baselines:open_surprisal",
    "translation": "auditor.evaluation.model_baselines:open_translation",
    "round-trip": "auditor.evaluation.model_baselines:open_round_trip",
    "round-trip-bleu": "auditor.evaluation.model_baselines:open_round_trip_bleu",
    "quality-estimation": "auditor.evaluation.learned:open_quality_estimation",
    "probe": "auditor.evaluation.learned:open_probe",
    "harper": "auditor.evaluation.peers:open_harper",
    "audit": "auditor.evaluation.audited:open_audit",
}
"""A name, and the function that opens the system."""

WHOLE = frozenset({"audit"})
"""Systems that read whole documents: all rows of a document and system are asked for at once."""


def open_system(name: str, options: Options) -> System:
    """Open a system by its name.

    Raises:
        UnknownNameError: there is none of that name.
    """
    if name not in SYSTEMS:
        raise UnknownNameError("system", name, SYSTEMS)
    module, function = SYSTEMS[name].split(":")
    opener: Callable[[Options], System] = getattr(import_module(module), function)
    return opener(options)
