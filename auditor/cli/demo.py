"""`auditor demo`: audit the bundled sample story."""

from __future__ import annotations

from importlib import resources

import click

from auditor.cli.check import Request, audit_all
from auditor.cli.options import Options, audit_options
from auditor.workflow import Story

STORY = "night_trains.txt"


@click.command()
@audit_options
def demo(*, options: Options) -> int:
    """Audit a sample story, wire copy broken by translation."""
    return audit_all([Request(STORY, _story)], options)


def _story() -> Story:
    return Story(STORY, resources.files("auditor.samples").joinpath(STORY).read_bytes())
