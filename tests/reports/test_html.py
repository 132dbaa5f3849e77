"""The report as a web page."""

from __future__ import annotations

import itertools
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings

from auditor.reports import html, notebook
from auditor.reports.marking import shown
from auditor.values import Audit
from tests.reports.audits import audits
from tests.reports.golden import golden

_VOID = {"meta", "input"}


class _Page(HTMLParser):
    """Collects a page's tags, the attributes that could load something, and the text of the story."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.story = ""
        self.ids: list[str] = []
        self.crossed: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [name for name in given if name in {"src", "href", "action", "srcset"} or name.startswith("on")]
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag not in _VOID:
            self.open.append((tag, given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop()[0] != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        classes = [name for _, name in self.open]
        if "story" in classes and not {"tip", "side"} & set(classes):
            self.story += data


def test_golden(audit: Audit) -> None:
    """The page is what a person last looked at."""
    written = html.render(audit)

    assert golden("audit.html", written) == written


@settings(max_examples=50)  # each draws a whole audit
@given(audits())
def test_hostile_text_is_only_text(audit: Audit) -> None:
    """Whatever the document holds, the page has our own elements, well nested, loads nothing, and shows the story."""
    page = _Page(html.render(audit))

    assert page.crossed == []
    assert page.open == []
    assert page.links == []
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert len(page.ids) == len(set(page.ids))
    story = "".join(shown(part) for part in _parts(audit))
    assert page.story.split() == story.split()


def test_all_that_is_known_of_a_finding_is_on_the_page(audit: Audit) -> None:
    """Suggestions, message and evidence can be reached without a script, by pointer and by keyboard."""
    page = html.render(audit).decode()

    assert (
        '<mark class="mark major" tabindex="0" aria-describedby="n73" data-findings="1" data-ends="1">sensible<span'
        in page
    )
    for finding in audit.findings:
        for line in (finding.message, *finding.evidence, *finding.suggestions[:1]):
            assert line in page


def test_a_notebook_shows_the_page_in_a_frame(audit: Audit) -> None:
    """The frame's source is the page, escaped once."""
    (frame,) = _Frames(notebook.show(audit, height=300)._repr_html_()).sources

    assert frame == html.render(audit).decode()


class _Frames(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if (tag, name) == ("iframe", "srcdoc")]


def _parts(audit: Audit) -> list[str]:
    """Return the text between the ends of findings: each is made safe by itself."""
    found = []
    for paragraph in audit.paragraphs:
        inner = {offset for finding in paragraph.findings for offset in (finding.span.start, finding.span.end)}
        bounds = sorted({paragraph.span.start, paragraph.span.end} | inner)
        found += [audit.document.text[start:end] for start, end in itertools.pairwise(bounds)]
    return found


def test_the_page_says_whether_the_source_was_at_hand(audit: Audit) -> None:
    """A reader must not think that a figure went unchecked, or was checked."""
    paragraphs = tuple(
        replace(part, sentences=tuple(replace(one, source="Uma frase.") for one in part.sentences))
        for part in audit.document.paragraphs
    )
    paired = replace(audit, document=replace(audit.document, paragraphs=paragraphs))

    assert b"Copy is judged without its source:" in html.render(audit)
    assert b"Copy is judged without its source:" not in html.render(paired)
