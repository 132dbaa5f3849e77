"""The stages of an audit, each as a piece of work of its own, by the library's public pieces alone."""

from __future__ import annotations

from auditor.detection import detector
from auditor.detection.candidate_spans import DetectorInput
from auditor.pipeline import Auditor
from auditor.repairs import noisy_channel
from auditor.reports import json as json_report
from auditor.reports import terminal
from auditor.signals import back_translation, quality_estimation
from auditor.text import segmentation
from auditor.values import Candidate
from tests.bench.tables import QUALITY, READING, TRANSLATION, WHOLE
from tests.bench.timing import Work


def stages(auditor: Auditor, text: str) -> dict[str, Work]:
    """Prepare each stage with what the stages before it yield; what is returned repeats that stage and nothing else.

    But repairs are priced by passages that are read anew, and reading counts: one that is kept has its answers ready.
    """
    document = segmentation.document(text, name="benchmark")
    units = [sentence.span for sentence in document.sentences]
    model, translator, estimator = (
        auditor.engines.language_model,
        auditor.engines.back_translator,
        auditor.engines.quality_estimator,
    )
    measured, repairs = auditor.examine(document)
    given = DetectorInput.whole(measured, repairs)
    audit = auditor.audit(document)
    spans = [passage.span for passage in model.read(document.text, units)]
    parts = [[sentence for sentence in document.sentences if span.contains(sentence.span)] for span in spans]

    def propose() -> list[list[Candidate]]:
        return [noisy_channel.propose(sentences, measured, auditor.mechanisms) for sentences in parts]

    proposed = propose()

    def price() -> list[tuple[Candidate, float]]:
        passages = zip(model.read(document.text, units), proposed, strict=True)
        return [
            pair
            for passage, found in passages
            for pair in noisy_channel.rescore(passage, found, auditor.parameters.threshold)
        ]

    priced = price()
    return {
        "segment": lambda: segmentation.document(text, name="benchmark"),
        TRANSLATION: lambda: back_translation.translate_back(document, document.sentences, translator),
        QUALITY: lambda: quality_estimation.estimate(document, document.sentences, estimator) if estimator else None,
        READING: lambda: [passage.tokens for passage in model.read(document.text, units)],
        "propose repairs": propose,
        "read and price repairs": price,
        "check their meaning": lambda: noisy_channel.weigh(
            priced, measured, auditor.parameters.threshold, translator.keeps_meaning
        ),
        "detect": lambda: detector.detect(given, auditor.parameters, auditor.settings),
        "report": lambda: (terminal.render(audit), json_report.render(audit)),
        WHOLE: lambda: auditor.audit(document),
    }
