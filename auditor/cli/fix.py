"""`auditor fix`: the findings of a story one by one, and a corrected copy of its file."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from auditor import workflow
from auditor.cli.check import auditor_of, fetch, load_story
from auditor.cli.options import Options, fix_options, gathered
from auditor.cli.output import write
from auditor.cli.progress import Display
from auditor.cli.questions import Asked, Decision, Screen, Verdict, ask_all
from auditor.corrections import choosing, decisions, write_back
from auditor.corrections.choosing import Taken
from auditor.corrections.corrected import Corrected, Left
from auditor.errors import SettingsError
from auditor.readers import READERS
from auditor.readers.tables import Columns
from auditor.reports.marking import shortened, shown
from auditor.review import fingerprints
from auditor.review.baseline import Accepted
from auditor.text.edits import Correction
from auditor.values import Audit, Document, Finding, Kind
from auditor.workflow import Story, Watcher

_STANDARD = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be corrected, and where the copy goes."""

    output: Path | None
    in_place: bool
    accept_above: float | None
    kinds: tuple[str, ...]
    decisions: Path | None
    write_baseline: Path | None
    dry_run: bool
    input_format: str | None
    source: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done with a document.

    `left` are corrections that nobody decided on and that are not made; `lost` says which decisions cannot be done.
    """

    document: Document
    corrections: tuple[Correction, ...]
    dismissed: tuple[Accepted, ...] = ()
    left: tuple[Left, ...] = ()
    lost: tuple[str, ...] = ()


_FIX_OPTIONS = (
    click.option(
        "-o", "--output", type=click.Path(path_type=Path), help="The copy.  [default: STORY, ending in .corrected.*]"
    ),
    click.option("--in-place", is_flag=True, help="Write over the story itself."),
    click.option(
        "--accept-above",
        type=click.FloatRange(0, 1),
        metavar="CHANCE",
        help="Ask nothing: take the first suggestion of what is this likely an error, but nothing inside quotations.",
    ),
    click.option(
        "--kind",
        "kinds",
        type=click.Choice([kind.value for kind in Kind]),
        metavar="KIND",
        multiple=True,
        help="Correct this kind of error alone; may be repeated.",
    ),
    click.option(
        "--decisions",
        type=click.Path(path_type=Path),
        help="Ask nothing: do what was decided on the page of an HTML report. Needs no models.",
    ),
    click.option(
        "--write-baseline",
        type=click.Path(path_type=Path),
        help="Add what is dismissed to this baseline.  [default: that of --baseline, else STORY, ending in "
        ".baseline.json]",
    ),
    click.option("--dry-run", is_flag=True, help="Print what would change, as a unified diff, and write nothing."),
    click.option("--input-format", type=click.Choice(list(READERS)), help="What STORY is.  [default: as it looks]"),
    click.option("--source", default="", help="What STORY was translated from: it is checked against it."),
)


@click.command()
@click.argument("story")
@gathered(_FIX_OPTIONS, into=Wishes, name="wishes")
@fix_options
def fix(story: str, *, wishes: Wishes, options: Options) -> int:
    """Correct STORY, one finding after the other, into a copy of the same format.

    Each finding is shown with its sentence, its suggestions and its evidence; you accept or choose a suggestion, type
    your own wording, dismiss it with a reason, or skip it. Only the chosen words change. The copy is written when you
    say so, whole or not at all; STORY itself only with --in-place.

    The exit code is 0 when all that was decided is done, 1 when something of it had to be left, 2 when the story could
    not be audited or the copy could not be written.
    """
    target = _target(story, wishes)
    if wishes.accept_above is None and wishes.decisions is None and story == _STANDARD:
        raise SettingsError("standard input holds the story and cannot answer; use --accept-above or --decisions.")
    loaded = load_story(story, input_format=wishes.input_format or "", source=wishes.source, columns=Columns())
    name = "standard input" if story == _STANDARD else story
    chosen = write_back.format_of(name, loaded.data, chosen=wishes.input_format or "")
    plan = _planned(loaded, target, wishes, options)
    if plan is None:
        click.echo("nothing is written.", err=True)
        return 0
    copy = write_back.corrected(loaded.data, plan.document, chosen, plan.corrections)
    for line in (*plan.lost, *_explained(plan.document, (*plan.left, *copy.left))):
        click.echo(line, err=True)
    if wishes.dry_run:
        write(_diff(copy, story, target), None)
    else:
        asked_for = target is None or wishes.output is not None
        _write(copy, plan, target, _baseline_file(story, wishes, options), always=asked_for)
    return int(bool(plan.lost or copy.left))


def _target(story: str, wishes: Wishes) -> Path | None:
    """Return where the copy goes, None for standard output; what cannot be is said before the work begins."""
    if wishes.in_place:
        if story == _STANDARD or wishes.output:
            raise SettingsError("--in-place goes with the path of a story, and without --output.")
        return Path(story)
    if wishes.output is None:
        if story == _STANDARD:
            return None
        usual = _beside(story, f".corrected{Path(story).suffix}")
        if usual.exists() and not wishes.dry_run:
            raise SettingsError(f"{usual} exists; name it with --output to write over it, or choose another name.")
        return usual
    if story != _STANDARD and wishes.output.exists() and Path(story).exists() and wishes.output.samefile(story):
        raise SettingsError(f"{wishes.output} is the story itself; say --in-place to write over it.")
    if not wishes.output.parent.is_dir():
        raise SettingsError(f"the folder {wishes.output.parent} does not exist; make it first.")
    return wishes.output


def _beside(story: str, ending: str) -> Path:
    path = Path(story)
    return path.with_name(f"{path.stem}{ending}")


def _baseline_file(story: str, wishes: Wishes, options: Options) -> Path:
    usual = Path("story.baseline.json") if story == _STANDARD else _beside(story, ".baseline.json")
    return wishes.write_baseline or options.baseline or usual


def _planned(story: Story, target: Path | None, wishes: Wishes, options: Options) -> _Plan | None:
    """Find out what is to be done; None where the editor wants nothing to be written."""
    kinds = frozenset(map(Kind, wishes.kinds))
    decided = decisions.load(wishes.decisions) if wishes.decisions else None
    if decided and wishes.accept_above is None:
        document = workflow.read(story)
        return _by_decisions(document, decided.about(document.name, kinds))
    audit = _audited(story, options, decided.dismissed if decided else ())
    findings = choosing.of_kinds(audit, kinds)
    if wishes.accept_above is None:
        return _by_answers(story, audit, findings, "the diff is printed" if wishes.dry_run else f"{target} is written")
    likely = choosing.likely(findings, threshold=wishes.accept_above)
    if decided is None:
        return _Plan(audit.document, likely.corrections, left=likely.left)
    plan = _by_decisions(audit.document, decided.about(audit.document.name, kinds))
    return _joined(plan, likely)


def _joined(plan: _Plan, likely: Taken) -> _Plan:
    """Add what is likely to what was decided, which goes first."""
    both = choosing.disjoint((*plan.corrections, *likely.corrections))
    return _Plan(plan.document, both.corrections, plan.dismissed, (*plan.left, *likely.left, *both.left), plan.lost)


def _by_decisions(document: Document, decided: decisions.Decisions) -> _Plan:
    """Do what a file of decisions says, as far as the story is still the one that was decided about."""
    found: list[Correction] = []
    lost: list[str] = []
    for item in decided.chosen:
        correction = decisions.locate(document, item)
        if correction:
            found.append(correction)
        else:
            lost.append(
                f"“{shortened(item.words)}” does not stand where it was corrected any more; the story was changed, and "
                "it is left."
            )
    taken = choosing.disjoint(found)
    lost += _explained(document, taken.left)
    return _Plan(document, taken.corrections, decided.dismissed, lost=tuple(lost))


def _by_answers(story: Story, audit: Audit, findings: Sequence[Finding], writes: str) -> _Plan | None:
    """Ask an editor about each finding."""
    if not findings:
        click.echo(f"{audit.document.name}: there is nothing to correct.", err=True)
        return None
    hindrance = functools.partial(_hindrance, story, audit.document)
    answers = ask_all(audit.document, findings, _screen(), Asked(writes, hindrance))
    if answers is None:
        return None
    corrections = [Correction(one.finding.span, one.words) for one in answers if one.verdict is Verdict.CORRECTED]
    return _Plan(audit.document, tuple(sorted(corrections)), _dismissals(audit.document, answers))


def _hindrance(story: Story, document: Document, correction: Correction) -> str:
    """Return why a correction cannot be made in the file, "" where it can."""
    chosen = write_back.format_of(document.name, story.data, chosen=story.input_format)
    left = write_back.corrected(story.data, document, chosen, [correction]).left
    return left[0].reason if left else ""


def _dismissals(document: Document, answers: Sequence[Decision]) -> tuple[Accepted, ...]:
    dismissed = [one for one in answers if one.verdict is Verdict.DISMISSED]
    prints = fingerprints.take(document, [one.finding for one in dismissed])
    return tuple(Accepted(document.name, found, one.words) for found, one in zip(prints, dismissed, strict=True))


def _audited(story: Story, options: Options, dismissed: tuple[Accepted, ...]) -> Audit:
    """Audit the story; what was dismissed is not reported."""
    policy = replace(options.policy, accepted=(*options.policy.accepted, *dismissed))
    if options.fetch:
        fetch(quiet=options.quiet)
    with Display(quiet=options.quiet, verbose=options.verbose) as display:
        watcher = Watcher(display.report, _never, _show_nothing)
        auditor = functools.cache(functools.partial(auditor_of, options, display))
        return workflow.audit(story, auditor, policy, watcher)


def _never() -> bool:
    return False


def _show_nothing(document: Document, findings: object) -> None:
    del document, findings


def _screen() -> Screen:
    is_drawn = sys.stdout.isatty()
    color = is_drawn and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size().columns if is_drawn else 80
    return Screen(functools.partial(click.echo, nl=False), input, width, color)


def _write(copy: Corrected, plan: _Plan, target: Path | None, baseline_file: Path, *, always: bool) -> None:
    """Write the copy, `always` or where something was corrected, and the dismissals, and say what was written."""
    made = len(plan.corrections) - len(copy.left)
    if made or always:
        write(copy.data, target)
    if made:
        changes = "1 correction" if made == 1 else f"{made} corrections"
        click.echo(f"{target or 'standard output'}: {changes} written.", err=True)
    else:
        click.echo("nothing was corrected.", err=True)
    if plan.dismissed:
        write(decisions.added(baseline_file, _for_both(plan.dismissed, target)), baseline_file)
        dismissed = "1 finding is" if len(plan.dismissed) == 1 else f"{len(plan.dismissed)} findings are"
        click.echo(f"{baseline_file}: {dismissed} dismissed; check takes it as --baseline.", err=True)


def _for_both(dismissed: Iterable[Accepted], target: Path | None) -> list[Accepted]:
    """Return the dismissals for the story, and for its copy, which has a name of its own."""
    both: list[Accepted] = []
    for item in dismissed:
        both.append(item)
        if target:
            both.append(Accepted(str(target), item.fingerprint, item.reason))
    return both


def _explained(document: Document, left: Iterable[Left]) -> list[str]:
    lines: list[str] = []
    for item in left:
        words = shortened(item.correction.span.of(document.text))
        lines.append(f"“{words}” is left as it is: {item.reason}.")
    return lines


def _diff(copy: Corrected, story: str, target: Path | None) -> bytes:
    difference = write_back.difference(copy, old=story, new=str(target or story))
    if not sys.stdout.isatty():
        return difference.encode()
    return "".join(f"{shown(line)}\n" for line in difference.split("\n")[:-1]).encode()
