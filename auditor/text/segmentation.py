"""Text to paragraphs, sentences and words, with offsets exact on all of Unicode.

Every range is half-open, in code points of the whole text; ranges of one sort are in order and disjoint, and only
white space stands between the sentences of a paragraph and between paragraphs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import nupunkt
import regex

from auditor.text import inline_comments
from auditor.text.characters import given_document, plain_text
from auditor.values import Document, Paragraph, Sentence, Span, Word

LONGEST_SENTENCE = 1_500
"""Code points. The longest sentence of 60,000 words of English news has 530; what is longer is a table or one endless
line, and a model that reads sentence by sentence needs a bound on its memory."""

_LINE = regex.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|\Z)")

_APOSTROPHE = "'’ʼ＇"
_WORD = regex.compile(
    rf"""
      (?:https?://|www\.)[^\s<>"“”«»]*[\p{{L}}\p{{N}}/]   # an address is one word
    | (?: (?:\p{{L}}\.){{2,}} | (?&run) )                # U.S., a.m.: the stops belong to the abbreviation
      (?: (?:[{_APOSTROPHE}\-‐‑] | (?<=\p{{N}})[.,:/](?=\p{{N}})) (?&run) )*
    (?(DEFINE) (?P<run> [\p{{L}}\p{{N}}\p{{M}}]+ ) )
    """,
    regex.VERBOSE,
)

_OPENERS = "\"'“‘„‚«‹([{¿¡—–-…. \t"
_CLOSERS = ")]}”»›,;:.!?%"

_REACH = 300  # code points in which the partner of a single quotation mark is looked for
_SINGLE_MARK = regex.compile(
    r"""
      (?P<opens> (?<![^\s("“\[—–-]) [‘'] (?=\S) )
    | (?P<closes> (?<=\S) [’'] (?!\w) )
    | (?P<ends> \n)
    """,
    regex.VERBOSE,
)
_ELISION = regex.compile(r"(?:em|til|tis|twas|cause|bout|round|n|\d0s)\b", regex.IGNORECASE)

# Stops that nupunkt 0.8 takes for the end of a sentence before a capital letter, and that never end one.
_NEVER_LAST = frozenset({"vs.", "v.", "lt.", "e.g.", "i.e.", "cf.", "messrs.", "mmes."})


def document(text: str, *, name: str, language: str = "en", notes: Sequence[str] = ()) -> Document:
    """Segment `text`; it is kept as it is, newline characters included, but for comments to the auditor.

    It is cut where its plain form would be, whatever characters it is written in.
    """
    comments = inline_comments.find(text)
    text = inline_comments.blank(text)
    plain = plain_text(text)
    segmented = Document(
        name=name,
        language=language,
        text=plain.text,
        paragraphs=tuple(_paragraph(plain.text, span) for span in paragraphs(plain.text)),
        notes=tuple(notes),
        comments=comments,
    )
    return given_document(segmented, text, plain)


def paragraphs(text: str) -> tuple[Span, ...]:
    """Return the paragraphs, trimmed of white space, none of them empty.

    A line is a paragraph, unless the text is wrapped by hand to a fixed width: then a line break at which the next
    word would still have fitted, an indented line or a blank line ends the paragraph.
    """
    lines = [_trimmed(text, match.start(), match.end()) for match in _LINE.finditer(text)]
    width = max((len(line) for line in lines), default=0)
    joined: list[Span] = []
    wrapped = _looks_wrapped(text, lines, width)
    for before, line in itertools.pairwise([Span(0, 0), *lines]):
        if not line:
            continue
        if wrapped and joined and before and _is_forced(text, before, line, width) and not _indented(text, line):
            joined[-1] = Span(joined[-1].start, line.end)
        else:
            joined.append(line)
    return tuple(joined)


def sentences(text: str, span: Span) -> tuple[Span, ...]:
    """Return the sentences inside `span`, trimmed of white space.

    What begins in lower case or with a closing mark is no sentence of its own: in "the threat. of war" the stop is the
    error, and a repair must see both sides of it.
    """
    whole: list[Span] = []
    for start, end in nupunkt.sent_spans(span.of(text)):
        piece = _trimmed(text, span.start + start, span.start + end)
        if not piece:
            continue
        if whole and _continues(text, whole[-1], piece):
            whole[-1] = Span(whole[-1].start, piece.end)
        else:
            whole.append(piece)
    return tuple(itertools.chain.from_iterable(_cut(text, sentence) for sentence in whole))


def words_within(sentence: Sentence) -> list[Span]:
    """Return where the words of a sentence are, counted from its beginning."""
    start = sentence.span.start
    return [Span(word.span.start - start, word.span.end - start) for word in sentence.words]


def words(text: str, span: Span) -> tuple[Word, ...]:
    """Return the words inside `span`.

    Inner apostrophes and hyphens belong to the word, so do the inner marks of numbers ("1.5", "10:30", "9/11") and the
    stops of initialisms ("U.S."). The apostrophe after a plural's s ("the Joneses’ house") belongs to it too, unless
    it closes a quotation.
    """
    found: list[Word] = []
    for match in _WORD.finditer(text, span.start, span.end):
        end = match.end()
        if end < span.end and text[end] in "’'" and text[end - 1] in "sS" and _is_possessive(text, match.start(), end):
            end += 1
        found.append(Word(Span(match.start(), end), text[match.start() : end]))
    return tuple(found)


def _paragraph(text: str, span: Span) -> Paragraph:
    return Paragraph(span, tuple(Sentence(part, words(text, part)) for part in sentences(text, span)))


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return the range less the white space at both ends; all white space gives an empty range."""
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    return Span(start + left, max(start + left, start + len(part.rstrip())))


def _looks_wrapped(text: str, lines: Sequence[Span], width: int) -> bool:
    """Tell whether line breaks stand where a right margin forced them.

    Both must hold: nearly every break comes where the next word would not have fitted, and sentences run on across
    the breaks, so that lines begin in lower case. A list of headlines fails the second, a text of one line a
    paragraph fails the first.
    """
    breaks = [(one, two) for one, two in itertools.pairwise(lines) if one and two]
    if not breaks or not 40 <= width <= 100:
        return False
    forced = [two for one, two in breaks if _is_forced(text, one, two, width)]
    running = sum(text[line.start].islower() for line in forced)
    return len(forced) >= 0.7 * len(breaks) and running >= 0.3 * len(forced)


def _is_forced(text: str, line: Span, following: Span, width: int) -> bool:
    """Tell whether the first word of the next line would not have fitted on this one (by up to five code points)."""
    first = len(following.of(text).split(maxsplit=1)[0])
    return len(line) + 1 + first > width - 5


def _indented(text: str, line: Span) -> bool:
    return text[line.start - 1 : line.start] == "\t" or text[max(0, line.start - 2) : line.start] == "  "


def _continues(text: str, sentence: Span, piece: Span) -> bool:
    """Tell whether `piece` belongs to the sentence before it."""
    body = piece.of(text)
    letters = body.lstrip(_OPENERS)
    last_word = text[max(sentence.start, sentence.end - 8) : sentence.end].rsplit(maxsplit=1)[-1].casefold()
    return not letters or letters[0].islower() or body[0] in _CLOSERS or last_word in _NEVER_LAST


def _cut(text: str, sentence: Span) -> Iterator[Span]:
    """Yield the sentence, in pieces at white space when it is longer than any sentence."""
    start = sentence.start
    while sentence.end - start > LONGEST_SENTENCE:
        limit = start + LONGEST_SENTENCE
        space = max(text.rfind(" ", start + 1, limit), text.rfind("\n", start + 1, limit))
        piece = _trimmed(text, start, space if space > start else limit)
        yield piece
        start = _trimmed(text, piece.end, sentence.end).start
    yield Span(start, sentence.end)


def _is_possessive(text: str, start: int, position: int) -> bool:
    """Tell whether the mark after the word at `start` is an apostrophe, not the end of a quotation in single marks."""
    opener = _open_quote(text, position)
    if opener is None:
        return True
    # A quotation that begins in lower case and ends on the plural of a name is rarer than a possessive.
    if text[start].isupper() and text[opener + 1].islower():
        return True
    later = _SINGLE_MARK.search(text, position + 1, position + _REACH)
    return later is not None and later["closes"] is not None


def _open_quote(text: str, position: int) -> int | None:
    """Return where a single quotation mark opened before `position`, on the same line, that has not closed yet."""
    kind = "‘" if text[position] == "’" else "'"
    opener = None
    for match in _SINGLE_MARK.finditer(text, max(text.rfind("\n", 0, position) + 1, position - _REACH), position):
        if match["closes"]:
            opener = None
        elif match["opens"] == kind and not _ELISION.match(text, match.end()):
            opener = match.start()
    return opener
