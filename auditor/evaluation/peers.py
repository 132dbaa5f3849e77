"""Peers: what others' checkers find in the same texts, on the processor and offline. They are extras, and never needed.

Harper (https://writewithharper.com), a grammar checker by rules, by way of the package `harper-py`; both are under the
Apache licence. It knows no source and no severity: whatever it reports is minor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from auditor.evaluation.systems import Options, Prediction, Reported, Request
from auditor.readers.extras import need
from auditor.values import Span

if TYPE_CHECKING:
    from harper import Lint, Linter

_FIRST = 3  # suggestions


@dataclass(frozen=True, slots=True)
class Harper:
    """Flags the words of each place that Harper reports; a text is the better, the smaller the share of such words."""

    linter: Linter
    gives_probabilities: bool = False
    threshold: float | None = 0.5

    @property
    def name(self) -> str:
        """Its version; rules and dictionary come with it."""
        return f"harper-py-{version('harper-py')}"

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request by itself, same order."""
        return [self._predict(request) for request in requests]

    def _predict(self, request: Request) -> Prediction:
        text = request.row.target
        reported: list[Reported] = []
        for lint in self.linter.lint(text, language="plaintext"):
            span = Span(lint.span.start, lint.span.end)
            reported.append(Reported(span, is_major=False, suggestions=self._suggestions(text, lint)))
        values: list[float] = []
        for word in request.row.words:
            values.append(float(any(place.span.overlaps(word) for place in reported)))
        score = -sum(values) / max(1, len(values))
        return Prediction(tuple(values), (*values, 0.0), (False,) * len(values), score, tuple(reported))

    def _suggestions(self, text: str, lint: Lint) -> tuple[str, ...]:
        """Return what would stand in the place of its span by each of its first suggestions."""
        behind = len(text) - lint.span.end
        changed = [self.linter.apply_suggestion(text, lint, suggestion) for suggestion in lint.suggestions[:_FIRST]]
        return tuple(whole[lint.span.start : len(whole) - behind] for whole in changed)


def open_harper(options: Options) -> Harper:
    """Open Harper with its default rules.

    Raises:
        AuditorError: it is not installed.
    """
    del options  # it has no settings here
    need("harper", package="harper-py", purpose="measure Harper", extra="peers")
    from harper import Linter

    return Harper(Linter())
