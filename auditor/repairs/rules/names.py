"""Names spelt in two ways, and names without their capital.

What it measures:
    Whether a name differs by a letter or two from one that the document uses more often, or is written small where the
    document has it with a capital.

Why it suggests an error:
    Systems transcribe a name afresh each time, and spell it differently.

Known problems:
    Two people may have similar names (Hansen, Hanson); a name is doubted only when it comes once and its neighbour
    comes several times.

Example:
    "Kowalsky" beside five Kowalskis -> "Kowalski".

Source:
    MQM "name format", which with "number format" made 9 % of the penalty of Chinese-English news (WMT 2020).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import gap_before, parts_of_speech
from auditor.text.english import FUNCTION_WORDS, base
from auditor.values import Candidate, Kind, Knowledge, Measurements, Sentence, Severity, Span, Word

MECHANISM = "names"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.NAME
SEVERITY = Severity.MAJOR
VALID = (
    "Iran and Iraq met on Monday. Iran agreed, Iran said, and Iran left. Iraq stayed.",
    "Queen Elizabeth II and Pope John Paul II met in the 20th century.",
)
INVALID = (
    (
        "The envoy met Kowalski and thanked Kowalski. Later Kowalski left. A note to Kowalsky was found.",
        "Kowalsky",
        "Kowalski",
    ),
    (
        "The North is led by Kim Jong Un. He met Kim Jong Un twice. It was Kim Yong Un who left.",
        "Yong",
        "Jong",
    ),
    ("The party backs Navalny, and Navalny thanked it. Later navalny was arrested.", "navalny", "Navalny"),
)

# Countries, peoples and places that differ by a letter or two, and are all genuine.
_ALIKE = tuple(
    frozenset(group.split())
    for group in (
        "Iran Iraq Iran",
        "Austria Australia",
        "Niger Nigeria Nigerien Nigerian",
        "Mali Malawi Malta Male",
        "Guinea Guiana Guyana",
        "Slovakia Slovenia Slovak Slovene",
        "China Chile Ching",
        "Gambia Zambia",
        "Dominica Dominican",
        "Johnson Johnston Johnsen Johansson",
        "Korea Korean Koreas Koreans",
        "Paris Parish",
        "Mauritania Mauritius",
        "Monday Sunday",
        "June July",
        "Latvia Livonia",
        "North South",
        "Western Eastern Northern Southern Northeastern Northwestern",
        "Marin Martin Marina Martina",
        "Christian Christina Christine Christopher",
        "Daniel Daniela Danielle",
        "Georg George Georgia Georgian Georgians",
        "Maria Marie Mario Marian Marion Mary",
        "Alexander Alexandra Aleksander Alexandria",
        "Michael Michel Michelle Mikhail Michal",
        "Robert Roberta Roberto Roberts",
        "Peter Peters Petra Pedro",
    )
)
_RATIO = 3  # how many times more often than the odd form the common one must come
_SHORTEST = 5  # letters of a name that may be doubted

_NUMERALS = frozenset("one two three four five six seven eight nine ten eleven twelve twenty thirty".split())  # noqa: SIM905


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the spellings that the document prefers."""
    text = measurements.document.text
    for index, word in enumerate(sentence.words):
        bare = re.split("['’]", word.text, maxsplit=1)[0]
        span = Span(word.span.start, word.span.start + len(bare))
        if (
            right := _small(sentence.words, index, measurements)
            or _neighbour(bare, measurements.knowledge)
            or _in_full(text, sentence.words, index, measurements)
        ):
            reason = f"the name {right}, as the document spells it elsewhere"
            yield Candidate(span, right, MECHANISM, KIND, SEVERITY, reason)


def _small(words: Sequence[Word], index: int, measurements: Measurements) -> str:
    """Return the name that a lower-case word is elsewhere in the document, "" when it is a word of its own."""
    word = re.split("['’]", words[index].text, maxsplit=1)[0]
    if not word.islower() or len(word) < 4 or word in FUNCTION_WORDS | _NUMERALS or parts_of_speech(word):
        return ""
    name = word[0].upper() + word[1:]
    uses = measurements.knowledge.names.get(name, 0)
    lower = max(0, measurements.knowledge.counts.get(word, 0) - uses)
    after_article = index > 0 and words[index - 1].text.lower() in ("the", "a", "an", "his", "her", "their")
    return name if uses >= max(2, 2 * lower) and not after_article else ""


def _neighbour(word: str, knowledge: Knowledge) -> str:
    """Return the commoner name from which a rare one differs by a letter, "" when there is none."""
    uses = knowledge.names.get(word, 0)
    if len(word) < _SHORTEST or not word[:1].isupper() or not word.isalpha() or word.isupper() or uses > 1:
        return ""
    if parts_of_speech(word.lower()) or word in FUNCTION_WORDS:
        return ""
    for name in knowledge.common_names.get(word[0], ()):
        if name != word and _is_slip(word, name) and knowledge.names[name] >= _RATIO * uses:
            return name
    return ""


def _is_slip(odd: str, name: str) -> bool:
    """Tell whether two names are one name in two spellings: one letter apart, not at the beginning, not inflected."""
    if odd[0] != name[0] or abs(len(odd) - len(name)) > 1 or len(name) < _SHORTEST or not name.isalpha():
        return False
    if any({odd, name} <= group for group in _ALIKE) or odd.startswith(name) or name.startswith(odd):
        return False
    return _is_one_apart(odd, name)


def _is_one_apart(one: str, two: str) -> bool:
    """Tell whether one letter was changed, lost or added, or two neighbours exchanged."""
    return OSA.distance(one, two, score_cutoff=1) == 1


def _in_full(text: str, words: Sequence[Word], index: int, measurements: Measurements) -> str:
    """Return the middle of a name of three words that the document writes with the same first and last."""
    if not 0 < index < len(words) - 1 or not all(w.text[0].isupper() for w in words[index - 1 : index + 2]):
        return ""
    if not (gap_before(text, words, index).isspace() and gap_before(text, words, index + 1).isspace()):
        return ""
    first, odd, last = (word.text for word in words[index - 1 : index + 2])
    if measurements.knowledge.names.get(odd, 0) > 1:
        return ""
    others = measurements.knowledge.full_names.get(f"{first} {base(last)}", ())
    alike = [middle for middle in others if len(middle) == len(odd) and _is_one_apart(odd, middle)]
    return alike[0] if len(alike) >= 2 else ""
