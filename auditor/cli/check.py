"""`auditor check`: audit files or standard input."""

from __future__ import annotations

import bisect
import functools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor import workflow
from auditor.cli.options import Options, audit_options, column_option
from auditor.cli.output import write
from auditor.cli.progress import Display
from auditor.corrections import decisions
from auditor.errors import InputError, SettingsError
from auditor.readers import READERS, files
from auditor.readers.tables import Columns
from auditor.reports import REPORTS, WITH_ORIGINAL
from auditor.reports.marking import shortened, suggested
from auditor.review import baseline
from auditor.values import Audit, Document, Finding
from auditor.workflow import SourceFile, Story, Watcher

if TYPE_CHECKING:
    from auditor.pipeline import Auditor

_IN_A_ROW = frozenset({"terminal", "json"})
"""Formats of which several reports can follow each other in one stream."""


@dataclass(frozen=True, slots=True)
class Request:
    """A story to check: what the user calls it, and how to load it."""

    name: str
    load: Callable[[], Story]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--input-format", type=click.Choice(list(READERS)), help="What the files are.  [default: as they look]")
@click.option(
    "--source",
    "source",
    default="",
    help="What FILE was translated from: numbers, names and meaning are checked against it.",
)
@column_option
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path),
    help="Accept what is found: add it to this baseline.",
)
@click.option("--reason", default="", help="Why the findings are accepted.")
@audit_options
def check(  # noqa: PLR0913 (one parameter an option)
    files: tuple[str, ...],
    input_format: str | None,
    source: str,
    columns: Columns,
    write_baseline: Path | None,
    reason: str,
    *,
    options: Options,
) -> int:
    """Audit each FILE, or standard input where FILE is a hyphen.

    The exit code is 0 when every story could be audited, 1 when one scored below the threshold of --fail-under, 2 when
    one could not be audited.
    """
    if [*files, source].count("-") > 1:
        raise SettingsError("standard input (-) can be read only once.")
    if source and len(files) > 1:
        raise SettingsError("--source goes with one FILE; check each story with its own source.")
    if write_baseline and not reason.strip():
        raise SettingsError("--write-baseline needs a --reason, such as --reason 'read by an editor'.")
    accept = functools.partial(_accept, write_baseline, reason) if write_baseline else None
    load = functools.partial(load_story, input_format=input_format or "", source=source, columns=columns)
    requests = [Request(name, functools.partial(load, name)) for name in files]
    return audit_all(requests, options, accept=accept)


def audit_all(requests: Sequence[Request], options: Options, *, accept: Callable[[Audit], object] | None = None) -> int:
    """Audit the stories one by one and write their reports.

    One that cannot be read is reported and the others are audited all the same. `accept` is called with each audit.

    Returns:
        The exit code: 2 when a story could not be read, else 1 when one scored below the threshold, else 0.
    """
    targets = _targets([request.name for request in requests], options)
    policy = options.policy
    if options.fetch:
        fetch(quiet=options.quiet)
    failed = below = False
    with Display(quiet=options.quiet, verbose=options.verbose) as display:
        watcher = Watcher(display.report, display.is_due, functools.partial(_show, display))
        auditor = functools.cache(functools.partial(auditor_of, options, display))
        for request, target in zip(requests, targets, strict=True):
            try:
                story = request.load()
                audit = workflow.audit(story, auditor, policy, watcher)
            except InputError as error:
                display.clear()
                click.echo(f"error: {error}", err=True)
                failed = True
                continue
            display.clear()
            audit = audit if options.doubts else audit.without_doubts()
            if accept:
                accept(audit)
            below |= options.fail_under is not None and audit.score < options.fail_under
            write(_render(audit, story.data, options, to_screen=target is None), target)
    return 2 if failed else int(below)


def _accept(path: Path, reason: str, audit: Audit) -> None:
    """Add the findings to a baseline."""
    write(decisions.added(path, baseline.accept(audit, reason=reason)), path)


def load_story(name: str, *, input_format: str, source: str, columns: Columns) -> Story:
    """Load a story and, where the user names it, what it was translated from."""
    data = files.load(name)
    given = SourceFile(source, files.load(source)) if source else None
    return Story(name, data, input_format=input_format, source=given, columns=columns)


def auditor_of(options: Options, display: Display) -> Auditor:
    """Return the auditor that the options describe; the display is told how it comes on."""
    from auditor.pipeline import Auditor  # the models' libraries come with it, and take seconds

    return Auditor(options.settings, progress=display.report)


def _show(display: Display, document: Document, findings: Sequence[Finding]) -> None:
    """Show what the finished paragraphs hold, as "¶ 2  sensible → sensitive (0.93)"."""
    starts = [paragraph.span.start for paragraph in document.paragraphs]
    lines: list[str] = []
    for finding in findings:
        number = bisect.bisect_right(starts, finding.span.start)
        wording = f" → {suggested(finding)}" if finding.suggestions else ""
        written = shortened(finding.span.of(document.text))
        lines.append(f"¶ {number:<3} {written}{wording} ({finding.probability:.2f})")
    display.show(lines)


def fetch(*, quiet: bool) -> None:
    """Fetch the models that are missing."""
    from auditor.cli.fetching import reporter
    from auditor.engines.weights.fetch import fetch_models

    with reporter(quiet=quiet) as report:
        fetch_models(report=report)


def _targets(names: Sequence[str], options: Options) -> list[Path | None]:
    """Return where each report goes, None for standard output; what cannot work is said before the work begins."""
    output = options.output
    if output is None:
        if len(names) > 1 and options.format not in _IN_A_ROW:
            raise SettingsError(f"several {options.format} reports need a folder: --output FOLDER.")
        return [None] * len(names)
    if len(names) > 1 and not output.suffix and not output.exists():
        _make(output)
    if output.is_dir():
        return [*_inside(output, names, REPORTS.load(options.format).SUFFIX)]
    if len(names) > 1:
        raise SettingsError(f"{output} is no folder, and several reports need one; make it first.")
    if not output.parent.is_dir():
        raise SettingsError(f"the folder {output.parent} does not exist; make it first.")
    return [output]


def _make(folder: Path) -> None:
    try:
        folder.mkdir()
    except OSError as error:
        raise SettingsError(f"the folder {folder} cannot be made: {error.strerror}.") from error


def _inside(folder: Path, names: Sequence[str], suffix: str) -> list[Path]:
    """Return a file of the folder for each name: the story's name and the report's ending."""
    found = [folder / f"{'standard-input' if name == '-' else Path(name).name}{suffix}" for name in names]
    if len(set(found)) < len(found):
        raise SettingsError(f"two of the files have the same name, and so would their reports in {folder}.")
    return found


def _render(audit: Audit, original: bytes, options: Options, *, to_screen: bool) -> bytes:
    name = options.format
    settings: dict[str, Any] = {"original": original} if name in WITH_ORIGINAL else {}
    if name == "terminal":
        settings["numbers"] = options.verbose
    if name == "terminal" and to_screen and sys.stdout.isatty():
        settings["width"] = shutil.get_terminal_size().columns
        settings["color"] = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    written: bytes = REPORTS.load(name).render(audit, **settings)
    return written
