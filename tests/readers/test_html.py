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
    markup, offsets = html.offset_map(PAGE.encode(), name="page.html")
    words = html.read(PAGE.encode(), name="page.html").words

    assert [word.text for word in words] == [entities.unescape(offsets.locate(word.span).of(markup)) for word in words]


def test_what_was_left_out_of_the_page_is_said() -> None:
    """Text outside the article is counted in a note."""
    page = "<body><article><p>The talks in the capital went on for hours.</p></article><p>Read more of this here.</p>"

    document = html.read(page.encode(), name="page.html")

    assert document.text == "The talks in the capital went on for hours."
    assert document.notes == ("left out: 5 words elsewhere on the page",)


def test_a_page_of_many_short_articles_is_read_whole() -> None:
    """No article holds most of the text, so all of the page is the story."""
    page = "<body>" + "".join(f"<article><p>Item {n} is about the vote.</p></article>" for n in range(3))

    assert len(html.read(page.encode(), name="list.html").paragraphs) == 3


def _read(*body: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the paragraphs of a page with a story of two, something between them, and the notes."""
    first = (
        "<p>The harbour was closed for most of the night after a ferry ran aground near the old pier, and the people "
        "on board, more than a hundred of them, had to wait for the morning before two boats could take them off.</p>"
    )
    last = "<p>Divers will look at the hull before anybody is allowed to board her again, the company said.</p>"
    document = html.read("".join(["<article>", first, *body, last, "</article>"]).encode(), name="page.html")
    return [paragraph.span.of(document.text) for paragraph in document.paragraphs][1:-1], document.notes


LINKS = (
    '<a href="/1">Council votes on new ferry</a>',
    '<a href="/2">Why the pier was never mended</a>',
    '<a href="/3">Fishermen ask for money</a>',
)
BOXES = {
    "a class": f'<section class="related-stories"><ul><li>{"</li><li>".join(LINKS)}</li></ul></section>',
    "a class in one word": f'<div class="storyRelated">{"<br>".join(LINKS)}</div>',
    "a class that runs two words together": f'<ul class="x-relatedposts"><li>{LINKS[0]}</li></ul>',
    "a heading over topics": '<h3>Related topics</h3><p><a href="/1">Ferries</a>, <a href="/2">Piers</a></p>',
    "an id": f'<div id="read-more-2"><p>{LINKS[0]}</p></div>',
    "a label": f'<div aria-label="Recommended for you"><p>{LINKS[0]}</p><p>{LINKS[1]}</p></div>',
    "a heading over a list": f"<h3>You may also like</h3><ul><li>{'</li><li>'.join(LINKS)}</li></ul>",
    "a heading in bold": f"<p><strong>READ MORE</strong></p><p>{LINKS[0]}</p><p>{LINKS[1]}</p>",
    "cards with summaries": (
        '<div class="c7"><h2>More on this story</h2>'
        f"<div><h3>{LINKS[0]}</h3><p>The vote was close, and two members were ill.</p></div>"
        f"<div><h3>{LINKS[1]}</h3><p>Money was there, but nobody took the decision for ten years.</p></div></div>"
    ),
    "a label before a link": f"<p><b>Read also:</b> {LINKS[1]}</p>",
    "a long label before a link": f"<p>Read more about the council: {LINKS[0]}</p>",
    "a label in a link": '<p><a href="/1">WATCH: The ferry is pulled off the rocks</a></p>',
    "a promotion": f'<aside class="promo"><p>{LINKS[0]}</p></aside>',
    "a list of tags": '<ul class="tags"><li><a href="/t/1">Ferries</a></li><li><a href="/t/2">Harbours</a></li></ul>',
}


@pytest.mark.parametrize("box", BOXES)
def test_boxes_of_other_stories_are_left_out(box: str) -> None:
    """What its attributes or its heading call a box of other stories, and is links, is not read, and told."""
    between, notes = _read(BOXES[box])

    assert between == []
    assert len(notes) == 1
    assert "1 box of other stories" in notes[0] or ("aside" in BOXES[box] and "words elsewhere" in notes[0])


COPY = {
    "a class alone": ('<div class="related"><p>Two more boats had to wait outside.</p></div>', 1),
    "a heading alone": ("<h2>More on the ferry</h2><p>She was built in 1979 and has two engines.</p>", 2),
    "links alone": (f"<ul><li>{'</li><li>'.join(LINKS)}</li></ul>", 3),
    "a sentence with a link": (f"<p>Read more about it in the report, {LINKS[1]}, which is to come out soon.</p>", 1),
    "a paragraph that begins as a label": ('<p>See also the words of <a href="/x">the mayor himself</a></p>', 1),
    "a sentence that begins as a label": ('<p>See also what <a href="/x">she</a> wrote to the crew in May.</p>', 1),
    "a heading with text and links": (
        f"<section><h2>Related news</h2><p>The council met twice, see {LINKS[0]}, and did not agree on the money.</p>"
        "<p>It will meet again in June.</p></section>",
        3,
    ),
    "the whole story": ('<div class="popular"><p>A third boat had to wait.</p><p>And then a fourth one.</p></div>', 2),
}


@pytest.mark.parametrize("copy", COPY)
def test_one_sign_alone_makes_no_box(copy: str) -> None:
    """A story may speak of related matters, and a list of links may be its point."""
    markup, paragraphs = COPY[copy]

    between, notes = _read(markup)

    assert (len(between), notes) == (paragraphs, ())


def test_a_box_never_takes_most_of_the_page() -> None:
    """A page that is a list of links and says so is read: there is no other story."""
    page = f'<div class="latest-news"><h1>Latest news</h1><ul><li>{"</li><li>".join(LINKS)}</li></ul></div>'

    assert len(html.read(page.encode(), name="page.html").paragraphs) == 4


INLINE = {
    "what is struck out": (
        "<p>She had <del>two</del><s> or so</s> <ins>three</ins> engines.</p>",
        "She had three engines.",
    ),
    "quotations": (
        "<p>He said <q>they call it <q>luck</q> here</q> and left.</p>",
        "He said “they call it ‘luck’ here” and left.",
    ),
    "quotations with marks of their own": (
        "<p>He said <q>“so be it”</q> and left.</p>",
        "He said “so be it” and left.",
    ),
    "a place to break a word": ("<p>The harbour<wbr>master was there.</p>", "The harbourmaster was there."),
    "reading aids": ("<p>The <ruby>Kobe<rp>(</rp><rt>koh-beh</rt><rp>)</rp></ruby> ferry.</p>", "The Kobe ferry."),
    "marks of footnotes": (
        '<p>It sank.<sup class="reference"><a href="#n1">[1]</a></sup> So'
        ' it was<a role="doc-noteref" href="#n2">2</a>.</p>',
        "It sank. So it was.",
    ),
}


@pytest.mark.parametrize("case", INLINE)
def test_a_line_reads_as_on_the_screen(case: str) -> None:
    """Marks that the browser adds are there; what it strikes out or sets beside the line is not."""
    markup, text = INLINE[case]

    between, notes = _read(markup)

    assert between == [text]
    assert notes == (("left out: 2 struck-out passages",) if "struck" in case else ())


@pytest.mark.parametrize("hidden", ["\u00ad", "&shy;", "\u200b", "&#8203;", "\u2060"])
def test_what_cannot_be_seen_cuts_no_word(hidden: str) -> None:
    """A soft hyphen or a zero-width space inside a word leaves it one word, found at its place on the page."""
    page = f"<p>The har{hidden}bour{hidden}master said so.</p>"
    markup, offsets = html.offset_map(page.encode(), name="page.html")
    word = html.read(page.encode(), name="page.html").words[1]

    assert offsets.locate(word.span).of(markup) == f"har{hidden}bour{hidden}master"


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
    *(
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<del>",
        "</del>",
        "<div class=related>",
        "<a href=x>",
        "</a>",
        "<br/>",
        "<nav>",
        "</nav>",
        "<li>",
        "</div>",
        '<a href="x>y">',
    ),
    *("<!-- x -->", "<![CDATA[x]]>"),
]


@given(st.lists(st.sampled_from(_MARKUP)))
def test_any_page_maps_back(parts: list[str]) -> None:
    """Whatever the markup, each visible code point comes from its place on the page."""
    markup, offsets = html.offset_map("".join(parts).encode(), name="page.html")

    for index, character in enumerate(offsets.text):
        if not character.isspace():
            written = offsets.locate(Span(index, index + 1)).of(markup)
            assert character in entities.unescape(written)
