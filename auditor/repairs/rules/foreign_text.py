"""Text left in another language: a clause, a sentence, a unit that equals its source, letters of another script.

What it measures:
    Whether several words in a row are of another language, by what each of them is made of and by function words that
    English does not have; whether letters of another script stand in the text; whether a unit equals its source.

Why it suggests an error:
    Systems pass through what they do not understand, and people overlook a segment. Every score that looks at fluency
    alone finds a good Spanish sentence good.

Known problems:
    What is quoted, stands in brackets or after "called" and the like is meant to be foreign; titles, names of parties
    and newspapers and set phrases that English took over are left alone, so a clause of three words that are all names
    is not seen. Languages that the table lacks (Finnish, Turkish) are taken for one that it has, or missed.

Example:
    "The strike was announced dai sindacati della scuola" is doubted from "dai" to "scuola".

Source:
    MQM "untranslated"; `auditor.text.foreign_words`; copied source text: Khayrallah and Koehn (2018), On the Impact of
    Various Types of Noise on Neural Machine Translation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import regex

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import is_set_apart, without_wording
from auditor.text import english_words, foreign_words, language_id
from auditor.text.english import FUNCTION_WORDS
from auditor.text.quotations import is_quoted
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span, Word

MECHANISM = "foreign-text"
TRAITS = Traits(Evidence.RULE, is_counted=True)
KIND = Kind.UNTRANSLATED
SEVERITY = Severity.MAJOR
SOURCES = {
    "Guarde los cambios antes de salir.": "Guarde los cambios antes de salir.",
    "Maria Silva, Porto, 2019": "Maria Silva, Porto, 2019",
    "Microsoft Word": "Microsoft Word",
}
"""What these texts below were translated from."""
VALID = (
    "Maria Silva, Porto, 2019",
    "Microsoft Word",
    "The film “La vida es sueño” opens in Rio de Janeiro, and Le Monde diplomatique liked it.",
    "He is de facto leader of the Partido dos Trabalhadores and a friend of Médecins sans frontières.",
    "The singer, known as el rey del pueblo, was tried in absentia, a coup d’état being a fait accompli.",
    "“No puedo creer lo que ha pasado,” she said, and Angela van der Berg wept.",
    "The Day of the Dead (día de los muertos) is a feast of pan de muerto and chiles en nogada.",
    "In Tokyo (東京) the β variant and the π of the circle are known; the word “мир” means peace.",
    "The motto e pluribus unum and the oath primum non nocere are Latin.",
    "The son of a bricklayer, he drove a van to a casino on an avenue in La Paz as a chef de mission.",
)
INVALID = (
    ("Guarde los cambios antes de salir.", "Guarde los cambios antes de salir", ""),
    (
        "The vote ended at six. Los resultados se conocerán esta noche. Turnout was high.",
        "Los resultados se conocerán esta noche",
        "",
    ),
    ("The bridge was shut porque os pilares estavam fracos that day.", "porque os pilares estavam fracos", ""),
    ("He told reporters, dass die Regierung bald zurücktreten wird.", "dass die Regierung bald zurücktreten wird", ""),
    ("The court said que la loi n’est pas applicable in this case.", "que la loi n’est pas", ""),
    ("The strike was announced dai sindacati della scuola for Friday.", "dai sindacati della scuola", ""),
    ("The envoy met президента республики in June.", "президента республики", ""),
    ("The plant makes 半导体 for export.", "半导体", ""),
)  # fmt: skip

_LEAST_NATS = 9.0
"""Log-odds against English from which several words are of another language: chosen, eight thousand to one. What it
finds and what it wrongly doubts is counted by `models/train/count_rules.py` (patterns "words" and "sentence")."""
_TITLE = 4  # words of a run that may be the rest of a title
_LONGEST_GAP = 3  # names, figures and words that both languages have, between words of the other language
_SCRIPTS = regex.compile(
    r"[^\P{L}\p{Latin}\p{Common}\p{Inherited}]{2,}(?:[\s,]+[^\P{L}\p{Latin}\p{Common}\p{Inherited}]+)*"
)
_FOREIGN_FUNCTION = language_id.FOREIGN - FUNCTION_WORDS


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield what of a sentence is in another language; there is nothing to suggest."""
    text = measurements.document.text
    if _is_its_source(sentence, text):
        span = _without_mark(text, sentence.span)
        if any(character.isalpha() for character in span.of(text)):
            yield _candidate(span, "equal to source", "left as it is in the source")
            return
    for span in _other_scripts(sentence, measurements):
        yield _candidate(span, "script", "left in another script")
    for words in _runs(sentence, text):
        span = Span(words[0].span.start, words[-1].span.end)
        if is_quoted(span, measurements.knowledge.quotations) or is_set_apart(text, span):
            continue
        if _is_foreign(words) and not (len(words) <= _TITLE and _follows_name(sentence.words, words[0])):
            is_whole = len(words) >= len(sentence.words) - 1
            span = _without_mark(text, sentence.span) if is_whole else span
            yield _candidate(span, "sentence" if is_whole else "words", "left in another language")


def _candidate(span: Span, pattern: str, reason: str) -> Candidate:
    evidence = {
        "equal to source": "The text and its source are the same.",
        "script": "The letters are not those of English.",
    }.get(pattern, "Its words are made as those of another language are, and English has none of them.")
    return without_wording(Candidate(span, "", MECHANISM, KIND, SEVERITY, reason, pattern=pattern), evidence)


def _is_its_source(sentence: Sentence, text: str) -> bool:
    """Tell whether a sentence equals its source and has words that English lacks."""
    if not sentence.source or sentence.source.split() != sentence.span.of(text).split():
        return False
    small = [word.text for word in sentence.words if word.text.isalpha() and word.text.islower()]
    return any(word not in FUNCTION_WORDS and not english_words.is_english(word) for word in small) or (
        bool(small) and not language_id.looks_english(sentence.words)
    )


def _other_scripts(sentence: Sentence, measurements: Measurements) -> Iterator[Span]:
    text = measurements.document.text
    for match in _SCRIPTS.finditer(text, sentence.span.start, sentence.span.end):
        span = Span(*match.span())
        if not is_quoted(span, measurements.knowledge.quotations) and not is_set_apart(text, span):
            yield span


def _runs(sentence: Sentence, text: str) -> Iterator[tuple[Word, ...]]:
    """Yield the runs of words from one that English lacks to the last such one, with short gaps between."""
    words = sentence.words
    first = last = -1
    for index, word in enumerate(words):
        if not _is_strong(word, is_first=index == 0):
            continue
        is_far = index - last > _LONGEST_GAP + 1 or _is_cut(text, words[last].span.end, word.span.start)
        if first >= 0 and is_far:
            yield words[first : last + 1]
            first = -1
        first = index if first < 0 else first
        last = index
    if first >= 0:
        yield words[first : last + 1]


def _is_strong(word: Word, *, is_first: bool) -> bool:
    """Tell whether English lacks a word; capitals make a name of it, except at the beginning."""
    form = unicodedata.normalize("NFKC", word.text).replace("’", "'")
    if form[:1].isupper() and not is_first:
        return False
    stem = form.casefold().partition("'")[2] if form[1:2] == "'" else form.casefold()  # l'eau
    if not stem.isalpha():
        return False
    return stem in _FOREIGN_FUNCTION or (
        len(stem) >= 3 and stem not in foreign_words.BORROWED and not english_words.is_english(stem)
    )


def _is_cut(text: str, start: int, end: int) -> bool:
    """Tell whether a bracket or quotation mark stands between two words."""
    return any(mark in text[start:end] for mark in '()[]“”«»„"')


def _follows_name(words: Sequence[Word], first: Word) -> bool:
    """Tell whether a word that English lacks stands before a run with a capital: a title or name begins there."""
    before = words[words.index(first) - 1].text if words.index(first) else ""
    return before[:1].isupper() and not english_words.is_english(before.lower())


def _is_foreign(words: Sequence[Word]) -> bool:
    """Tell whether words are of another language: by their letters, by one function word, and not by names alone."""
    small: list[str] = []
    names = 0
    for index, word in enumerate(words):
        form = word.text.replace("’", "'").casefold()
        if word.text[:1].isupper() and index:
            names += 1
        elif form.replace("'", "").isalpha():
            small += [part for part in form.split("'") if part]
    content = [word for word in small if word not in _FOREIGN_FUNCTION and not english_words.is_english(word)]
    function = [word for word in small if word in _FOREIGN_FUNCTION]
    if len(small) < 2 or names > len(content) + 1 or not content or 2 * (len(content) + len(function)) < len(small):
        return False
    has_enough = len(content) >= 2 if not function else len(small) >= 3
    return has_enough and foreign_words.nats(small) >= _LEAST_NATS


def _without_mark(text: str, span: Span) -> Span:
    end = span.end
    while end > span.start and text[end - 1] in ".!?… \n":
        end -= 1
    return Span(span.start, end)
