"""A function word too few: an article, preposition or auxiliary that English needs.

What it measures:
    Whether the sentence reads better to the language model with a function word put before a word.

Why it suggests an error:
    Languages without articles (Russian, Chinese, Turkish) or with other prepositions lose them in translation: "in
    South China Sea", "the deal that signed".

Known problems:
    Headlines leave articles out on purpose; a finding there is likely to be false.

Example:
    "claims in South China Sea" -> "claims in the South China Sea".

Source:
    MQM "grammar" and "omission"; rescored by `auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import article_for, is_headline
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "missing-function-words"
TRAITS = Traits(Evidence.WORDING, checks_meaning=True)
_INSERTABLE = (
    "the", "of", "to", "in", "on", "for", "that", "as", "with", "from", "by", "at", "and", "it", "is", "are", "was",
    "were", "be", "been", "has", "have", "had", "will", "would", "he", "they", "which", "who", "about", "into",
)  # fmt: skip
VALID = ("China has built bases on artificial islands in the South China Sea.",)
INVALID = (("He is one the richest men in the country, according to the magazine.", "the", "of the"),)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the insertion of each function word before each word but the sentence's first."""
    words = sentence.words
    if is_headline(sentence, measurements.document.text):
        return  # headlines have a grammar of their own
    for index, word in enumerate(words[1:], start=1):
        if not is_suspicious(measurements, words, index):
            continue
        neighbours = (words[index - 1].text.lower(), word.text.lower())
        for inserted in (*_INSERTABLE, article_for(word.text)):
            if inserted not in neighbours:
                yield Candidate(
                    word.span,
                    f"{inserted} {word.text}",
                    MECHANISM,
                    Kind.GRAMMAR,
                    Severity.MINOR,
                    f"missing a word before it: “{inserted}”",
                )
