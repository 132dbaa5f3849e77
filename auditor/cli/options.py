"""The options that commands share, and what they mean to the audit."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from auditor import config
from auditor.errors import UnknownNameError
from auditor.readers.tables import Columns
from auditor.reports import REPORTS
from auditor.review import baseline, terminology
from auditor.review.apply import Policy
from auditor.review.terminology import Terms
from auditor.values import Assumption, Kind, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user chose on the command line, or in the configuration file."""

    format: str = "terminal"
    output: Path | None = None
    doubts: bool = True
    min_confidence: float | None
    assume: str
    only: tuple[str, ...]
    ignore: tuple[str, ...]
    penalty: tuple[tuple[str, float], ...]
    fail_under: float | None = None
    device: str
    threads: int | None
    precision: str
    fluency_model: str
    back_translation: tuple[tuple[str, str], ...]
    terms: Path | None
    baseline: Path | None
    cache: bool
    fetch: bool
    quiet: bool
    verbose: bool

    @property
    def settings(self) -> Settings:
        """The part that the audit is built from."""
        return Settings(
            minimum_probability=self.min_confidence,
            assume=Assumption(self.assume),
            only=frozenset(map(Kind, self.only)),
            ignore=frozenset(map(Kind, self.ignore)),
            device=self.device,
            threads=self.threads,
            precision=self.precision,
            fluency_model=self.fluency_model,
            back_translation=dict(self.back_translation),
            penalties=dict(self.penalty),
            cache=self.cache,
        )

    @property
    def policy(self) -> Policy:
        """What the organisation has decided.

        Raises:
            SettingsError: the terms file or the baseline cannot be read.
        """
        return Policy(
            terms=terminology.load(self.terms) if self.terms else Terms(),
            accepted=baseline.load(self.baseline) if self.baseline else (),
        )


def pair(assignment: str) -> tuple[str, str]:
    """Split NAME=VALUE."""
    name, _, value = (part.strip() for part in assignment.partition("="))
    if not (name and value):
        raise click.BadParameter(f"'{assignment}' is not of the form NAME=VALUE.")
    return name, value


def _models(_: click.Context, __: click.Parameter, value: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair(part) for part in value.split(",") if part.strip())


def _points(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[tuple[str, float], ...]:
    pairs = map(pair, values)
    return tuple((name, click.FLOAT(points, param, ctx)) for name, points in pairs)


def _columns(_: click.Context, __: click.Parameter, values: Sequence[str]) -> Columns:
    chosen = dict(map(pair, values))
    roles = tuple(field.name for field in fields(Columns))
    for role in chosen:
        if role not in roles:
            raise UnknownNameError("role of a column", role, roles)
    return Columns(**chosen)


column_option = click.option(
    "--column",
    "columns",
    metavar="ROLE=NAME",
    multiple=True,
    callback=_columns,
    help="The column of tables with the text, its source or its story; may be repeated.  [default: by their names]",
)


def _configure(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Let a configuration file give the defaults; it is asked for before every other option."""
    chosen = config.load(path or config.find(Path.cwd()))
    settings = chosen.settings
    defaults = {
        "min_confidence": settings.minimum_probability,
        "assume": settings.assume.value,
        "only": sorted(kind.value for kind in settings.only),
        "ignore": sorted(kind.value for kind in settings.ignore),
        "penalty": [f"{name}={points}" for name, points in settings.penalties.items()],
        "fail_under": chosen.fail_under,
        "device": settings.device,
        "threads": settings.threads,
        "precision": settings.precision,
        "fluency_model": settings.fluency_model,
        "back_translation": ",".join(f"{pair}={name}" for pair, name in settings.back_translation.items()),
        "terms": chosen.terms,
        "baseline": chosen.baseline,
        **chosen.own,
        "cache": chosen.cache,
    }
    ctx.default_map = {name: value for name, value in defaults.items() if value not in (None, [], "")}


_FILE = click.Path(path_type=Path)
_KINDS = click.Choice([kind.value for kind in Kind])
_REPORT_OPTIONS = (
    click.option(
        "-f",
        "--format",
        type=click.Choice(list(REPORTS)),
        default="terminal",
        show_default=True,
        help="The report's form.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        help="Write the report to this file; for several stories, to this folder.",
    ),
    click.option(
        "--doubts/--no-doubts",
        default=True,
        show_default=True,
        help="Show, lighter and counted apart, what is worth a look but likelier sound than wrong.",
    ),
)
_FAIL_UNDER = click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="SCORE",
    help="Exit with 1 when a story scores below this.",
)
_AUDIT_OPTIONS = (
    click.option(
        "--config",
        type=_FILE,
        is_eager=True,
        expose_value=False,
        callback=_configure,
        help="Take defaults from this file.  [default: .auditor.toml or [tool.auditor] in pyproject.toml, the nearest]",
    ),
    click.option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        help="Show findings with at least this chance of an error.  [default: as fitted]",
    ),
    click.option(
        "--assume",
        type=click.Choice([assumption.value for assumption in Assumption]),
        default="unknown",
        show_default=True,
        help="What is known of the text: of a translation every chance is higher, as it is no sound copy.",
    ),
    click.option(
        "--only",
        type=_KINDS,
        metavar="KIND",
        multiple=True,
        help="Look for this kind of error alone, such as grammar; may be repeated. `auditor explain` lists the kinds.",
    ),
    click.option(
        "--ignore",
        type=_KINDS,
        metavar="KIND",
        multiple=True,
        help="Leave this kind of error out; may be repeated.",
    ),
    click.option(
        "--penalty",
        metavar="NAME=POINTS",
        multiple=True,
        callback=_points,
        help="Points of a minor, major, critical or minor-punctuation error; may be repeated.",
    ),
    _FAIL_UNDER,
    click.option("--device", default="cpu", show_default=True, help="Where the models run: cpu, cuda, mps."),
    click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: as torch chooses]"),
    click.option(
        "--precision",
        type=click.Choice(["auto", "int8", "bfloat16", "float32"]),
        default="auto",
        show_default=True,
        help="Numbers the models compute with; int8 where a model was made ready for it, auto what is fastest here.",
    ),
    click.option(
        "--fluency-model",
        metavar="PATH",
        default="",
        help="A causal language model on disk or in the Hugging Face cache instead of the embedded one.",
    ),
    click.option(
        "--back-translation",
        metavar="en-fr=PATH,fr-en=PATH",
        default="",
        callback=_models,
        help="A pair of MarianMT models on disk or in the cache instead of the embedded ones.",
    ),
    click.option("--terms", type=_FILE, help="The organisation's terms, never flagged or always (TOML)."),
    click.option("--baseline", type=_FILE, help="Findings that were accepted before, with the reason (JSON)."),
    click.option(
        "--cache/--no-cache",
        default=True,
        show_default=True,
        help="Keep what models answered on this computer, so that an edited story is audited faster.",
    ),
    click.option("--fetch", is_flag=True, help="Download the embedded models first if they are not here."),
    click.option("-q", "--quiet", is_flag=True, help="No progress on standard error."),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Show what was measured of each sentence, and on standard error how long each stage took in all threads.",
    ),
)


def gathered(
    options: Sequence[Callable[..., Any]], *, into: type[Any], name: str
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Give a command several options as one argument.

    Args:
        options: click's own decorators.
        into: the dataclass that holds them; its fields are called as the options are, those without one have defaults.
        name: the argument of the command that receives it.
    """

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(command)
        def gathering(**parameters: Any) -> int:  # noqa: ANN401 (click's own, of every type)
            chosen: dict[str, Any] = {}
            for field in fields(into):
                if field.name in parameters:
                    chosen[field.name] = parameters.pop(field.name)
            return command(**{name: into(**chosen)}, **parameters)

        for option in reversed(options):
            gathering = option(gathering)
        return gathering

    return decorate


audit_options = gathered((*_REPORT_OPTIONS, *_AUDIT_OPTIONS), into=Options, name="options")
"""Give a command the options of an audit and its report, as the one argument `options`."""

batch_options = gathered(_AUDIT_OPTIONS, into=Options, name="options")
"""Give a command the options of an audit, without those of one report, as the one argument `options`."""

fix_options = gathered([option for option in _AUDIT_OPTIONS if option is not _FAIL_UNDER], into=Options, name="options")
"""Give a command the options of an audit whose score decides nothing, as the one argument `options`."""
