#!/bin/sh
# translate-toolkit 3.20.4: a PO file in windows-1251 is read as Latin-1, though its header names the encoding.
#
# Expected: the header entry says "Content-Type: text/plain; charset=windows-1251", as gettext wants it, and the text is
#   decoded so: the source is the Russian word for "voice".
# Seen: pofile.parsestring gives letters of Western Europe in its place, without an error or a warning. The same file in
#   UTF-8, its header saying so, is read right.
# Consequence: sources in Cyrillic, Greek or Polish are nonsense to whatever compares a translation with them. Decode
#   the file by its header, write UTF-8 into the header, and give the library that.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check translate-toolkit==3.20.4
"$folder/bin/python" - <<'PYTHON'
from translate.storage import pypo

RIGHT = "\u0413\u043e\u043b\u043e\u0441"


def source(charset: str) -> str:
    written = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset={charset}\\n"\n\nmsgid "{RIGHT}"\nmsgstr "The voice"\n'
    )
    return str(pypo.pofile.parsestring(written.encode(charset)).units[-1].source)


assert source("utf-8") == RIGHT, "UTF-8 was read right, and is not any more"
seen = source("windows-1251")
assert seen != RIGHT, "the charset of the header is obeyed now"
assert seen == RIGHT.encode("windows-1251").decode("latin-1"), f"it is wrong in another way now: {seen!r}"
print(f"read as {seen!r}, not as {RIGHT!r}")
PYTHON
