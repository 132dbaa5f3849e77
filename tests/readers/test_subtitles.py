"""Subtitles to what is said."""

from __future__ import annotations

import html as references

import pytest

from auditor.errors import InputError
from auditor.readers import subtitles
from auditor.values import Span

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
ASS = """[Script Info]
Title: not read: at all
[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def _vtt(*cues: str) -> bytes:
    """Write cues of a second each, one after the other."""
    times = [f"00:00:{number:02}.000 --> 00:00:{number + 1:02}.000" for number in range(len(cues))]
    return "\n\n".join(["WEBVTT", *(f"{time}\n{cue}" for time, cue in zip(times, cues, strict=True))]).encode()


def _ass(*lines: str) -> bytes:
    return (ASS + "\n".join(lines)).encode()


def _line(text: str, kind: str = "Dialogue") -> str:
    return f"{kind}: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{text}"


@pytest.mark.parametrize(("name", "content"), [("a.srt", SRT), ("a.vtt", VTT)])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_cues_run_on_until_a_sentence_ends(name: str, content: str, newline: str) -> None:
    """A sentence over two cues is one sentence; tags and line breaks are not text."""
    document = subtitles.read(content.replace("\n", newline).encode(), name=name)

    assert document.text == "The minister said that the talks would go on.\n\nAnd that was that."
    assert document.notes == ()


def test_every_word_is_found_again_in_its_cue() -> None:
    """The place of a word is its cue, called by its time, and the range of the cue's text."""
    aligned = subtitles.aligned(SRT.encode(), name="a.srt")
    words = subtitles.read(SRT.encode(), name="a.srt").words

    found = [aligned.locate(word.span) for word in words]
    assert [word.text for word in words] == [place.of(cue.text) for cue, place in found]
    assert list(dict.fromkeys(cue.unit for cue, _ in found)) == ["0:00:01.000", "0:00:02.500", "1:02:03.004"]


def test_what_is_no_subtitle_file_is_refused() -> None:
    """Text without times is no subtitle file."""
    with pytest.raises(InputError, match=r"a\.srt cannot be read as subtitles: no line of it gives the times of a cue"):
        subtitles.read(b"the words of it", name="a.srt")
    with pytest.raises(InputError, match=r"a\.vtt holds no cue with words"):
        subtitles.read(b"WEBVTT\n\nNOTE nobody speaks\n", name="a.vtt")


SPOKEN = {
    "two clock times": (
        b"1\n00:00:01,000 --> 00:00:02,000\nBuses left at 07:15:00,000 and at 08:20:30,500.\n",
        "Buses left at 07:15:00,000 and at 08:20:30,500.",
    ),
    "two stamps": (_vtt("<00:00:00.200>The <00:00:00.700>ferry sank."), "The ferry sank."),
    "one stamp": (_vtt("The ferry <00:00:00.700>sank."), "The ferry sank."),
    "references": (
        _vtt("Salt &amp; pepper,&nbsp;&#8220;yes&#8221;,&lrm; &lt;all&gt;."),
        "Salt & pepper,\xa0“yes”, <all>.",
    ),
    "a smaller-than sign": (_vtt("If 3 < 4 and <i>5</i> > 4 then so."), "If 3 < 4 and 5 > 4 then so."),
    "ruby": (_vtt("In <ruby>Kobe<rt>ko-be</rt></ruby> it rained."), "In Kobe it rained."),
    "a line that is struck out": (_vtt("The <s>first</s> second one came."), "The second one came."),
    "braces": (b"1\n0:0:1 --> 0:0:2\nx\n\n2\n00:00:01,000 --> 00:00:02,000\n{\\an8}{Y:i}A hit.\n", "{Y:i}A hit."),
    "an empty line inside a cue": (
        b"1\n00:00:01,000 --> 00:00:02,000\nHe said\n\nthat he knew.\n\n2\n00:00:03,000 --> 00:00:04,000\nFine.\n",
        "He said that he knew.\n\nFine.",
    ),
    "no empty line between cues": (
        b"1\n00:00:01,000 --> 00:00:02,000\nHe said\n2\n00:00:02,000 --> 00:00:04,000\nthat he knew.\n",
        "He said that he knew.",
    ),
    "an arrow that an editor changed": (
        "1\n00:00:01,000 –> 00:00:02,000\nHe knew all of it.\n".encode(),
        "He knew all of it.",
    ),
    "words behind the times": (b"1\n00:00:01,000 --> 00:00:02,000 He knew all.\n", "He knew all."),
    "a number that is said": (
        b"1\n00:00:01,000 --> 00:00:02,000\nHow many are\n40\n\n2\n00:00:02,000 --> 00:00:03,000\nor so?\n",
        "How many are 40 or so?",
    ),
    "a word said twice": (_vtt("Help!", "Help!", "Where is the boat?"), "Help!\n\nHelp!\n\nWhere is the boat?"),
    "a line of spaces": (_vtt(" \nThe boat is here."), "The boat is here."),
    "two speakers": (_vtt("<v Ann Lee>I went to", "<v Bo>You went there?"), "I went to\n\nYou went there?"),
    "a dialogue without sections": (_line("It is over.").encode(), "It is over."),
    "codes of SubStation": (
        _ass(_line(r"{\k20}The {\k30}fer{\b1}ry,\Nor a\hboat, \{sank\}.")),
        "The ferry, or a\xa0boat, {sank}.",
    ),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_what_is_said_is_read(case: str) -> None:
    """Whatever stands in and around a line, all of its words are read, and nothing but them."""
    data, text = SPOKEN[case]

    assert subtitles.read(data, name="cues").text.removeprefix("x ") == text


NOT_SPOKEN = {
    "notes, styles, names": (
        b"WEBVTT - the news\nKind: captions\n\nfirst cue of all\n00:01.000 --> 00:02.000\nThe ferry sank.\n\nSTYLE\n"
        b"::cue { color: red }\n\nNOTE checked by us\nand by them\n\nNOTE\n\n"
        b"00:03.000 --> 00:04.000 line:0%\nAll swam.\n",
        "The ferry sank.\n\nAll swam.",
        "left out: 2 comments",
    ),
    "what has no time": (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nThe ferry sank.\n\nA lost line.\n\n"
        b"id\n00:03.000 --> 00:04.000\nAll swam.\n",
        "The ferry sank.\n\nAll swam.",
        "left out: 1 block without a time",
    ),
    "drawings and comments": (
        _ass(_line(r"{\p1}m 0 0 l 100 0{\p0}"), _line("to check", "Comment"), _line(r"{\pos(1,2)}It is {sic}over.")),
        "It is over.",
        "left out: 2 comments, 1 drawing",
    ),
    "a word beside a drawing": (
        _ass(_line(r"{\p2}m 1 1 b 4 4{\p0}It is over.")),
        "It is over.",
        "left out: 1 drawing",
    ),
    "layers": (
        _ass(_line("It is over."), _line(r"{\bord3}It is over.")),
        "It is over.",
        "left out: 1 line of captions shown again",
    ),
    "a line that is cut off": (
        _ass("Dialogue: 0,0:00:01", _line("It is over.")),
        "It is over.",
        "left out: 1 line that is not as the file's format says",
    ),
    "rolling captions": (
        _vtt("the harbour was", "the harbour was\nclosed all night", "closed all night\nsaid the guard"),
        "the harbour was closed all night said the guard",
        "left out: 2 lines of captions shown again",
    ),
    "captions that grow": (
        _vtt("the", "the harbour", "the harbour was", "the harbour was closed"),
        "the harbour was closed",
        "left out: 3 lines of captions shown again",
    ),
    "captions that are held": (
        _vtt("the harbour was", "the harbour was", "the harbour was\nclosed"),
        "the harbour was closed",
        "left out: 2 lines of captions shown again",
    ),
}


@pytest.mark.parametrize("case", NOT_SPOKEN)
def test_what_is_not_said_is_left_out_and_told(case: str) -> None:
    """What is no speech, or the same speech again, is not read; the report says so."""
    data, text, note = NOT_SPOKEN[case]

    document = subtitles.read(data, name="cues")

    assert (document.text, document.notes) == (text, (note,))


@pytest.mark.parametrize("case", [*SPOKEN, *NOT_SPOKEN])
def test_every_code_point_is_found_again_in_the_file(case: str) -> None:
    """The place of each visible code point in the decoded file spells it, a reference if need be."""
    data = SPOKEN[case][0] if case in SPOKEN else NOT_SPOKEN[case][0]

    markup, offsets = subtitles.offset_map(data, name="cues")

    assert offsets.text == subtitles.read(data, name="cues").text
    for index, character in enumerate(offsets.text):
        if not character.isspace():
            written = offsets.locate(Span(index, index + 1)).of(markup)
            assert character in (references.unescape(written), written.removeprefix("\\"))
