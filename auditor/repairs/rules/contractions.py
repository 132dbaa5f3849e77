"""Contractions that lost their apostrophe and became other words: hell for he'll, were for we're.

What it measures:
    Whether a word that a lost apostrophe can make ("hell", "shell", "its", "cant", "dont") reads better to the language
    model as the contraction; also contractions cut apart ("she 'll", "don t") and an article before one ("a shell
    know").

Why it suggests an error:
    Systems that cut words into pieces drop the mark between pronoun and verb. What is left is often an English word, so
    that no spelling checker stops at it, and the next system in the chain may even give it an article.

Known problems:
    "Were", "well" and "its" are among the commonest words of English; they are asked about only where a subject could
    stand. Dialogue in dialect is left to the language model. It has read so much without apostrophes that it often
    prefers "hadnt": of what is no word it also counts how seldom it is written. "Dont" is French, too; before
    another word than a verb it is left to the model.

Example:
    "ask the nurse, the shell know" -> "ask the nurse, she'll know".

Source:
    MQM "spelling"; the pairs are those of English contractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import gap_after, gap_before, low, parts_of_speech
from auditor.text.english import ARTICLES, match_case
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "contractions"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.SPELLING
SEVERITY = Severity.MAJOR
VALID = (
    "The ministers were in Geneva, where the talks went well.",
    "The company said its profits rose, and its shares followed.",
    "A shell hit the shed, and the well was damaged as well.",
    "Jony Ive praised the book “Le Pays dont je rêve”, which came out in Paris in 1998.",
)
INVALID = (
    ("Ask the nurse, because the shell know the answer.", "the shell know", "she'll know"),
    ("If shell win again, she will lead a minority government.", "shell", "she'll"),
    ("He told voters that were going to win this election.", "were", "we're"),
    ("Its not clear who fired first.", "Its", "It's"),
    ("The country lost it's seat on the council.", "it's", "its"),
    ("“We dont know who did it,” the mayor said.", "dont", "don't"),
    ("The officials said that they arent worried.", "arent", "aren't"),
    ("He thinks she 'll resign before the vote.", "she 'll", "she'll"),
    ("They don t want to talk about the war.", "don t", "don't"),
)

BROKEN = {
    "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't",
    "werent": "weren't", "hasnt": "hasn't", "havent": "haven't", "hadnt": "hadn't", "couldnt": "couldn't",
    "wouldnt": "wouldn't", "shouldnt": "shouldn't", "mustnt": "mustn't", "neednt": "needn't", "cant": "can't",
    "wont": "won't", "aint": "ain't", "theyre": "they're", "theyve": "they've", "theyll": "they'll", "theyd": "they'd",
    "youre": "you're", "youve": "you've", "youll": "you'll", "youd": "you'd", "weve": "we've", "ive": "I've",
    "hes": "he's", "shes": "she's", "thats": "that's", "theres": "there's", "whats": "what's", "heres": "here's",
    "whos": "who's", "wheres": "where's", "itll": "it'll", "thatll": "that'll", "wholl": "who'll", "im": "I'm",
}  # fmt: skip
"""What is nothing else, nearly always; `_COLLISIONS` are words that are something else as well."""
_SELDOM = 8.2
"""Nats: the log of how many times as often as these the contractions themselves stand in 1.8 million words, clean news
and translations: 1,910 times, and never (half a time). `python -m models.train.contractions` counts."""
_COLLISIONS = {
    "hell": ("he'll",), "shell": ("she'll",), "well": ("we'll",), "were": ("we're",), "ill": ("I'll",), "id": ("I'd",),
    "wed": ("we'd",), "shed": ("she'd",), "hed": ("he'd",), "lets": ("let's",), "whose": ("who's",),
    "who's": ("whose",), "your": ("you're",), "you're": ("your",), "their": ("they're",),
    "they're": ("their",), "its": ("it's",),
    "it's": ("its",),
}  # fmt: skip
_SUBJECT_PRONOUNS = frozenset({"i", "you", "he", "she", "it", "we", "they"})
_OPENS_CLAUSE = frozenset(
    """
    and but or so because that which who whom what when where while if whether as than until before after since although
    though how why says said say think thinks know knows believe hope sure
    """.split()  # noqa: SIM905, a list of words is read as words
)
_SUBJECTS = frozenset(
    {"who", "which", "whom", "and", "or", "as", "than", "while", "after", "since"}
)  # "who were arrested"
_AFTER_BE = frozenset(
    """
    a an the not no so very too also just still now never always already only all in on at of to from about going
    being been because what why how where when who that this these those such more less likely possible impossible
    important clear unclear true hard difficult easy up out like as our your my his her their there here
    """.split()  # noqa: SIM905, as above
)
_AFTER_MODAL = frozenset("be have not never also see do go get have keep soon always probably then now".split())  # noqa: SIM905, as above
_OPENING = ('"', "“", "‘", ":")
_APART = re.compile(
    r"""
    \b(?:
        (?P<subject>I|you|he|she|it|we|they|who|that|there|what|here|where|let)
        \s* ['’‘`´]? \s+ ['’‘`´]? \s* (?P<verb>ll|re|ve|s|d|m)
      | (?P<auxiliary>do|does|did|is|are|was|were|has|have|had|could|would|should|ca|wo)n
        \s* ['’‘`´]? \s* (?P<negation>t)
    )\b (?!['’]\w)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the contractions that each word of the sentence may have been, with the document's own apostrophe."""
    mark = measurements.knowledge.apostrophe
    for candidate in _proposed(sentence, measurements.document.text):
        yield replace(candidate, replacement=candidate.replacement.replace("'", mark))


def _proposed(sentence: Sentence, text: str) -> Iterator[Candidate]:
    words = sentence.words
    for index, word in enumerate(words):
        lower = low(words, index)
        if lower in BROKEN:
            candidate = _candidate(word.span, BROKEN[lower], text, severity=Severity.MINOR)
            yield _surer(candidate, word) if _is_slip(words, index) else candidate
        elif lower in _COLLISIONS:
            may_be_wrong = _may_be_wrong(lower, text, words, index)
            for right in _COLLISIONS[lower]:
                if may_be_wrong:
                    yield _candidate(word.span, right, text)
                yield from _with_article(right, text, words, index)
    yield from _apart(sentence, text)


def _candidate(span: Span, right: str, text: str, *, severity: Severity = SEVERITY) -> Candidate:
    replacement = match_case(right, span.of(text)) if not span.of(text).isupper() else right[0].upper() + right[1:]
    reason = f"“{right}”, with its apostrophe lost" if "'" in right else f"“{right}”, with an apostrophe too many"
    return Candidate(span, replacement, MECHANISM, KIND, severity, reason)


def is_no_word(form: str) -> bool:
    """Tell whether a broken contraction, in lower case, is in no dictionary; "im" is a word of German."""
    return not parts_of_speech(form) and form != "im"


def _is_slip(words: Sequence[Word], index: int) -> bool:
    """Tell whether nobody writes a broken contraction like this on purpose: no word, no name, no French "dont"."""
    form = low(words, index)
    is_english = form != "dont" or "VERB" in parts_of_speech(low(words, index + 1))
    return is_no_word(form) and (index == 0 or words[index].text.islower()) and is_english


def _surer(candidate: Candidate, word: Word) -> Candidate:
    return replace(candidate, prior_nats=_SELDOM, evidence=(f"“{word.text}” is no English word.",))


def _with_article(right: str, text: str, words: Sequence[Word], index: int) -> Iterator[Candidate]:
    """Yield the repair together with the article before it; the word after shows the reader why.

    No article stands before a pronoun, so where the word was a contraction, the article was made up for what it became.
    """
    alone = gap_before(text, words, index) == gap_after(text, words, index) == " "
    pronoun, _, verb = right.lower().partition("'")
    opens = low(words, index - 2) in _OPENS_CLAUSE  # "where the shell"; "a shell hit the wall" is a shell
    if not (alone and opens and low(words, index - 1) in ARTICLES and pronoun in _SUBJECT_PRONOUNS):
        return
    following = low(words, index + 1)
    if "VERB" in parts_of_speech(following) or (verb in ("re", "s", "m") and following in _AFTER_BE):
        span = Span(words[index - 1].span.start, words[index + 1].span.end)
        yield _candidate(span, f"{right} {words[index + 1].text}", text)


def _may_be_wrong(word: str, text: str, words: Sequence[Word], index: int) -> bool:
    """Tell whether the place is one where the other spelling could stand."""
    before, after = low(words, index - 1), low(words, index + 1)
    follows, opens = parts_of_speech(after), _opens_clause(text, words, index)
    quoted = gap_before(text, words, index).strip().endswith(_OPENING)
    modal = after in _AFTER_MODAL or follows == {"VERB"}
    is_being = after in _AFTER_BE and words[index + 1].text[0].islower()
    owned = after == "own" or follows == {"NOUN"}
    tests = {
        "were": index == 0 or before in _OPENS_CLAUSE - _SUBJECTS or quoted,
        "well": opens and modal and before != "as",
        "its": is_being,
        "it's": after == "own" or ("NOUN" in follows and not is_being and not opens),
        **dict.fromkeys(("wed", "shed", "ill", "id", "lets", "hed"), opens),
        **dict.fromkeys(("whose", "your", "their"), is_being or _ends_in_ing(after)),
        **dict.fromkeys(("who's", "you're", "they're"), owned),
    }
    return tests.get(word, True)


def _opens_clause(text: str, words: Sequence[Word], index: int) -> bool:
    """Tell whether a subject may stand here: at the start, after a mark, a quotation or a conjunction."""
    return index == 0 or not gap_before(text, words, index).isspace() or low(words, index - 1) in _OPENS_CLAUSE


def _ends_in_ing(word: str) -> bool:
    return word.endswith("ing") and parts_of_speech(word) == {"VERB"} and word != "existing"


def _apart(sentence: Sentence, text: str) -> Iterator[Candidate]:
    """Yield the repairs of contractions with a space inside."""
    for match in _APART.finditer(text, sentence.span.start, sentence.span.end):
        if match["negation"]:
            whole, replacement = match.group(), f"{match['auxiliary']}n't"
        else:
            whole, replacement = match.group(), f"{match['subject']}'{match['verb']}"
        if any(character.isspace() for character in whole):
            reason = "a contraction with a space inside"
            yield Candidate(Span(*match.span()), replacement, MECHANISM, KIND, Severity.MINOR, reason)
