"""Web pages to the story as it reads."""

from __future__ import annotations

import html as entities

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.readers import html
from auditor.values import Span

PAGE = """<!DOCTYPE html>
<html><head><title>Site</title><style>p {color: red}</style><script>var a = "<p>not text</p>";</script></head>
<body>
<header><p>The Daily Example</p></header>
<nav><ul><li>Home<li>World</ul></nav>
<main><article>
<header><h1>Ministers meet in&nbsp;Lisbon</h1></header>
<p>The minister said that the <b>talks</b> would
   go on &#8220;for as long as it takes&#x201D;, R&amp;D included.
<p>A second paragraph<br>with a line of its own.
<figure><img src="a.png" alt="not read"><figcaption>The hall before the meeting.</figcaption></figure>
<p hidden>Not to be seen by anyone.
<p style="display: none">Nor this.</p>
</article></main>
<aside><p>Ten things you should read next.</p></aside>
<footer><p>All rights reserved.</p></footer>
</body></html>
"""


def test_only_the_story_is_read() -> None:
    """Navigation, scripts, site header, asides, footers and hidden text are left out; entities are resolved."""
    document = html.read(PAGE.encode(), name="page.html")

    assert document.text == (
        "Ministers meet in\u00a0Lisbon\n\n"
        "The minister said that the talks would go on “for as long as it takes”, R&D included.\n\n"
        "A second paragraph\n\nwith a line of its own.\n\n"
        "The hall before the meeting."
    )


def test_every_word_is_found_again_on_the_page() -> None:
    """The place of a word on the page, read as HTML, is the word."""
    markup, woven = html.anchors(PAGE.encode(), name="page.html")
    words = html.read(PAGE.encode(), name="page.html").words

    assert [word.text for word in words] == [entities.unescape(woven.locate(word.span).of(markup)) for word in words]


def test_what_was_left_out_of_the_page_is_said() -> None:
    """Text outside the article is counted in a note."""
    page = "<body><article><p>The talks in the capital went on for hours.</p></article><p>Read more of this here.</p>"

    document = html.read(page.encode(), name="page.html")

    assert document.text == "The talks in the capital went on for hours."
    assert document.notes == ("read the article only; 5 words elsewhere on the page were left out",)


def test_a_page_of_many_short_articles_is_read_whole() -> None:
    """No article holds most of the text, so all of the page is the story."""
    page = "<body>" + "".join(f"<article><p>Item {n} is about the vote.</p></article>" for n in range(3))

    assert len(html.read(page.encode(), name="list.html").paragraphs) == 3


@pytest.mark.parametrize("label", ["windows-1252", "iso-8859-1"])
def test_the_declared_encoding_is_used(label: str) -> None:
    """A page in a legacy encoding is read as it declares; the web takes Latin-1 for windows-1252."""
    page = f'<meta charset="{label}"><p>The minister’s “no” was the answer.</p>'.encode("windows-1252")

    assert html.read(page, name="old.html").text == "The minister’s “no” was the answer."


@pytest.mark.parametrize("page", ["", "<p>", "<script>let the = 'and of';</script>", "<!-- the story -->"])
def test_a_page_without_text_is_refused(page: str) -> None:
    """An empty page is an error with what to do about it."""
    with pytest.raises(InputError, match=r"page\.html shows no text; save the page as the browser displays it"):
        html.read(page.encode(), name="page.html")


_MARKUP = [
    *("the ", "é", "𝒳\u0301", "& ", "<", ">", "\r\n", "&amp;", "&eacute", "&#x1F600;", "&bogus;"),
    *("<p>", "</p>", "<b>", "</b>", "<br/>", "<nav>", "</nav>", "<li>", "</div>", '<a href="x>y">'),
    *("<!-- x -->", "<![CDATA[x]]>"),
]


@given(st.lists(st.sampled_from(_MARKUP)))
def test_any_page_maps_back(parts: list[str]) -> None:
    """Whatever the markup, each visible code point comes from its place on the page."""
    markup, woven = html.anchors("".join(parts).encode(), name="page.html")

    for index, character in enumerate(woven.text):
        if not character.isspace():
            written = woven.locate(Span(index, index + 1)).of(markup)
            assert character in entities.unescape(written)
