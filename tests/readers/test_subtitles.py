"""Subtitles to what is said."""

from __future__ import annotations

import pytest

from auditor.errors import InputError
from auditor.readers import subtitles

SRT = """1
00:00:01,000 --> 00:00:02,500
The <i>minister</i> said
that the talks

2
00:00:02,500 --> 00:00:04,000
would go on.

3
01:02:03,004 --> 01:02:05,000
And that was that.
"""
VTT = "WEBVTT\n\n" + SRT.replace(",", ".")


@pytest.mark.parametrize(("name", "content"), [("a.srt", SRT), ("a.vtt", VTT)])
def test_cues_run_on_until_a_sentence_ends(name: str, content: str) -> None:
    """A sentence over two cues is one sentence; tags and line breaks are not text."""
    document = subtitles.read(content.encode(), name=name)

    assert document.text == "The minister said that the talks would go on.\n\nAnd that was that."


def test_every_word_is_found_again_in_its_cue() -> None:
    """The place of a word is its cue, called by its time, and the range of the cue's text."""
    aligned = subtitles.aligned(SRT.encode(), name="a.srt")
    words = subtitles.read(SRT.encode(), name="a.srt").words

    found = [aligned.locate(word.span) for word in words]
    assert [word.text for word in words] == [place.of(cue.text) for cue, place in found]
    assert list(dict.fromkeys(cue.unit for cue, _ in found)) == ["0:00:01.000", "0:00:02.500", "1:02:03.004"]


def test_what_is_no_subtitle_file_is_refused() -> None:
    """Text without times is no subtitle file."""
    with pytest.raises(InputError, match=r"a\.srt (cannot be read as subtitles|holds no cue)"):
        subtitles.read(b"the words of it", name="a.srt")
