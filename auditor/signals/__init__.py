"""Signals: numbers about a document, never verdicts. One file each, with a docstring of five headings."""

from __future__ import annotations

from auditor.registry import Table

SIGNALS = Table(
    "signal",
    {
        "fluency": "auditor.signals.fluency",
        "probe": "auditor.signals.probe",
        "back-translation": "auditor.signals.back_translation",
        "adequacy": "auditor.signals.quality_estimation",
        "forced-decoding": "auditor.signals.forced_decoding",
        "document-knowledge": "auditor.text.document_context",
    },
)
