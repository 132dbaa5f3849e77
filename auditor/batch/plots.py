"""The batch in plots that need no instructions: how stories score, what needs reading, what is found over time.

Each is a figure of SVG drawn here, with its message as a caption, its numbers beside its marks, and a title and a
description for those who cannot see it; it takes its colours from the page and prints as it is shown.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.batch.shards import Summary
from auditor.batch.trend import Run
from auditor.reports.marking import shown

_BINS = 10  # of ten points each
_GOOD = 80  # points from which reports draw a score in green
_WIDTH, _HEIGHT, _FOOT, _HEAD = 320.0, 120.0, 18.0, 16.0  # pixels: of a plot, below its bars, and above them
_STRIP = 26.0  # pixels: the height of the bar that is divided
_KINDS = 4  # kinds that are drawn over time, the most frequent ones
_TIMES = 24  # the most times that are drawn; of more, the latest
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class Moment:
    """What was found at a time: its name, the words that were read, and findings by kind."""

    name: str
    words: int
    kinds: Mapping[str, int]


def overview(summaries: Sequence[Summary], runs: Sequence[Run]) -> str:
    """Return the plots of a batch as HTML, nothing where there are no stories.

    Args:
        summaries: of the stories.
        runs: the run and those before it in this folder, oldest first.
    """
    figures = [_scores(summaries), _to_read(summaries)] if summaries else []
    over_time = _over_time(moments(summaries, runs))
    first = (
        f'<section><h2>At a glance</h2>\n<div class="plots">\n{"".join(figures)}</div></section>\n' if figures else ""
    )
    return first + over_time


def moments(summaries: Sequence[Summary], runs: Sequence[Run]) -> list[Moment]:
    """Return what was found by time, earliest first; nothing where less than two times are known.

    Stories that have a date in their name or folder (2026-11-30, 2026/11/30 or 20261130) are told by day; otherwise the
    runs of this folder are the times.
    """
    words: dict[str, int] = {}
    kinds: dict[str, dict[str, int]] = {}
    for summary in summaries:
        day = date_of(summary.name)
        if day:
            words[day] = words.get(day, 0) + summary.words
            own = kinds.setdefault(day, {})
            for kind, number in summary.kinds.items():
                own[kind] = own.get(kind, 0) + number
    dated = [Moment(day, words[day], kinds[day]) for day in sorted(words)]
    if len(dated) > 1:
        return dated[-_TIMES:]
    by_run = [Moment(run.label, run.words, run.kinds) for run in runs]
    return by_run[-_TIMES:] if len(by_run) > 1 else []


def date_of(name: str) -> str:
    """Return the last date in a story's name, as 2026-11-30; nothing where there is none."""
    found = _DATE.findall(name)
    if not found:
        return ""
    year, _, month, day = found[-1]
    return f"{year}-{month}-{day}"


def _scores(summaries: Sequence[Summary]) -> str:
    """Draw how many stories score how much: a column for each ten points."""
    counts = [0] * _BINS
    for summary in summaries:
        counts[min(_BINS - 1, int(summary.score // _BINS))] += 1
    good = sum(summary.score >= _GOOD for summary in summaries)
    caption = f"{good:,} of {_stories(len(summaries))} score {_GOOD} or more of 100."
    starts = range(0, 100, 10)
    told = "; ".join(f"{start} to {start + 10}: {count:,}" for start, count in zip(starts, counts, strict=True))
    labels = [f"{count:,}" if count else "" for count in counts]
    columns = _columns([float(count) for count in counts], labels, [*map(str, starts), "100"])
    return _figure("scores", caption, told, columns, height=_HEIGHT)


def _to_read(summaries: Sequence[Summary]) -> str:
    """Draw which share of all paragraphs nothing was found in."""
    total = sum(summary.paragraphs for summary in summaries)
    clear = sum(summary.clear_paragraphs for summary in summaries)
    share = clear / total if total else 1.0
    caption = (
        f"{100 * share:.0f} % of paragraphs need no reading first: nothing was found in {clear:,} of {total:,}. "
        f"Something is marked in {total - clear:,}."
    )
    told = f"nothing found: {clear:,} paragraphs; something marked: {total - clear:,}"
    cut = share * _WIDTH
    drawn = (
        f'<rect class="calm" x="0" y="0" width="{cut:.1f}" height="{_STRIP:.0f}"/>'
        f'<rect class="marked" x="{cut:.1f}" y="0" width="{_WIDTH - cut:.1f}" height="{_STRIP:.0f}"/>'
        f'<text x="0" y="{_STRIP + 15:.0f}">nothing found</text>'
        f'<text class="end" x="{_WIDTH:.0f}" y="{_STRIP + 15:.0f}">something marked</text>'
    )
    return _figure("to-read", caption, told, drawn, height=_STRIP + 20)


def _over_time(times: Sequence[Moment]) -> str:
    """Draw, for each of the most frequent kinds, findings per 1,000 words at each time, all to one scale."""
    totals: dict[str, int] = {}
    for moment in times:
        for kind, number in moment.kinds.items():
            totals[kind] = totals.get(kind, 0) + number
    kinds = sorted(totals, key=lambda kind: (-totals[kind], kind))[:_KINDS]
    if not kinds:
        return ""
    rates: dict[str, list[float]] = {}
    for kind in kinds:
        rates[kind] = [1000 * moment.kinds.get(kind, 0) / moment.words if moment.words else 0.0 for moment in times]
    top = max(max(values) for values in rates.values())
    figures = [_kind_over_time(number, kind, rates[kind], times, top) for number, kind in enumerate(kinds)]
    heading = f"Kinds over time, {_escaped(times[0].name)} to {_escaped(times[-1].name)}"
    return f'<section><h2>{heading}</h2>\n<div class="plots">\n{"".join(figures)}</div></section>\n'


def _kind_over_time(number: int, kind: str, values: Sequence[float], times: Sequence[Moment], top: float) -> str:
    caption = f"{_escaped(kind)}: {values[0]:.1f} → {values[-1]:.1f} per 1,000 words"
    pairs = zip(times, values, strict=True)
    told = "; ".join(f"{_escaped(moment.name)}: {value:.1f}" for moment, value in pairs)
    names = [_escaped(times[0].name), *[""] * (len(times) - 1), _escaped(times[-1].name)]
    labels = [f"{value:.1f}" if len(times) <= _BINS and value else "" for value in values]
    return _figure(f"kind-{number}", caption, told, _columns(values, labels, names, top=top), height=_HEIGHT)


def _columns(values: Sequence[float], labels: Sequence[str], names: Sequence[str], *, top: float = 0.0) -> str:
    """Draw a column a value with its label above; below stand names, of the left ends and of the last one's right."""
    highest = top or max(values) or 1.0
    step = _WIDTH / len(values)
    room = _HEIGHT - _FOOT - _HEAD
    drawn = [f'<line x1="0" y1="{_HEIGHT - _FOOT:.0f}" x2="{_WIDTH:.0f}" y2="{_HEIGHT - _FOOT:.0f}"/>']
    for at, (value, label) in enumerate(zip(values, labels, strict=True)):
        tall = math.ceil(room * value / highest) if value else 0
        left, base = at * step, _HEIGHT - _FOOT
        drawn.append(
            f'<rect class="marked" x="{left + 0.1 * step:.1f}" y="{base - tall:.0f}" width="{0.8 * step:.1f}" '
            f'height="{tall}"/>'
        )
        if label:
            drawn.append(f'<text class="middle" x="{left + step / 2:.1f}" y="{base - tall - 4:.0f}">{label}</text>')
    for at, name in enumerate(names):
        if name:
            end = ' class="end"' if at == len(values) else ' class="middle"' if at > 0 else ""
            drawn.append(f'<text{end} x="{at * step:.1f}" y="{_HEIGHT - 4:.0f}">{name}</text>')
    return "".join(drawn)


def _figure(name: str, caption: str, told: str, drawn: str, *, height: float) -> str:
    """Frame a plot; whoever cannot see it is told its caption and its numbers."""
    labelled = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    return (
        f'<figure class="plot"><figcaption>{caption}</figcaption>'
        f'<svg viewBox="0 0 {_WIDTH:.0f} {height:.0f}" {labelled}>'
        f'<title id="{name}-title">{caption}</title><desc id="{name}-desc">{told}</desc>{drawn}</svg></figure>\n'
    )


def _stories(count: int) -> str:
    return f"{count:,} {'story' if count == 1 else 'stories'}"


def _escaped(text: str) -> str:
    return html.escape(shown(text))
