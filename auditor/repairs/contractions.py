"""A contraction that lost its apostrophe and became another word, or a word that gained one.

What it measures:
    Whether a word such as "hell", "were", "ill" or "its" reads better as the contraction it collides with ("he'll",
    "we're", "I'll", "it's"), and whether contractions written apart ("she 'll", "don t") read better in one piece.

Why it suggests an error:
    Systems that clean or cut text drop the apostrophe; the spelling checker is content, because "hell" is a word.

Known problems:
    Names and abbreviations (ID, WED) collide as well; only lower-case and sentence-initial words are asked about.

Example:
    "where the hell meet the leaders" -> "where he'll meet the leaders".

Source:
    MQM "punctuation" and "spelling"; collected from machine-translated news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.repairs.lexicon import match_case
from auditor.repairs.wording import apostrophe_of, gap_after, low, parts_of_speech
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "contractions"
KIND = Kind.MISTRANSLATION
SEVERITY = Severity.MAJOR
CLEAN = (
    "The well was dug in May, and the villagers were ill for weeks.",
    "The company said its profits fell, and it's cutting jobs.",
    "What the hell happened here, the widow asked the officers.",
)
DIRTY = (
    ("She flies to Oslo on Friday, where shell meet the king.", "shell", "she'll"),
    ("He goes on to Rome, where the hell meet the pope.", "the hell meet", "he'll meet"),
    ("The minister said the plan cant work without more money.", "cant", "can't"),
    ("The bank said it's profits fell by a third last year.", "it's", "its"),
    ("They don t want another election this year, he said.", "don t", "don't"),
)

_COLLISIONS = {
    "hell": "he'll", "shell": "she'll", "well": "we'll", "were": "we're", "ill": "I'll", "id": "I'd", "wed": "we'd",
    "shed": "she'd", "its": "it's", "it's": "its", "lets": "let's", "your": "you're", "you're": "your",
    "their": "they're", "they're": "their", "whose": "who's", "who's": "whose", "there": "they're",
}  # fmt: skip
_BROKEN = {
    "cant": "can't", "wont": "won't", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "isnt": "isn't",
    "arent": "aren't", "wasnt": "wasn't", "werent": "weren't", "hasnt": "hasn't", "havent": "haven't",
    "hadnt": "hadn't", "wouldnt": "wouldn't", "couldnt": "couldn't", "shouldnt": "shouldn't", "whos": "who's",
    "theyre": "they're", "theyd": "they'd", "theyll": "they'll", "theyve": "they've", "youre": "you're",
    "youll": "you'll", "youve": "you've", "ive": "I've", "im": "I'm", "weve": "we've", "thats": "that's",
    "theres": "there's", "heres": "here's", "whats": "what's", "itll": "it'll", "hes": "he's", "shes": "she's",
}  # fmt: skip
_APART = re.compile(r"\b(?P<head>[A-Za-z]+)(?:\s+['’‘`]\s*|['’‘`]\s+)(?P<tail>ll|re|ve|d|m|s|t)\b")
_NO_MARK = re.compile(
    r"\b(?:(?:don|won|can|isn|doesn|didn|wasn|aren|hasn|haven|wouldn|couldn|shouldn) t|I m|I ve|we ve|they re)\b"
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the contraction that each colliding, broken or divided word may have been."""
    text = measurements.document.text
    mark = apostrophe_of(text)
    for index, word in enumerate(sentence.words):
        lower = low(sentence.words, index)
        if lower in _BROKEN and not word.text.isupper():
            yield _candidate(word.span, word.text, _BROKEN[lower], mark)
        elif lower in _COLLISIONS and not word.text.isupper() and not (index and word.text[0].isupper()):
            yield from _collision(text, sentence.words, index, mark)
    for match in (*_APART.finditer(text, *_range(sentence)), *_NO_MARK.finditer(text, *_range(sentence))):
        joined = re.sub(r"\s*['’‘`]\s*|\s+", mark, match[0])
        yield _candidate(Span(match.start(), match.end()), match[0], joined, mark)


def _range(sentence: Sentence) -> tuple[int, int]:
    return sentence.span.start, sentence.span.end


def _collision(text: str, words: Sequence[Word], index: int, mark: str) -> Iterator[Candidate]:
    word, lower = words[index], low(words, index)
    contraction = _COLLISIONS[lower]
    following = low(words, index + 1)
    if contraction.endswith("'ll") and gap_after(text, words, index).isspace() and "VERB" in parts_of_speech(following):
        article = words[index - 1] if low(words, index - 1) in ("the", "a", "an") else None
        if article is not None:  # the article was added to make a noun phrase of the wrong word
            span = Span(article.span.start, words[index + 1].span.end)
            yield _candidate(span, span.of(text), f"{contraction} {words[index + 1].text}", mark)
    yield _candidate(word.span, word.text, contraction, mark)


def _candidate(span: Span, written: str, right: str, mark: str) -> Candidate:
    cased = right if right.startswith("I'") else match_case(right, written)
    replacement = cased.replace("'", mark)
    reason = f"“{right}” written wrong"
    severity = SEVERITY if " " in right or right.endswith("'ll") else Severity.MINOR
    kind = KIND if severity is SEVERITY else Kind.SPELLING
    return Candidate(span, replacement, MECHANISM, kind, severity, reason)
