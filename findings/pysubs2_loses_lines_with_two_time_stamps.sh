#!/bin/sh
# pysubs2 1.8.1: a spoken line of WebVTT or SubRip that holds exactly two time stamps vanishes without an error.
#
# Expected: the text of a cue is what stands below its line of times ("00:00:01.000 --> 00:00:03.000"), whatever times
#   it names; WebVTT allows time stamps inside the text, one before each word of a karaoke line.
# Seen: any line with two stamps is taken for the times of a new cue, an arrow or not. The cue itself becomes empty,
#   another begins at the times that were spoken, and the words are gone. One stamp, or three, do no harm.
# Consequence: a dubbed story is checked without the sentences that tell two times. Read the times of a cue only where
#   an arrow stands between them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check pysubs2==1.8.1
"$folder/bin/python" - <<'PYTHON'
import pysubs2

SPOKEN = {
    "karaoke with two stamps": "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<00:00:01.000>The <00:00:02.000>ferry sank.\n",
    "two clock times": "1\n00:00:01,000 --> 00:00:03,000\nBuses left at 07:15:00,000 and at 08:20:30,500.\n",
}
CONTROL = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<00:00:01.000>The <00:00:02.000>ferry <00:00:02.500>sank.\n"


def shown(markup: str) -> str:
    return " ".join(event.plaintext for event in pysubs2.SSAFile.from_string(markup)).strip()


assert "ferry" in shown(CONTROL), "with three stamps the words were there, and are not any more"
for case, markup in SPOKEN.items():
    assert shown(markup) == "", f"{case}: the words are read now, {shown(markup)!r}"
    print(f"{case}: every word is lost")
PYTHON
