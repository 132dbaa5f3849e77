"""The page about a batch."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from auditor.batch import overview, shards, sheets
from auditor.batch.shards import Summary
from auditor.batch.trend import Run
from tests.reports.audits import TEXTS
from tests.reports.golden import golden


def _summary(name: str, score: float = 50.0, kinds: dict[str, int] | None = None) -> Summary:
    found = kinds or {}
    return Summary(
        name=name,
        content="0",
        signature=name,
        report=shards.slug(name),
        score=score,
        low=40.0,
        high=60.0,
        words=1000,
        paragraphs=3,
        clear_paragraphs=2,
        worst=20.0,
        kinds=found,
        severities={},
        findings=sum(found.values()),
    )


class _Page(HTMLParser):
    """Counts elements and collects what could load something."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"} or name.startswith("on")]


_STORIES = (_summary("desk/b & c.txt", 12.5, {"name": 3, "grammar": 1}), _summary("desk/a.txt", 99.9))
_FAILED = (("desk/d.txt", "desk/d.txt is empty; there is nothing to audit."),)


def test_golden() -> None:
    """The page and the table are what a person last looked at."""
    runs = [Run("Mon", 1, 0, 10, 1, 40.0, 100.0, {}), Run("Tue", 1, 0, 10, 1, 60.5, 50.0, {})]
    page, table = overview.render(_STORIES, _FAILED, runs), sheets.summary(_STORIES, _FAILED)

    assert golden("index.html", page) == page
    assert golden("summary.csv", table) == table


@given(st.lists(TEXTS, max_size=4), st.lists(st.tuples(TEXTS, TEXTS), max_size=2))
def test_hostile_names_are_only_text(names: list[str], failures: list[tuple[str, str]]) -> None:
    """Whatever a story is called, the page has our own elements, a row a story, and links to reports alone."""
    page = _Page(overview.render([_summary(name, kinds={name: 1}) for name in names], failures, []))

    assert page.tags.count("script") == page.tags.count("style") == 1
    assert all(link.startswith("stories/") and link.endswith(".html") for link in page.links)
    assert len(names) == len(page.links)


def test_totals_are_the_sum_over_stories() -> None:
    """Kinds are added up, most frequent first."""
    page = overview.render([_summary("a", kinds={"name": 1, "grammar": 2}), _summary("b", kinds={"name": 3})], [], [])

    assert "6 findings, 3.0 per 1,000 words" in page.decode()
    assert page.index(b'<th scope="row">name</th><td>4</td>') < page.index(b'<th scope="row">grammar</th><td>2</td>')


def test_rows_stand_in_blocks() -> None:
    """A browser lays out a block at a time: none is long, each says its length, every story has its place in one."""
    page = overview.render([_summary(f"story {n:03}.txt") for n in range(120)], [], []).decode()
    blocks = [block.partition("</tbody>")[0] for block in page.split("<tbody ")[1:]]

    lengths = [(block.split("\n")[0], block.count("<tr>")) for block in blocks]

    assert lengths == [("style=--rows:50>", 50), ("style=--rows:50>", 50), ("style=--rows:20>", 20)]
    assert [f"story {n:03}.txt" for n in range(120)] == re.findall(r"story \d{3}\.txt", "".join(blocks))


def test_a_trend_needs_two_runs() -> None:
    """One run has no trend; two have a line for the score and one for the findings, with the numbers in words."""
    runs = [Run("Mon", 1, 0, 10, 1, 40.0, 100.0, {}), Run("Tue <b>", 1, 0, 10, 1, 60.5, 50.0, {})]

    assert b"<svg" not in overview.render([], [], runs[:1])
    page = overview.render([], [], runs).decode()
    assert page.count("<svg") == 2
    assert "mean score: 40.0 → 60.5" in page
    assert "<title>Mon: 40.0; Tue &lt;b&gt;: 60.5</title>" in page


def test_every_report_has_a_name_of_its_own() -> None:
    """Names that look alike once cleaned differ by their hash, and none can leave its folder."""
    names = ["a/b.txt", "a-b.txt", "../../etc/x", "", ".", "ü" * 300, "a\0b"]

    slugs = [shards.slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert all("/" not in slug and "\0" not in slug and not slug.startswith(".") and len(slug) <= 80 for slug in slugs)
