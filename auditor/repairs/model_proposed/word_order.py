"""Words in an order that English does not use, above all inside noun phrases.

What it measures:
    Whether the phrase reads better to the language model with two neighbours exchanged, or with "X of Y" turned into
    "Y X" or back.

Why it suggests an error:
    Romance and Semitic languages put the noun first ("the conference press"), Germanic and Chinese ones build the
    compound that English writes with "of" ("a silence minute").

Known problems:
    Names keep their order whatever the model thinks; pairs of capitalised words are left alone.

Example:
    "hold a silence minute" -> "minute of silence".

Source:
    MQM "grammar: word order"; rescored by `auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import FUNCTION_WORDS, is_headline
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "word-order"
TRAITS = Traits(Evidence.WORDING, checks_meaning=True)
VALID = ("The ministers held a press conference at the end of the summit.",)
INVALID = (
    ("The ministers held a conference press at the end of the summit.", "conference press", "press conference"),
    ("The players held a silence minute before the match.", "silence minute", "minute of silence"),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the reorderings of each pair of neighbours and of each "X of Y"."""
    words = sentence.words
    if is_headline(sentence, measurements.document.text):
        return  # headlines have a grammar of their own
    for index in range(len(words) - 1):
        if not is_suspicious(sentence, measurements, index):
            continue
        for span, replacement in _orders(measurements.document.text, words, index):
            yield Candidate(
                span,
                replacement,
                MECHANISM,
                Kind.GRAMMAR,
                Severity.MINOR,
                "words in an order that English does not use",
            )


def _orders(text: str, words: Sequence[Word], index: int) -> Iterator[tuple[Span, str]]:
    first, second = words[index], words[index + 1]
    if text[first.span.end : second.span.start] != " " or _both_names(first, second):
        return
    pair = Span(first.span.start, second.span.end)
    low = (first.text.lower(), second.text.lower())
    if index and low[0] != low[1]:
        yield pair, f"{second.text} {first.text}"
        if not FUNCTION_WORDS.intersection(low):
            yield pair, f"{second.text} of {first.text}"
    if low[1] == "of" and index + 2 < len(words) and text[second.span.end : words[index + 2].span.start] == " ":
        third = words[index + 2]
        if third.text.lower() not in FUNCTION_WORDS and low[0] not in FUNCTION_WORDS:
            yield Span(first.span.start, third.span.end), f"{third.text} {first.text}"


def _both_names(first: Word, second: Word) -> bool:
    return first.text[:1].isupper() and second.text[:1].isupper()
