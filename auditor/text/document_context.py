"""What the document says about itself: the names it uses, its word forms, and what stands inside quotation marks.

What it measures
    What is counted over the whole document: words that are written with a capital inside a sentence (names), every
    word form whatever its case, the ranges inside quotation marks, the people who are called he or she; and its
    habits: which apostrophes and quotation marks it writes, whether its paragraphs end in stops, whether the writer
    says "I".

Why it suggests an error
    It accuses nobody by itself. A name that recurs without its s ("Moreno", "Morenos old teacher") shows a
    lost apostrophe; what is said inside quotation marks was spoken, so that an odd wording there may be on the tape.

Known problems
    Headlines that capitalise every word name nothing and are passed over, so a name that stands only there is not
    known. A name that only ever begins sentences is not known either. A quotation whose closing mark was lost ends
    with its sentence. British single quotation marks look like apostrophes; a mark after a plural's s is taken for an
    apostrophe where no quotation is open.

Example:
    In "Mr. Moreno left. Moreno’s pupils said “we are late”." the names are Mr 1 and Moreno 2, and the quotation is
    "we are late".

Source
    The layout of quotations over several paragraphs (each opens again, only the last closes) is that of the Associated
    Press Stylebook and The Chicago Manual of Style.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import regex

from auditor.text import gender
from auditor.text.english import FUNCTION_WORDS, base
from auditor.text.quotations import attributed, speaks
from auditor.values import Document, Knowledge, Paragraph, Sentence, Span, Word

_CURLY = regex.compile(r"(?<=\w)’")
_STRAIGHT = regex.compile(r"(?<=\w)'")
_MIDDLE = regex.compile(r"[A-Z]\w+")
# Beyond ten, where trees that were fitted on exact counts cut (fit b0116946): to them nothing changed.
_STEPS = (*range(11), 14, 21, 34, 40, 67)
_TWICE = 2
_COMMON = 3  # uses of a name that make it worth comparing others with
_LONGER, _ENDED_AT_LEAST = 12, 2  # words of a paragraph that is no headline or caption; how many of them must end so
_MUST_REPEAT = 0.8  # share of the longer paragraphs that end in a mark, so that one that does not is odd
_SPEAKS_AT_LEAST, _OWN_VOICE = 3, 0.25  # sentences, and their share, in the first person that make it the writer's own
_STARTS_SPEECH = regex.compile(r"[“\"‘'«„:][\s“\"‘'«„]*$")

# An opening mark and the marks that may close it; straight marks close themselves.
_CLOSES = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"', "'": "'"}
_MARK = regex.compile("[“”„«»‘’\"']")


def measure(document: Document) -> Knowledge:
    """Return what the document says of its names and words, its quotations, and its habits."""
    names = _names(document)
    quotations = tuple(_quotations(document))
    counts = dict(Counter(word.text.casefold() for word in document.words))
    return Knowledge(
        names=names,
        counts=counts,
        quotations=quotations,
        rough_counts={word: _STEPS[bisect.bisect_right(_STEPS, count) - 1] for word, count in counts.items()},
        common_names=_by_initial(name for name, uses in names.items() if uses >= _COMMON),
        full_names=_full_names(document),
        genders=gender.genders(document.text),
        apostrophe=_apostrophe(document.text),
        quotation_marks=_quotation_marks(document.text),
        title=document.paragraphs[0].span if len(document.paragraphs) > 1 else None,
        ends_in_stops=_ends_in_stops(document),
        own_voice=_is_own_voice(document, quotations),
    )


def _by_initial(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    ordered = sorted(names)
    return {initial: tuple(group) for initial, group in itertools.groupby(ordered, key=lambda name: name[0])}


def _full_names(document: Document) -> dict[str, tuple[str, ...]]:
    """Collect what stands between the first and the last of three capitalised words with nothing but spaces between."""
    found: dict[str, list[str]] = {}
    text = document.text
    for sentence in document.sentences:
        for first, middle, last in zip(sentence.words, sentence.words[1:], sentence.words[2:], strict=False):
            if not (first.text[0].isupper() and last.text[0].isupper() and _MIDDLE.fullmatch(middle.text)):
                continue
            if text[first.span.end : middle.span.start] == text[middle.span.end : last.span.start] == " ":
                middles = found.setdefault(f"{first.text} {base(last.text)}", [])
                if middles.count(middle.text) < _TWICE:
                    middles.append(middle.text)
    return {outer: tuple(middles) for outer, middles in found.items()}


def _apostrophe(text: str) -> str:
    """Return the apostrophe that the text itself writes after letters, the straight one when it writes none."""
    return "’" if len(_CURLY.findall(text)) > len(_STRAIGHT.findall(text)) else "'"


def _quotation_marks(text: str) -> tuple[str, str]:
    return ("“", "”") if "“" in text or ("’" in text and '"' not in text) else ('"', '"')


def _ends_in_stops(document: Document) -> bool:
    """Tell whether the longer paragraphs, but for one, end in a mark, so that the one that does not is odd."""
    longer = ended = 0
    for paragraph in document.paragraphs:
        if sum(len(sentence.words) for sentence in paragraph.sentences) >= _LONGER:
            longer += 1
            ended += not paragraph.span.of(document.text)[-1].isalnum()
    return ended >= _ENDED_AT_LEAST and ended >= _MUST_REPEAT * (longer - 1)


def _is_own_voice(document: Document, quotations: Sequence[Span]) -> bool:
    """Tell whether the writer speaks: the first person is common outside quotations in unattributed sentences."""
    plain = [sentence for sentence in document.sentences if not sentence.span.touches(quotations)]
    texts = [sentence.span.of(document.text) for sentence in plain]
    spoken = [text for text in texts if speaks(text, 0, len(text)) and not attributed(text)]
    return len(spoken) >= _SPEAKS_AT_LEAST and len(spoken) > _OWN_VOICE * len(texts)


def _names(document: Document) -> dict[str, int]:
    """Count each name wherever it stands with its capital, given that it does so inside a sentence at least once."""
    inside: set[str] = set()
    for sentence in document.sentences:
        inside.update(base(word.text) for word in _inner_capitals(document.text, sentence))
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
    words: list[Span] = []
    for sentence in paragraph.sentences:
        words += [word.span for word in sentence.words]
    found: list[int] = []
    for match in _MARK.finditer(text, paragraph.span.start, paragraph.span.end):
        if not Span(*match.span()).touches(words):
            found.append(match.start())
    return found


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
