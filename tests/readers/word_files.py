"""A Word document with everything that a newsroom's documents have, made with python-docx."""

from __future__ import annotations

import io
import zipfile

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
    paragraph.add_run("rather sensi").bold = True
    paragraph.add_run("ble").italic = True
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
    "The minister said that the rather sensible party would go on with R&D <cuts>.\n\n"
    "A line of its own in the same paragraph. New. See here.\n\nThe first cell\n\nThe second cell"
)


def _element(xml: str) -> BaseOxmlElement:
    return parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1))


_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def package(body: str, **parts: str) -> bytes:
    """Return a Word document as other programs write it, without properties or styles.

    Args:
        body: the elements of the body.
        parts: the elements of other parts, by the names of their relationships.
    """
    roots = {"header": "hdr", "footer": "ftr"}
    types = [f'<Override PartName="/word/{name}.xml" ContentType="{_MAIN}.{name}+xml"/>' for name in parts]
    relations = [
        f'<Relationship Id="r{number}" Type="{_KINDS}/{name}" Target="{name}.xml"/>'
        for number, name in enumerate(parts)
    ]
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>{"".join(types)}</Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{_KINDS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{"".join(relations)}</Relationships>',
        "word/document.xml": f"<w:document {_SPACES}><w:body>{body}</w:body></w:document>",
        **{
            f"word/{name}.xml": f"<w:{roots.get(name, name)} {_SPACES}>{content}</w:{roots.get(name, name)}>"
            for name, content in parts.items()
        },
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10)), content)
    return stream.getvalue()


def paragraph(text: str, *, around: str = "", properties: str = "") -> str:
    """Return a paragraph with one run of text, inside an element where one is named."""
    run = f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"
    end = around.partition(" ")[0]
    return f"<w:p>{f'<{around}>{run}</{end}>' if around else run}</w:p>"
