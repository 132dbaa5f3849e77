"""Words, conjuncts, phrases and clauses that are said twice.

What it measures:
    Whether a word is doubled ("the the"), both sides of "and" or "or" are the same word ("Danish and Danish"), a phrase
    comes again at once, as when a system loops, or a clause comes again behind a comma or conjunction.

Why it suggests an error:
    Neural systems lose their place and write a passage again; and two different words of the original may have only one
    English word in the system's vocabulary, so that "rural and country" comes out as the same word twice.

Known problems:
    English repeats for emphasis ("again and again", "very, very", "had had"); what is said so is left alone, and so is
    a clause that a speaker says twice inside quotation marks.
    Which word stood where the second conjunct stands cannot be told from the text.

Example:
    "the quotas of Danish and Danish fishermen" -> "Danish fishermen".

Source:
    MQM "addition"; loops of neural translation: Holtzman et al. (2020), The Curious Case of Neural Text Degeneration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import gap_after, low, parts_of_speech, singulars
from auditor.text.english import FUNCTION_WORDS
from auditor.text.quotations import is_quoted
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "repetitions"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.ADDITION
SEVERITY = Severity.MINOR
VALID = (
    "He said that that decision had had no effect, and he said it again and again.",
    "Thousands and thousands marched for hours and hours, and the crowd grew and grew.",
    "It was a very, very long day in New York, New York, for Boutros Boutros-Ghali.",
    "Prices went higher and higher, and more and more shops closed.",
    "“We will not give in, we will not give in,” the crowd sang.",
    "The bill passed the lower house by a vote and the upper house by a vote of 40 to 12.",
    "It went from house to house and from street to street, step by step, and the more they had, the more they wanted.",
)
INVALID = (
    ("The minister left the the meeting early.", "the the", "the"),
    ("The law limits American and American investment abroad.", "American and American", "American"),
    ("They discussed economic or economic cooperation.", "economic or economic", "economic"),
    (
        "Critics say that in the end of the in the end of the war nothing changed.",
        "in the end of the in the end of the",
        "in the end of the",
    ),
    ("Talks between Russia, Turkey and Russia begin on Monday.", "Russia, Turkey and Russia", "Russia and Turkey"),
    ("The army is ready ready ready to act.", "ready ready ready", "ready"),
    (
        "The crew left the ship and the crew left the ship.",
        "The crew left the ship and the crew left the ship",
        "The crew left the ship",
    ),
    (
        "Nobody knows the cause, but nobody knows the cause, the mayor said.",
        "Nobody knows the cause, but nobody knows the cause",
        "Nobody knows the cause",
    ),
    (
        "Trains stop at the border, trains stop at the border and buses go on.",
        "Trains stop at the border, trains stop at the border",
        "Trains stop at the border",
    ),
)  # fmt: skip

_EMPHASIS = frozenset(
    """
    very really so too much far many long more most again never no yes bye ha had that is was do did her you who what
    now there blah night please wow go knock tut hey ho hip whoa well oh um uh hear rah big
    """.split()  # noqa: SIM905, a list of words is read as words
)
_IDIOMS = frozenset(
    """
    again on over more through round around up down by neck side out so less better worse less again there then such
    days weeks months years hours minutes miles hundreds thousands millions billions dozens tens decades generations
    times     bigger smaller longer higher lower thing things half one two on johnson young marks face door
    """.split()  # noqa: SIM905, as above
)
_CONJUNCTION = re.compile(r"\s(?:and|or|nor|but|as well as|and/or|&)\s")
_LONGEST_LOOP = 12  # words of a repeated phrase
_SHORTEST_CLAUSE = 4  # words; three are a figure of speech as often as not
_BETWEEN_CLAUSES = re.compile(r"[,;]?\s(?:(?:and|but|or|so|because|as|while)\s)?|\s[–—-]\s")
_CERTAIN_TIMES = 3  # a phrase with marks inside, or one word, must come so often before it is a loop


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield each part of the sentence that is said twice, said once."""
    text, words = measurements.document.text, sentence.words
    forms = [low(words, index) for index in range(len(words))]
    index = 0
    while index < len(words):
        size, times = _loop(text, words, index, forms)
        if times:
            yield _once(text, words, index, size, times)
            index += size * times - 1
        elif clause := _clause(text, words, index, forms):
            first, second = clause
            if not is_quoted(first, measurements.knowledge.quotations):
                reason = "a clause said again, as when a system loops"
                span = Span(first.start, second.end)
                yield Candidate(span, first.of(text), MECHANISM, KIND, Severity.MAJOR, reason)
                index += len(first.of(text).split())
        yield from _conjuncts(text, words, index)
        yield from _lists(text, words, index)
        index += 1


def _once(text: str, words: Sequence[Word], index: int, size: int, times: int) -> Candidate:
    span = Span(words[index].span.start, words[index + size * times - 1].span.end)
    kept = text[words[index].span.start : words[index + size - 1].span.end]
    reason = "a word written twice" if size == 1 and times == 2 else "a phrase said again, as when a system loops"
    return Candidate(span, kept, MECHANISM, KIND, SEVERITY if times == 2 else Severity.MAJOR, reason)


def _loop(text: str, words: Sequence[Word], index: int, forms: Sequence[str]) -> tuple[int, int]:
    """Return how many words from `index` on are repeated at once, and how often they come; (0, 0) when not."""
    for size in range(min(_LONGEST_LOOP, (len(words) - index) // 2), 0, -1):
        times = _times(forms, index, size)
        phrase = set(forms[index : index + size]) - {"and", "or"}
        if times < 2 or (times <= _CERTAIN_TIMES and phrase <= _EMPHASIS | _IDIOMS):
            continue
        unbroken = all(gap_after(text, words, at).isspace() for at in range(index, index + size * times - 1))
        if times >= _CERTAIN_TIMES + (size == 1 and not unbroken) or (
            unbroken and (size > 1 or _is_slip(words, index))
        ):
            return size, times
    return 0, 0


def _times(forms: Sequence[str], index: int, size: int) -> int:
    """Count how often the `size` words at `index` come in a row; a phrase must be more than one word repeated."""
    if forms[index] != forms[index + size]:
        return 1
    phrase = forms[index : index + size]
    if not any(word.isalpha() for word in phrase) or len(set(phrase)) < min(size, 2):
        return 1
    times = 1
    while forms[index + times * size : index + (times + 1) * size] == phrase:
        times += 1
    return times


def _clause(text: str, words: Sequence[Word], index: int, forms: Sequence[str]) -> tuple[Span, Span] | None:
    """Return the clause that begins at `index` and where it comes again, behind a comma or conjunction."""
    for size in range(min(_LONGEST_LOOP, (len(words) - index) // 2), _SHORTEST_CLAUSE - 1, -1):
        for second in (index + size, index + size + 1):
            if forms[index : index + size] != forms[second : second + size] or second + size > len(words):
                continue
            between = text[words[index + size - 1].span.end : words[second].span.start]
            phrase = forms[index : index + size]
            has_verb = any("VERB" in parts_of_speech(word) for word in phrase)
            has_glue = not FUNCTION_WORDS.isdisjoint(phrase)  # lists of colors and the like have none
            is_clause = len(set(phrase)) >= _SHORTEST_CLAUSE - 1 and has_verb and has_glue
            if is_clause and not between.isspace() and _BETWEEN_CLAUSES.fullmatch(between):
                first = Span(words[index].span.start, words[index + size - 1].span.end)
                return first, Span(words[second].span.start, words[second + size - 1].span.end)
    return None


def _is_slip(words: Sequence[Word], index: int) -> bool:
    """Tell whether a doubled word is a slip, not a name ("Duran Duran") or emphasis."""
    first, second = words[index].text, words[index + 1].text
    if low(words, index) in _EMPHASIS or not first.isalpha():
        return False
    return first.lower() in FUNCTION_WORDS or second.islower()


def _conjuncts(text: str, words: Sequence[Word], index: int) -> Iterator[Candidate]:
    """Yield "X and X" as X."""
    word = low(words, index)
    for step in (2, 4):  # "and", "as well as"
        if index + step >= len(words) or low(words, index + step) != word or word in _IDIOMS:
            continue
        between = text[words[index].span.end : words[index + step].span.start]
        if _CONJUNCTION.fullmatch(between) and _is_conjunct(words, index):
            span = Span(words[index].span.start, words[index + step].span.end)
            reason = f"one word said twice; one of the two was probably another word than “{words[index].text}”"
            kept = words[index].text
            yield Candidate(span, kept, MECHANISM, Kind.MISTRANSLATION, Severity.MAJOR, reason)


def _is_conjunct(words: Sequence[Word], index: int) -> bool:
    """Tell whether a word said on both sides of "and" is no figure of speech: no verb, adverb, comparative, plural."""
    word = words[index].text
    if not word.isalpha() or word.lower() in FUNCTION_WORDS:
        return False
    if word[0].isupper() and index:
        return True
    parts = parts_of_speech(word.lower())
    return (
        bool(parts & {"NOUN", "ADJ"})
        and not parts & {"VERB", "ADV"}
        and not singulars(word.lower())
        and word[-2:] != "er"
    )


def _lists(text: str, words: Sequence[Word], index: int) -> Iterator[Candidate]:
    """Yield "X, Y and X" as "X and Y", for names."""
    if index + 3 >= len(words) or low(words, index) != low(words, index + 3) or not words[index].text[0].isupper():
        return
    first, second, third, fourth = words[index : index + 4]
    commas = text[first.span.end : second.span.start].strip() == "," and third.text.lower() in ("and", "or")
    commas = commas and text[third.span.end : fourth.span.start].isspace()
    if commas and second.text[0].isupper() and first.text.lower() not in FUNCTION_WORDS:
        reason = f"one name given twice; one of the two was probably another name than {first.text}"
        kept = f"{first.text} {third.text} {second.text}"
        span = Span(first.span.start, fourth.span.end)
        yield Candidate(span, kept, MECHANISM, Kind.MISTRANSLATION, Severity.MAJOR, reason)
