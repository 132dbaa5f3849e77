"""`auditor explain`: what a signal, a repair mechanism, a kind of error or a part of an organisation's policy is."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType

import click

from auditor import scoring, signature
from auditor.errors import UnknownNameError
from auditor.registry import Table
from auditor.repairs import REPAIRS
from auditor.review.apply import POLICIES
from auditor.signals import SIGNALS
from auditor.values import SURELY_SOUND, Kind
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

MEASURED = Table("measure", {"suspicion": "auditor.detection.suspicion"})
"""What is told of each word beside the signals."""

SIGNATURE = """What stands at the end of each report, with a field for whatever changes a number.

Equal signatures, equal audits.

  auditor             the version
  code                a digest of the auditor's code and tables of rules
  libraries           a digest of the versions below
  fluency             the language model: weights, precision, who computes, probe
  back-translation    the translation models, out and home: weights, precision
  quality-estimation  the quality estimator: weights, precision
  post-editing        the post-editor: weights, precision
  arithmetic          the instructions of the processor, and its maker: they decide the last digits
  detector            the fitted numbers
  score               the score's fitted numbers
  min-confidence      the least probability of a finding that is reported

Where they are chosen: assume, mechanisms, only, ignore, penalties, terms, baseline; where there is a source: sources.
How many threads there are and whether results come from the cache changes no number.

Here and now:"""


SCORE = """From 0 to 100, higher is better; 100 is given only where nothing was found.

What it counts
    Each finding counts points: {minor:g} if the error is minor, {major:g} if it is major, {critical:g} if it is
    critical, {comma:g} for a minor slip of punctuation; `--penalty` and auditor.toml change them. A finding is an error
    only with a chance, so it counts its points times that chance: a major error with a chance of 0.80 counts
    {major:g} × 0.80 = {counted:g} points.

    Most errors are not sure enough to be reported. So every word on which nothing is reported counts by its suspicion,
    the chance that it is part of an error (`auditor explain suspicion`): what all the words of a paragraph come to
    beyond the words of sound news counts points as well, as many as raters gave such paragraphs. They are the rest,
    “for what is suspected”; sound news has almost none.

How points become a score
    They are taken per 100 words, with {prior:g} more words added so that a short text is not damned by one slip. Every
    {half:g} points per 100 words halve the score: 100, 50, 25, …

Example
    {words} words with one major error (chance 0.80) and one minor (chance 0.50) count
    {major:g} × 0.80 + {minor:g} × 0.50 = {total:g} points, {rate:.1f} per 100 words: the score is {score:.0f}.

What a finding costs
    The {loss:.1f} points that this story lacks of 100 are divided among its findings by what they count: the major
    error costs {first:.1f}, the minor one {second:.1f}. What is suspected without a finding has its part in the same
    way, told for each paragraph; this story has none. So what findings cost and what is suspected add up to what the
    story lacks of 100. A paragraph's own score is of its words alone.

The chance that a paragraph is free of errors
    It is 1 less for every finding, by that finding's chance, and less the more is suspected and the longer the
    paragraph is; fitted to raters' marks. A paragraph without a finding or doubt whose chance is at least {unread:.2f}
    may be left unread.

The interval
    The numbers in parentheses: with a chance of 90 %, the score by all errors of the kinds that are found lies between.

Source
    Points are MQM's: Freitag et al. (2021), "Experts, Errors, and Context". What nobody suspects costs nothing. What is
    fitted, on what, and how well it ranks: the card models/score.md."""


def _score() -> str:
    """Explain the score by the numbers that it is made of."""
    points = scoring.DEFAULT_PENALTIES
    words = 250
    counts = (points["major"] * 0.80, points["minor"] * 0.50)
    total = sum(counts)
    rate = 100 * total / (words + scoring.PRIOR_WORDS)
    score = 100 * 2 ** (-rate / scoring.HALF_RATE)
    example = {"words": words, "total": total, "rate": rate, "score": score, "loss": 100 - score}
    costs = {"first": (100 - score) * counts[0] / total, "second": (100 - score) * counts[1] / total}
    fixed = {"prior": scoring.PRIOR_WORDS, "half": scoring.HALF_RATE, "counted": counts[0], "unread": SURELY_SOUND}
    return SCORE.format_map({**points, "comma": points["minor-punctuation"], **fixed, **example, **costs})


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
        "reports": ["score", "signature", *MEASURED],
    }
    lines: list[str] = []
    for title, names in groups.items():
        lines.append(f"{title}:")
        lines += [f"  {name}" for name in names]
    return "\n".join(lines)


def _explanation(name: str) -> str:
    for table in (SIGNALS, MEASURED, REPAIRS, POLICIES):
        if name in table:
            return f"{name} ({table.noun})\n\n{inspect.getdoc(table.load(name))}"
    if name == "score":
        return f"score\n\n{_score()}"
    if name == "signature":
        told = {"auditor": __version__, **signature.rules()}
        return "\n".join([SIGNATURE, *(f"  {part:<18}  {value}" for part, value in told.items())])
    if name in KINDS:
        return f"{name} (kind of error)\n\n{KINDS[name]}\n\nSource\n    The MQM typology, https://themqm.org."
    raise UnknownNameError("name", name, [*SIGNALS, *REPAIRS, *KINDS, *POLICIES, "score", "signature", *MEASURED])
