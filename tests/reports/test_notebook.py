"""An audit in a notebook that is executed."""

from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat

from auditor.reports import json, notebook
from auditor.values import Audit

_CODE = """
import pathlib
import auditor
from auditor.reports import json
json.parse(pathlib.Path({path!r}).read_bytes())
"""


def test_an_audit_shows_itself(audit: Audit, tmp_path: Path) -> None:
    """As the last line of a cell it is the page of the HTML report, in a frame; no cell has to ask for it."""
    path = tmp_path / "audit.json"
    path.write_bytes(json.render(audit))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(_CODE.format(path=str(path)))])

    nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": Path.cwd()}}).execute()

    (output,) = book.cells[0].outputs
    assert output["data"]["text/html"] == notebook.show(audit)._repr_html_()
