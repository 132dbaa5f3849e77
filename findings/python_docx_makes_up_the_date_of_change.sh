#!/bin/sh
# python-docx 1.2.0: a Word file without document properties says that it was last changed the moment it is opened.
#
# Expected: the part docProps/core.xml is optional, and files of many exporters have none; the date of the last change
#   is then unknown, and `core_properties.modified` is None.
# Seen: it is the present time, and the last editor is "python-docx"; a program that only reads cannot tell the made-up
#   date from a true one, and the same file has another date each time.
# Consequence: look for docProps/core.xml in the archive before the date is believed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check python-docx==1.2.0
"$folder/bin/python" - <<'PYTHON'
import datetime
import io
import zipfile

import docx

MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MEMBERS = {
    "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}" '
    'Target="word/document.xml"/></Relationships>',
    "word/document.xml": f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>It sank.</w:t></w:r></w:p></w:body></w:document>',
}

stream = io.BytesIO()
with zipfile.ZipFile(stream, "w") as archive:
    for name, content in MEMBERS.items():
        archive.writestr(zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)), content)
document = docx.Document(stream)
assert [paragraph.text for paragraph in document.paragraphs] == ["It sank."]
seen = document.core_properties.modified
assert seen is not None, "the date is unknown now"
age = datetime.datetime.now(datetime.timezone.utc) - seen.replace(tzinfo=datetime.timezone.utc)
assert abs(age.total_seconds()) < 60, f"the date is another one now: {seen}"
print(f"a file without a date was changed at {seen}, by {document.core_properties.last_modified_by!r}")
PYTHON
