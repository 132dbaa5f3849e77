"""Readers: bytes to a Document. One file and one line here each.

A reader has `SUFFIXES: tuple[str, ...]`, the file endings it takes, and `read(data: bytes, *, name: str) -> Document`,
which raises InputError with one clear sentence; those of running text also take the `language` that it should be in.
Readers of files that are text also have `offset_map(data, *, name) -> (markup, OffsetMap)`, the decoded file and the
text with its places in it, by which findings are located and corrections written; those of units
`aligned(data, *, name) -> Aligned`, which tells the unit that a range stands in, those that read once what is shown
several times `repeats(data, *, name)`, the places of such words.
What a reader leaves out it counts, and says so in a note of the document: see `left_out`.
"""

from __future__ import annotations

from auditor.registry import Table

READERS = Table(
    "input format",
    {
        "text": "auditor.readers.text",
        "html": "auditor.readers.html",
        "docx": "auditor.readers.docx",
        "markdown": "auditor.readers.markdown",
        "table": "auditor.readers.tables",
        "bitext": "auditor.readers.bitext",
        "subtitles": "auditor.readers.subtitles",
    },
)
