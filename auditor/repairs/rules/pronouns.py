"""Pronouns of the other gender than the story itself gives a person.

What it measures:
    Whether "he", "she" and their forms stand for somebody whom the story calls Mr. or Mrs., a wife or the first man to
    do something, or by a first name that only men or only women have: in what the person says ("Ms. Novak promised
    that he would come back"), and at the beginning of the sentence after one that is about this person alone.

Why it suggests an error:
    Finnish, Turkish and Hungarian have one pronoun for both, Japanese and Chinese often none, and the Romance languages
    let the gender of "his" depend on what is owned. A system that reads a sentence at a time has to guess.

Known problems:
    "Ms. Novak promised that he would come back" is right when somebody else was spoken of. Places where another person
    of the pronoun's gender, or of none that the story tells, stands near are left alone.

Example:
    "Ms. Novak promised that he would come back" -> "she".

Source:
    Stanovsky, Smith and Zettlemoyer (2019), Evaluating Gender Bias in Machine Translation; MQM "grammar".
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import regex

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import parts_of_speech
from auditor.text.english import FUNCTION_WORDS, base, is_headline, match_case
from auditor.text.gender import HE, SHE
from auditor.text.quotations import is_quoted
from auditor.values import Candidate, Kind, Knowledge, Measurements, Sentence, Severity, Span, Word

MECHANISM = "pronouns"
TRAITS = Traits(Evidence.RULE, is_counted=True)
KIND = Kind.GRAMMAR
SEVERITY = Severity.MAJOR
VALID = (
    "Ms. Novak promised that she would come back. She has two sons.",
    "Ms. Novak met her brother, and he thanked her. He left on Monday.",
    "Mrs. Novak praised Mr. Kral. He had built the bridge, she said.",
    "Mr. Kral said the minister knew it, and she agreed.",
    "Andrea Bianchi said he was tired. He left.",
    "Maria Santos told her lawyer that he was late.",
    "“Mrs. Novak said he would come,” a neighbor recalled.",
    "Ms. Novak told the judge he was wrong.",
)
INVALID = (
    ("Ms. Novak promised on Friday that he would come back.", "he", "she"),
    (
        "Lena Kral, a mother of two, said on Monday that he was against the toll. She was elected in May.",
        "he",
        "she",
    ),
    ("Mr. Bauer lost the vote. She will stay on until May.", "She", "He"),
    ("Maria Santos won the race on Sunday. His time was a record. She trains in Porto.", "His", "Her"),
    ("Mrs. Aydin announced that he had signed the contract.", "he", "she"),
)

_SAY = (
    r"(?:said|says|told\s(?:reporters|journalists|parliament|lawmakers|the\s(?:BBC|newspaper|agency|court|press))|added|"
    r"announced|explained|stressed|wrote|tweeted|claimed|admitted|insisted|promised|confirmed|believes|thinks|thought|"
    r"knew|knows|argued|noted|recalled|replied|hoped|hopes|feared|vowed|pledged|warned|stated|denied|felt)"
)
_TIME = r"(?:\s(?:on|in|at|last|late|early|also|again|yesterday|today|later|earlier)(?:\s[\p{L}\d’'.-]+){0,3}?)?"
_SAYS = regex.compile(
    rf"(?P<name>\p{{Lu}}[\p{{L}}’'-]+)(?P<aside>,\s[^,;:.“”\"]{{3,60}},)?\s(?:also\s|has\s|had\s)?{_SAY}{_TIME}(?:\sthat)?\s"
    r"(?P<pronoun>he|she)\b(?![’'])"
)
_BEGINS = regex.compile(r"(?P<pronoun>He|She|His|Her)\s\p{Ll}")
_PLACES = frozenset({"in", "at", "from", "near", "across", "of", "for", "on", "to", "against"})
# Nouns for a person who may be meant by the pronoun, whatever the name says.
_PERSON = regex.compile(
    r"\b(?:man|men|woman|women|boy|girl|(?:grand|step)?(?:father|mother|son|daughter|brother|sister|parent)|dad|mom|mum|husband|"
    r"wife|uncle|aunt|nephew|niece|cousin|twin|friend|"
    r"colleague|lawyer|president|minister|judge|doctor|teacher|coach|player|officer|leader|director|candidate|driver|"
    r"singer|actor|actress|writer|author|soldier|student|patient|victim|suspect|boss|chief|king|queen|prince|princess|"
    r"pope|bishop|priest|neighbor|neighbour|partner|boyfriend|girlfriend|rival|opponent|successor|predecessor|someone|"
    r"somebody|anyone|nobody|person|child|baby|spokes\w+|\w+(?:man|woman|ist|ian))\b"
)
_OTHER = {"he": "she", "she": "he", "him": "her", "his": "her"}


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the other pronoun where the story says that it is the right one."""
    knowledge = measurements.knowledge
    text = measurements.document.text
    for match in _SAYS.finditer(text, sentence.span.start, sentence.span.end):
        gender = _gender_of(match["name"], text[sentence.span.start : match.start("name")].split(), knowledge)
        span = Span(*match.span("pronoun"))
        before = Span(sentence.span.start, match.start("name"))
        if gender and gender != match["pronoun"] and not _is_other_near(before, sentence, measurements, gender):
            yield from _candidate(span, text, gender, measurements, "in what a person says")
    begins = _BEGINS.match(text, sentence.span.start, sentence.span.end)
    if begins:
        gender = _of_the_last_sentence(sentence, measurements)
        own = "he" if begins["pronoun"].lower() in HE else "she"
        if gender and gender != own:
            span = Span(*begins.span("pronoun"))
            yield from _candidate(span, text, gender, measurements, "at the beginning")


def _gender_of(name: str, before: list[str], knowledge: Knowledge) -> str:
    """Return what the story says of a name; "" where the word before it is the name of somebody else of the family."""
    gender = knowledge.genders.get(base(name), "")
    first = before[-1] if before else ""
    is_name = first[:1].isupper() and first.isalpha() and not parts_of_speech(first.lower())
    return "" if is_name and knowledge.genders.get(first, "") != gender else gender


def _candidate(span: Span, text: str, gender: str, measurements: Measurements, pattern: str) -> Iterator[Candidate]:
    if is_quoted(span, measurements.knowledge.quotations):
        return
    written = span.of(text)
    low = written.lower()
    right = ("his" if low == "her" else "he") if gender == "he" else _OTHER[low]
    reason = (
        f"the wrong pronoun: the story gives this person a {'man’s' if gender == 'he' else 'woman’s'} name or title"
    )
    yield Candidate(span, match_case(right, written), MECHANISM, KIND, SEVERITY, reason, pattern=pattern)


def _is_other_near(before: Span, sentence: Sentence, measurements: Measurements, gender: str) -> bool:
    """Tell whether somebody else may be meant: named earlier in the sentence, or of the other gender just before."""
    document = measurements.document
    words = [word for word in sentence.words if before.contains(word.span)]
    if _PERSON.search(before.of(document.text)) and not _is_title_only(before, document.text):
        return True
    last = _last(sentence, measurements)
    for one in (last,) if last else ():
        words += list(one.words)
        if _PERSON.search(one.span.of(document.text)):
            return True
    return any(_is_other(word, measurements.knowledge, gender) for word in words)


def _is_title_only(before: Span, text: str) -> bool:
    """Tell whether what stands before a name is its office ("Transport Minister", "The president")."""
    return len(before.of(text).split()) <= 4 and "," not in before.of(text)


def _is_other(word: Word, knowledge: Knowledge, gender: str) -> bool:
    told = knowledge.genders.get(base(word.text), "")
    is_told_otherwise = bool(told) and told != gender
    return is_told_otherwise or word.text.lower() in (SHE if gender == "he" else HE)


def _of_the_last_sentence(sentence: Sentence, measurements: Measurements) -> str:
    """Return the gender of the one person whom the last sentence is about, "" where it is not about one alone."""
    document, knowledge = measurements.document, measurements.knowledge
    last = _last(sentence, measurements)
    if last is None:
        return ""
    if _PERSON.search(last.span.of(document.text)):
        return ""
    genders = {knowledge.genders.get(base(word.text), "") for word in last.words} - {""}
    subject = next((word for word in last.words[:4] if knowledge.genders.get(base(word.text), "")), None)
    if len(genders) != 1 or subject is None:
        return ""
    gender = next(iter(genders))
    others = SHE if gender == "he" else HE
    for index, word in enumerate(last.words):
        if word.text.lower() in others:
            return ""
        is_name = word.text[:1].isupper() and index and not knowledge.genders.get(base(word.text), "")
        if is_name and last.words[index - 1].text.lower() not in _PLACES and not _is_common(word, last.words, index):
            return ""
    return gender


def _last(sentence: Sentence, measurements: Measurements) -> Sentence | None:
    """Return the sentence before, of this paragraph or the one before it; None where there is none, or a title."""
    document = measurements.document
    at = bisect.bisect_right(document.paragraphs, sentence.span.start, key=lambda paragraph: paragraph.span.start) - 1
    sentences = [*(document.paragraphs[at - 1].sentences if at else ()), *document.paragraphs[at].sentences]
    own = sentences.index(sentence)
    last = sentences[own - 1] if own else None
    return None if last is None or is_headline(last, document.text) else last


def _is_common(word: Word, words: tuple[Word, ...], index: int) -> bool:
    """Tell whether a capitalised word is a title or a day, or the first part of the subject's own name."""
    form = word.text.lower()
    return form in FUNCTION_WORDS or bool(parts_of_speech(form)) or index < 2
