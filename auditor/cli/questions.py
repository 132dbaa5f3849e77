"""One finding after the other in the terminal: what it is, and what is to become of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from rich.text import Text

from auditor.reports.marking import as_sentence, pieces, shortened, shown
from auditor.reports.terminal import STYLES, console_of
from auditor.text.edits import Correction
from auditor.values import Document, Finding, Span

_ANSWER = re.compile(r"\s*(?P<word>[A-Za-z]+|\?|\d+)(?:\s+(?P<rest>.*?))?\s*")
_HELP = """\
a, accept      put the first suggestion in the place of the marked words
1, 2, 3        put that suggestion there
t, type        put your own wording there; write "" to take the words out
d, dismiss     it is no error: say why, and it is not shown again
s, skip        leave it, and decide nothing
u, undo        take the last decision back
w, write       write what is decided so far, and stop
q, quit        stop, and write nothing; so does the end of the input
Wordings and reasons can follow on the same line: t took place, d so the minister said."""


class Verdict(Enum):
    """What became of a finding."""

    CORRECTED = auto()
    DISMISSED = auto()
    SKIPPED = auto()
    OVERTAKEN = auto()  # a correction made before changes the same words


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a finding; `words` are the wording that was chosen, or the reason why it was dismissed."""

    finding: Finding
    verdict: Verdict
    words: str = ""


class _Command(StrEnum):
    """What can be answered; each may be shortened, down to its first letter."""

    ACCEPT = "accept"
    TYPE = "type"
    DISMISS = "dismiss"
    SKIP = "skip"
    UNDO = "undo"
    WRITE = "write"
    QUIT = "quit"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Screen:
    """Where questions are asked: `say` shows lines, `ask` a prompt and returns the answer; EOFError ends the input."""

    say: Callable[[str], object]
    ask: Callable[[str], str]
    width: int = 80
    color: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What surrounds the questions.

    `writes` says what is written in the end ("story.corrected.txt is written"); `hindrance` tells why a correction
    cannot be made in the file, "" where it can.
    """

    writes: str
    hindrance: Callable[[Correction], str]


@dataclass(frozen=True, slots=True)
class _Answer:
    command: _Command
    words: str = ""
    number: int = 1


def ask_all(
    document: Document, findings: Sequence[Finding], screen: Screen, asked: Asked
) -> tuple[Decision, ...] | None:
    """Ask about each finding in turn.

    Args:
        document: what was audited.
        findings: those to ask about, in order.
        screen: where the questions are asked.
        asked: what surrounds the questions.

    Returns:
        What was decided, findings that were not reached left out; None when nothing is to be written.
    """
    decisions: list[Decision] = []
    while True:
        try:
            if len(decisions) == len(findings):
                given: Decision | _Command = _at_the_end(decisions, screen, asked.writes)
            else:
                given = _next(document, findings, decisions, screen)
                while isinstance(given, Decision) and not _can_be_made(given, screen, asked):
                    given = _asked(document, findings[len(decisions)], screen)
        except EOFError:
            return None
        if isinstance(given, Decision):
            decisions.append(given)
        elif given is _Command.WRITE:
            return tuple(decisions)
        elif given is _Command.QUIT:
            return None
        else:
            _take_back(decisions, screen)


def _next(
    document: Document, findings: Sequence[Finding], decisions: Sequence[Decision], screen: Screen
) -> Decision | _Command:
    number = len(decisions)
    finding = findings[number]
    for before in decisions:
        if before.verdict is Verdict.CORRECTED and before.finding.span.overlaps(finding.span):
            words, changed = (shortened(one.span.of(document.text)) for one in (finding, before.finding))
            screen.say(f"\n{number + 1} of {len(findings)}: “{words}” lies in what you changed (“{changed}”); left.\n")
            return Decision(finding, Verdict.OVERTAKEN)
    screen.say(_question(document, finding, f"{number + 1} of {len(findings)}", screen))
    return _asked(document, finding, screen)


def _asked(document: Document, finding: Finding, screen: Screen) -> Decision | _Command:
    """Ask about a finding that is on the screen until something is decided."""
    while True:
        answer = _answer(screen, _prompt(finding), finding)
        decided = _decided(document, finding, answer, screen)
        if decided:
            return decided


def _can_be_made(decision: Decision, screen: Screen, asked: Asked) -> bool:
    """Tell whether what was decided can be done in the file; say why where it cannot."""
    if decision.verdict is not Verdict.CORRECTED:
        return True
    reason = asked.hindrance(Correction(decision.finding.span, decision.words))
    if reason:
        screen.say(f"That cannot be written here: {reason}. Try other words, or skip it.\n")
    return not reason


def _decided(document: Document, finding: Finding, answer: _Answer, screen: Screen) -> Decision | _Command | None:
    """Return what an answer comes to, None where the question has to be asked again."""
    if answer.command in {_Command.UNDO, _Command.WRITE, _Command.QUIT}:
        return answer.command
    if answer.command is _Command.SKIP:
        return Decision(finding, Verdict.SKIPPED)
    if answer.command is _Command.DISMISS:
        reason = answer.words or screen.ask("why is it no error? > ").strip()
        return Decision(finding, Verdict.DISMISSED, reason) if reason else None
    if answer.command is _Command.TYPE:
        wording = answer.words or screen.ask("your wording > ").strip()
        if not wording:
            return None
        wording = "" if wording == '""' else wording
    else:
        wording = finding.suggestions[answer.number - 1]
    if wording == finding.span.of(document.text):
        screen.say("That is what stands there; s leaves it.\n")
        return None
    return Decision(finding, Verdict.CORRECTED, wording) if _is_sure(finding, screen) else None


def _is_sure(finding: Finding, screen: Screen) -> bool:
    """Ask once more before what somebody said is changed."""
    if not finding.in_quotation:
        return True
    return screen.ask("it stands inside a quotation; change what somebody said? y/n > ").strip().lower() in {"y", "yes"}


def _at_the_end(decisions: Sequence[Decision], screen: Screen, writes: str) -> _Command:
    if any(one.verdict in {Verdict.CORRECTED, Verdict.DISMISSED} for one in decisions):
        screen.say(f"\nThat was the last one. Next: {writes}.\n")
    else:
        screen.say("\nThat was the last one, and nothing is to be written.\n")
    while True:
        answer = _read(screen.ask("write, undo, quit (writes nothing) > "), 0)
        if answer and answer.command in {_Command.WRITE, _Command.UNDO, _Command.QUIT}:
            return answer.command
        screen.say("w writes, u takes the last decision back, q stops and writes nothing.\n")


def _take_back(decisions: list[Decision], screen: Screen) -> None:
    if not decisions:
        screen.say("There is nothing to take back.\n")
        return
    while decisions.pop().verdict is Verdict.OVERTAKEN:
        pass


def _answer(screen: Screen, prompt: str, finding: Finding) -> _Answer:
    """Ask until the answer can be understood."""
    while True:
        answer = _read(screen.ask(prompt), len(finding.suggestions))
        if answer and answer.command is not _Command.HELP:
            return answer
        screen.say(f"{_HELP}\n")


def _read(line: str, suggestions: int) -> _Answer | None:
    """Understand an answer; None where it makes no sense here."""
    match = _ANSWER.fullmatch(line)
    if match is None:
        return None
    word, words = match["word"].lower(), match["rest"] or ""
    if word.isdigit():
        return _Answer(_Command.ACCEPT, number=int(word)) if 1 <= int(word) <= suggestions else None
    if word == "?":
        return _Answer(_Command.HELP)
    command = next((command for command in _Command if command.startswith(word)), None)
    if command is None or (command is _Command.ACCEPT and not suggestions):
        return None
    return _Answer(command, words)


def _prompt(finding: Finding) -> str:
    count = len(finding.suggestions)
    accept = "" if not count else "accept, " if count == 1 else f"accept, 1-{count}, "
    return f"{accept}type, dismiss, skip, undo, write, quit (writes nothing), ? > "


def _question(document: Document, finding: Finding, number: str, screen: Screen) -> str:
    """Draw a finding: its sentence with the words marked, what it is, its evidence, and the suggestions numbered."""
    output = io.StringIO()
    board = console_of(output, screen.width, color=screen.color)
    board.print()
    board.print(Text(f"{number} ({finding.kind}, {finding.severity}, chance {finding.probability:.2f})", style="bold"))
    board.print(_sentence(document, finding, color=screen.color))
    board.print(Text(as_sentence(finding)))
    if finding.evidence:
        board.print(Text(" ".join(map(shown, finding.evidence)), style="dim"))
    for count, suggestion in enumerate(finding.suggestions, 1):
        words = shown(suggestion) if suggestion.strip() else "(take the words out)"
        board.print(Text.assemble(f"  {count}  ", (words, "bold green")))
    return output.getvalue()


def _sentence(document: Document, finding: Finding, *, color: bool) -> Text:
    """Return the sentences that a finding touches, its words marked."""
    touched = [sentence.span for sentence in document.sentences if sentence.span.overlaps(finding.span)]
    around = Span(
        min([finding.span.start, *(span.start for span in touched)]),
        max([finding.span.end, *(span.end for span in touched)]),
    )
    drawn = Text()
    for piece in pieces(around, [finding]):
        words = shown(piece.span.of(document.text))
        if piece.findings:
            drawn.append(words if color else f"[{words}]", style=STYLES[finding.severity])
        else:
            drawn.append(words)
    return drawn
