"""The batch as one page: every story, worst first; totals by kind; the trend over runs.

The page stands alone, loads nothing and works without scripts; the one script sorts the table. Its rows stand in
blocks, of which a browser lays out only those in sight, so that thousands of stories open at once.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Sequence
from importlib import resources
from urllib.parse import quote

from auditor.batch import plots
from auditor.batch.shards import REPORTS, Summary
from auditor.batch.trend import Run
from auditor.reports.marking import shown, whole

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_COLUMNS = (
    ("Story", "text"),
    ("Score", "number"),
    ("90 % interval", "number"),
    ("Worst part", "number"),
    ("Words", "number"),
    ("Findings", "number"),
    ("Per 1,000 words", "number"),
    ("Most frequent", "text"),
)
_WIDTH, _HEIGHT = 320, 60  # pixels of a trend
_BLOCK = 50  # rows; blocks of 25 and of 100 open no sooner


def render(summaries: Sequence[Summary], failures: Sequence[tuple[str, str]], runs: Sequence[Run]) -> bytes:
    """Write the page.

    Args:
        summaries: of the stories, worst first.
        failures: (name, reason) of the stories that could not be audited.
        runs: the run and those before it in this folder, oldest first.
    """
    words = sum(summary.words for summary in summaries)
    found = sum(summary.findings for summary in summaries)
    count = f"{len(summaries):,} {'story' if len(summaries) == 1 else 'stories'}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Audit of {count}</title>
<style>
{_part("overview.css")}</style>
</head>
<body>
<header>
<h1>Audit of {count}</h1>
<p>{words:,} words, {found:,} findings{f", {1000 * found / words:.1f} per 1,000 words" if words else ""}.</p>
</header>
<main>
{_failures(failures)}{plots.overview(summaries, runs)}{_totals(summaries)}{_trends(runs)}{_table(summaries)}</main>
<footer>
<p>Scores are 0-100, 100 means that nothing was found. Worst first; click a heading to sort by it.</p>
{_signatures(summaries)}</footer>
<script>
{_part("overview.js")}</script>
</body>
</html>
""".encode()


@functools.cache
def _part(name: str) -> str:
    return resources.files("auditor.batch").joinpath(name).read_text(encoding="utf-8")


def _escaped(text: str) -> str:
    return html.escape(shown(text))


def _failures(failures: Sequence[tuple[str, str]]) -> str:
    if not failures:
        return ""
    items = "".join(f"<li><b>{_escaped(name)}</b>: {_escaped(reason)}</li>\n" for name, reason in failures)
    verb = "story" if len(failures) == 1 else "stories"
    return f'<section class="failed"><h2>{len(failures):,} {verb} not audited</h2>\n<ul>\n{items}</ul></section>\n'


def _totals(summaries: Sequence[Summary]) -> str:
    counts: dict[str, int] = {}
    for summary in summaries:
        for kind, number in summary.kinds.items():
            counts[kind] = counts.get(kind, 0) + number
    if not counts:
        return ""
    most = max(counts.values())
    lines = ""
    for kind, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        lines += (
            f'<tr><th scope="row">{_escaped(kind)}</th><td>{number:,}</td>'
            f'<td><progress max="{most}" value="{number}" aria-hidden="true"></progress></td></tr>\n'
        )
    return f'<section><h2>Findings by kind</h2>\n<table class="totals">\n{lines}</table></section>\n'


def _trends(runs: Sequence[Run]) -> str:
    if len(runs) < 2:
        return ""
    charts = (
        _chart("mean score", [run.score for run in runs], runs),
        _chart("findings per 1,000 words", [run.per_thousand for run in runs], runs),
    )
    return f'<section><h2>Trend over {len(runs)} runs</h2>\n<div class="trends">\n{"".join(charts)}</div></section>\n'


def _chart(title: str, values: Sequence[float], runs: Sequence[Run]) -> str:
    """Draw a line; the numbers stand in its text, for those who cannot see it."""
    low, high = min(values), max(values)
    step = _WIDTH / (len(values) - 1)
    scale = (_HEIGHT - 8) / ((high - low) or 1)
    points = " ".join(f"{n * step:.1f},{_HEIGHT - 4 - (value - low) * scale:.1f}" for n, value in enumerate(values))
    told = "; ".join(f"{_escaped(run.label)}: {value:.1f}" for run, value in zip(runs, values, strict=True))
    return (
        f"<figure><figcaption>{title}: {values[-2]:.1f} → {values[-1]:.1f}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><title>{told}</title>'
        f'<polyline points="{points}"/></svg></figure>\n'
    )


def _table(summaries: Sequence[Summary]) -> str:
    heads = "".join(f'<th scope="col" data-sort="{sort}"><button>{title}</button></th>' for title, sort in _COLUMNS)
    head = f"<section><h2>Stories</h2>\n<table class=stories>\n<thead><tr>{heads}</tr></thead>\n"
    blocks = (summaries[start : start + _BLOCK] for start in range(0, len(summaries), _BLOCK))
    bodies = "".join(f"<tbody style=--rows:{len(block)}>\n{''.join(map(_row, block))}</tbody>\n" for block in blocks)
    return f"{head}{bodies}</table></section>\n"


def _row(summary: Summary) -> str:
    found = summary.findings
    rate = 1000 * found / summary.words if summary.words else 0.0
    kinds = sorted(summary.kinds.items(), key=lambda item: (-item[1], item[0]))
    most = ", ".join(f"{number} {kind}" for kind, number in kinds[:2])
    link = f"{REPORTS}/{quote(summary.report)}.html"
    return (
        f'<tr><td><a href="{link}">{_escaped(summary.name)}</a></td><td data-value={summary.score:.6g}'
        f" style=--score:{summary.score:.4g}>{whole(summary.score)}</td>"
        f"<td data-value={summary.low:.6g}>{whole(summary.low)}–{whole(summary.high)}</td>"
        f"<td data-value={summary.worst:.6g}>{whole(summary.worst)}</td>"
        f"<td data-value={summary.words}>{summary.words:,}</td>"
        f"<td data-value={found}>{found}</td><td data-value={rate:.3f}>{rate:.1f}</td><td>{_escaped(most)}</td></tr>\n"
    )


def _signatures(summaries: Sequence[Summary]) -> str:
    """Say what made the numbers; stories kept by --changed-only may have been audited otherwise."""
    counts: dict[str, int] = {}
    for summary in summaries:
        counts[summary.signature] = counts.get(summary.signature, 0) + 1
    if len(counts) < 2:
        return "".join(f'<p class="signature">{_escaped(signature)}</p>\n' for signature in counts)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f'<p class="signature">{number:,} of: {_escaped(name)}</p>\n' for name, number in ordered)
