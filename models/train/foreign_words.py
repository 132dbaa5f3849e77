"""Fit the table by which words of another language are known: how much each run of letters speaks for it.

    python -m models.train.foreign_words --data ../shared/data --more ../shared/data2     # a minute; writes the table

A multinomial logistic regression over runs of one to four letters, the ends of words among them, of windows of one to
eight words. Read are texts whose licence allows it: the sources of BioMQM (Apache-2.0) in Spanish, French, German,
Italian and Portuguese and their English translations, the sources and post-edits of MLQE-PE (CC0-1.0) in Estonian,
Romanian, German and Czech, and English of US federal staff and Voice of America (CC0-1.0, public domain). One sentence
in ten is kept for the report. Names are left out: words count in lower case only.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from auditor.text import foreign_words

SEED = 20261201
ENGLISH = "en"
LONGEST_WINDOW = 8  # words
WINDOWS = 20_000  # of each language
MOST_RUNS = 9_000  # the commonest over all languages, each language alike
SCALE = 20  # weights are stored as whole numbers of a twentieth of a nat
HELD_OUT = 10  # one sentence in so many
FREE_NATIVE = frozenset({"18f-blog", "digitalgov", "voa/groningen-meaning-bank"})
_WORD = re.compile(r"(?<![\w'’.@/-])[^\W\d_]+(?![\w'’@/-])")

Sentences = dict[str, list[list[str]]]


def main() -> None:
    """Fit, write, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True)
    parser.add_argument("--file", type=Path, default=foreign_words.TABLE)
    arguments = parser.parse_args()
    fitting, kept = _split(_by_language(arguments.data, arguments.more))
    weights = fit(fitting)
    write(arguments.file, weights, sorted(fitting))
    foreign_words.table.cache_clear()
    for size in (1, 2, 3, 5, 8):
        print(f"windows of {size} words: " + ", ".join(_report(kept, size)))


def _by_language(data: Path, more: Path) -> Sentences:
    found: Sentences = {}
    for language, text in _texts(data, more):
        words = [word for word in _WORD.findall(text) if word.islower()]
        if words:
            found.setdefault(language, []).append(words)
    return {language: _distinct(sentences) for language, sentences in sorted(found.items())}


def _distinct(sentences: Sequence[list[str]]) -> list[list[str]]:
    seen = {tuple(words): words for words in sentences}
    return [seen[key] for key in sorted(seen)]


def _texts(data: Path, more: Path) -> Iterator[tuple[str, str]]:
    """Yield (language, sentence or paragraph)."""
    bio = pq.read_table(more / "mqm_into_english.parquet", columns=["lang_pair", "source", "target", "origin", "split"])
    for row in bio.to_pylist():
        language = row["lang_pair"].partition("-")[0]
        if row["origin"] == "bio-mqm/v2" and row["split"] == "train" and language in {"es", "fr", "de", "it", "pt"}:
            yield language, row["source"]
            yield ENGLISH, row["target"]
    for name in ("mlqe_et-en", "mlqe_ro-en"):
        for row in pq.read_table(data / "qe" / f"{name}.parquet", columns=["source"]).to_pylist():
            yield name[5:7], row["source"]
    for name in ("mlqe_en-de", "mlqe_en-cs"):
        for row in pq.read_table(data / "qe" / "other" / f"{name}.parquet", columns=["target"]).to_pylist():
            yield name[8:10], row["target"]
    native = pq.read_table(more / "native_news.parquet", columns=["origin", "text", "split"])
    for row in native.to_pylist():
        if row["origin"] in FREE_NATIVE and row["split"] == "train":
            yield ENGLISH, row["text"]


def _split(sentences: Sentences) -> tuple[Sentences, Sentences]:
    fitting: Sentences = {}
    kept: Sentences = {}
    for language, own in sentences.items():
        random.Random(SEED).shuffle(own)  # noqa: S311 (a seeded order, not a secret)
        cut = len(own) // HELD_OUT
        fitting[language], kept[language] = own[cut:], own[:cut]
    return fitting, kept


def fit(sentences: Sentences) -> Mapping[str, Sequence[float]]:
    """Return the weights, in nats, of each run of letters: one a language in their order; "" has the intercepts."""
    chance = random.Random(SEED)  # noqa: S311 (as above)
    languages = sorted(sentences)
    windows: list[list[str]] = []
    labels: list[int] = []
    for label, language in enumerate(languages):
        for _ in range(WINDOWS):
            windows.append(_window(chance.choice(sentences[language]), chance.randint(1, LONGEST_WINDOW), chance))
            labels.append(label)
    runs = _commonest(windows, labels)
    known = {run: column for column, run in enumerate(runs)}
    rows: list[int] = []
    columns: list[int] = []
    for row, window in enumerate(windows):
        for word in window:
            found = [known[run] for run in foreign_words.runs(word) if run in known]
            columns += found
            rows += [row] * len(found)
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(windows), len(runs)))
    model = LogisticRegression(C=0.3, max_iter=120, tol=1e-3).fit(matrix, labels)
    found_weights = {run: model.coef_[:, column].tolist() for run, column in known.items()}
    return {"": model.intercept_.tolist(), **found_weights}


def _window(sentence: Sequence[str], size: int, chance: random.Random) -> list[str]:
    start = chance.randint(0, max(0, len(sentence) - size))
    return list(sentence[start : start + size])


def _commonest(windows: Sequence[Sequence[str]], labels: Sequence[int]) -> list[str]:
    counts: Counter[str] = Counter()
    for window, _ in zip(windows, labels, strict=True):
        for word in window:
            counts.update(foreign_words.runs(word))
    return sorted(run for run, _ in counts.most_common(MOST_RUNS))


def write(file: Path, weights: Mapping[str, Sequence[float]], languages: Sequence[str]) -> None:
    """Write the table, a run a line, zlib's clock set to nought so that equal weights are equal bytes."""
    lines = ["run\t" + "\t".join(languages)]
    for run, own in sorted(weights.items()):
        lines.append(run + "\t" + "\t".join(str(round(SCALE * weight)) for weight in own))
    file.write_bytes(gzip.compress("\n".join([f"# scale {SCALE}", *lines, ""]).encode(), mtime=0))


def _report(kept: Sentences, size: int) -> Iterator[str]:
    """Yield, a language, how many windows are told from English at odds of a thousand to one, and of English taken."""
    chance = random.Random(SEED)  # noqa: S311 (as above)
    for language, sentences in kept.items():
        long = [sentence for sentence in sentences if len(sentence) >= size]
        told = 0
        for _ in range(2000):
            told += foreign_words.nats(_window(chance.choice(long), size, chance)) >= np.log(1000)
        yield f"{language} {told / 2000:.4f}"


if __name__ == "__main__":
    main()
