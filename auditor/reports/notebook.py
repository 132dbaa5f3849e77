"""The audit in a notebook: `auditor.show(audit)` as the last line of a cell displays the page of the HTML report."""

from __future__ import annotations

import html
from dataclasses import dataclass

from auditor.reports import html as page
from auditor.values import Audit


@dataclass(frozen=True, slots=True)
class Shown:
    """An audit that a notebook displays; the page stands in a frame, so that neither styles the other."""

    audit: Audit
    height: int

    def _repr_html_(self) -> str:
        source = html.escape(page.render(self.audit).decode(), quote=True)
        return (
            f'<iframe srcdoc="{source}" sandbox="allow-scripts" title="audit" '
            f'style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )


def show(audit: Audit, *, height: int = 600) -> Shown:
    """Return something that a notebook displays as the HTML report, `height` pixels high."""
    return Shown(audit, height)
