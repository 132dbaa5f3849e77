"""What English is made of: its closed classes of words, possessives, articles and capitals, and its headlines."""

from __future__ import annotations

import itertools

import regex

from auditor.values import Sentence

ARTICLES = ("the", "a", "an")
PREPOSITIONS = (
    "of", "in", "on", "at", "to", "for", "from", "by", "with", "about", "against", "over", "under", "into", "between",
    "among", "through", "during", "after", "before", "as", "than", "toward", "towards", "within", "without", "upon",
    "since", "until", "across", "around", "behind", "despite", "near", "off", "out", "up",
)  # fmt: skip
PRONOUNS = ("he", "she", "it", "they", "we")
OBJECTS = ("him", "her", "it", "them", "us")
POSSESSIVES = ("his", "her", "its", "their", "our")
RELATIVES = ("that", "which", "who", "whose", "whom", "where", "when", "while", "what", "how", "if", "whether")
MODALS = ("will", "would", "can", "could", "may", "might", "must", "should")
DETERMINERS = (
    "this",
    "that",
    "these",
    "those",
    "some",
    "any",
    "no",
    "each",
    "every",
    "all",
    "both",
    "another",
    "other",
)
CONJUNCTIONS = ("and", "but", "or", "nor", "so", "because", "although")
AUXILIARIES = ("is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did")

CLASSES = (ARTICLES, PREPOSITIONS, PRONOUNS, OBJECTS, POSSESSIVES, RELATIVES, MODALS, DETERMINERS, CONJUNCTIONS)

FUNCTION_WORDS = frozenset(itertools.chain(*CLASSES, AUXILIARIES)) | frozenset(
    """
    above also am away back below cannot down either even ever few here hers herself himself i itself just less
    let like many me more most much my myself neither never not now once one only onto ours ourselves own per
    rather same shall still such theirs themselves then there too very well why yet you your yours yourself
    """.split()  # noqa: SIM905, a list of words is read as words
)
"""Closed-class words, in lower case: 43 of 100 words of the clean news."""

_SPELLINGS = tuple(
    (regex.compile(british), american)
    for british, american in (
        (r"(?<=man)oeu(?=v)", "eu"),
        (r"(?<=[aeiou]\w*)our", "or"),  # harbour; not hour, four, course
        (r"(?<=\w{3})is(?=e[ds]?$|ing$|ations?$|ers?$)", "iz"),  # organise
        (r"(?<=\w{2}l)ys(?=e[ds]?$|ing$)", "yz"),  # analyse
        (r"(?<=\w{2}[btv])re(?=s?$|d$)", "er"),  # centre
        (r"(?<=[aeiou]\w+[aeiou])ll(?=ed$|ing$|ers?$)", "l"),  # travelled
        (r"(?<=[fct]en)ce(?=s?$)", "se"),  # defence
        (r"ogue(?=s?$)", "og"),  # dialogue
        (r"(?<=gr)ey", "ay"),
        (r"(?<=progra)mme", "m"),
        (r"ae(?=[dlnt])", "e"),  # paediatric
    )
)
"""British spellings, and the American ones."""

_POSSESSIVE = regex.compile(r"(?<=\w)(?:['’ʼ＇][sS]|['’ʼ＇])$")


def base(word: str) -> str:
    """Return the word without its possessive ending: "Moreno" for "Moreno’s", "Joneses" for "Joneses’"."""
    return _POSSESSIVE.sub("", word)


def match_case(replacement: str, original: str) -> str:
    """Give `replacement` the capitals of `original`: all, the first, or none."""
    if len(original) > 1 and original.isupper():
        return replacement.upper()
    if original[:1].isupper():
        return replacement[:1].upper() + replacement[1:]
    return replacement


def is_variant(one: str, other: str) -> bool:
    """Tell whether two words are one, spelt the British and the American way: "armoured", "armored"."""
    return _one_spelling(one) == _one_spelling(other)


def _one_spelling(word: str) -> str:
    spelt = word.casefold()
    for british, american in _SPELLINGS:
        spelt = british.sub(american, spelt)
    return spelt


def article_for(word: str) -> str:
    """Choose "a" or "an" by the letter that `word` begins with (an approximation: "an hour", "a union" are known)."""
    lower = word.lower()
    if lower.startswith(("hour", "honest", "honor", "honour", "heir")):
        return "an"
    if lower.startswith(("uni", "use", "usu", "eu", "one", "once", "ut")) and not lower.startswith("unin"):
        return "a"
    return "an" if lower[:1] in set("aeiou") else "a"


_CLOSING = (".", "!", "?", "…", "”", '"', "’", "'", ")", ":", ";")
_LONGEST_HEADLINE = 20  # words; agrees with the marked headlines of clean news in 99 of 100 places


def is_headline(sentence: Sentence, text: str) -> bool:
    """Tell whether a sentence is a headline or caption: short, and without a stop at its end."""
    return len(sentence.words) < _LONGEST_HEADLINE and not sentence.span.of(text).rstrip().endswith(_CLOSING)
