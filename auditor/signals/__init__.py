"""Signals: numbers about a text, never verdicts. One file and one line here each.

A signal's module has a docstring of five headings and one function,

    measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements

which returns `context` with its own values of the excerpt's words or sentences added. A signal that no field of
`Measurements` is made for adds them by `context.with_numbers(NAME, ...)`; reports then show them.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.protocols import Engines, Excerpt
from auditor.registry import Table
from auditor.values import Measurements

CONTEXT = Table("signal", {"document-knowledge": "auditor.text.document_context"})
"""What the document says about itself; it is measured before all else, of the whole document."""

FIRST_LOOK = Table(
    "signal",
    {
        "fluency": "auditor.signals.fluency",
        "probe": "auditor.signals.probe",
        "adequacy": "auditor.signals.quality_estimation",
        "post-editing": "auditor.signals.post_editing",
        "forced-decoding": "auditor.signals.forced_decoding",
    },
)
"""Signals of every sentence. None of them reads what another measured, so that their order changes nothing."""

CLOSER_LOOK = Table(
    "signal",
    {
        "back-translation": "auditor.signals.back_translation",
        "round-trip-chrf": "auditor.signals.round_trip_chrf",
    },
)
"""Signals of the sentences that the first look leaves in doubt, in this order."""

SIGNALS = Table("signal", {**FIRST_LOOK.modules, **CLOSER_LOOK.modules, **CONTEXT.modules})
"""All of them, to be explained."""


def measure(
    table: Table, names: Iterable[str], excerpt: Excerpt, context: Measurements, engines: Engines
) -> Measurements:
    """Return `context` with what the signals `names` of a table say of an excerpt, one after the other."""
    for name in names:
        context = table.load(name).measure(excerpt, context, engines)
    return context
