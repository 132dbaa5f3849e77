"""False friends and calques: a word that looks like the original's, with another meaning in English.

What it measures:
    Whether one of some 1,600 wordings of a list, in any of its inflected forms, reads better to the language model as
    what it usually stands for.

Why it suggests an error:
    Translation by sound or word for word is the commonest way in which a sentence stays fluent and turns wrong: Spanish
    "actual" is current, French "magistrat" is a judge, German "Konzern" is a company, Russian "техника" is equipment,
    Chinese "疫情" is an outbreak. An editor without the original cannot see it; the list can.

Known problems:
    Nearly every word of the list is sometimes right ("a control", "the process"), so a hit means little until the
    sentence reads clearly better with the other word; commoner words are asked about only in certain company. A
    wording that is absent from the list is not found.

Example:
    "the manifestations against the reform" -> "demonstrations" (es. manifestación, fr. manifestation).

Source:
    `auditor/repairs/data/false_friends.tsv`, written for this project from general knowledge of Romance, Germanic,
    Slavic,     Arabic and Chinese; MQM "mistranslation: false friend"; rescored by `auditor.repairs.noisy_channel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.repairs.rules import phrase_lists
from auditor.repairs.traits import Evidence, Traits
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity

MECHANISM = "false-friends"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.MISTRANSLATION
SEVERITY = Severity.MAJOR
VALID = (
    "The actual cost of the bridge was twice the estimate.",
    "The drug control agency assisted the police in the raid.",
    "He pretended not to hear the question.",
    "The chef closed his restaurant in Lyon after the fire.",
)
INVALID = (
    ("The actual government took office in May.", "actual", "current"),
    ("The committee will discuss agricultural politics next week.", "politics", "policy"),
    ("Police at the border controlled the documents of the passengers.", "controlled", "checked"),
    ("The man was condemned to five years in prison for fraud.", "condemned", "sentenced"),
    ("Thousands joined manifestations against the reform.", "manifestations", "demonstrations"),
    ("The army moved heavy technique to the border.", "technique", "equipment"),
    ("Arabic countries recalled their ambassadors.", "Arabic", "Arab"),
    ("He was treated for an infarction at a hospital in Rome.", "an infarction", "a heart attack"),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield what each listed wording usually stands for."""
    yield from phrase_lists.find(sentence, measurements.document.text, "false_friends.tsv", MECHANISM)
