"""The stages of an audit, each as a piece of work of its own, by the library's public pieces alone."""

from __future__ import annotations

from collections.abc import Sequence

from auditor import judge, segment
from auditor.audit import Auditor
from auditor.engines.protocols import Passage
from auditor.repairs import rank
from auditor.reports import json as json_report
from auditor.reports import terminal
from auditor.signals import adequacy, back_translation
from auditor.values import Candidate
from tests.bench.tables import DETECTION, READING, TRANSLATION, WHOLE
from tests.bench.timing import Work


def stages(auditor: Auditor, text: str) -> dict[str, Work]:
    """Prepare each stage with what the stages before it yield; what is returned repeats that stage and nothing else.

    The text is short: every passage of it stays in memory, with its key-value cache.
    """
    document = segment.document(text, name="benchmark")
    units = [sentence.span for sentence in document.sentences]
    model, translator, detector = auditor.language_model, auditor.back_translator, auditor.detector
    measured, repairs = auditor.examine(document)
    reading = judge.Reading.whole(measured, repairs, auditor.profile)
    audit = auditor.audit(document)
    passages = list(model.read(document.text, units))
    parts = [
        [sentence for sentence in document.sentences if passage.span.contains(sentence.span)] for passage in passages
    ]
    proposed = [rank.propose(sentences, measured, auditor.mechanisms) for sentences in parts]
    priced = [
        pair for passage, found in zip(passages, proposed, strict=True) for pair in _price(auditor, passage, found)
    ]

    def propose() -> object:
        return [rank.propose(sentences, measured, auditor.mechanisms) for sentences in parts]

    def price() -> object:
        return [_price(auditor, passage, found) for passage, found in zip(passages, proposed, strict=True)]

    return {
        "segment": lambda: segment.document(text, name="benchmark"),
        TRANSLATION: lambda: back_translation.measure(document, translator),
        DETECTION: lambda: adequacy.judge(document, detector) if detector else None,
        READING: lambda: [passage.tokens for passage in model.read(document.text, units)],
        "propose repairs": propose,
        "price repairs": price,
        "check their meaning": lambda: rank.weigh(priced, measured, auditor.profile, translator.keeps_meaning),
        "judge": lambda: judge.findings(reading, auditor.settings),
        "report": lambda: (terminal.render(audit), json_report.render(audit)),
        WHOLE: lambda: auditor.audit(document),
    }


def _price(auditor: Auditor, passage: Passage, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
    return rank.price(passage, candidates, auditor.profile)
