"""What the product of today says of the post-editor's sets: the chance of each word, all findings, all candidates.

    python -m models.train.post_editor_today --sets sets.jsonl --out today.jsonl

One JSON line a document, in the order of the sets: `name`, `set`, `words` (start, end, chance), `findings` (start, end,
probability, suggestions) down to any threshold, `pool` (start, end, replacement, value in nats). Resumable.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from auditor.detection import detector
from auditor.detection.candidate_spans import DetectorInput
from auditor.pipeline import Auditor
from auditor.text import segmentation
from auditor.values import Settings


def main() -> None:
    """Audit the documents that were not audited yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    auditor = Auditor(Settings(minimum_probability=0.0, threads=1, cache=False))
    records = [json.loads(line) for line in given.sets.read_text(encoding="utf-8").splitlines()]
    done = len(given.out.read_text(encoding="utf-8").splitlines()) if given.out.exists() else 0
    with given.out.open("a", encoding="utf-8") as lines:
        for record in records[done:]:
            lines.write(json.dumps(audited(record, auditor), ensure_ascii=False) + "\n")
            lines.flush()


def audited(record: dict[str, Any], auditor: Auditor) -> dict[str, Any]:
    """Return what the audit says of one document."""
    document = segmentation.document(record["text"], name=record["name"])
    measurements, repairs = auditor.examine(document)
    given = DetectorInput.whole(measurements, repairs)
    words = []
    for word, chance in zip(given.words, detector.word_probabilities(given, auditor.parameters), strict=True):
        words.append([word.span.start, word.span.end, round(chance, 5)])
    findings = []
    for each in detector.detect(given, auditor.parameters, auditor.settings):
        findings.append([each.span.start, each.span.end, round(each.probability, 5), list(each.suggestions)])
    pool = []
    for repair in repairs:
        candidate = repair.candidate
        pool.append([candidate.span.start, candidate.span.end, candidate.replacement, round(repair.value_nats, 2)])
    return {"set": record["set"], "name": record["name"], "words": words, "findings": findings, "pool": pool}


if __name__ == "__main__":
    main()
