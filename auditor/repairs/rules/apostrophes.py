"""Possessives whose apostrophe was lost, moved, doubled or set adrift.

What it measures:
    Whether a name or noun that ends in s stands where a possessive belongs, judged by the names the document uses
    elsewhere, the names of countries and the words beside it, and whether the possessive reads better to the language
    model.

Why it suggests an error:
    Systems that cut words into pieces lose the mark between "Moreno" and "s", or put it back in the wrong place. A
    document that knows a Moreno and no Morenos tells which name was meant.

Known problems:
    A genuine plural before a noun ("the teachers union") is a matter of house style; only nouns that rarely stand so
    are asked about. Families ("the Clintons") are left alone unless a noun follows.

Example:
    "Morenos teacher" -> "Moreno’s teacher", where the document has Moreno.

Source:
    MQM "punctuation" and "grammar"; the ways in which apostrophes go astray were collected from translated news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import gap_after, low, parts_of_speech, singulars
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "apostrophes"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.PUNCTUATION
SEVERITY = Severity.MINOR
VALID = (
    "Paris police said the Netherlands team arrived on Sunday.",
    "Texas lawmakers and Reuters journalists met in Brussels last week.",
    "The Clintons were away, but Clinton's aides answered the letter.",
    "James’ brother and Mr. Williams’ lawyer declined to comment.",
)
INVALID = (
    ("Merkel flew home. Merkels old driver met her at the gate.", "Merkels", "Merkel's"),
    ("Macron spoke first. Putins’ reply to Macron came a day later, and Putin smiled.", "Putins’", "Putin’s"),
    ("Sunak has lost. Sunaks’s party will now choose, and Sunak will go.", "Sunaks’s", "Sunak’s"),
    (
        "Macron said so. They laughed at Macrons ‘holiday plans, and Macron left.",
        "Macrons ‘holiday",
        "Macron's holiday",
    ),
    ("The governments decision surprised the markets.", "governments", "government's"),
    ("The two countries relations have grown worse since the war.", "countries", "countries'"),
    ("Officials in Brussels worry about Russias new budget.", "Russias", "Russia's"),
    ("Lavrov arrived with Fidan. The Lavrov and Fidans families had met before.", "Fidans", "Fidan's"),
)

# Names and name-like words whose s is their own.
_GENUINE = frozenset(
    """
    adams agnes alps americas andes angeles antilles arkansas athens avengers azores bahamas barnes bates biles brooks
    brussels buenos burns cannes carlos cayos celtics charles chris collins comoros congress cyprus dallas davis des
    dennis dolores douglas edwards elias ellis emirates evans fields frances francis gates giles gibbs gonzales graves
    greens harris hastings hayes heras hicks higgins holmes honduras hopkins hughes illinois indies jacobs james jenkins
    jesus johannes jones kansas keys kings kiss laos las lewis lens los lucas lukas lyons maldives marks marcos mars
    massachusetts     matthews mays memphis mercedes meyers mills minneapolis morales morris moses mumbles myers
    nations naples nicholas
    nicolas netherlands niles orleans orbis owens palms paris parks perkins peters philippines phillips phoenix pirates
    powers reeves reuters reynolds rhodes richards rivers roberts robbins rogers ross russ sachs samos sanders santos
    seychelles siemens simmons simpsons sims sls spears stevens stokes swiss texas thames thomas times travis truss
    tunis tigers uganda unicorns us vegas venus vilnius wales walters waters watts wells wells williams willis wallis
    woods wps yeats mercedes-benz airlines airways games olympics industries motors systems forces affairs securities
    """.split()  # noqa: SIM905, a list of words is read as words
)
# Countries and continents, or the last word of one: every story may speak of them, once and never again. Such as have a
# plural ("turkeys") are left out.
_PLACES = frozenset(
    """
    Afghanistan Africa Albania Algeria Andorra Angola Antarctica Arabia Argentina Armenia Asia Australia Austria
    Azerbaijan Bahrain Bangladesh Belgium Belize Benin Bhutan Bolivia Bosnia Botswana Brazil Britain Brunei Bulgaria
    Burundi Cambodia Cameroon Canada Chad China Colombia Congo Croatia Cuba Denmark Djibouti Dominica Ecuador Egypt
    England Eritrea Estonia Eswatini Ethiopia Europe Fiji Finland Gabon Gambia Georgia Germany Ghana Greece
    Greenland Grenada Guatemala Guyana Haiti Hungary Iceland India Indonesia Iran Iraq Ireland Israel Italy Jamaica
    Japan Jordan Kazakhstan Kenya Kiribati Kong Korea Kosovo Kuwait Kyrgyzstan Lanka Latvia Lebanon Lesotho Liberia
    Libya Liechtenstein Lithuania Luxembourg Macedonia Madagascar Malawi Malaysia Mali Malta Mauritania Mexico
    Micronesia Moldova Monaco Mongolia Montenegro Morocco Mozambique Myanmar Namibia Nauru Nepal Nicaragua Niger
    Nigeria Norway Oman Pakistan Palau Palestine Panama Paraguay Peru Poland Portugal Qatar Rica Romania Russia
    Rwanda Samoa Scotland Senegal Serbia Singapore Slovakia Slovenia Somalia Spain Sudan Suriname Sweden Switzerland
    Syria Taiwan Tajikistan Tanzania Thailand Togo Tonga Tunisia Turkmenistan Tuvalu Uganda Ukraine Uruguay
    Uzbekistan Vanuatu Venezuela Vietnam Yemen Zambia Zealand Zimbabwe
    """.split()  # noqa: SIM905, a list of words is read as words
)
_GENUINE_ENDING = re.compile(r"(?:ss|us|is|os|as|ics|ens|kins|eaux)$")

# Nouns that rarely stand in the plural before another noun, so that their s there is a possessive.
_OWNERS = frozenset(
    """
    administration agency ally army author authority bank body brother cabinet candidate capital chancellor chairman
    chief child church city coalition club commander commission committee community company continent council country
    county court daughter delegation director district driver economy emperor enemy family father firm general
    government governor group hospital husband island judge kingdom king leader league lawyer mayor minister ministry
    mission mother movement nation neighbor neighbour opponent opposition organisation organization parliament partner
    party passenger patient people pilot player pope population premier presidency president prince princess prison
    prosecutor province publisher queen rebel region regime republic reporter resident rival ruler senator sister
    society     soldier son speaker spokesman spokeswoman state suspect team territory town tribunal union university
    victim village
    wife witness world writer man woman
    """.split()  # noqa: SIM905, as above
)
_TIMES = frozenset({"today", "yesterday", "tomorrow", "tonight", "year", "week", "month", "day", "night", "century"})
_LOST_PLURALS = {
    "mens": "men",
    "womens": "women", "childrens": "children", "countrys": "country", "partys": "party", "citys": "city",
    "companys": "company", "familys": "family", "ministrys": "ministry", "armys": "army", "economys": "economy",
    "todays": "today",
    "yesterdays": "yesterday", "tomorrows": "tomorrow", "agencys": "agency", "policemens": "policemen",
    "universitys": "university", "partys'": "party", "countrys'": "country",
}  # fmt: skip
_SEVERAL = frozenset(
    """
    two three four five six seven eight nine ten both many several these those all their few some most dozens hundreds
    thousands various different other
    """.split()  # noqa: SIM905, as above
)
_NOT_OWNED = frozenset({"ago", "ahead", "later", "old", "pregnant", "long", "apart", "away", "early", "earlier"})
_VERBAL_S = frozenset({"is", "has", "was", "says", "does"})
_ADRIFT = re.compile(r"\s+(?P<mark>['’‘`´])(?P<after>\s*)(?P<s>s\b)?")
_MARKS = "'’‘`´"


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the possessives that each word of the sentence may have been."""
    text = measurements.document.text
    for index, word in enumerate(sentence.words):
        for span, replacement, owner in _possessives(text, sentence, index, measurements):
            cased = word.text[0] + replacement[1:]
            reason = f"the possessive of {owner}, with its apostrophe lost or moved"
            yield Candidate(span, cased, MECHANISM, KIND, SEVERITY, reason)


def _possessives(text: str, sentence: Sentence, index: int, known: Measurements) -> Iterator[tuple[Span, str, str]]:
    """Yield (what to replace, the possessive, the owner)."""
    words, word = sentence.words, sentence.words[index]
    mark = known.knowledge.apostrophe
    drift = _ADRIFT.match(text, word.span.end) if index + 1 < len(words) else None
    if drift and drift.end() <= words[index + 1].span.end and not _closes_later(text, drift.start("mark"), sentence):
        yield from _adrift(text, words, index, drift, mark, known)
    elif word.text.lower() in _LOST_PLURALS:
        base = _LOST_PLURALS[word.text.lower()]
        yield word.span, f"{base}{mark}s", base
    elif _ends_in_mark(word.text) or _doubled(word.text):
        owner = _stem(word.text)
        if _is_name(owner, word.text, known) or (_doubled(word.text) and singulars(_bare(word.text).lower())):
            yield word.span, f"{owner}{mark}s", owner
    elif word.text.endswith("s") and word.text.isalpha() and gap_after(text, words, index).isspace():
        yield from _lost(text, words, index, mark, known)


def _lost(
    text: str, words: Sequence[Word], index: int, mark: str, known: Measurements
) -> Iterator[tuple[Span, str, str]]:
    """Yield the possessives of a word that ends in s before a noun phrase, without any mark."""
    word = words[index]
    owner, following = _stem(word.text), low(words, index + 1)
    if _is_name(owner, word.text, known) or _looks_like_a_name(words, index):
        several = low(words, index - 1) in _SEVERAL  # "the two Koreas trade with each other"
        owns = _can_be_owned(following, words, index) and not _is_closed(text, words, index)
        if (owns or owner in _PLACES) and not several:
            yield word.span, f"{owner}{mark}s", owner
        return
    nouns = singulars(word.text)
    if nouns and nouns[0] in _OWNERS | _TIMES and _begins_a_noun_phrase(words, index + 1):
        before = {low(words, index - 1), low(words, index - 2), low(words, index - 3)}
        if not before & _SEVERAL and not any(w.isdigit() for w in before):
            yield word.span, f"{nouns[0]}{mark}s", nouns[0]
        yield word.span, f"{word.text}{mark}", word.text


def _adrift(
    text: str, words: Sequence[Word], index: int, drift: re.Match[str], mark: str, known: Measurements
) -> Iterator[tuple[Span, str, str]]:
    """Yield the possessives of a word whose mark stands apart: "Morenos ‘plans", "the ministers ' plan"."""
    word = words[index]
    if drift["s"]:
        yield Span(word.span.start, drift.end()), f"{word.text}{mark}s", word.text
        return
    if not word.text.endswith("s") or _ends_in_mark(word.text):
        return
    following = words[index + 1]
    end = following.span.end if not drift["after"] else drift.end("mark")
    tail = f" {following.text}" if not drift["after"] else ""
    owner = _stem(word.text)
    if _is_name(owner, word.text, known):
        yield Span(word.span.start, end), f"{owner}{mark}s{tail}", owner
    elif (nouns := singulars(word.text.lower())) and "VERB" not in parts_of_speech(word.text.lower()):
        yield Span(word.span.start, end), f"{word.text.lower()}{mark}{tail}", word.text.lower()
        yield Span(word.span.start, end), f"{nouns[0]}{mark}s{tail}", nouns[0]


def _is_name(owner: str, written: str, known: Measurements) -> bool:
    """Tell whether `owner` is a place or, in the document, a name, so that the s of `written` is not the name's own."""
    plural = _bare(written)
    if len(owner) < 3 or not owner[0].isupper() or plural.lower() in _GENUINE:
        return False
    if owner in _PLACES:
        return True
    uses = known.knowledge.names.get(owner, 0)
    if not parts_of_speech(owner.lower()):  # a name that only begins sentences is no word of the dictionary either
        uses = max(uses, known.knowledge.counts.get(owner.lower(), 0))
    needed = 2 if singulars(plural.lower()) else 1
    return uses >= max(needed, known.knowledge.names.get(plural, 0) / 2)


def _looks_like_a_name(words: Sequence[Word], index: int) -> bool:
    """Tell whether a capitalised word inside the sentence is a name that the document does not have elsewhere."""
    word = words[index].text
    bare = word.lower()
    if (
        index == 0
        or not word[0].isupper()
        or word.isupper()
        or not word.isalpha()
        or len(word) < 5
        or word[1:] != bare[1:]
    ):
        return False
    return not (bare in _GENUINE or _GENUINE_ENDING.search(bare) or parts_of_speech(bare))


def _can_be_owned(following: str, words: Sequence[Word], index: int) -> bool:
    """Tell whether the next word can begin what is owned: no small word, no verb only."""
    if not following or following in FUNCTION_WORDS or following in _VERBAL_S or not following[0].isalpha():
        return False
    parts = parts_of_speech(following)
    if words[index + 1].text[0].isupper() and words[index].text[0].isupper():
        return "NOUN" in parts and index > 0 and "VERB" not in parts
    return bool(parts & {"NOUN", "ADJ"}) or following in ("own", "first", "second", "third", "last") or not parts


def _begins_a_noun_phrase(words: Sequence[Word], index: int) -> bool:
    """Tell whether a noun that is no verb stands at `index`, or an adjective with such a noun after it."""
    first, second = low(words, index), low(words, index + 1)
    if first in _NOT_OWNED or first in FUNCTION_WORDS or not words[index].text[0].islower():
        return False
    if "ADJ" in parts_of_speech(first) and not parts_of_speech(first) & {"NOUN", "VERB"}:
        first = second
    return "NOUN" in parts_of_speech(first) and "VERB" not in parts_of_speech(first) and first not in _NOT_OWNED


def _is_closed(text: str, words: Sequence[Word], index: int) -> bool:
    """Tell whether a verb follows that takes the word for its subject: "Democrats plan to vote"."""
    following = low(words, index + 1)
    verbal = parts_of_speech(following) == {"VERB"} or following.endswith("ly")
    return verbal or (
        "VERB" in parts_of_speech(following)
        and low(words, index + 2) in ("to", "that", "the", "a", "an", "his", "her", "its", "their", "not")
        and gap_after(text, words, index + 1).isspace()
    )


def _closes_later(text: str, position: int, sentence: Sentence) -> bool:
    """Tell whether a mark that looks like an opening quotation mark has its partner later in the sentence.

    A mark that belongs to a word ("the ministers’ plan") is no partner.
    """
    if text[position + 1 : position + 2].isspace():
        return False
    inside = {word.span.end - 1 for word in sentence.words}
    partners = re.finditer(r"(?<=[\w.,!?])[’'](?=[\s.,;:!?)]|$)", text[position + 1 : sentence.span.end])
    return any(position + 1 + partner.start() not in inside for partner in partners)


def _ends_in_mark(word: str) -> bool:
    return len(word) > 2 and word[-1] in _MARKS and word[-2] in "sS"


def _doubled(word: str) -> bool:
    """Tell whether the word is "Morenos’s": an s too many before the possessive."""
    return bool(re.search(r"[a-z]s[’'‘`´]s$", word)) and not word[:-2].endswith("ss")


def _bare(word: str) -> str:
    """Return the word without its mark and what follows it: "Morenos" of "Morenos’s" and "Morenos’"."""
    return re.split("[’'‘`´]", word, maxsplit=1)[0]


def _stem(word: str) -> str:
    """Return the word without mark and s: "Moreno" of "Morenos", "Morenos’" and "Morenos’s"."""
    bare = _bare(word)
    return bare[:-1] if bare.endswith("s") else bare
