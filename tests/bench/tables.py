"""The benchmark's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

WHOLE = "whole audit"
TRANSLATION = "translate there and back"
READING = "read with the language model"
QUALITY = "estimate quality"

MINICONS = "minicons, same model"
BARE = "transformers, one by one"
LARGE = "encoder of CometKiwi's size"
WHEEL = "the wheel's engine, en-pt"
OURS = "our engine, en-pt"


def cold(console: Console, measured: Mapping[str, Any]) -> None:
    """Show programs from start to end, and when findings arrive."""
    table = Table("program", "seconds", "processor", "MiB at most", title="Cold starts")
    for name, run in measured["programs"].items():
        table.add_row(f"auditor {name}", f"{run['wall']:.2f}", f"{run['processor']:.2f}", f"{run['peak_mib']:.0f}")
    stream = measured["stream"]
    for name, key in (("first paragraph", "paragraph"), ("first finding", "finding"), ("last paragraph", "end")):
        table.add_row(f"  {name} of {measured['words']} words", f"{stream[key]:.2f}", "", "")
    console.print(table)


def again(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show what a story costs that was audited before, by programs from start to end."""
    table = Table("words", "audited", "seconds", "processor", "times faster", "by processor", title="Audited again")
    for row in rows:
        first = row["first"]
        for name in ("first", "unchanged", "edited"):
            run = row[name]
            ratios = (f"{first[clock] / run[clock]:.1f}" for clock in ("wall", "processor"))
            table.add_row(f"{row['words']:,}", name, f"{run['wall']:.2f}", f"{run['processor']:.2f}", *ratios)
    console.print(table)


def stages(console: Console, measured: Mapping[str, Any]) -> None:
    """Show words a second by stage and peer, and the ratios."""
    table = Table("stage or peer", "words/s", "words a processor second", title=f"{measured['words']} words, warm")
    for name, found in measured["stages"].items():
        table.add_row(name, _spread(found["words_per_second"]), _spread(found["words_per_processor_second"]))
    console.print(table)
    table = Table("how many times faster, by processor time", "ratio", title="Ratios")
    for name, spread in measured["ratios"].items():
        table.add_row(name, _spread(spread))
    for precision, spread in measured["peak_gflops"].items():
        table.add_row(f"{precision} matrix product, GFLOP a processor second", _spread(spread))
    table.add_row("share of it that reading reaches", _spread(measured["reading"]["share_of_peak"]))
    for name, reason in measured["absent"].items():
        table.add_row(name, reason)
    console.print(table)


def growth(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show what longer stories cost beside the shortest, and what an edit costs."""
    first = rows[0]
    titles = ("words", "words/s", "words a processor second", "of the shortest's", "after an edit")
    table = Table(*titles, "MiB held", "MiB at most", "more than the shortest", title="Growth")
    for row in rows:
        rate, edited = row["words"] / row["processor"], row.get("edited_processor")
        table.add_row(
            f"{row['words']:,.0f}",
            f"{row['words'] / row['wall']:.1f}",
            f"{rate:.1f}",
            f"{rate * first['processor'] / first['words']:.2f}",
            f"{row['processor'] / edited:.1f} times faster" if edited else "",
            f"{row['held_mib']:.0f}" if row["held_mib"] else "",
            f"{row['peak_mib']:.0f}",
            f"{row['peak_mib'] - first['peak_mib']:+.0f}",
        )
    console.print(table)


def signature(console: Console, measured: Mapping[str, Any]) -> None:
    """Show what the numbers were measured on and with."""
    machine = measured["machine"]
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads, {machine['system']}"
    )
    for when in ("before", "after"):
        load = ", ".join(f"{value:.1f}" for value in measured[f"load_{when}"] or ())
        console.print(f"load {when} (1, 5, 15 minutes): {load or 'unknown'}")
    console.print(f"signature: {measured.get('signature', 'not asked')}")


def _spread(spread: Mapping[str, float]) -> str:
    return f"{_number(spread['median'])}  ({_number(spread['low'])}–{_number(spread['high'])})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
