"""Closed classes of English words that the mechanisms share, and the gate that says where to look."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.values import Measurements, Sentence, Word

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
FUNCTION_WORDS = frozenset(word for words in (*CLASSES, AUXILIARIES) for word in words) | {
    "not", "there", "then", "i", "you", "me", "my", "your", "also", "only", "more", "most", "very", "too", "such",
}  # fmt: skip

# A word and its right neighbour together must surprise the language model by so many nats before the wide mechanisms
# look there: the floor dropped 39 % of the positions for 3 of 109 true repairs (ten stories, SmolLM2-135M). Below it,
# down to 2.5, 12,254 words of zh-en hold two repairs that reach their threshold, 11,293 of clean news two as well.
SUSPICION_NATS = 7.0


def is_suspicious(measurements: Measurements, words: Sequence[Word], index: int) -> bool:
    """Tell whether `words[index]` and its right neighbour surprise the language model; True when no model was asked."""
    surprisals = measurements.surprisals
    if not surprisals:
        return True
    total = surprisals.get(words[index].span.start, 0.0)
    if index + 1 < len(words):
        total += surprisals.get(words[index + 1].span.start, 0.0)
    return total >= SUSPICION_NATS


def match_case(replacement: str, original: str) -> str:
    """Give `replacement` the capitals of `original`: all, the first, or none."""
    if len(original) > 1 and original.isupper():
        return replacement.upper()
    if original[:1].isupper():
        return replacement[:1].upper() + replacement[1:]
    return replacement


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
