"""Names and fixed phrases translated word by word.

What it measures:
    Wordings of a list ("Strip of Gaza", "order of arrest", "Council of Security") and whether the established English
    name or phrase reads better in their place.

Why it suggests an error:
    Institutions and set phrases have one English form; word-by-word translation keeps the order and the words of the
    source.

Known problems:
    Some renderings are official elsewhere ("Council of State"); those that are in use in English are left out.

Example:
    "negotiate from a force position" -> "position of strength".

Source:
    Written for this project; `auditor/repairs/data/fixed_phrases.tsv` says of each line which languages lead to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs import phrase_lists
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "fixed-phrases"
KIND = Kind.TERMINOLOGY
SEVERITY = Severity.MINOR
CLEAN = ("The Security Council met on the Gaza Strip before the press conference.",)
DIRTY = (
    ("Aid reached the north of the Strip of Gaza on Sunday.", "Strip of Gaza", "Gaza Strip"),
    ("The judge signed an order of arrest for the banker.", "order of arrest", "arrest warrant"),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the established English of each listed wording."""
    forms = phrase_lists.index("fixed_phrases.tsv")
    yield from phrase_lists.find(sentence, measurements.document.text, forms, MECHANISM)
