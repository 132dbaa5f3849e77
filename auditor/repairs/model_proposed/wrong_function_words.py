"""A preposition, article, pronoun or conjunction that should be another one.

What it measures:
    Whether another word of the same closed class, put in the same place, reads better to the language model.

Why it suggests an error:
    Prepositions and articles do not translate one to one ("a pivot in Asia" for "a pivot to Asia"), and languages
    without "it" or with other genders pick the wrong pronoun.

Known problems:
    Headlines leave articles out on purpose. Where two prepositions are both idiomatic the gain is small and nothing
    is reported.

Example:
    "The minister arrived to Berlin" -> "in Berlin".

Source:
    The typology of article, preposition and pronoun errors in MQM's "grammar"; rescored by
`auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import CLASSES, article_for, is_headline, match_case
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "wrong-function-words"
TRAITS = Traits(Evidence.WORDING, checks_meaning=True)
VALID = ("The minister arrived in Berlin on Monday for talks with her German counterpart.",)
INVALID = (
    ("The company consists from three divisions and employs 400 people.", "from", "of"),
    ("Parliament voted in favor to the bill on Tuesday.", "to", "of"),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield, a function word, the other words of its classes."""
    words = sentence.words
    if is_headline(sentence, measurements.document.text):
        return  # headlines have a grammar of their own
    for index, word in enumerate(words):
        if not is_suspicious(sentence, measurements, index):
            continue
        following = words[index + 1].text if index + 1 < len(words) else ""
        for other in _others(word.text.lower(), following):
            yield Candidate(
                word.span,
                match_case(other, word.text),
                MECHANISM,
                Kind.GRAMMAR,
                Severity.MINOR,
                f"the wrong word, where “{other}” was meant",
            )


def _others(word: str, following: str) -> list[str]:
    found: list[str] = []
    for words in CLASSES:
        if word in words:
            found += [other for other in words if other != word and other not in found]
    fitting = article_for(following)
    return [other for other in found if other not in ("a", "an") or other == fitting]
