"""What the translation models themselves would rather have written.

What it measures:
    The sentence is taken to the pivot language and back. Where the round trip differs from the text, and where the
    model that comes back ranks other words first at a word's place, those words are tried in the text.

Why it suggests an error:
    A wrong word often shares its translation with the right one ("canal" is both a canal and a channel in Portuguese):
    on the way back the model picks the one that fits the context.

Known problems:
    The round trip also swaps good words for other good words; only a clear gain to the language model counts. An error
    that came through another language may survive the trip.

Example:
    "broadcast by a private television canal" comes back as "a private television channel".

Source:
    Round-trip candidates after Moon et al. (2020); the embedded models are Mozilla's Firefox Translations students.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text import morphology
from auditor.text.english import FUNCTION_WORDS, match_case
from auditor.values import BackTranslation, Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "round-trip"
TRAITS = Traits(Evidence.WORDING)
VALID = ("The final was shown on a private channel late in the evening.",)
INVALID: tuple[tuple[str, str, str], ...] = ()  # what the models propose is tested with their weights
_LONGEST = 2  # words a difference may span on either side; longer ones are paraphrases
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the differences between the sentence and its round trip, and the models' alternatives to its words."""
    back = measurements.back.get(sentence.span.start)
    if back is None:
        return
    for span, replacement in _differences(sentence.words, back.round_trip, measurements):
        yield _candidate(span, replacement)
    for span, replacement in _alternatives(sentence, back, measurements):
        yield _candidate(span, replacement)


def _candidate(span: Span, replacement: str) -> Candidate:
    reason = f"the wrong word: the back-translation suggests “{replacement}”"
    return Candidate(span, replacement, MECHANISM, Kind.MISTRANSLATION, Severity.MAJOR, reason)


def _differences(words: Sequence[Word], round_trip: str, measurements: Measurements) -> Iterator[tuple[Span, str]]:
    other = _WORD.findall(round_trip)
    ours = [word.text.lower().replace("’", "'") for word in words]
    matcher = difflib.SequenceMatcher(None, ours, [word.lower().replace("’", "'") for word in other], autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "replace" and b - a <= _LONGEST and d - c <= _LONGEST:
            if any(not _is_plain(word, measurements) for word in words[a:b]):
                continue
            yield Span(words[a].span.start, words[b - 1].span.end), " ".join(other[c:d])


def _alternatives(sentence: Sentence, back: BackTranslation, measurements: Measurements) -> Iterator[tuple[Span, str]]:
    for index, (word, others) in enumerate(zip(sentence.words, back.alternatives, strict=True)):
        lower = word.text.lower()
        if (
            lower in FUNCTION_WORDS
            or not is_suspicious(sentence, measurements, index)
            or not _is_plain(word, measurements)
        ):
            continue
        for other in others:
            if other.lower() != lower and other.lower() not in FUNCTION_WORDS and _WORD.fullmatch(other):
                yield word.span, other if word.text[:1].islower() else match_case(other, word.text)


def _is_plain(word: Word, measurements: Measurements) -> bool:
    """Tell whether the dictionary has the word and it is no recurring name: compounds and rare words always lose."""
    if not word.text.isalpha() or not (
        morphology.other_forms(word.text.lower()) or word.text.lower() in FUNCTION_WORDS or word.text.islower()
    ):
        return False
    return not (word.text[:1].isupper() and measurements.knowledge.names.get(word.text, 0) > 1)
