"""`auditor explain`: what a signal, a repair mechanism, a kind of error or a part of an organisation's policy is."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType

import click

from auditor import signature
from auditor.errors import UnknownNameError
from auditor.repairs import REPAIRS
from auditor.review.apply import POLICIES
from auditor.signals import SIGNALS
from auditor.values import Kind
from auditor.version import __version__

KINDS: Mapping[str, str] = MappingProxyType(
    {
        Kind.MISTRANSLATION: "The English says something other than what was meant: “a sensible subject” for a "
        "sensitive one.",
        Kind.OMISSION: "Something that was said is gone: “the minister that talks would resume”.",
        Kind.ADDITION: "Something stands there that nobody said, often a word twice: “the prices of of bread”.",
        Kind.UNTRANSLATED: "A word was left in the language it came from: “the gobierno approved the plan”.",
        Kind.TERMINOLOGY: "A thing is called by a name that its field does not use: “the Security Advice of the United "
        "Nations”.",
        Kind.GRAMMAR: "The sentence breaks a rule of English: “the talks has ended”, “he depends of them”.",
        Kind.PUNCTUATION: "A mark is missing, wrong or misplaced: “the ministers office”, “the threat. of war”, speech "
        "without its quotation marks.",
        Kind.SPELLING: "A word is misspelled or has the wrong capitals: “the goverment”, “the french president”.",
        Kind.AWKWARD: "One understands it, and nobody would write it so: “he gave a visit to the site”.",
        Kind.INCONSISTENCY: "The text departs from its own usage: one name in two spellings, one term in two "
        "translations.",
        Kind.NUMBER: "A figure, date or unit is wrong or in a foreign form: “1.500.000 people”, “the 3 May of 2021”.",
        Kind.NAME: "A name is misspelled, or translated as if it were a word: “Mr. Carpenter” for Mr. Zimmermann.",
    }
)
"""What each kind is, with an example. The names and their meaning are those of the MQM typology, https://themqm.org."""

SIGNATURE = """What stands at the end of each report, with a field for whatever changes a number.

Equal signatures, equal audits.

  auditor             the version
  code                a digest of the auditor's code and tables of rules
  libraries           a digest of the versions below
  fluency             the language model: weights, precision, who computes, probe
  back-translation    the translation models, out and home: weights, precision
  quality-estimation  the quality estimator: weights, precision
  arithmetic          the instructions of the processor, and its maker: they decide the last digits
  detector            the fitted numbers
  min-confidence      the least probability of a finding that is reported

Where they are chosen: mechanisms, only, ignore, penalties, terms, baseline; where there is a source: sources.
How many threads there are and whether results come from the cache changes no number.

Here and now:"""


@click.command()
@click.argument("name", required=False)
def explain(name: str | None) -> int:
    """Explain NAME: what stands in a report, or can be told to the auditor. Without NAME, list all names."""
    click.echo(_names() if name is None else _explanation(name))
    return 0


def _names() -> str:
    groups = {
        "signals": list(SIGNALS),
        "repair mechanisms": list(REPAIRS),
        "kinds of error": list(KINDS),
        "an organisation's policy": list(POLICIES),
        "reports": ["signature"],
    }
    lines: list[str] = []
    for title, names in groups.items():
        lines.append(f"{title}:")
        lines += [f"  {name}" for name in names]
    return "\n".join(lines)


def _explanation(name: str) -> str:
    for table in (SIGNALS, REPAIRS, POLICIES):
        if name in table:
            return f"{name} ({table.noun})\n\n{inspect.getdoc(table.load(name))}"
    if name == "signature":
        told = {"auditor": __version__, **signature.rules()}
        return "\n".join([SIGNATURE, *(f"  {part:<18}  {value}" for part, value in told.items())])
    if name in KINDS:
        return f"{name} (kind of error)\n\n{KINDS[name]}\n\nSource\n    The MQM typology, https://themqm.org."
    raise UnknownNameError("name", name, [*SIGNALS, *REPAIRS, *KINDS, *POLICIES, "signature"])
