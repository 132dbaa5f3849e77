"""The wrong one of two English words that share a translation.

What it measures:
    Whether a word that is translated by the same word of the pivot language (Portuguese: "policy" and "politics" are
    both "política") reads better in its place.

Why it suggests an error:
    A translation system that meets "política" must choose; the one it did not choose is the likeliest original. Most
    such pairs are shared by the other Romance languages, and many by German and Slavic ones.

Known problems:
    Near-synonyms share translations as well; only a clear gain to the language model counts.

Example:
    "the politics of the museum on loans" -> "policy".

Source:
    The table is made from the embedded translation models by `models/train/shared_pivot.py`; the pivot method is that
    of Bannard and Callison-Burch (2005).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from importlib import resources

from auditor.repairs.model_proposed.gate import is_suspicious
from auditor.repairs.traits import Evidence, Traits
from auditor.text.english import article_for, match_case
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "shared-pivot"
TRAITS = Traits(Evidence.WORDING, checks_meaning=True)
VALID = ("The government changed its policy on visas after the election.",)
INVALID = (("He criticised the government’s foreign politics towards its neighbours.", "politics", "policy"),)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the words that share a translation with each content word that is no name."""
    words = sentence.words
    for index, word in enumerate(words):
        others = table().get(word.text.lower(), ())
        if not others or (index and word.text[:1].isupper()) or not is_suspicious(sentence, measurements, index):
            continue
        for other in others:
            span, replacement = word.span, match_case(other, word.text)
            previous = words[index - 1] if index else None
            if previous and previous.text.lower() in ("a", "an") and article_for(other) != previous.text.lower():
                span = type(span)(previous.span.start, word.span.end)
                replacement = f"{match_case(article_for(other), previous.text)} {replacement}"
            yield Candidate(
                span,
                replacement,
                MECHANISM,
                Kind.MISTRANSLATION,
                Severity.MAJOR,
                f"the wrong word: another language has one word for it and for “{other}”",
            )


@functools.cache
def table() -> Mapping[str, tuple[str, ...]]:
    """Return the words that share a translation with each word, most common first."""
    file = resources.files("auditor.repairs") / "data" / "shared_pivot.tsv"
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return {word: tuple(others.split()) for word, others in rows}
