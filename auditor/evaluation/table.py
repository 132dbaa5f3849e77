"""The table that a run prints: one line a cell, the measures that matter most, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from auditor.evaluation.estimates import Estimate
from auditor.evaluation.results import Result

COLUMNS = (
    ("MCC with end", "official MCC cross-fitted"),
    ("MCC", "MCC cross-fitted"),
    ("best", "MCC best"),
    ("F1-BAD", "F1-BAD cross-fitted"),
    ("AP", "AP"),
    ("ECE", "ECE"),
    ("char F1", "character F1"),
    ("span F1", "span F1"),
    ("recall", "recall"),
    ("wording", "right wording"),
    ("Spearman", "Spearman"),
    ("par. Spearman", "paragraph Spearman"),
    ("par. AUC", "paragraph AUC"),
    ("cleared", "sound paragraphs cleared"),
    ("sound", "cleared paragraphs sound"),
    ("within", "Kendall within items"),
    ("critical", "critical errors MCC cross-fitted"),
    ("alarms/1,000", "false alarms per 1,000 words"),
)
"""Heading, measure. "Cross-fitted" thresholds are chosen on the other half of the sources, "best" on the set itself;
"within" is Kendall's correlation between the translations of one source."""


def build_table(results: Sequence[Result]) -> Table:
    """Lay results out; columns that nothing was measured for are left out, JSON has every measure."""
    measured: set[str] = set()
    for result in results:
        measured.update(result.estimates)
    shown = [(title, name) for title, name in COLUMNS if name in measured]
    table = Table(title="Word measures take a gap with the word on its right where they say “with end”")
    for title in ("gold", "system", "source"):
        table.add_column(title, no_wrap=True)
    for title, _ in shown:
        table.add_column(title, justify="right")
    for result in sorted(results, key=lambda result: result.gold):
        cells = [_cell(result.estimates.get(name)) for _, name in shown]
        table.add_row(result.gold, result.system, result.source, *cells)
    return table


def _cell(estimate: Estimate | None) -> str:
    """Write a value over its interval; leading zeros only take room."""
    if estimate is None:
        return ""
    value, low, high = (_short(number) for number in (estimate.value, estimate.low, estimate.high))
    return f"{value}\n{low}–{high}"


def _short(number: float) -> str:
    if abs(number) >= 10:
        return f"{number:.0f}"
    if abs(number) >= 1:
        return f"{number:.2f}"
    return f"{number:.3f}".replace("0.", ".", 1)
