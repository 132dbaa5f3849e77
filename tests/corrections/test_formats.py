"""Corrected copies of marked-up files: right words in the right places, everything else byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.readers import files
from tests.corrections.copies import corrected

_CROSSES = "it crosses markup of the file"

_PAGE = (
    "<!DOCTYPE html>\r\n<html><head><meta charset='utf-8'><title>sensible</title></head>\r\n<body>\r\n"
    "<p class=sensible>The talks   were <b>sensible</b>,&nbsp;and R&amp;D prices of&#32;of tickets&hellip; rose.\r\n"
    "<p>Its <i>real</i>ised by a\r\n  small <a href='/sensible'>company</a> &mdash; shell pay.\r\n"
    "<p>He said <q>nobody</q> will pay for it.\r\n<script>sensible()</script></body></html>\r\n"
)


@pytest.mark.parametrize(
    ("words", "wording", "old", "new"),
    [
        ("sensible", "sensitive", "<b>sensible</b>", "<b>sensitive</b>"),
        ("of of", "of", "of&#32;of tickets", "of tickets"),
        ("were sensible", "sounded sensible", "were <b>", "sounded <b>"),
        ("sensible,", "<sensitive> & fair,", "<b>sensible</b>", "<b>&lt;sensitive&gt; &amp; fair</b>"),
        ("a small company", "one large company", "a\r\n  small", "one\r\n  large"),
        ("shell pay", "she’ll pay", "shell", "she’ll"),
        ("The talks were", "“The talks were", "The talks   were", "“The talks   were"),
        ("tickets…", "tickets", "tickets&hellip;", "tickets"),
        ("company", "firm", "company</a>", "firm</a>"),
        ("R&D", "research", "R&amp;D", "research"),
        ("small", "", "  small <a", "  <a"),
    ],
)
def test_html(words: str, wording: str, old: str, new: str) -> None:
    """Tags, attributes, references, line ends and what is not the story stay; what is written is escaped."""
    assert _PAGE.count(old) == 1

    copy = corrected(_PAGE.encode(), "a.html", (words, wording))

    assert (copy.data.decode(), copy.left) == (_PAGE.replace(old, new), ())


@pytest.mark.parametrize(
    ("words", "wording", "reason"),
    [
        ("Its realised", "It was made", _CROSSES),
        ("said “nobody", "said “no one", ""),
        ("“nobody”", "nobody", _CROSSES),
    ],
)
def test_what_crosses_markup_is_left(words: str, wording: str, reason: str) -> None:
    """The page stays as it is, and it is said why."""
    copy = corrected(_PAGE.encode(), "a.html", (words, wording))

    assert [left.reason for left in copy.left] == ([reason] if reason else [])
    assert (copy.data == _PAGE.encode()) == bool(reason)


@pytest.mark.parametrize(
    ("head", "codec", "written"),
    [
        ('<meta charset="iso-8859-1">', "iso-8859-1", "she’ll &#8594;"),  # browsers read windows-1252, and so do we
        ('<meta charset="koi8-r">', "koi8-r", "she&#8217;ll &#8594;"),
        ("", "utf-8", "she’ll →"),
    ],
)
def test_what_the_encoding_of_a_page_lacks_is_a_reference(head: str, codec: str, written: str) -> None:
    """A page says what it is in, and a character that is not in there is written as a number."""
    page = f"<html><head>{head}</head><body><p>The café says shell pay for it — all of it.</p></body></html>"
    data = (
        page.replace("é", "и" if codec == "koi8-r" else "é").replace("—", "" if codec != "utf-8" else "—").encode(codec)
    )

    copy = corrected(data, "a.html", ("shell", "she’ll →"))

    expected = written if codec != "iso-8859-1" else "she&#8217;ll &#8594;"
    assert copy.data == data.replace(b"shell", expected.encode(codec))


def test_a_page_in_ascii_that_says_nothing_stays_in_ascii() -> None:
    """Nobody knows what a browser takes it for."""
    copy = corrected(b"<html><body><p>They say shell pay for it.</p></body></html>", "a.html", ("shell", "she’ll"))

    assert copy.data == b"<html><body><p>They say she&#8217;ll pay for it.</p></body></html>"


_MARKDOWN = (
    "---\ntitle: sensible\n---\n# Prices of of tickets\n\nThe talks were **sensible** and\nshell pay, [says she](http://sensible.com).\n\n"
    "* A `sensible` code\n* Its *real*ised; A &amp; B\n\n<div>The talks <b>failed</b> & broke</div>\n\n"
    "| name | note |\n|---|---|\n| sensitive | the the end |\n"
)


@pytest.mark.parametrize(
    ("words", "wording", "old", "new"),
    [
        ("of of", "of", "of of tickets", "of tickets"),
        ("sensible", "*fair* [1] | <b>", "**sensible**", r"**\*fair\* \[1\] \| &lt;b&gt;**"),
        ("and shell pay", "and she’ll pay", "and\nshell", "and\nshe’ll"),
        ("says she", "she says", "[says she]", "[she says]"),
        ("failed", "ended & failed", "<b>failed</b>", "<b>ended &amp; failed</b>"),
        ("the the", "the", "the the end", "the end"),
        ("A & B", "A & C", "&amp; B", "&amp; C"),
    ],
)
def test_markdown(words: str, wording: str, old: str, new: str) -> None:
    """Marks, front matter, targets of links and line ends stay; what is a mark in Markdown is escaped."""
    assert _MARKDOWN.count(old) == 1

    copy = corrected(_MARKDOWN.encode(), "a.md", (words, wording))

    assert (copy.data.decode(), copy.left) == (_MARKDOWN.replace(old, new), ())


def test_markdown_that_would_read_otherwise_is_left() -> None:
    """In code a backslash is one, and a mark cannot be escaped: the copy is read again, and the words stay."""
    copy = corrected(_MARKDOWN.encode(), "a.md", ("A sensible code", "A *fair* code"), ("the the", "the"))

    assert copy.data.decode() == _MARKDOWN.replace("the the", "the")
    assert [left.reason for left in copy.left] == ["the file would read otherwise than it should"]


_PO = (
    '# sensible\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: en\\n"\n\n'
    '#: a.c:1\nmsgid "As conversas"\nmsgstr "The talks were sensible"\n\n'
    'msgid "Preços"\nmsgstr ""\n"Prices of "\n"of tickets \\"rose\\"\\n"\n"and fell again."\n'
)


@pytest.mark.parametrize(
    ("words", "wording", "old", "new"),
    [
        ("sensible", 'a "fair" \\ deal', "were sensible", 'were a \\"fair\\" \\\\ deal'),
        ("of of", "of", 'of "\n"of tickets', 'of"\n" tickets'),
        ('"rose" and', "rose and", '\\"rose\\"\\n', "rose\\n"),
    ],
)
def test_po(words: str, wording: str, old: str, new: str) -> None:
    """Strings stay as they are divided, marks are escaped, comments and the header stay."""
    assert _PO.count(old) == 1

    copy = corrected(_PO.encode(), "a.po", (words, wording))

    assert (copy.data.decode(), copy.left) == (_PO.replace(old, new), ())


_XLIFF = (
    '<?xml version="1.0" encoding="utf-8"?>\r\n<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">'
    '<file original="a" source-language="pt" target-language="en" datatype="plaintext"><body>\r\n'
    '<trans-unit id="1"><source>As conversas são sensible</source><target state="final">The talks were <g id="1">'
    "sensible</g> at A&amp;B, he said.</target></trans-unit>\r\n"
    '<trans-unit id="2"><source>Preços</source><target>Prices of <ph id="2">&lt;x&gt;</ph>of tickets rose.</target>'
    "</trans-unit>\r\n"
    '<trans-unit id="3"><source>Nada</source><target><![CDATA[Nobody pays of of R&D here.]]></target></trans-unit>'
    "</body></file></xliff>\r\n"
)


@pytest.mark.parametrize(
    ("words", "wording", "old", "new"),
    [
        ("sensible", "<sensitive>", '<g id="1">sensible</g>', '<g id="1">&lt;sensitive&gt;</g>'),
        ("A&B", "A&C", "A&amp;B", "A&amp;C"),
        ("of of R&D", "of R&D & more", "of of R&D here", "of R&D & more here"),
        ("were sensible", "were not sensible", "were <g", "were not <g"),
    ],
)
def test_xliff(words: str, wording: str, old: str, new: str) -> None:
    """Codes, states and sources stay; in a CDATA section nothing is escaped."""
    assert _XLIFF.count(old) == 1

    copy = corrected(_XLIFF.encode(), "a.xlf", (words, wording))

    assert (copy.data.decode(), copy.left) == (_XLIFF.replace(old, new), ())


def test_words_around_an_inline_code_are_left() -> None:
    """A code that stands between the two words stays where its translator put it."""
    copy = corrected(_XLIFF.encode(), "a.xlf", ("of of", "by"), ("of of R&D", "of ]]> R&D"))

    assert copy.data == _XLIFF.encode()
    assert [left.reason for left in copy.left] == [_CROSSES, _CROSSES]


def test_xliff_in_latin_1_writes_references() -> None:
    """As the declaration says."""
    data = _XLIFF.replace("utf-8", "iso-8859-1", 1).encode("iso-8859-1")

    copy = corrected(data, "a.xlf", ("he said", "she’d said"))

    assert copy.data == data.replace(b"he said", b"she&#8217;d said")


_TMX = (
    '<?xml version="1.0"?>\n<tmx version="1.4"><header srclang="pt" datatype="plaintext" segtype="sentence" '
    'adminlang="en" o-tmf="x" creationtool="x" creationtoolversion="1"/><body>\n'
    '<tu><tuv xml:lang="pt"><seg>As conversas é</seg></tuv>\n'
    '<tuv xml:lang="en"><seg>The talks were sensible.</seg></tuv></tu>\n</body></tmx>\n'
)


def test_tmx() -> None:
    """The English text of the unit alone."""
    copy = corrected(_TMX.encode(), "a.tmx", ("sensible", "sensitive"))

    assert copy.data.decode() == _TMX.replace("sensible", "sensitive")


_SRT = (
    "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>The talks were</i>\r\nsensible and\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000\r\nprices of of tickets &amp; more\r\nrose.\r\n\r\n"
    "3\r\n00:00:05,000 --> 00:00:06,000\r\nAnd shell pay for the\r\n\r\n"
    "4\r\n00:00:07,000 --> 00:00:08,000\r\nthe whole of it.\r\n"
)


@pytest.mark.parametrize(
    ("words", "wording", "old", "new"),
    [
        ("sensible", "sensitive", "\r\nsensible", "\r\nsensitive"),
        ("were sensible", "are sensitive", "were</i>\r\nsensible", "are</i>\r\nsensitive"),
        ("of of", "of", "of of tickets", "of tickets"),
        ("and prices", "and the prices", "\r\nprices", "\r\nthe prices"),
        ("shell", "she’ll", "shell", "she’ll"),
    ],
)
def test_srt(words: str, wording: str, old: str, new: str) -> None:
    """Times, numbers, tags and line breaks stay."""
    assert _SRT.count(old) == 1

    copy = corrected(_SRT.encode(), "a.srt", (words, wording))

    assert (copy.data.decode(), copy.left) == (_SRT.replace(old, new), ())


def test_times_are_never_taken_along() -> None:
    """Words of two cues that would run into each other are left."""
    copy = corrected(_SRT.encode(), "a.srt", ("the the", "the"), ("of tickets & more", "of tickets <b>"))

    assert copy.data == _SRT.encode()
    assert [left.reason for left in copy.left] == [
        "it crosses markup of the file",
        "the file would read otherwise than it should",
    ]


def test_vtt_and_ass_escape_what_they_must() -> None:
    """Each in its own way; notes, styles and override codes stay."""
    vtt = "WEBVTT\n\nNOTE sensible\n\n1\n00:01.000 --> 00:02.000\n<v Ana>The talks were sensible.\n"
    ass = (
        "[Script Info]\r\nTitle: sensible\r\n\r\n[Events]\r\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\i1}The talks\\Nwere of of {\\b1}sensible{\\b0}, he said.\r\n"
    )

    one = corrected(vtt.encode(), "a.vtt", ("sensible", "<fair> & square"))
    two = corrected(ass.encode(), "a.ass", ("sensible", "{fair}"), ("talks were of of", "talks are of"))

    assert one.data.decode() == vtt.replace("were sensible", "were &lt;fair&gt; &amp; square")
    assert two.data.decode() == ass.replace("{\\b1}sensible", "{\\b1}\\{fair\\}").replace("were of of", "are of")


def test_captions_shown_twice_are_changed_twice() -> None:
    """Where captions roll, a line is shown again in the next cue, with other markup or none; a layer is a copy."""
    first, second = "The talks were of of sensible", "people, and prices"
    vtt = (
        f"WEBVTT\n\n00:01.000 --> 00:02.000\n<c>{first}</c>\n\n00:02.000 --> 00:03.000\n{first}\n{second}\n\n"
        f"00:03.000 --> 00:04.000\n{second}\nrose<00:03.500> again.\n\n00:04.000 --> 00:05.000\nrose again.\nWe left.\n"
    )
    line = "Dialogue: 0,0:00:01.00,0:00:02.00,{},,0,0,0,,The talks were sensible, he said.\n"
    ass = f"[Script Info]\n\n[Events]\n{line.format('Fill')}{line.format('Outline')}"

    one = corrected(vtt.encode(), "a.vtt", ("sensible", "sensitive"), ("of of", "of"), ("prices", "costs"))
    two = corrected(ass.encode(), "a.ass", ("sensible", "sensitive"))

    expected = vtt.replace("sensible", "sensitive").replace("of of", "of").replace("prices", "costs")
    assert (one.data.decode(), one.left) == (expected, ())
    assert (two.data.decode(), two.left) == (ass.replace("sensible", "sensitive"), ())


@pytest.mark.parametrize("name", ["units.po", "units.tmx", "units.xlf", "units_2.xlf", "units_po.xlf"])
def test_every_word_of_a_translation_file_can_be_replaced(name: str) -> None:
    """Each word of files as programs write them, one at a time: that word changes, in the file and in what is read."""
    data = (Path(__file__).parents[1] / "data" / "formats" / name).read_bytes()
    document = files.parse(data, name=name)
    done = 0
    for word in {word.text: word for word in document.words}.values():
        if document.text.count(word.text) > 1 or not word.text.isalpha():
            continue
        copy = corrected(data, name, (word.text, "zebra"))
        if copy.left:
            continue
        done += 1
        assert files.parse(copy.data, name=name).text == re.sub(rf"\b{word.text}\b", "zebra", document.text, count=1)
        assert len(copy.data) == len(data) + 5 - len(word.text.encode())
    assert done >= 3
