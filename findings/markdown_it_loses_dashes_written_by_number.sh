#!/bin/sh
# markdown-it-py 4.3.0: the numeric references 128 to 159 become the sign for a broken character.
#
# Expected: "&#150;" is an en dash, "&#146;" an apostrophe and "&#147;" a quotation mark, as every browser and Python's
#   own html.unescape read them (HTML standard, numeric character reference end state); or else, by the letter of
#   CommonMark, the control characters U+0080 to U+009F.
# Seen: all 32 of them are replaced by U+FFFD, so that text saved by old word processors loses its dashes, apostrophes
#   and quotation marks as soon as it passes through Markdown.
# Consequence: unescape the reference as it is written in the file, not as the token holds it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check markdown-it-py==4.3.0
"$folder/bin/python" - <<'PYTHON'
import html

from markdown_it import MarkdownIt

renderer = MarkdownIt("commonmark")
lost = [number for number in range(128, 160) if "\ufffd" in renderer.render(f"a &#{number}; b")]
assert lost == [*range(128, 160)], f"some are read now; lost are {lost}"
assert "\u2013" in renderer.render("a &#8211; b"), "the number of Unicode was read right, and is not any more"
assert [html.unescape(f"&#{number};") for number in (146, 147, 150)] == ["\u2019", "\u201c", "\u2013"]
print(f"{len(lost)} references are lost, that of the en dash among them")
PYTHON
