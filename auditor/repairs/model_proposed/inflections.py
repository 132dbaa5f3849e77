"""The right word in the wrong form: tense, number, person.

What it measures:
    Whether another form of the same word (from lemminflect's dictionary) reads better to the language model.

Why it suggests an error:
    Tense and number are drawn differently from language to language ("as soon as the snow
    will melt"), and systems that translate sentence by sentence lose the thread.

Known problems:
    Reported speech shifts tenses legitimately; only clear gains are reported.

Example:
    "three soldier were killed" -> "three soldiers were killed".

Source:
    lemminflect (Jascob 2020), built on the NIH's SPECIALIST lexicon; rescored by `auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text import morphology
from auditor.text.english import FUNCTION_WORDS, is_headline, match_case
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "inflections"
TRAITS = Traits(Evidence.WORDING, checks_meaning=True)
VALID = ("Three soldiers were killed in the attack, the army said on Friday.",)
INVALID = (
    ("Three soldier were killed in the attack, the army said on Friday.", "soldier", "soldiers"),
    ("The minister have resigned after the vote, his office said.", "have", "has"),
)
_VERBAL = frozenset(
    {"is", "are", "was", "were", "am", "be", "been", "being", "has", "have", "had", "having", "do", "does", "did"}
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the other inflected forms of each content word and auxiliary that is no name."""
    words = sentence.words
    if is_headline(sentence, measurements.document.text):
        return  # headlines have a grammar of their own
    for index, word in enumerate(words):
        lower = word.text.lower()
        if lower in FUNCTION_WORDS - _VERBAL or not lower.isalpha() or not is_suspicious(sentence, measurements, index):
            continue
        if index and word.text[:1].isupper():
            continue
        for form in morphology.other_forms(lower):
            yield Candidate(
                word.span,
                match_case(form, word.text),
                MECHANISM,
                Kind.GRAMMAR,
                Severity.MINOR,
                f"the wrong form of the word, where “{form}” was meant",
            )
