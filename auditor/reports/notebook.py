"""The audit in a notebook: as the last line of a cell it is displayed as the page of the HTML report.

`auditor.show(audit, height=900)` displays it in a taller frame.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.reports import html as page
from auditor.values import Audit

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


@dataclass(frozen=True, slots=True)
class Shown:
    """An audit that a notebook displays; the page stands in a frame, so that neither styles the other."""

    audit: Audit
    height: int

    def _repr_html_(self) -> str:
        source = html.escape(page.render(self.audit).decode(), quote=True)
        return (
            f'<iframe srcdoc="{source}" sandbox="allow-scripts allow-downloads" title="audit" '
            f'style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )


def show(audit: Audit, *, height: int = 600) -> Shown:
    """Return something that a notebook displays as the HTML report, `height` pixels high."""
    return Shown(audit, height)


def register(shell: InteractiveShell) -> None:
    """Have a notebook display every audit that is the last line of a cell."""
    if shell.display_formatter is not None:
        shell.display_formatter.formatters["text/html"].for_type(Audit, _displayed)


def _displayed(audit: Audit) -> str:
    return show(audit)._repr_html_()
