"""Fit the threshold of one repair mechanism on clean news, without fitting the whole detector again.

    python -m models.train.fit_threshold --data ../shared/data --mechanism NAME [--words 20000]

The evidence at which the mechanism alone raises half a false alarm per 1,000 words of clean news without headlines goes
into `detector/detector.json`; all else in the file stays. Until the next whole fit the weights of a repair know nothing
of the mechanism but what it shares with others: measure what it changes before it ships.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from auditor.pipeline import Auditor
from auditor.values import Settings
from models.train.collect import Collected, floor_parameters
from models.train.documents import clean_documents
from models.train.fit_detector import fit_threshold

FILE = Path(__file__).parents[1] / "detector" / "detector.json"


def main() -> None:
    """Audit clean news with the one mechanism, and write its threshold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mechanism", required=True)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--file", type=Path, default=FILE)
    given = parser.parse_args()
    settings = Settings(threads=given.threads, quality_estimator="none", mechanisms=(given.mechanism,))
    auditor = Auditor(settings, parameters=floor_parameters())
    collected: list[Collected] = []
    words = 0
    for item in clean_documents(given.data / "clean_news.parquet"):
        if words >= given.words:
            break
        measurements, repairs = auditor.examine(item.document)
        collected.append(Collected(item, measurements, tuple(repairs)))
        words += len(item.document.words)
        print(f"{words} words, {item.name}: {len(repairs)} repairs", flush=True)
    threshold = round(fit_threshold(collected, given.mechanism), 3)
    content = json.loads(given.file.read_text(encoding="utf-8"))
    content["thresholds"] = dict(sorted({**content["thresholds"], given.mechanism: threshold}.items()))
    given.file.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{given.mechanism}: {threshold} nats, from {words} words")


if __name__ == "__main__":
    main()
