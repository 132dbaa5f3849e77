"""What the document says about itself: the names it uses, its word forms, and what stands inside quotation marks.

What it measures
    Three things, counted over the whole document: words that are written with a capital inside a sentence (names),
    every word form whatever its case, and the ranges inside quotation marks.

Why it suggests an error
    It accuses nobody by itself. A name that recurs without its s ("Biden", "Bidens national security adviser") shows
    a lost apostrophe; what is said inside quotation marks was spoken, so that an odd wording there may be on the tape.

Known problems
    Headlines that capitalise every word name nothing and are passed over, so a name that stands only there is not
    known. A name that only ever begins sentences is not known either. A quotation whose closing mark was lost ends
    with its sentence. British single quotation marks look like apostrophes; a mark after a plural's s is taken for an
    apostrophe where no quotation is open.

Example:
    In "Mr. Biden flew home. Biden’s aides said “we are late”." the names are Mr 1 and Biden 2, and the quotation is
    "we are late".

Source
    The layout of quotations over several paragraphs (each opens again, only the last closes) is that of the Associated
    Press Stylebook and The Chicago Manual of Style.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import regex

from auditor.english import FUNCTION_WORDS
from auditor.values import Document, Knowledge, Paragraph, Sentence, Span, Word

_POSSESSIVE = regex.compile(r"(?<=\w)(?:['’ʼ＇][sS]|['’ʼ＇])$")
_STARTS_SPEECH = regex.compile(r"[“\"‘'«„:][\s“\"‘'«„]*$")

# An opening mark and the marks that may close it; straight marks close themselves.
_CLOSES = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"', "'": "'"}
_MARK = regex.compile("[“”„«»‘’\"']")


def measure(document: Document) -> Knowledge:
    """Return the names, the counts of word forms, and the quotations of the document."""
    return Knowledge(
        names=_names(document),
        counts=dict(Counter(word.text.casefold() for word in document.words)),
        quotations=tuple(_quotations(document)),
    )


def base(word: str) -> str:
    """Return the word without its possessive ending: "Biden" for "Biden’s", "Joneses" for "Joneses’"."""
    return _POSSESSIVE.sub("", word)


def _names(document: Document) -> dict[str, int]:
    """Count each name wherever it stands with its capital, given that it does so inside a sentence at least once."""
    inside = {base(word.text) for sentence in document.sentences for word in _inner_capitals(document.text, sentence)}
    everywhere = Counter(base(word.text) for word in document.words)
    return {name: everywhere[name] for name in sorted(inside)}


def _inner_capitals(text: str, sentence: Sentence) -> Iterator[Word]:
    """Yield the capitalised words inside a sentence, unless it is a headline that capitalises them all."""
    long_words = [word for word in sentence.words if word.text.casefold() not in FUNCTION_WORDS]
    capitals = [word for word in long_words if word.text[0].isupper()]
    if len(long_words) > 3 and len(capitals) > 0.7 * len(long_words):
        return
    for word in capitals:
        before = text[sentence.span.start : word.span.start]
        if any(map(str.isalnum, before)) and not _STARTS_SPEECH.search(before) and not _is_function_word(word):
            yield word


def _is_function_word(word: Word) -> bool:
    """Tell "I’m" and "The" from names; "US" and "IT" are names."""
    if len(word.text) > 1 and word.text.isupper():
        return False
    return regex.split("['’]", word.text.casefold(), maxsplit=1)[0] in FUNCTION_WORDS


def _quotations(document: Document) -> Iterator[Span]:
    """Yield the outermost quotations, in order."""
    for number, paragraph in enumerate(document.paragraphs):
        following = document.paragraphs[number + 1 : number + 2]
        reopens = any(document.text[later.span.start] in '“"' for later in following)
        yield from _within(document.text, paragraph, reopens=reopens)


def _within(text: str, paragraph: Paragraph, *, reopens: bool) -> Iterator[Span]:
    """Yield the outermost quotations of one paragraph.

    One that does not close runs to the end of the paragraph when the next one opens again, else to the end of its
    sentence.
    """
    opened: int | None = None
    for position in _marks(text, paragraph):
        if opened is None:
            opened = position if _opens(text, position) else None
        elif text[position] in _CLOSES[text[opened]] and not _only_opens(text, position):
            if position > opened + 2 or (text[opened] not in "‘'" and position > opened + 1):
                yield Span(opened + 1, position)
            opened = None
    if opened is not None and text[opened] not in "‘'":
        end = paragraph.span.end if reopens else _sentence_end(paragraph.sentences, opened)
        if end > opened + 1:
            yield Span(opened + 1, end)


def _marks(text: str, paragraph: Paragraph) -> list[int]:
    """Return the offsets of quotation marks; an apostrophe inside a word is none."""
    in_words = {
        offset
        for sentence in paragraph.sentences
        for word in sentence.words
        for offset in range(word.span.start, word.span.end)
        if not text[offset].isalnum()
    }
    found = _MARK.finditer(text, paragraph.span.start, paragraph.span.end)
    return [match.start() for match in found if match.start() not in in_words]


def _opens(text: str, position: int) -> bool:
    """Tell whether a mark can open a quotation where it stands: after space or a bracket, before something."""
    if text[position] not in _CLOSES:
        return False
    before, after = text[position - 1 : position] or " ", text[position + 1 : position + 2] or " "
    if after.isspace():
        return False
    if text[position] in "\"'‘":
        return (before.isspace() or before in '([{—–-/“‘"') and not (text[position] != '"' and after.isdigit())
    return True


def _only_opens(text: str, position: int) -> bool:
    """Tell whether a straight mark stands where a quotation can begin but not end: a space before, none after."""
    after = text[position + 1 : position + 2] or " "
    return text[position] in "\"'" and text[position - 1].isspace() and after.isalnum()


def _sentence_end(sentences: Sequence[Sentence], offset: int) -> int:
    return next(sentence.span.end for sentence in sentences if sentence.span.start <= offset < sentence.span.end)
