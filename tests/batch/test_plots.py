"""The batch in plots."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from auditor.batch import plots, shards
from auditor.batch.shards import Summary
from auditor.batch.trend import Run

_STORY = Summary(
    name="a",
    content="0",
    signature="s",
    report=shards.slug("a"),
    score=50.0,
    low=40.0,
    high=60.0,
    words=1000,
    paragraphs=4,
    clear_paragraphs=3,
    worst=20.0,
    kinds={"name": 2},
    severities={},
    findings=2,
)


def _svgs(page: str) -> list[ElementTree.Element]:
    found = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page)]  # noqa: S314 (our own)
    assert found
    return found


def _columns(svg: ElementTree.Element) -> list[int]:
    return [int(rect.attrib["height"]) for rect in svg.findall("rect")]


def test_scores_are_counted_in_tens() -> None:
    """A story of 100 stands with those of 90 and more; the columns' heights are in proportion to their stories."""
    scores = (0.0, 9.99, 10.0, 95.0, 100.0, 91.0)
    page = plots.overview([replace(_STORY, score=score) for score in scores], [])

    drawn = _columns(_svgs(page)[0])

    assert "3 of 6 stories score 80 or more of 100." in page
    assert "0 to 10: 2; 10 to 20: 1;" in page
    assert "90 to 100: 3" in page
    assert drawn[9] == max(drawn)
    assert [height > 0 for height in drawn] == [True, True, *[False] * 7, True]


def test_the_share_that_needs_no_reading_is_of_paragraphs() -> None:
    """Paragraphs in which nothing was found, of all; the bar is divided there."""
    page = plots.overview([_STORY, replace(_STORY, paragraphs=6, clear_paragraphs=2)], [])

    calm, marked = _svgs(page)[1].findall("rect")

    assert "50 % of paragraphs need no reading first: nothing was found in 5 of 10." in page
    assert calm.attrib["width"] == marked.attrib["width"] == "160.0"


def test_whoever_cannot_see_a_plot_is_told_its_numbers() -> None:
    """Every plot is an image with a title and a description that its label names, each once in the page."""
    runs = [Run("Mon", 1, 0, 1000, 2, 40.0, 2.0, {"name": 2}), Run("Tue <b>", 1, 0, 1000, 4, 60.0, 4.0, {"name": 4})]
    svgs = _svgs(plots.overview([_STORY], runs))
    told = [(svg.attrib["role"], svg.attrib["aria-labelledby"].split()) for svg in svgs]
    named = [[part.attrib["id"] for part in svg if part.tag in {"title", "desc"}] for svg in svgs]

    assert [role for role, _ in told] == ["img"] * 3
    assert [labels for _, labels in told] == named
    assert len({name for names in named for name in names}) == 6
    assert [svg.findtext("desc") for svg in svgs][2] == "Mon: 2.0; Tue <b>: 4.0"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("in/2026-11-30/lead.txt", "2026-11-30"),
        ("in/2026/11/30/lead.txt", "2026-11-30"),
        ("wire_20261130.docx", "2026-11-30"),
        ("2025-01-02/story-2026-11-30.txt", "2026-11-30"),
        ("story 2026-13-30.txt", ""),
        ("id-120261130999.txt", ""),
        ("lead.txt", ""),
    ],
)
def test_the_date_in_a_name_is_known(name: str, day: str) -> None:
    """The last one, in the forms that desks write; a longer number is none."""
    assert plots.date_of(name) == day


def test_dated_stories_are_told_by_day() -> None:
    """Stories of one day are added up, in the order of days, whatever the runs; others are left out of it."""
    stories = [
        replace(_STORY, name="2026-11-30/a.txt"),
        replace(_STORY, name="2026-11-29/a.txt", kinds={"grammar": 1}),
        replace(_STORY, name="2026-11-30/b.txt", kinds={"name": 1, "grammar": 5}),
        _STORY,
    ]

    first, second = plots.moments(stories, [])

    assert (first.name, first.words, dict(first.kinds)) == ("2026-11-29", 1000, {"grammar": 1})
    assert (second.name, second.words, dict(second.kinds)) == ("2026-11-30", 2000, {"name": 3, "grammar": 5})
    assert "grammar: 1.0 → 2.5 per 1,000 words" in plots.overview(stories, [])


def test_one_time_has_no_plot_over_time() -> None:
    """Where neither days nor runs are two, nothing is drawn over time."""
    assert plots.moments([replace(_STORY, name="2026-11-30/a.txt")], [Run("Mon", 1, 0, 10, 1, 4.0, 1.0, {})]) == []
    assert "over time" not in plots.overview([_STORY], [])
    assert plots.overview([], []) == ""
