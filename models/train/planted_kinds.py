"""Damage that rule-based kinds are about, planted into clean news: foreign figures, foreign words, slips, grammar.

A *family* is one way to write a thing wrongly. Of each family about one place in `WORDS_A_DAMAGE` words is damaged, or
every place where news has fewer. That is a plausible rate and no measured one: the damaged copies that the detector is
calibrated on have some fifteen times as much of each of their kinds, current systems on news a fifth of it or less.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.text import morphology
from auditor.text.english import FUNCTION_WORDS

SEED = 20261201
WORDS_A_DAMAGE = 10_000
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_ROMAN = {"18th": "XVIII", "19th": "XIX", "20th": "XX", "21st": "XXI"}
_TURNED = {"he": "she", "she": "he", "He": "She", "She": "He"}
_NOBODY = "(?:[Nn]obody|[Nn]o one|[Nn]othing)"
_COMPARED = "stronger|higher|cheaper|richer|bigger|easier|faster|smaller|larger"
_BASES = "be|have|go|make|take|pay|leave|do|get|come|give|show|find|keep"
_MODAL = "will|would|can|could|must|should"
_THING = "(?:the|its|his|their) [a-z]+"
_ONE = "he|she|it|[A-Z][a-z]+"
_DATED = r"(?: [a-z]+){0,4} (?:yesterday|last (?:week|month|year|night))[.,;]"
_GRADED = "richest|poorest|biggest|smallest|tallest|oldest|youngest|cheapest|strongest|weakest|longest|deepest|largest"

Match = re.Match[str]
Write = Callable[[Match, random.Random], str]


@dataclass(frozen=True, slots=True)
class Family:
    """A way to write a thing wrongly: its name, where it can be done, and what is written; "" leaves a place alone."""

    name: str
    found: re.Pattern[str]
    write: Write


@dataclass(frozen=True, slots=True)
class Planted:
    """A damaged paragraph, with the range that each damage now takes and its family."""

    text: str
    places: tuple[tuple[int, int, str], ...]


def _template(template: str) -> Write:
    def write(match: Match, _: random.Random) -> str:
        return match.expand(template)

    return write


def _with(mark: str) -> Write:
    def write(match: Match, _: random.Random) -> str:
        return match.group().replace(",", mark)

    return write


def _hour(match: Match) -> int:
    return int(match["hour"]) % 12 + (12 if match["half"] == "p" else 0)


def _hours(match: Match, _: random.Random) -> str:
    return f"at {_hour(match)} hours"


def _with_h(match: Match, _: random.Random) -> str:
    return f"{_hour(match)}h{match['minute']}"


def _clock(match: Match, _: random.Random) -> str:
    return f"{_hour(match)} o'clock" if _hour(match) > 12 else ""


def _by_numbers(match: Match, _: random.Random) -> str:
    return f"{match['day'].zfill(2)}.{_MONTH.split('|').index(match['month']) + 1:02}.{match['year']}"


def _roman(match: Match, _: random.Random) -> str:
    return f"{_ROMAN[match['century']]} century"


def _swap_letters(match: Match, chance: random.Random) -> str:
    """Exchange, double, drop or replace one letter; what is a word all the same is left alone."""
    word = match.group()
    if word in FUNCTION_WORDS or not morphology.lemmas(word):
        return ""
    at = chance.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + chance.choice("aeiourstln") + word[at + 1 :],
    )
    slip = chance.choice(slips)
    return "" if slip == word or morphology.lemmas(slip) else slip


def _run_together(match: Match, _: random.Random) -> str:
    return match.group().replace(" ", "")


def _small(match: Match, _: random.Random) -> str:
    return match.group().lower()


def _most(match: Match, _: random.Random) -> str:
    base = next(iter(morphology.lemmas(match["graded"]).get("ADJ", ())), "")
    return f"the most {base}" if base and base != match["graded"] else ""


def _past_after_do(match: Match, _: random.Random) -> str:
    past = next(iter(morphology.inflect(match["verb"], "VBD")), "") if morphology.lemmas(match["verb"]) else ""
    return f"did not {past}" if past and past != match["verb"] else ""


def _behind(match: Match, _: random.Random) -> str:
    """Put the verb of "will sign the treaty" at the end."""
    verb, noun = match["verb"], match["object"].split()[-1]
    is_fit = verb in morphology.lemmas(verb).get("VERB", ()) and "NOUN" in morphology.lemmas(noun)
    return f"{match['modal']} {match['object']} {verb}" if is_fit else ""


def _perfect(match: Match, _: random.Random) -> str:
    """Put "resigned last week" into the perfect."""
    bases = morphology.lemmas(match["verb"]).get("VERB", ())
    done = next((form for base in bases for form in morphology.inflect(base, "VBN")), "")
    return f"{match['subject']} has {done}{match['rest']}" if done else ""


def _turned(match: Match, _: random.Random) -> str:
    return _TURNED[match.group()]


def _family(name: str, found: str, write: Write) -> Family:
    return Family(name, re.compile(found), write)


FAMILIES: tuple[Family, ...] = (
    _family("2.000", r"(?<![\w.,$€£])[1-9]\d{0,2}(?:,\d{3})+(?![\d.,])", _with(".")),
    _family("2 000", r"(?<![\d.,$€£] )(?<![\w.,$€£])[1-9]\d{0,2}(?:,\d{3})+(?![\d.,])(?= [a-z])", _with(" ")),
    _family(
        "1,5 million",
        r"(?<![\w.,])(\d{1,3})\.(\d{1,2})(?= (?:million|billion|percent|meters|kilometers|miles|tons|degrees)|%)",
        _template(r"\1,\2"),
    ),
    _family("$2,50", r"(?<=\$)(\d{1,3})\.(\d{1,2})(?!\d)", _template(r"\1,\2")),
    _family("5 %", r"(?<=\d)%", _template(" %")),
    _family("50 $", r"\$(\d[\d,]*(?:\.\d+)?(?: (?:million|billion))?)(?!-)", _template(r"\1 $")),
    _family("milliards", r"(?<=[\d.] )billion\b", _template("milliards")),
    _family("3 millions of", r"(?<=\d )(million|billion)\b", _template(r"\1s of")),
    _family("at 20 hours", r"\bat (?P<hour>\d{1,2}) (?P<half>[ap])\.?m\b\.?", _hours),
    _family("20h30", r"\b(?P<hour>\d{1,2}):(?P<minute>\d\d) ?(?P<half>[ap])\.?m\b\.?", _with_h),
    _family("20 o'clock", r"\b(?P<hour>\d{1,2}) (?P<half>p)\.?m\b\.?", _clock),
    _family("the 15 of March", rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?!,? \d)", _template(r"the \2 of \1")),
    _family("15.03.2012", rf"\b(?P<month>{_MONTH}) (?P<day>\d\d?), (?P<year>(?:19|20)\d\d)\b", _by_numbers),
    _family("XXI century", r"\b(?P<century>18th|19th|20th|21st)[ -]century\b", _roman),
    _family("the years 90", r"\bthe (?:19)([4-9]0)s\b", _template(r"the years \1")),
    _family("slip", r"(?<![\w'’.@/-])[a-z]{6,}(?![\w'’@/-])", _swap_letters),
    _family("ofthe", r"(?<![\w-])(?:of|in|to|and|that) (?:the|they|was|his|for)(?![\w-])", _run_together),
    _family(
        "monday",
        r"(?<=[a-z] )(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|October|November|"
        r"December|American|British|French|German|Russian|Israeli|Palestinian|European|African|Afghan)\b",
        _small,
    ),
    _family("nobody was not", rf"\b({_NOBODY} (?:is|was|has|had|can|will))\b(?! not)", _template(r"\1 not")),
    _family("not ... nothing", r"(?<=n't )([a-z]+ )any(thing|body|where)\b", _template(r"\1no\2")),
    _family("the most rich", rf"\bthe (?P<graded>{_GRADED})\b", _most),
    _family("more stronger", rf"\b({_COMPARED})(?= than)", _template(r"more \1")),
    _family("did not went", r"\bdid(?: not|n't) (?P<verb>[a-z]+)\b", _past_after_do),
    _family("must to leave", rf"\bmust (?=(?:{_BASES})\b)", _template("must to ")),
    _family("they was", r"\b([Tt]hey) were\b", _template(r"\1 was")),
    _family("will the treaty sign", rf"\b(?P<modal>{_MODAL}) (?P<verb>[a-z]+) (?P<object>{_THING})(?=[.,;])", _behind),
    _family("has resigned last week", rf"\b(?P<subject>{_ONE}) (?P<verb>[a-z]+ed)(?P<rest>{_DATED})", _perfect),
)  # fmt: skip
"""What is planted by itself; pronouns and foreign words have functions of their own."""


def rates(paragraphs: Iterable[str], words: int) -> dict[str, float]:
    """Return, a family, the share (0-1) of its places that is damaged."""
    places: Counter[str] = Counter()
    for paragraph in paragraphs:
        for family in FAMILIES:
            places[family.name] += sum(1 for _ in family.found.finditer(paragraph))
    wanted = words / WORDS_A_DAMAGE
    return {name: min(1.0, wanted / count) for name, count in places.items() if count}


def damaged(paragraph: str, shares: Mapping[str, float], chance: random.Random) -> Planted:
    """Damage a paragraph in the places that chance chooses; where two families meet the first one counts."""
    edits: list[tuple[int, int, str, str]] = []
    for family in FAMILIES:
        share = shares.get(family.name, 0.0)
        for match in family.found.finditer(paragraph):
            if chance.random() >= share or any(match.start() < end and start < match.end() for start, end, *_ in edits):
                continue
            written = family.write(match, chance)
            if written:
                edits.append((*match.span(), written, family.name))
    return _edited(paragraph, edits)


def with_foreign(paragraph: str, foreign: Sequence[str], chance: random.Random) -> Planted:
    """Put words of a foreign sentence in the place of as many of the paragraph's own, and at times the whole of it."""
    words = [*re.finditer(r"(?<![\w'’-])[a-z]+(?:,? [a-z]+)*(?![\w'’-])", paragraph)]
    longest = max(words, key=lambda match: len(match.group()), default=None)
    if longest is None:
        return Planted(paragraph, ())
    size = min(chance.choice((4, 6, 8)), len(longest.group().split()), len(foreign))
    own = [*re.finditer(r"\S+", longest.group())][:size]
    start = chance.randrange(len(foreign) - size + 1)
    written = " ".join(foreign[start : start + size])
    edit = (longest.start() + own[0].start(), longest.start() + own[-1].end(), written, f"foreign, {size} words")
    return _edited(paragraph, [edit])


def with_turned_pronouns(paragraph: str) -> Planted:
    """Exchange "he" and "she" all through a paragraph, as a system does that reads it by itself."""
    edits = [(*m.span(), _TURNED[m.group()], "pronouns") for m in re.finditer(r"\b(?:[Hh]e|[Ss]he)\b", paragraph)]
    return _edited(paragraph, edits)


def _edited(paragraph: str, edits: Sequence[tuple[int, int, str, str]]) -> Planted:
    parts: list[str] = []
    places: list[tuple[int, int, str]] = []
    at = 0
    for start, end, written, name in sorted(edits):
        parts += [paragraph[at:start], written]
        here = sum(map(len, parts))
        places.append((here - len(written), here, name))
        at = end
    return Planted("".join([*parts, paragraph[at:]]), tuple(places))


def in_order(planted: Iterable[Planted]) -> Iterator[tuple[int, int, str]]:
    """Yield the places of paragraphs that are joined by two line ends."""
    at = 0
    for each in planted:
        for start, end, name in each.places:
            yield at + start, at + end, name
        at += len(each.text) + 2
