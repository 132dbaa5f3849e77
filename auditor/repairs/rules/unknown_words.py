"""Words that no dictionary has: slips, words run together, words left or half translated, names written small.

What it measures:
    Whether a word in lower case is no English word, nor made of English ones, and whether one is near: a letter apart,
    cut in two, or the same with a capital.

Why it suggests an error:
    A system that writes piece by piece puts pieces together that are no word, leaves a word as it was, or gives it an
    English ending ("capacitation"); languages that write Monday and Spanish small lead it to do so in English.

Known problems:
    Terms of a trade, dishes and slang are missing from every list: without a near word a place is doubted only where
    its letters or its ending are those of another language. What comes three times in a story is a term of it.
    Quotations, species, Latin and set phrases of French are left alone.

Example:
    "an embarased minister" -> "embarrassed"; "on monday" -> "Monday"; "reportedthat" -> "reported that".

Source:
    MQM "spelling" and "untranslated"; `auditor.text.english_words`, `auditor.text.foreign_words`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import is_set_apart, without_wording
from auditor.text import english_words, foreign_words
from auditor.text.english import FUNCTION_WORDS
from auditor.text.quotations import is_quoted
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Word

MECHANISM = "unknown-words"
TRAITS = Traits(Evidence.RULE, is_counted=True)
KIND = Kind.SPELLING
SEVERITY = Severity.MINOR
VALID = (
    "The blogger unfriended his flatmates over the oilfield’s hyperlocal podcast.",
    "“Ye dinnae ken whit ye’re daein, laddie,” the ferryman shouted.",
    "Doctors treat Plasmodium falciparum and the moth Eriogaster rimicola alike.",
    "He was tried in absentia, de facto convicted and praised magna cum laude.",
    "The colour of the theatre’s programme was criticised by the organisers.",
    "They ate injera, and injera it was again on Monday; the injera was fresh.",
    "See the site example.org or write to desk@example.org about #autumnfair.",
    "The midfielder’s header beat the goalkeeper after a throw-in.",
)
INVALID = (
    ("The embarased minister left the hall.", "embarased", "embarrassed"),
    ("Talks will go on untli the summer.", "untli", "until"),
    ("The govermnent has fallen.", "govermnent", "government"),
    ("They will meet on monday in the town hall.", "monday", "Monday"),
    ("The spanish police arrested two men.", "spanish", "Spanish"),
    ("The end ofthe war is near.", "ofthe", "of the"),
    ("He regrets the capacitation of the works.", "capacitation", ""),
    ("The ayuntamiento wants to raise the pensions.", "ayuntamiento", ""),
)

_SHORTEST = 4  # letters of a word that is doubted
_SHORTEST_SLIP, _SHORTEST_OTHER_SLIP = 5, 7  # of one with two letters exchanged, and with a letter lost, added or wrong
_LATE = (
    "ation", "ations", "ition", "itions", "ated", "ating", "ment", "ments", "ity", "ities", "ious", "ance", "ence",
    "ancy", "ency", "icated", "ically",
)  # fmt: skip
"""Endings that weak systems give to words of Romance languages."""
_FOREIGN_NATS = (
    5.0  # log-odds against English from which a lone word is of another language: chosen; see "foreign word"
)
# in models/detector/counted_rules.json for what it finds and what it wrongly doubts
_MOST = 6  # near words offered
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TIMES = 2  # a word that comes more often is a term of the story
_CONTRACTED = {
    "nt": frozenset("do does did is are was were has have had ca wo could should would must need".split()),  # noqa: SIM905
    **dict.fromkeys(("ll", "ve", "re", "d", "s"), frozenset("i you he she it we they that there what who".split())),  # noqa: SIM905
}
"""The endings that lose an apostrophe, and what they stand behind."""
# The function words that another word is run into; others make compounds ("backheel", "upriver").
_JOINED = frozenset(
    "the of and to that is was for with his they which from have this are by at as an or but it he she not were".split()  # noqa: SIM905
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield near words for each word of the sentence that is none, or doubt it without one."""
    text = measurements.document.text
    for index, word in enumerate(sentence.words):
        form = unicodedata.normalize("NFKC", word.text)
        if not (form.isalpha() and form.islower() and len(form) >= _SHORTEST):
            continue
        if not _stands_alone(text, word) or is_quoted(word.span, measurements.knowledge.quotations):
            continue
        if capital := english_words.with_capital(form):
            if not _is_beside_foreign(sentence.words, index) and not english_words.is_dictionary_word(form):
                reason = "a name, which English writes with a capital"
                yield Candidate(word.span, capital, MECHANISM, KIND, SEVERITY, reason, pattern="small name")
        elif not _is_known(form):
            yield from _doubts(sentence.words, index, form, measurements)


def _is_known(form: str) -> bool:
    """Tell whether a word is English, was taken over by it, or lacks its apostrophe, which other rules put back."""
    if english_words.is_english(form) or form in foreign_words.BORROWED:
        return True
    return any(form.endswith(ending) and form.removesuffix(ending) in stems for ending, stems in _CONTRACTED.items())


def _doubts(words: Sequence[Word], index: int, form: str, measurements: Measurements) -> Iterator[Candidate]:
    """Yield what may have been meant by a word that is none."""
    span = words[index].span
    if measurements.knowledge.counts.get(form, 0) > _TIMES or _is_beside_foreign(words, index):
        return
    if is_set_apart(measurements.document.text, span):
        return
    is_foreign = foreign_words.nats([form]) >= _FOREIGN_NATS
    near = () if is_foreign else (*_in_two(form), *_near(form))
    for right in near[:_MOST]:
        reason = "two words run together" if " " in right else "a slip: no dictionary has the word"
        pattern = "run together" if " " in right else "near word"
        yield Candidate(span, right, MECHANISM, KIND, SEVERITY, reason, pattern=pattern)
    if near:
        return
    if is_foreign:
        kind, pattern, reason = Kind.UNTRANSLATED, "foreign word", "a word left in another language"
        evidence = "No English dictionary has the word, and its letters are those of another language."
    elif form.endswith(_LATE):
        kind, pattern, reason = Kind.MISTRANSLATION, "half translated", "a foreign word with an English ending"
        evidence = "No English dictionary has the word, nor is one near it."
    else:
        return
    yield without_wording(Candidate(span, "", MECHANISM, kind, Severity.MAJOR, reason, pattern=pattern), evidence)


def _stands_alone(text: str, word: Word) -> bool:
    """Tell whether a word is no part of an address, tag, abbreviation or compound."""
    before, after = text[: word.span.start][-1:], text[word.span.end : word.span.end + 2]
    return (not before or before.isspace() or before in "(“‘«—–,") and not (
        after[:1] in "@/-_’'" or (after[:1] in ".:" and after[1:2].isalnum())
    )


def _is_beside_foreign(words: Sequence[Word], index: int) -> bool:
    """Tell whether the next or last word is a name or none either: a species, a title, a phrase left whole."""
    for other in (index - 1, index + 1):
        if 0 <= other < len(words):
            neighbour = words[other].text
            is_name = neighbour[:1].isupper() and (other > 0 or not english_words.is_english(neighbour.lower()))
            is_none = neighbour.islower() and neighbour.isalpha() and not english_words.is_english(neighbour)
            if (is_name and other < index) or is_none or neighbour in foreign_words.BORROWED:
                return True
    return False


def _in_two(form: str) -> tuple[str, ...]:
    """Return a word as two function words, or as one and another word ("inthe", "reportedthat")."""
    found: list[str] = []
    for cut in range(1, len(form)):
        first, second = form[:cut], form[cut:]
        one, two = first in _JOINED, second in _JOINED
        other = second if one else first
        if (first in FUNCTION_WORDS and second in FUNCTION_WORDS) or (
            (one or two) and len(other) >= 4 and english_words.is_dictionary_word(other)
        ):
            found.append(f"{first} {second}")
    return tuple(found)


def _near(form: str) -> tuple[str, ...]:
    """Return the listed words that are one slip away: two letters exchanged, one doubled, lost, too many or wrong.

    The first letter is right, as people hardly get it wrong.
    """
    if len(form) < _SHORTEST_SLIP:
        return ()
    edits = [form[:at] + form[at + 1] + form[at] + form[at + 2 :] for at in range(1, len(form) - 1)]
    if len(form) >= _SHORTEST_OTHER_SLIP:
        edits += [form[:at] + form[at + 1 :] for at in range(1, len(form))]
        for at in range(1, len(form) + 1):
            edits += [form[:at] + letter + form[at:] for letter in _LETTERS]
        for at in range(1, len(form)):
            edits += [form[:at] + letter + form[at + 1 :] for letter in _LETTERS]
    known = [word for word in dict.fromkeys(edits) if english_words.is_dictionary_word(word)]
    if len(form) >= _SHORTEST_OTHER_SLIP and not known:
        known = [word for word in _doubled_twice(form) if english_words.is_dictionary_word(word)]
    return tuple(known)


def _doubled_twice(form: str) -> Iterator[str]:
    """Yield a word with two of its letters doubled ("embarased")."""
    for one in range(1, len(form) - 1):
        for two in range(one + 1, len(form)):
            yield form[:one] + form[one] + form[one:two] + form[two] + form[two:]
