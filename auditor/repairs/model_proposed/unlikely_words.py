"""A content word that no native writer would put there, whatever was meant.

What it measures:
    Whether the text reads far better to the language model with a word of the model's own choice in the place of a
    surprising one, judged by what stands to its left and to its right.

Why it suggests an error:
    If one plausible word would make the whole phrase ordinary, the word that stands there probably came through a
    dictionary and not out of the context.

Known problems:
    The model does not know what the source said: it finds the place, not the word, so nothing is suggested. Rare but
    right words and new names are flagged when the context points strongly elsewhere; names are left out.

Example:
    In "the choir sang in the old stone formula until midnight", almost any noun of place would fit better than
    "formula".

Source:
    The masked-word tests of cloze reading (Taylor 1953), with a causal model and right context.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "unlikely-words"
TRAITS = Traits(Evidence.PLACE)
VALID = ("The choir sang in the old stone church until midnight.",)
INVALID: tuple[tuple[str, str, str], ...] = ()  # what the model expects is tested with its weights


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield what the language model expected in the place of each surprising content word that is no name."""
    for index, word in enumerate(sentence.words):
        if word.text.lower() in FUNCTION_WORDS or not word.text.isalpha() or (index and word.text[:1].isupper()):
            continue
        for other in measurements.predictions.get(word.span.start, ()):
            if other.islower() and other not in FUNCTION_WORDS and other != word.text.lower():
                yield Candidate(
                    word.span,
                    other if index else other.capitalize(),
                    MECHANISM,
                    Kind.MISTRANSLATION,
                    Severity.MINOR,
                    "the wrong word: almost any other would read better here",
                    shown=False,
                )
