"""What the rules ask of the text around a word: its neighbours, its apostrophes, its part of speech."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Sequence
from dataclasses import replace

from auditor.text import morphology
from auditor.values import Candidate, Document, Paragraph, Sentence, Span, Word


def gap_before(text: str, words: Sequence[Word], index: int) -> str:
    """Return what stands between a word and the word before it; a full stop at the start of the sentence."""
    return text[words[index - 1].span.end : words[index].span.start] if index > 0 else "."


def gap_after(text: str, words: Sequence[Word], index: int) -> str:
    """Return what stands between a word and the word after it; a full stop at the end of the sentence."""
    return gap_before(text, words, index + 1) if index + 1 < len(words) else "."


def low(words: Sequence[Word], index: int) -> str:
    """Return the word at `index` in lower case with straight apostrophes, "" outside the sentence."""
    return words[index].text.lower().replace("’", "'") if 0 <= index < len(words) else ""


@functools.lru_cache(maxsize=65536)
def parts_of_speech(word: str) -> frozenset[str]:
    """Return what a lower-case word can be (NOUN, VERB, ADJ, ADV, AUX); empty for words the dictionary lacks."""
    return frozenset(morphology.lemmas(word))


@functools.lru_cache(maxsize=65536)
def singulars(word: str) -> tuple[str, ...]:
    """Return the nouns of which a lower-case word is the plural; empty when it is no plural."""
    return tuple(noun for noun in morphology.lemmas(word).get("NOUN", ()) if noun != word)


_NAMED = re.compile(
    r"\b(?:called|named|titled|entitled|dubbed|termed|known as|as the|word|words|term|phrase|slogan|motto|oath|means?|"
    r"meaning|literally|or|magazine|newspaper|daily|album|song|film|novel|band|[A-Z][a-z]+(?:ish|ian|ese|ek|ic|in|an):)"
    r"[\s,:]*(?:the\s|an?\s)?$"
)
_OPEN = '([{“«„‘"*_'


def is_set_apart(text: str, span: Span) -> bool:
    """Tell whether words are meant to be foreign: they stand in brackets or marks, or are introduced as a name."""
    before, after = text[max(0, span.start - 60) : span.start], text[span.end : span.end + 1]
    opened = max(before.rfind("("), before.rfind("["))
    is_open = opened > max(before.rfind(")"), before.rfind("]"))
    return is_open or before.rstrip()[-1:] in tuple(_OPEN) or after in tuple(")]}") or bool(_NAMED.search(before))


def without_wording(candidate: Candidate, evidence: str) -> Candidate:
    """Return the candidate as a place to doubt, for which nobody can say what was meant."""
    return replace(candidate, replacement="", shown=False, evidence=(evidence,))


def paragraph_of(document: Document, sentence: Sentence) -> Paragraph:
    """Return the paragraph that holds the sentence."""
    after = bisect.bisect_right(document.paragraphs, sentence.span.start, key=lambda paragraph: paragraph.span.start)
    return document.paragraphs[after - 1]


def rendering(document: Document, sentence: Sentence) -> Span:
    """Return the range of the sentences around `sentence` that share its source: together they are its translation."""
    at = bisect.bisect_right(document.paragraphs, sentence.span.start, key=lambda paragraph: paragraph.span.start)
    context: list[Sentence] = []
    for paragraph in document.paragraphs[max(0, at - 2) : at + 1]:
        context += paragraph.sentences
    first = last = bisect.bisect_left(context, sentence.span.start, key=lambda one: one.span.start)
    while first > 0 and context[first - 1].source == sentence.source:
        first -= 1
    while last + 1 < len(context) and context[last + 1].source == sentence.source:
        last += 1
    return Span(context[first].span.start, context[last].span.end)
