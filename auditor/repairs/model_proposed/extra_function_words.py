"""A function word too many: an article, preposition or auxiliary that English leaves out.

What it measures:
    Whether the sentence reads better to the language model without the word.

Why it suggests an error:
    Many languages put an article before abstract nouns, titles and countries ("the President of the France"), or need
    a preposition where English has none ("discussed about the plan"); translation carries it over.

Known problems:
    Headlines and lists leave words out, so their style pulls towards deletion; they are rescored like other text.

Example:
    "They discussed about the plan" -> "They discussed the plan".

Source:
    MQM "grammar"; rescored by `auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import (
    ARTICLES,
    AUXILIARIES,
    CONJUNCTIONS,
    MODALS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    is_headline,
)
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "extra-function-words"
TRAITS = Traits(Evidence.WORDING, checks_meaning=True)
_REMOVABLE = frozenset((*ARTICLES, *PREPOSITIONS, *PRONOUNS, *RELATIVES, *MODALS, *AUXILIARIES, *CONJUNCTIONS))
VALID = ("They discussed the plan for an hour before the vote.",)
INVALID = (("The two leaders met for in Paris on Monday to discuss the war.", "for", ""),)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the deletion of each function word but the sentence's first word."""
    words = sentence.words
    if is_headline(sentence, measurements.document.text):
        return  # headlines have a grammar of their own
    for index, word in enumerate(words[1:], start=1):
        if word.text.lower() in _REMOVABLE and is_suspicious(sentence, measurements, index):
            yield Candidate(word.span, "", MECHANISM, Kind.GRAMMAR, Severity.MINOR, "a word too many")
