"""The command line. Commands are imported when they are run, so that asking for help loads no model library.

Exit codes: 0 audited and at or above the threshold, 1 audited and below `--fail-under`, 2 could not audit (usage,
input, model), 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType

import click

from auditor import __version__
from auditor.errors import AuditorError
from auditor.registry import Table

COMMANDS = Table(
    "command",
    {
        "batch": "auditor.cli.batch",
        "check": "auditor.cli.check",
        "demo": "auditor.cli.demo",
        "diff": "auditor.cli.diff",
        "evaluate": "auditor.cli.evaluate",
        "explain": "auditor.cli.explain",
        "fix": "auditor.cli.fix",
        "models": "auditor.cli.models",
    },
)
"""A command is one module with a click command of the same name, and one line here and below."""

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "batch": "Audit many stories into a folder of reports and an index page.",
        "check": "Audit each FILE, or standard input where FILE is a hyphen.",
        "demo": "Audit a sample story, wire copy broken by translation.",
        "diff": "Compare two JSON reports, or two folders of `auditor batch`.",
        "evaluate": "Measure systems on judged translations.",
        "explain": "Explain what stands in a report, or can be told to the auditor.",
        "fix": "Correct STORY, one finding after the other, into a copy.",
        "models": "List, fetch, verify and find the embedded models.",
    }
)
"""What the program's help says of each command; it asks no command itself, since that would import them all."""


class Exit(IntEnum):
    """What the process returns."""

    PASSED = 0
    BELOW = 1
    FAILED = 2
    INTERRUPTED = 130


class _Commands(click.Group):
    """The commands of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        command: click.Command = getattr(COMMANDS.load(cmd_name), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


# Python looks for cycles after every 700 new objects, and an audit makes hundreds of thousands that form none: looking
# thirty times less often takes a thirtieth of the processor time off a 900-word story (torch's own objects are many).
_COLLECT = (20_000, 20, 50)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Find what machine translation broke in English copy, and say what was probably meant."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what the user can mend is said in one sentence, a bug shows its traceback.

    Args:
        arguments: what follows the program's name; None takes them from the command line.

    Returns:
        The exit code. Click's own would read as "bad translation": it ends with 1 on any error and when interrupted.
    """
    gc.set_threshold(*_COLLECT)
    atexit.register(gc.freeze)  # to look for cycles once more when all is over takes half a second
    try:
        result = cli.main(args=arguments, prog_name="auditor", standalone_mode=False)
    except click.Abort:
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as request:
        request.show()
        return Exit.FAILED
    except click.ClickException as error:
        return _fail(_sentence(error))
    except AuditorError as error:
        return _fail(str(error))
    return result if isinstance(result, int) else Exit.PASSED


def _fail(message: str) -> int:
    click.echo(f"error: {message}", err=True)
    return Exit.FAILED


def _sentence(error: click.ClickException) -> str:
    message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{message} (see: {context.command_path} --help)" if context else message
