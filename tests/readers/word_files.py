"""A Word document with everything that a newsroom's documents have, made with python-docx."""

from __future__ import annotations

import io

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement


def story() -> bytes:
    """Return a story with a heading, formatted runs, a link, tracked changes, hidden text, a table and a header."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "The header is not read"
    document.add_heading("Talks go on in Lisbon", level=1)
    paragraph = document.add_paragraph("The minister said that the ")
    paragraph.add_run("increasingly affir").bold = True
    paragraph.add_run("mative").italic = True
    paragraph.add_run(" party would go on\twith R&D <cuts>.")
    paragraph.add_run().add_break()
    paragraph.add_run("A line of its own in the same paragraph.")
    paragraph._p.append(_element('<w:del w:id="90" w:author="a"><w:r><w:delText>gone</w:delText></w:r></w:del>'))
    paragraph._p.append(
        _element('<w:ins w:id="91" w:author="a"><w:r><w:t xml:space="preserve"> New.</w:t></w:r></w:ins>')
    )
    paragraph._p.append(_element("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"))
    paragraph._p.append(
        _element('<w:hyperlink w:anchor="x"><w:r><w:t xml:space="preserve"> See here.</w:t></w:r></w:hyperlink>')
    )
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "The first cell"
    table.cell(0, 1).text = "The second cell"
    document.add_paragraph("")
    document.add_comment(document.paragraphs[0].runs, text="An older comment", author="editor", initials="e")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


TEXT = (
    "Talks go on in Lisbon\n\n"
    "The minister said that the increasingly affirmative party would go on with R&D <cuts>.\n\n"
    "A line of its own in the same paragraph. New. See here.\n\nThe first cell\n\nThe second cell"
)


def _element(xml: str) -> BaseOxmlElement:
    return parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1))
