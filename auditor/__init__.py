"""Find what machine translation broke in English copy, and say what was probably meant.

    >>> import auditor
    >>> audit = auditor.audit("The bridge was realized by a small company.")
    >>> for finding in audit: print(finding.message)

What loads models or reports is imported when it is first used.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from auditor.errors import AuditorError, InputError, ModelError, SettingsError, UnknownNameError
from auditor.values import (
    Audit,
    Document,
    Finding,
    Kind,
    Measurements,
    Paragraph,
    ParagraphAudit,
    Sentence,
    Settings,
    Severity,
    Span,
    Word,
)
from auditor.version import __version__

if TYPE_CHECKING:
    from auditor.pipeline import Auditor, audit
    from auditor.readers.files import read
    from auditor.reports import frames, plots
    from auditor.reports.notebook import show
    from auditor.workflow import with_source

__all__ = [
    "Audit",
    "Auditor",
    "AuditorError",
    "Document",
    "Finding",
    "InputError",
    "Kind",
    "Measurements",
    "ModelError",
    "Paragraph",
    "ParagraphAudit",
    "Sentence",
    "Settings",
    "SettingsError",
    "Severity",
    "Span",
    "UnknownNameError",
    "Word",
    "__version__",
    "audit",
    "frames",
    "plots",
    "read",
    "show",
    "with_source",
]

_LAZY = {
    "Auditor": "auditor.pipeline",
    "audit": "auditor.pipeline",
    "frames": "auditor.reports.frames",
    "plots": "auditor.reports.plots",
    "read": "auditor.readers.files",
    "show": "auditor.reports.notebook",
    "with_source": "auditor.workflow",
}
"""The module of each name; a name that its module does not have is the module's own."""


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'auditor' has no attribute '{name}'")
    module = importlib.import_module(_LAZY[name])
    value: object = getattr(module, name, module)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _register_with_notebook() -> None:
    """Have audits shown as pages where this is imported by a notebook that is running."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        from auditor.reports import notebook

        notebook.register(shell)


_register_with_notebook()
