"""Names and fixed phrases translated word by word: House White, order of arrest, shoot the alarm.

What it measures:
    Whether one of the wordings of a list (institutions, places, prizes, terms of courts, armies, markets and sport,
    turns of phrase) reads better to the language model as the name or phrase that English uses.

Why it suggests an error:
    A name or set phrase has one form in each language. Translated by its parts it is understood, and no native newsroom
    would print it; sometimes the parts mean something else ("cover fire" for a curfew).

Known problems:
    A wording of the list can be right where it is no set phrase ("a power position"). Official names that a country
    itself writes so in English ("Ministry of Foreign Affairs") are left alone.

Example:
    "the Organization of the United Nations" -> "the United Nations".

Source:
    `auditor/repairs/data/fixed_phrases.tsv`, written for this project; MQM "name" and "terminology"; rescored by
    `auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.rules import phrase_lists
from auditor.repairs.traits import Evidence, Traits
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "fixed-phrases"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.TERMINOLOGY
SEVERITY = Severity.MINOR
VALID = (
    "The White House said the Security Council would meet on Monday.",
    "Scotland's first minister wrote to the prime minister about the arrest warrant.",
    "The prime minister took part in a round table at the World Bank.",
)
INVALID = (
    ("He was born in the Country Basque in 1961.", "Country Basque", "Basque Country"),
    (
        "The Organization of the United Nations condemned the attack.",
        "Organization of the United Nations",
        "United Nations",
    ),
    ("The Minister First of Spain arrived in Rabat.", "Minister First", "Prime Minister"),
    ("He won the Prize Nobel in 1998.", "Prize Nobel", "Nobel Prize"),
    ("A judge issued an order of arrest against the banker.", "order of arrest", "arrest warrant"),
    ("The army imposed a commandant hour in the capital.", "commandant hour", "curfew"),
    ("The two sides agreed on a cease of fire.", "cease of fire", "ceasefire"),
    ("The talks ended with a shake of hands.", "shake of hands", "handshake"),
    ("Doctors beat the alarm over the lack of vaccines.", "beat the alarm", "sound the alarm"),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the name or phrase that each listed wording stands for."""
    yield from phrase_lists.find(sentence, measurements.document.text, "fixed_phrases.tsv", MECHANISM)
