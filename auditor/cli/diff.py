"""`auditor diff`: what became of the findings between two audits of a story, or of a folder of stories."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from auditor.cli.output import write
from auditor.errors import InputError
from auditor.readers import files
from auditor.reports import json as report
from auditor.reports.marking import shortened, shown, suggested
from auditor.review.fingerprints import Difference, compare
from auditor.values import Audit, Finding


@dataclass(frozen=True, slots=True)
class Pair:
    """The audits of one story; None where a side has none."""

    name: str
    old: Audit | None
    new: Audit | None


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="The form.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--fail-on-new", is_flag=True, help="Exit with 1 when a finding is new.")
def diff(old: Path, new: Path, form: str, output: Path | None, *, fail_on_new: bool) -> int:
    """Compare two JSON reports, or two folders of `auditor batch`, OLD and NEW.

    Findings are matched by what they quote and the words around it, not by where they stand, so that text put in or
    taken out elsewhere changes nothing.
    """
    pairs = _pairs(old, new)
    differences = {pair.name: _difference(pair) for pair in pairs}
    draw = _json if form == "json" else _terminal
    write(draw(pairs, differences), output)
    return int(fail_on_new and any(difference.new for difference in differences.values()))


def _pairs(old: Path, new: Path) -> list[Pair]:
    """Put the audits of the two sides together: two files as they are, folders by the stories' names.

    Stories that lay in other folders, or in another table, share no name; what all names of a side begin with is then
    taken off.
    """
    if not old.is_dir() and not new.is_dir():
        pair = Pair(str(new), _load(old), _load(new))
        return [pair]
    if old.is_dir() != new.is_dir():
        raise InputError(f"{old} and {new} must both be reports or both be folders of `auditor batch`.")
    left, right = _folder(old), _folder(new)
    if not left.keys() & right.keys():
        left, right = _unplaced(left), _unplaced(right)
    return [Pair(name, left.get(name), right.get(name)) for name in sorted(left.keys() | right.keys())]


def _folder(folder: Path) -> dict[str, Audit]:
    audits = [_load(path) for path in sorted((folder / "stories").glob("*.json"))]
    if not audits:
        raise InputError(f"{folder} holds no reports of `auditor batch`; name its --out folder.")
    return {audit.document.name: audit for audit in audits}


def _unplaced(audits: Mapping[str, Audit]) -> dict[str, Audit]:
    """Return the audits by their names without the folder, or the table, that all of them lay in."""
    first = next(iter(audits))
    start = 0
    for at, character in enumerate(first, start=1):
        if character in "/#" and all(name.startswith(first[:at]) for name in audits):
            start = at
    return {name[start:]: audit for name, audit in audits.items()}


def _load(path: Path) -> Audit:
    try:
        return report.parse(files.load(str(path)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _difference(pair: Pair) -> Difference:
    if pair.old is None or pair.new is None:
        return Difference(pair.old.findings if pair.old else (), pair.new.findings if pair.new else (), ())
    return compare(pair.old, pair.new)


def _terminal(pairs: Sequence[Pair], differences: Mapping[str, Difference]) -> bytes:
    lines = []
    for pair in pairs:
        difference = differences[pair.name]
        lines.append(f"{shown(pair.name)}: {_score(pair.old)} → {_score(pair.new)}, {_counts(difference)}")
        lines += [_line("-", finding, pair.old) for finding in difference.fixed]
        lines += [_line("+", finding, pair.new) for finding in difference.new]
    if len(pairs) > 1:
        lines.append(f"in all: {_counts(_sum(differences))}")
    return "".join(f"{line}\n" for line in lines).encode()


def _line(sign: str, finding: Finding, audit: Audit | None) -> str:
    text = shortened(finding.span.of(audit.document.text)) if audit else ""
    wanted = suggested(finding)
    return f"  {sign} {finding.kind.value}: “{text}”{f' → {wanted}' if wanted else ''} ({finding.probability:.0%})"


def _score(audit: Audit | None) -> str:
    return "none" if audit is None else f"{audit.score:.1f}"


def _counts(difference: Difference) -> str:
    return f"{len(difference.fixed)} fixed, {len(difference.new)} new, {len(difference.unchanged)} unchanged"


def _sum(differences: Mapping[str, Difference]) -> Difference:
    fixed: list[Finding] = []
    new: list[Finding] = []
    unchanged: list[Finding] = []
    for difference in differences.values():
        fixed += difference.fixed
        new += difference.new
        unchanged += difference.unchanged
    return Difference(tuple(fixed), tuple(new), tuple(unchanged))


def _json(pairs: Sequence[Pair], differences: Mapping[str, Difference]) -> bytes:
    content = {"schema_version": "1.0", "stories": [_story(pair, differences[pair.name]) for pair in pairs]}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(errors="backslashreplace")


def _story(pair: Pair, difference: Difference) -> dict[str, object]:
    return {
        "document": pair.name,
        "old_score": pair.old.score if pair.old else None,
        "new_score": pair.new.score if pair.new else None,
        "fixed": [_object(finding, pair.old) for finding in difference.fixed],
        "new": [_object(finding, pair.new) for finding in difference.new],
        "unchanged": [_object(finding, pair.new) for finding in difference.unchanged],
    }


def _object(finding: Finding, audit: Audit | None) -> dict[str, object]:
    return {
        "start": finding.span.start,
        "end": finding.span.end,
        "text": finding.span.of(audit.document.text) if audit else "",
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "probability": finding.probability,
        "mechanism": finding.mechanism,
        "message": finding.message,
        "suggestions": list(finding.suggestions),
    }
