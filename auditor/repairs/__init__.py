"""Repair mechanisms: one file each.

Each has `MECHANISM`, `TRAITS`, `VALID`, `INVALID`, a docstring of five headings, and

    propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]

`TRAITS` says how its candidates are weighed (`auditor.repairs.traits`). `VALID` is a tuple of texts in which nothing of
the mechanism may be reported; `INVALID` is a tuple of (text, wrong words, right words): the mechanism must propose
replacing exactly so. A mechanism that compares with the source has `SOURCES` too, what each of these texts was
translated from. To add one: a file and a line here.
"""

from __future__ import annotations

from auditor.registry import Table

REPAIRS = Table(
    "repair mechanism",
    {
        "apostrophes": "auditor.repairs.rules.apostrophes",
        "contractions": "auditor.repairs.rules.contractions",
        "split-sentences": "auditor.repairs.rules.split_sentences",
        "repetitions": "auditor.repairs.rules.repetitions",
        "false-friends": "auditor.repairs.rules.false_friends",
        "fixed-phrases": "auditor.repairs.rules.fixed_phrases",
        "word-order": "auditor.repairs.model_proposed.word_order",
        "wrong-function-words": "auditor.repairs.model_proposed.wrong_function_words",
        "extra-function-words": "auditor.repairs.model_proposed.extra_function_words",
        "inflections": "auditor.repairs.model_proposed.inflections",
        "unlikely-words": "auditor.repairs.model_proposed.unlikely_words",
        "shared-pivot": "auditor.repairs.model_proposed.shared_pivot",
        "round-trip": "auditor.repairs.model_proposed.round_trip",
        "post-edits": "auditor.repairs.model_proposed.post_edits",
        "lost-quotation-marks": "auditor.repairs.rules.lost_quotation_marks",
        "names": "auditor.repairs.rules.names",
        "figures": "auditor.repairs.rules.figures",
        "unknown-words": "auditor.repairs.rules.unknown_words",
        "foreign-text": "auditor.repairs.rules.foreign_text",
        "plain-grammar": "auditor.repairs.rules.plain_grammar",
        "pronouns": "auditor.repairs.rules.pronouns",
        "source-numbers": "auditor.repairs.against_source.numbers",
        "source-names": "auditor.repairs.against_source.names",
        "source-negation": "auditor.repairs.against_source.negation",
    },
)
